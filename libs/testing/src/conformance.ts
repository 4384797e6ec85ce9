// Holds every answer the stories get against the OpenAPI document of its API: a status, a media type, a shape or a
// member that is not documented fails the story, so that what we publish is what we do.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const DOCUMENTS = join(import.meta.dirname, '../../../../openapi');
const DOCUMENT = /^[a-z-]+\.v\d+\.json$/;
/** A document whose members beside the named ones are its own business (RFC 9457). */
const OPEN_SCHEMAS = new Set(['ProblemDocument']);
const FAULTS_TOLD = 5;
const BODY_CHARS_TOLD = 600;

interface Schema {
  type?: string;
  properties?: Record<string, unknown>;
  additionalProperties?: unknown;
  allOf?: unknown[];
}
interface Operation {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema?: object }>; $ref?: string }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses?: Record<string, Operation['responses'][string]> };
}
interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  /** Segments that are not parameters: of two patterns that fit, the one with more is meant. */
  readonly fixed: number;
  readonly operation: Operation;
  readonly document: string;
}

/** One answer as it came over the wire. */
export interface SeenAnswer {
  readonly method: string;
  /** Path, with or without a query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null | undefined;
  readonly body: unknown;
}

class Documents {
  private readonly routes: Route[] = [];
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false, discriminator: false });
  private readonly validators = new Map<string, ValidateFunction>();
  private readonly documents = new Map<string, Document>();

  constructor() {
    for (const file of readdirSync(DOCUMENTS).filter((name) => DOCUMENT.test(name))) {
      const document = JSON.parse(readFileSync(join(DOCUMENTS, file), 'utf8')) as Document;
      this.documents.set(file, document);
      this.ajv.addSchema({ components: { schemas: closed(document.components.schemas) } }, file);
      for (const [path, item] of Object.entries(document.paths)) {
        for (const [method, operation] of Object.entries(item)) {
          this.routes.push(routeOf(file, path, method, operation));
        }
      }
    }
  }

  /** What is wrong with an answer; empty when it is as documented, or none of the documents speaks of its path. */
  faults({ method, path, status, contentType, body }: SeenAnswer): string[] {
    const route = this.routeOf(method, path.split('?', 1)[0]!);
    if (!route) return [];
    const { operation, document } = route;
    const response = operation.responses[String(status)];
    if (!response) return [`${status} is not among ${Object.keys(operation.responses).join(', ')}`];
    const described = response.$ref
      ? this.documents.get(document)!.components.responses?.[response.$ref.split('/').at(-1)!] : response;
    const media = described?.content;
    if (!media || body === undefined || body === '') return [];
    const type = (contentType ?? '').split(';', 1)[0]!.trim();
    const content = media[type];
    if (!content) return [`${type || 'no content type'} is not among ${Object.keys(media).join(', ')}`];
    if (!content.schema || !type.endsWith('json')) return [];
    const validate = this.validator(`${document} ${operation.operationId} ${status} ${type}`, document, content.schema);
    if (validate(body)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      `${instancePath || '/'} ${message} ${JSON.stringify(params)}`);
  }

  private routeOf(method: string, path: string): Route | undefined {
    return this.routes.filter((route) => route.method === method && route.pattern.test(path))
      .sort((a, b) => b.fixed - a.fixed)[0];
  }

  private validator(key: string, document: string, schema: object): ValidateFunction {
    const known = this.validators.get(key);
    if (known) return known;
    const text = JSON.stringify(schema).replaceAll('"#/components/', `"${document}#/components/`);
    const made = this.ajv.compile(JSON.parse(text) as object);
    this.validators.set(key, made);
    return made;
  }
}

function routeOf(document: string, path: string, method: string, operation: Operation): Route {
  return {
    document, operation, method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
    fixed: path.split('/').filter((segment) => !segment.startsWith('{')).length,
  };
}

/** Schemas in which a member that is not named is a fault. */
function closed(schemas: Record<string, Schema>): Record<string, Schema> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => {
    const open = OPEN_SCHEMAS.has(name) || schema.properties === undefined || schema.allOf !== undefined
      || schema.additionalProperties !== undefined;
    return [name, open ? schema : { ...schema, additionalProperties: false }];
  }));
}

let documents: Documents | undefined;

/** @throws AssertionError that says what of the answer is not documented */
export function assertDocumented(answer: SeenAnswer): void {
  documents ??= new Documents();
  const faults = documents.faults(answer);
  if (faults.length === 0) return;
  const { method, path, status, body } = answer;
  assert.fail(`${method} ${path} answered ${status} otherwise than documented: `
    + `${faults.slice(0, FAULTS_TOLD).join('; ')}\n${JSON.stringify(body)?.slice(0, BODY_CHARS_TOLD)}`);
}
