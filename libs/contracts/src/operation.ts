// A contract is a value: one operation, written once, from which the controller's route, the typed client,
// the OpenAPI document, governance and the route-walking test are all read.
import type { Class } from './field.js';
import type { ProblemType } from './problem.js';

export type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** How urgent an operation is when something must wait: the limiter and the worker shed from the right. */
export type RateClass = 'checkout' | 'read' | 'status' | 'batch';

/**
 * How a repeated call is made harmless: `safe` changes nothing; `natural` is idempotent by its own content (an id
 * chosen by the caller); `stored` needs an `Idempotency-Key`, the answer is stored and replayed by the pipeline;
 * `committed` needs the key too, and the handler stores the answer in the same transaction as its effect; `forwarded`
 * needs the key and hands it to the operation it calls, which stores the answer.
 */
export type Idempotency = 'safe' | 'natural' | 'stored' | 'committed' | 'forwarded';

export interface OperationSpec<P, B, O> {
  readonly method: Verb;
  /** Path below the API's base, with `{name}` for fields of `params`; other fields of `params` are the query. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: Class<P & object>;
  readonly body?: Class<B & object>;
  readonly answer: Class<O & object>;
  /** Success status; the handler may choose another by returning an `Answer`. */
  readonly status?: 200 | 201 | 202 | 204;
  /** Other success statuses the handler may choose, e.g. 202. */
  readonly alsoStatus?: readonly number[];
  /** OAuth scope a caller needs; null: open to anyone (health, vendors' signed webhooks). */
  readonly scope: string | null;
  /** Open to who has no credentials yet too: such a visitor acts as the consumer `portal`, by its scopes and limits. */
  readonly visitors?: boolean;
  readonly rate: RateClass;
  readonly idempotency: Idempotency;
  readonly problems?: readonly ProblemType[];
  /** Media type when the answer is not JSON (an event stream); such operations are not called by typed clients. */
  readonly produces?: 'text/event-stream' | 'application/x-ndjson' | 'text/csv';
  /** The handler gets the bytes as received (to verify a vendor's signature); body is then `{ raw, headers }`. */
  readonly rawBody?: boolean;
  /** Header that carries the vendor's signature, of an operation that is open to signed messages only. */
  readonly signature?: string;
  /** A change may (or must) name the entity tag of what its sender saw: If-Match of RFC 9110. */
  readonly ifMatch?: 'optional' | 'required';
  /** Announced end of the operation: since when and until when (RFC 3339 dates, at least 90 days apart). */
  readonly deprecated?: { readonly since: string; readonly sunset: string; readonly instead?: string };
  /** The body is a document of somebody else's making: fields that `body` does not name are ignored, not refused. */
  readonly openBody?: boolean;
  /** A body that works against the seeded sandbox; shown in the OpenAPI document and sent by the tests. */
  readonly example?: NoInfer<B>;
}

export interface Operation<P = unknown, B = unknown, O = unknown> extends OperationSpec<P, B, O> {
  readonly id: string;
  readonly api: ApiContract;
}

export type Layer = 'experience' | 'process' | 'system' | 'platform';

/** One major version of one API: its name in the catalog, where it lives, and its operations. */
export interface ApiContract {
  /** `<layer>/<domain>`: catalog name, trace service name and deployment target. */
  readonly name: string;
  readonly layer: Layer;
  readonly domain: string;
  readonly version: number;
  readonly title: string;
  readonly description: string;
  /** URL prefix, e.g. `/storefront/v1` or `/process/orders/v1`. */
  readonly basePath: string;
  /**
   * `plain`: problems are `application/json` unless a caller asks for `application/problem+json`, for callers that read
   * nothing else (Salesforce).
   */
  readonly problemsAs?: 'plain';
  readonly operations: Readonly<Record<string, Operation>>;
}

/** Exact bytes and headers of a vendor's webhook, for operations with `rawBody`. */
export interface RawBody {
  readonly raw: Buffer;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

type Part<Name extends string, T> = [T] extends [undefined] ? object : { readonly [K in Name]: T };

/** What a handler receives and a client sends: `params` (path and query) and `body`, where the operation has them. */
export type InputOf<Op> = Op extends OperationSpec<infer P, infer B, unknown>
  ? Part<'params', P> & Part<'body', B>
  : never;
export type AnswerOf<Op> = Op extends OperationSpec<infer _P, infer _B, infer O> ? O : never;

/** Declares an operation; the types of `params`, `body` and `answer` follow from the classes. */
export function operation<O, P = undefined, B = undefined>(spec: OperationSpec<P, B, O>): OperationSpec<P, B, O> {
  return spec;
}

type Bound<Specs> = {
  readonly [K in keyof Specs]: Specs[K] extends OperationSpec<infer P, infer B, infer O> ? Operation<P, B, O> : never;
};

export type Api<Specs = Record<string, Operation>> = ApiContract & { readonly operations: Bound<Specs> };

/** Declares one major version of an API; the keys of `operations` become the stable operation ids. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any spec is welcome, its own types are kept in Specs
export function defineApi<Specs extends Record<string, OperationSpec<any, any, any>>>(api: {
  name: `${Layer}/${string}` | 'platform';
  version: number;
  title: string;
  description: string;
  problemsAs?: 'plain';
  operations: Specs;
}): Api<Specs> {
  const [layer, domain = 'platform'] = api.name.split('/') as [Layer, string?];
  const prefix = layer === 'process' || layer === 'system' ? `/${layer}/${domain}` : `/${domain}`;
  const contract = {
    name: api.name, layer, domain, version: api.version, title: api.title, description: api.description,
    basePath: `${prefix}/v${api.version}`, operations: {} as Record<string, Operation>,
    ...(api.problemsAs ? { problemsAs: api.problemsAs } : {}),
  };
  for (const [id, spec] of Object.entries(api.operations)) {
    contract.operations[id] = { ...(spec as OperationSpec<unknown, unknown, unknown>), id, api: contract };
  }
  return contract as unknown as Api<Specs>;
}

/** Name of an API's OpenAPI document, e.g. `storefront.v1` or `process-orders.v1`; served below /openapi/. */
export function documentName({ layer, domain, version }: Pick<ApiContract, 'layer' | 'domain' | 'version'>): string {
  return `${layer === 'process' || layer === 'system' ? `${layer}-${domain}` : domain}.v${version}`;
}
