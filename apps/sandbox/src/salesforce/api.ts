/*
 * The REST API below `/services/data/vNN.0/` as a table of resources. It works on plain calls, not on HTTP, so that a
 * composite request runs its parts through the very same table.
 */
import type { Store } from '../store.js';
import { Cursors } from './cursors.js';
import { invalid, notFound, SalesforceError } from './errors.js';
import type { Input } from './input.js';
import { MultipleChoices, Org } from './org.js';
import type { Usage } from './usage.js';

export const OLDEST_VERSION = 31;
export const NEWEST_VERSION = 66;

export interface ApiCall {
  method: string;
  /** As in the path, e.g. `v62.0`. */
  version: string;
  /** Decoded path segments after the version. */
  segments: readonly string[];
  query: URLSearchParams;
  /** By lower-case name. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The JSON text of the body was parsed; missing when there was none. */
  body: unknown;
}

export interface ApiAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface ApiContext {
  org: Org;
  store: Store;
  cursors: Cursors;
  usage: Usage;
  call: ApiCall;
  /** Values of the `:names` in the resource's path. */
  params: Readonly<Record<string, string>>;
  /** Runs another call through the same table; for composite requests. */
  dispatch(call: ApiCall): ApiAnswer;
}

export type Handler = (context: ApiContext) => ApiAnswer;
/** Path after the version, with `:names`, and the handler of each method. */
export type Resource = readonly [path: string, methods: Readonly<Record<string, Handler>>];

/** Answers a call; all errors become answers in Salesforce's shape. */
export class Api {
  private readonly resources: readonly { segments: string[]; methods: Readonly<Record<string, Handler>> }[];

  constructor(
    private readonly world: Pick<ApiContext, 'org' | 'store' | 'cursors' | 'usage'>,
    resources: readonly Resource[],
  ) {
    this.resources = resources.map(([path, methods]) => ({ segments: path.split('/').filter(Boolean), methods }));
  }

  dispatch(call: ApiCall): ApiAnswer {
    try {
      const version = Number(/^v(\d+)\.0$/.exec(call.version)?.[1]);
      if (!(version >= OLDEST_VERSION && version <= NEWEST_VERSION)) throw notFound();
      const { handler, params } = this.find(call);
      return handler({ ...this.world, call, params, dispatch: (inner) => this.dispatch(inner) });
    } catch (error) {
      if (error instanceof SalesforceError) return { status: error.status, body: error.body };
      if (error instanceof MultipleChoices) return this.choices(call, error);
      throw error;
    }
  }

  private find(call: ApiCall): { handler: Handler; params: Record<string, string> } {
    for (const { segments, methods } of this.resources) {
      const params = match(segments, call.segments);
      if (!params) continue;
      const handler = methods[call.method];
      if (handler) return { handler, params };
      const allowed = Object.keys(methods).join(',');
      const message = `HTTP Method '${call.method}' not allowed. Allowed are ${allowed}`;
      throw new SalesforceError(405, 'METHOD_NOT_ALLOWED', message);
    }
    throw notFound();
  }

  private choices(call: ApiCall, { ids }: MultipleChoices): ApiAnswer {
    const type = this.world.org.type(call.segments[1]!);
    return { status: 300, body: ids.map((id) => `/services/data/${call.version}/sobjects/${type.name}/${id}`) };
  }
}

/** The body as an object. @throws JSON_PARSER_ERROR */
export function bodyOf(call: ApiCall): Input {
  const { body } = call;
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Input;
  const message = body === undefined
    ? 'The HTTP entity body is required, but this request has no entity body.'
    : 'The HTTP entity body must be a JSON object';
  throw invalid('JSON_PARSER_ERROR', message);
}

/** A path segment as text. @throws NOT_FOUND */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw notFound();
  }
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    if (part.startsWith(':')) params[part.slice(1)] = segments[at]!;
    else if (part !== segments[at]) return undefined;
  }
  return params;
}
