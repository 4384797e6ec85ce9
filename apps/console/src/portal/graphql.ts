// Speaks with the storefront's GraphQL endpoint, and reads from it what can be asked for.
import { parsedText } from '../api/json-text';
import { ProblemError } from '../api/problem';
import type { Caller } from '../session/session';

const PATH = '/storefront/graphql';
const TIMEOUT_MS = 20_000;

interface TypeRef {
  kind: string;
  name: string | null;
  ofType: TypeRef | null;
}

interface Field {
  name: string;
  description: string | null;
  type: TypeRef;
  args: { name: string; type: TypeRef }[];
}

export interface Root {
  name: string;
  fields: { signature: string; description: string }[];
}

const TYPE = 'type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }';
const FIELDS = `fields { name description ${TYPE} args { name ${TYPE} } }`;
const ROOTS = `{ __schema { queryType { name ${FIELDS} } mutationType { name ${FIELDS} } } }`;

/** @throws ProblemError when the variables are no JSON, or the house refuses the request as a whole */
export async function askGraphql(caller: Caller | undefined, query: string, variables: string): Promise<unknown> {
  const response = await fetch(PATH, {
    method: 'POST',
    headers: {
      'content-type': 'application/json', accept: 'application/json',
      ...(caller ? { authorization: await caller.authorization() } : {}),
    },
    body: JSON.stringify({ query, variables: parsedText(variables.trim() || '{}', 'The variables are no JSON') }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw error instanceof ProblemError ? error : ProblemError.unreachable(error);
  });
  const answer: unknown = await response.json().catch(() => ({}));
  if (!response.ok && !Object.hasOwn(answer as object, 'errors')) throw ProblemError.of(answer, response.status);
  return answer;
}

/** The fields of the roots of the schema, each as it is written in a schema. */
export async function readFields(caller: Caller | undefined): Promise<Root[]> {
  const { data, errors } = (await askGraphql(caller, ROOTS, '')) as {
    data?: { __schema: Record<'queryType' | 'mutationType', { name: string; fields: Field[] } | null> };
    errors?: { message: string }[];
  };
  if (!data) throw new ProblemError('The schema cannot be read', errors?.[0]?.message ?? 'No reason was given.', 0);
  const { queryType, mutationType } = data.__schema;
  const roots = [queryType, mutationType].filter((root) => root !== null);
  return roots.map(({ name, fields }) => ({ name, fields: fields.map(told) }));
}

function told({ name, description, type, args }: Field): Root['fields'][number] {
  const list = args.map((arg) => `${arg.name}: ${typeName(arg.type)}`).join(', ');
  return { signature: `${name}${list === '' ? '' : `(${list})`}: ${typeName(type)}`, description: description ?? '' };
}

function typeName({ kind, name, ofType }: TypeRef): string {
  if (kind === 'NON_NULL' && ofType) return `${typeName(ofType)}!`;
  if (kind === 'LIST' && ofType) return `[${typeName(ofType)}]`;
  return name ?? '';
}
