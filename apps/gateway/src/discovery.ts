// What the house says about itself to machines: which APIs there are (RFC 9727), their documents in every form, and
// whom to tell about a weakness (RFC 9116).
import { documentName } from '#contracts';
import { lifecycleData, type ApiDefinition, type GovernanceData } from '#governance';
import type { ApiApp } from './api-app.js';
import { graphqlDocuments } from './graphql-document.js';
import { openApiDocument } from './openapi.js';
import { salesforceDocument } from './salesforce-document.js';

const SECURITY_TXT_VALID_MS = 180 * 86_400_000;
/** States in which a version may be called: one that is deprecated still is published. */
const LISTED = new Set(['published', 'deprecated']);

/** One document, made when it is asked for. */
export type DocumentMaker = () => Promise<{ readonly type: string; readonly text: string }>;

/** Every document of the APIs served here, by its path; the same texts as committed below openapi/. */
export function documents(apis: readonly ApiApp[]): Map<string, DocumentMaker> {
  const json = (document: object) => ({
    type: 'application/json; charset=utf-8', text: `${JSON.stringify(document, null, 2)}\n`,
  });
  return new Map(apis.flatMap((api): [string, DocumentMaker][] => {
    const { contract, graphql } = api.definition;
    const name = `/openapi/${documentName(contract)}`;
    return [
      [`${name}.json`, async () => json(openApiDocument(api))],
      ...(contract.problemsAs === 'plain' ? [entry(`${name}.oas30.json`, async () =>
        json(salesforceDocument(openApiDocument(api))))] : []),
      ...(graphql ? [entry(`/openapi/${contract.domain}.graphql`, schemaOf(api.definition))] : []),
    ];
  }));
}

const entry = (path: string, make: DocumentMaker): [string, DocumentMaker] => [path, make];

/** A GraphQL schema, built once: unlike a document it needs an application of its own. */
function schemaOf(definition: ApiDefinition): DocumentMaker {
  let made: Promise<string> | undefined;
  return async () => {
    made ??= graphqlDocuments([definition]).then((schemas) => schemas.get(definition.contract.domain)!);
    return { type: 'application/graphql; charset=utf-8', text: await made };
  };
}

/** The API catalogue as a linkset: exactly the versions that may be called. */
export function linkset(apis: readonly ApiDefinition[], data: GovernanceData | undefined, base: string): object {
  const standing = (definition: ApiDefinition) =>
    data?.of(lifecycleData).standing(documentName(definition.contract)) ?? definition.lifecycle;
  return {
    linkset: apis.filter((definition) => LISTED.has(standing(definition).state)).map((definition) => {
      const { contract } = definition;
      const name = `${base}/openapi/${documentName(contract)}`;
      const { successor } = standing(definition);
      return {
        anchor: base + contract.basePath,
        'service-desc': [
          { href: `${name}.json`, type: 'application/json' },
          ...(contract.problemsAs === 'plain' ? [{ href: `${name}.oas30.json`, type: 'application/json' }] : []),
          ...(definition.graphql
            ? [{ href: `${base}/openapi/${contract.domain}.graphql`, type: 'application/graphql' }] : []),
        ],
        'service-doc': [{ href: `${base}/`, type: 'text/html' }],
        status: [{ href: `${base}/readyz`, type: 'application/json' }],
        ...(successor ? { 'successor-version': [{ href: base + successor }] } : {}),
      };
    }),
  };
}

export function securityText(base: string): string {
  return [
    'Contact: mailto:security@throughline.example',
    `Expires: ${new Date(Date.now() + SECURITY_TXT_VALID_MS).toISOString()}`,
    'Preferred-Languages: en, de',
    `Canonical: ${base}/.well-known/security.txt`,
    '',
  ].join('\n');
}
