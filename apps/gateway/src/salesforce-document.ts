// The same API as External Services of Salesforce imports it: OpenAPI 3.0.3, errors as plain JSON. Nothing else
// differs, so that what a flow sees is what everybody is told.
import type { OpenAPIObject } from '@nestjs/swagger';

const PROBLEM_TYPE = 'application/problem+json';
const JSON_TYPE = 'application/json';

/** A 3.1 document of ours in 3.0.3; our documents use no keyword that only 3.1 has. */
export function salesforceDocument(document: OpenAPIObject): OpenAPIObject {
  const plain = structuredClone({ ...document, openapi: '3.0.3' });
  for (const item of Object.values(plain.paths)) {
    for (const operation of Object.values(item as Record<string, { responses: Record<string, Answer> }>)) {
      for (const { content } of Object.values(operation.responses)) {
        if (!content?.[PROBLEM_TYPE]) continue;
        content[JSON_TYPE] = content[PROBLEM_TYPE];
        delete content[PROBLEM_TYPE];
      }
    }
  }
  return plain;
}

interface Answer {
  content?: Record<string, unknown>;
}
