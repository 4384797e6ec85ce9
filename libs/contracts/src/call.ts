// What travels with every call from layer to layer, in process or over HTTP: who asks, for whom, until when,
// under which idempotency key, and which journey it belongs to.

export interface Caller {
  /** OAuth client that makes this very call (a consumer at the edge, an API of ours further in). */
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
}

export interface CallContext {
  readonly caller: Caller;
  /** Consumer at the edge on whose behalf the whole chain runs; the caller itself where there is none. */
  readonly consumer: string;
  /** Epoch milliseconds after which nobody waits for the answer any more. */
  readonly deadline: number;
  readonly requestId: string;
  /** Idempotency-Key as sent at the edge, without quotes. */
  readonly idempotencyKey?: string;
  /** SHA-256 of the input, where the operation is idempotent by key. */
  readonly fingerprint?: string;
  /** Journey (order or return id) that vendor calls made below are written to. */
  readonly subject?: string;
  /** True when an earlier attempt may have reached a vendor: look up before you create. */
  readonly mayHaveRun?: boolean;
  /** Entity tag the change must hit, `*` for any; the handler compares it with what is there. */
  readonly ifMatch?: string;
  /** Where the version that was called stands, for channels that read no header. */
  readonly standing?: { readonly deprecated: boolean; readonly sunsetAt?: string };
  /** Request headers in lower case, for operations that negotiate (event streams); absent in a direct call. */
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
}

/** A success that needs another status than the operation's usual one, or headers. */
export class Answer<T> {
  constructor(readonly status: number, readonly body: T, readonly headers: Readonly<Record<string, string>> = {}) {}
}

/** Time a call may take when nobody said otherwise. */
export const DEFAULT_DEADLINE_MS = 10_000;

/** Context of work that no request started: workflows, consumers and schedules. */
export function serviceContext(clientId: string, options: Partial<CallContext> = {}): CallContext {
  return {
    caller: { clientId, scopes: new Set() }, consumer: clientId, deadline: Date.now() + DEFAULT_DEADLINE_MS,
    requestId: clientId, ...options,
  };
}
