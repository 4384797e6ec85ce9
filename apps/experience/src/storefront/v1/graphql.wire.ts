// GraphQL over HTTP (GraphQL Foundation draft) at the storefront: who may ask, which media type answers, which status
// says what, and how large a question may be. What is asked runs as operations of the contract, through one governance.
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { GraphQLModule } from '@nestjs/graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type ASTVisitor, type ExecutionResult, type ValidationContext } from 'graphql';
import mercurius from 'mercurius';
import { Config } from '#config';
import { Problem, problems } from '#contracts';
import { ApiRuntime } from '#governance';
import { createLogger } from '#telemetry';
import { admitQuestion, authenticateRequest } from './graphql-admission.wire.js';
import { rootFields } from './graphql-cost.policy.js';

export const GRAPHQL_PATH = '/storefront/graphql';

/** Deep enough for the standard introspection query, far above any question about our data. */
const DEPTH_MAX = 16;
const ROOT_FIELDS_MAX = 20;
const ALIASES_MAX = 50;
/** Documents kept for those who send only their hash (automatic persisted queries). */
const PERSISTED_MAX = 1_000;
const TOKENS_MAX = 4_000;
/** Uses of a document after which it is compiled. */
const COMPILE_AFTER = 2;
/** JSON, which the driver would take for a syntax tree that nobody has counted the tokens of. */
const SYNTAX_TREE = /^\s*(?:\{\s*["}]|\[|"|-?\d|(?:true|false|null)\s*$)/;
const RESPONSE_TYPE = 'application/graphql-response+json';
/** Partial success, by the draft. */
const PARTIAL = 294;
const LIMIT = 'QUERY_LIMIT_EXCEEDED';
/** What graphql-js says, without a code, of introspection that goes in circles. */
const TOO_DEEP_A_SCHEMA = 'Maximum introspection depth exceeded';

const logger = createLogger('graphql');

export const graphqlModule = GraphQLModule.forRootAsync<MercuriusDriverConfig>({
  driver: MercuriusDriver,
  inject: [ApiRuntime, Config],
  useFactory: (runtime: ApiRuntime, config: Config) => ({
    path: GRAPHQL_PATH,
    autoSchemaFile: true,
    sortSchema: true,
    graphiql: false,
    jit: COMPILE_AFTER,
    queryDepth: DEPTH_MAX,
    validationRules: [rootFieldsLimited, aliasesLimited],
    persistedQueryProvider: mercurius.persistedQueryDefaults.automatic(PERSISTED_MAX),
    hooks: {
      preExecution: async (schema, document, context, variables) => {
        const { reply, __currentQuery: text } = context as unknown as { reply: FastifyReply; __currentQuery?: string };
        await admitQuestion(runtime, { schema, document, variables, text, reply });
        return {};
      },
    },
    graphql: { parseOptions: { maxTokens: TOKENS_MAX } },
    // Not a header a foreign page can send without asking first, so a request that has it was not forged.
    csrfPrevention: { requiredHeaders: ['authorization'] },
    additionalRouteOptions: {
      preParsing: async (request: FastifyRequest, reply: FastifyReply) => {
        void reply.type(answerType(request));
        await authenticateRequest(runtime, request, GRAPHQL_PATH);
      },
      preValidation: async (request: FastifyRequest) => checkBody(request),
      errorHandler: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
        const errors = [new GraphQLError(error.message, { originalError: error })];
        const { statusCode, response } = format({ errors }, reply, config.publicUrl);
        void reply.code(statusCode).type(answerType(request)).send(response);
      },
    },
    errorFormatter: (execution: ExecutionResult, context: { reply?: FastifyReply }) =>
      format(execution, context.reply, config.publicUrl),
  }),
});

function answerType(request: FastifyRequest): string {
  return `${request.headers.accept?.includes(RESPONSE_TYPE) ? RESPONSE_TYPE : 'application/json'}; charset=utf-8`;
}

/** Parameters must have their types as sent: what Fastify would coerce (`0` to `"0"`) is refused, null is absent. */
function checkBody(request: FastifyRequest): void {
  const { query } = (request.body ?? request.query ?? {}) as { query?: unknown };
  if (typeof query === 'string' && SYNTAX_TREE.test(query)) throw badRequest('`query` must be a GraphQL document.');
  if (request.method !== 'POST') return;
  const body = request.body as Record<string, unknown> | null;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest('A JSON object with `query` is expected.');
  }
  for (const [name, type] of [
    ['query', 'string'],
    ['operationName', 'string'],
    ['variables', 'object'],
    ['extensions', 'object'],
  ] as const) {
    if (body[name] === null) delete body[name];
    const value = body[name];
    if (value !== undefined && (typeof value !== type || Array.isArray(value))) {
      throw badRequest(`\`${name}\` must be of type ${type}.`);
    }
  }
  const { documentId, extensions } = body as { documentId?: unknown; extensions?: { persistedQuery?: unknown } };
  const hash = typeof documentId === 'string' ? /^sha256:([0-9a-f]{64})$/.exec(documentId)?.[1] : undefined;
  if (hash !== undefined) body['extensions'] = { ...extensions, persistedQuery: { version: 1, sha256Hash: hash } };
  if (!body['query'] && hash === undefined && !extensions?.persistedQuery) throw badRequest('`query` is missing.');
}

