// What governance adds to every answer, written into an API's document, so that no client is surprised by a header or a
// status: quotas, the version that answered, how an API's end is announced.
import type { OpenAPIObject } from '@nestjs/swagger';
import { revisionsOf, type ApiDefinition } from '#governance';

const REVISION = 'API-Version';

interface Described {
  description: string;
  headers?: Record<string, { $ref: string }>;
  content?: Record<string, unknown>;
}

interface DescribedOperation {
  parameters?: object[];
  responses: Record<string, Described>;
}

interface HeaderDescription {
  description: string;
  schema: { type: 'string' | 'integer'; maxLength?: number; minimum?: number; maximum?: number; format?: string };
  example?: string;
}

const text = (description: string, example: string, maxLength = 500): HeaderDescription =>
  ({ description, example, schema: { type: 'string', maxLength } });

/** Headers any answer may carry, by name. */
const HEADERS: Readonly<Record<string, HeaderDescription>> = {
  RateLimit: text('What is left of the quota, and in how many seconds it is whole again.', '"read";r=199;t=1'),
  'RateLimit-Policy': text('The quotas that count this request.', '"read";q=200;w=1'),
  'Retry-After': {
    description: 'Seconds after which a retry makes sense.',
    schema: { type: 'integer', format: 'int32', minimum: 0, maximum: 86_400 },
  },
  'X-Request-Id': text('This request; name it to support.', 'req_0197c0de00007000800000000000000a', 100),
  [REVISION]: text('The dated revision the answer is in.', '2026-11-23', 10),
  ETag: text('Entity tag; the body says it too.', '"tUqVfZ0nXw8sYk2bQm1dHg"', 200),
  'Access-Control-Allow-Origin': text('Which origin may read the answer in a browser.', '*', 255),
  Deprecation: text('Since when the version is deprecated (RFC 9745), when it is.', '@1767225600', 30),
  Sunset: text('When the version ends (RFC 8594), once it is announced.', 'Thu, 31 Dec 2026 23:59:59 GMT', 40),
  Link: text('Next page, successor version, deprecation notice.', '</storefront/v2>; rel="successor-version"', 2_000),
};

const ALWAYS = ['RateLimit', 'RateLimit-Policy', 'X-Request-Id', 'Access-Control-Allow-Origin'];
const ON_SUCCESS = [...ALWAYS, REVISION, 'ETag', 'Deprecation', 'Sunset', 'Link'];
const WITH_RETRY = new Set(['429', '503']);

/** The document with what every answer of the house may carry besides its body. */
export function governed(document: OpenAPIObject, definition: ApiDefinition): OpenAPIObject {
  const { contract } = definition;
  const { dates } = revisionsOf(definition);
  for (const { method, path } of Object.values(contract.operations)) {
    const item = document.paths[contract.basePath + path] as Record<string, DescribedOperation>;
    const operation = item?.[method.toLowerCase()];
    if (!operation) continue;
    if (dates.length > 1) operation.parameters = [...(operation.parameters ?? []), revisionParameter(dates)];
    for (const [status, response] of Object.entries(operation.responses)) {
      const names = [
        ...(Number(status) < 400 ? ON_SUCCESS : ALWAYS),
        ...(WITH_RETRY.has(status) ? ['Retry-After'] : []),
      ];
      const described = names.map((name) => [name, { $ref: `#/components/headers/${name}` }] as const);
      response.headers = { ...response.headers, ...Object.fromEntries(described) };
    }
  }
  document.components = { ...document.components, headers: { ...HEADERS } as never };
  return document;
}

function revisionParameter(dates: readonly string[]): object {
  return {
    name: REVISION, in: 'header', required: false,
    description: `Dated revision to be answered in: ${dates.join(', ')}. Without it the one you are pinned to, or the `
      + 'first.',
    schema: { type: 'string', format: 'date', maxLength: 10, example: dates.at(-1) },
  };
}
