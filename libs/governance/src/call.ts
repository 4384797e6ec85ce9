// One request on its way through the pipeline, whatever brought it: HTTP, GraphQL or a layer of ours in this process.
import type { Answer, CallContext, Caller, Operation } from '#contracts';
import type { Lifecycle } from './lifecycle.js';
import type { Revisions } from './revisions.js';

/** What a transport knows before governance has looked at the request. */
export interface Call {
  readonly operation: Operation;
  readonly lifecycle: Lifecycle;
  readonly revisions: Revisions;
  readonly source: 'http' | 'graphql' | 'direct';
  /** Request headers in lower case; a direct call has none. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Path as requested over HTTP. */
  readonly url?: string | undefined;
  /** Network address of who sent it, as far as this process sees. */
  readonly address?: string | undefined;
  /** Path and query as sent (texts over HTTP, typed values in a direct call). */
  params: Record<string, unknown>;
  body: unknown;
  /** True when the transport has counted the request already, with its cost. */
  readonly counted?: boolean | undefined;
  /** Set by the transport of a direct call, by `authenticate` otherwise. */
  caller?: Caller;
  /** Filled by `correlate` and the steps after it; the handler gets it. */
  context: CallContext;
  /** Headers the answer carries besides its own. */
  readonly answerHeaders: Record<string, string>;
}

export type Next = (call: Call) => Promise<Answer<unknown>>;

/** One governance step: does its work and calls `next`, or throws a Problem. */
export type Step = (call: Call, next: Next) => Promise<Answer<unknown>>;

/** A request header as one text. */
export function header({ headers }: Pick<Call | CallContext, 'headers'>, name: string): string | undefined {
  const value = headers?.[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