function badRequest(detail: string): Problem {
  return new Problem(problems.invalidRequest, { detail });
}

/** Each root field is an operation of its own: as many as one request may reasonably hold, aliases included. */
function rootFieldsLimited(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition: ({ selectionSet }) => {
      const count = rootFields(selectionSet, (name) => context.getFragment(name)).length;
      if (count <= ROOT_FIELDS_MAX) return;
      context.reportError(
        new GraphQLError(
          `At most ${ROOT_FIELDS_MAX} fields may stand at the root of an operation; there are ${count}.`,
          { extensions: { code: LIMIT } },
        ),
      );
    },
  };
}

/** Aliases make many of one field: so many in a document, wherever they stand. */
function aliasesLimited(context: ValidationContext): ASTVisitor {
  let count = 0;
  return {
    Field: ({ alias }) => {
      if (!alias || (count += 1) !== ALIASES_MAX + 1) return;
      context.reportError(
        new GraphQLError(`A document may hold at most ${ALIASES_MAX} aliases.`, { extensions: { code: LIMIT } }),
      );
    },
  };
}

/**
 * The body and status of an execution with errors. With the old media type `application/json` a well-formed request
 * that fails as GraphQL answers 200; with the new one the status tells, as for REST.
 */
function format(
  execution: ExecutionResult,
  reply: FastifyReply | undefined,
  base: string,
): { statusCode: number; response: ExecutionResult } {
  const errors = (execution.errors ?? []).flatMap(causes).map((error) => explain(error, base));
  const began = execution.data !== undefined;
  const statuses = errors.map(({ status }) => status);
  const strict = reply !== undefined && answerType(reply.request).startsWith(RESPONSE_TYPE);
  const worst = Math.max(...statuses);
  if (!began && statuses.includes(401)) {
    const metadata = `resource_metadata="${base}/.well-known/oauth-protected-resource"`;
    void reply?.header('www-authenticate', `Bearer realm="throughline", error="invalid_token", ${metadata}`);
  }
  const response = { ...(began ? { data: execution.data } : {}), errors: errors.map(({ error }) => error) };
  if (began && execution.data !== null) {
    return { statusCode: strict ? PARTIAL : 200, response: response as ExecutionResult };
  }
  const asGraphql = began || errors.every(({ ofDocument }) => ofDocument);
  return { statusCode: asGraphql && !strict ? 200 : worst, response: response as ExecutionResult };
}

/** Mercurius bundles the faults of a document in one error. */
function causes(error: GraphQLError): GraphQLError[] {
  const bundled = (error.originalError as { errors?: readonly unknown[] } | undefined)?.errors;
  const status = (error.originalError as { statusCode?: number } | undefined)?.statusCode;
  if (!Array.isArray(bundled)) return [error];
  return bundled.map((fault: unknown) =>
    fault instanceof GraphQLError
      ? fault
      : new GraphQLError((fault as Error).message, { originalError: withStatus(fault as Error, status) }),
  );
}

function withStatus(error: Error, status: number | undefined): Error {
  return Object.assign(error, { statusCode: status ?? 400 });
}

interface Explained {
  readonly error: object;
  readonly status: number;
  /** True when the document itself is at fault, not the request that carried it. */
  readonly ofDocument: boolean;
}

function explain(error: GraphQLError, base: string): Explained {
  const { originalError: cause, path, locations } = error;
  const at = { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
  if (cause instanceof Problem) {
    const { type, details } = cause;
    const code = type.slug.toUpperCase().replaceAll('-', '_');
    const extensions = { code, problem: cause.toJSON(base) };
    return { error: { message: details.detail, ...at, extensions }, status: type.status, ofDocument: false };
  }
  const status = (cause as { statusCode?: number } | undefined)?.statusCode;
  if (cause && !(status !== undefined && status < 500)) {
    logger.error({ err: cause, path }, 'unexpected failure in a resolver');
    const { slug, title } = problems.internalError;
    return {
      error: { message: title, ...at, extensions: { code: slug.toUpperCase().replace('-', '_') } },
      status: 500,
      ofDocument: false,
    };
  }
  const tooDeep = error.message === TOO_DEEP_A_SCHEMA;
  const code = tooDeep ? LIMIT : (error.extensions['code'] as string | undefined) ?? 'BAD_REQUEST';
  return {
    error: { message: error.message, ...at, extensions: { code } },
    status: status ?? 400,
    ofDocument: !cause && code !== LIMIT,
  };
}
