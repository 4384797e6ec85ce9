// The one way out to a vendor: bounded concurrency, a circuit breaker, a deadline, a span, a metric and the journey.
// It tells apart what was surely not done from what may have been done, which is what law 4 needs from a transport.
import {
  bulkhead, BulkheadRejectedError, BrokenCircuitError, circuitBreaker, CircuitState, ConsecutiveBreaker,
  DelegateBackoff, handleWhen, type BulkheadPolicy, type CircuitBreakerPolicy,
} from 'cockatiel';
import { Problem, problems, type CallContext, type WriteOutcome } from '#contracts';
import type { JourneyRecorder } from '#events';
import { BudgetSpent, OutboundBudgets, type OutboundBudget } from '#governance';
import { inSpan, metrics, SpanKind } from '#telemetry';

const DEFAULT_CONCURRENT = 16;
const DEFAULT_QUEUED = 500;
const OPEN_AFTER_FAILURES = 5;
const FIRST_PROBE_MS = 1_000;
const LAST_PROBE_MS = 30_000;
/** Time kept back from the caller's deadline, so that our answer still reaches it. */
const ANSWER_MARGIN_MS = 100;
/** Less than this is not worth a call, and its time-out would say nothing about the vendor. */
const SHORTEST_CALL_MS = 50;

const duration = metrics.histogram('throughline_vendor_call_seconds', 'Duration of calls to vendors, by outcome.',
  ['vendor', 'operation', 'outcome']);
const circuitOpen = metrics.gauge('throughline_vendor_circuit_open', '1 while calls to the vendor are held back.',
  ['vendor']);

/** The vendor did not do it: not reached, not let in, or held back by us. Trying again is harmless. */
export class VendorUnreached extends Error {
  /** @param transport counts against the circuit breaker */
  constructor(message: string, readonly transport = false, readonly retryAfterSeconds?: number, cause?: unknown) {
    super(message, { cause });
  }
}

/** It asks for fewer calls, or its quota is used up: nobody needs to ask before the time it names. */
export class VendorThrottled extends VendorUnreached {
  constructor(message: string, override readonly retryAfterSeconds: number, cause?: unknown) {
    super(message, false, retryAfterSeconds, cause);
  }
}

/** We have not even tried: too much of ours waits, or too little time is left. It says nothing of the vendor. */
export class VendorLineFull extends VendorUnreached {}

/** The request was sent and no usable answer came: the vendor may have done it. */
export class VendorSilent extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}

/** What the journey tells about one operation at the vendor. */
export interface VendorReport {
  /** Operation, e.g. `createSalesOrder`. */
  readonly name: string;
  readonly outcome: string;
  /** Epoch milliseconds at which it began. */
  readonly startedAt: number;
  readonly attempt?: number;
  readonly reason?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** How a connector's factory asks for the budgets of the process; a part of the house in a test has none. */
export const BUDGETS = { token: OutboundBudgets, optional: true };

/** Of a line what differs from a productive vendor's, and the budget that all processes share. */
export type LineSettings = Partial<Pick<VendorLineOptions, 'callTimeoutMs' | 'firstProbeMs' | 'budget'>>;

export interface VendorLineOptions {
  readonly vendor: string;
  readonly journey: JourneyRecorder;
  /** Most calls at the same time; more wait, bounded, and beyond that are refused. */
  readonly concurrent?: number;
  readonly queued?: number;
  /** Longest a single call may take, in milliseconds. */
  readonly callTimeoutMs: number;
  /** First pause of an open circuit, in milliseconds; it doubles with each failed probe. */
  readonly firstProbeMs?: number;
  /** How much may be asked of it; without one only what it says itself limits us. */
  readonly budget?: OutboundBudget | undefined;
  /** Longest pause of an open circuit, in milliseconds; 30 s when not given. */
  readonly lastProbeMs?: number;
}

export class VendorLine {
  readonly vendor: string;
  private readonly bulkhead: BulkheadPolicy;
  private readonly breaker: CircuitBreakerPolicy;
  private readonly callTimeoutMs: number;
  private readonly journey: JourneyRecorder;
  private readonly budget: OutboundBudget | undefined;
  private probeAt = 0;

  constructor({ vendor, journey, callTimeoutMs, ...options }: VendorLineOptions) {
    const { concurrent = DEFAULT_CONCURRENT, queued = DEFAULT_QUEUED, firstProbeMs = FIRST_PROBE_MS } = options;
    const { lastProbeMs = LAST_PROBE_MS } = options;
    this.vendor = vendor;
    this.journey = journey;
    this.callTimeoutMs = callTimeoutMs;
    this.budget = options.budget;
    this.bulkhead = bulkhead(concurrent, queued);
    const failed = handleWhen((error) =>
      error instanceof VendorSilent || (error instanceof VendorUnreached && error.transport));
    this.breaker = circuitBreaker(failed, {
      breaker: new ConsecutiveBreaker(OPEN_AFTER_FAILURES),
      halfOpenAfter: new DelegateBackoff(({ attempt }) => {
        const pause = Math.min(firstProbeMs * 2 ** (attempt - 1), lastProbeMs);
        this.probeAt = Date.now() + pause;
        return pause;
      }),
    });
    circuitOpen.set({ vendor }, 0);
    this.breaker.onBreak(() => circuitOpen.set({ vendor }, 1));
    this.breaker.onReset(() => circuitOpen.set({ vendor }, 0));
  }

  /** True while calls are held back, or only a probe is let through. */
  get open(): boolean {
    return this.breaker.state !== CircuitState.Closed;
  }

  /** Seconds until an open circuit lets the next probe through, at least 1. */
  get secondsToProbe(): number {
    return Math.max(1, Math.ceil((this.probeAt - Date.now()) / 1_000));
  }

  /**
   * Runs one request. `work` gets the milliseconds it may take and resolves with any answer of the vendor, also a
   * refusal; it throws VendorSilent or VendorUnreached when there is none, VendorThrottled when it asks for a pause.
   * @throws VendorUnreached when the circuit is open, the line is full or the deadline too near
   */
  async run<T>(operation: string, deadline: number, work: (timeoutMs: number) => Promise<T>): Promise<T> {
    const started = performance.now();
    let outcome = 'answered';
    try {
      await this.budget?.take(operation, deadline);
      return await inSpan(`${this.vendor} ${operation}`, { 'peer.service': this.vendor }, () =>
        this.bulkhead.execute(() => this.breaker.execute(() => {
          const timeoutMs = Math.min(this.callTimeoutMs, deadline - Date.now() - ANSWER_MARGIN_MS);
          if (timeoutMs < SHORTEST_CALL_MS) throw new VendorLineFull('no time is left before the deadline');
          return work(timeoutMs);
        })), SpanKind.CLIENT);
    } catch (error) {
      // The vendor asks for fewer calls: nobody here asks before the time it names.
      if (error instanceof VendorThrottled) this.budget?.throttled(error.retryAfterSeconds);
      const failure = this.held(error);
      outcome = failure instanceof VendorSilent ? 'silent' : 'unreached';
      throw failure;
    } finally {
      duration.observe({ vendor: this.vendor, operation, outcome }, (performance.now() - started) / 1_000);
    }
  }

  /**
   * Runs a write and answers in three values: what `work` says, or uncertain when the vendor went silent.
   * @param lookUp how a person or program finds out what became of it
   * @throws Problem vendor-unavailable when it was surely not written
   */
  async write(call: CallContext, name: string, lookUp: string, work: () => Promise<Reported>): Promise<WriteOutcome> {
    const startedAt = Date.now();
    try {
      const { detail, attempt, ...outcome } = await work();
      this.report(call, { name, startedAt, outcome: outcome.outcome, reason: outcome.reason, attempt,
        detail: { ...detail, vendorReference: outcome.reference, found: outcome.found } });
      return outcome;
    } catch (error) {
      const uncertain = error instanceof VendorSilent;
      const reason = error instanceof Error ? error.message : String(error);
      this.report(call, { name, startedAt, outcome: uncertain ? 'uncertain' : 'unavailable', reason });
      if (uncertain) return { outcome: 'uncertain', lookUp };
      throw this.problem(error);
    }
  }

  /** What the vendor itself says of its quota. */
  quotaReported(used: number, limit: number): void {
    this.budget?.reported(used, limit);
  }

  /** Writes an operation to the journey of the call, when it belongs to one. */
  report(call: CallContext, { name, outcome, startedAt, attempt, reason, detail }: VendorReport): void {
    if (call.subject === undefined) return;
    this.journey.record({
      subject: call.subject, kind: 'vendorCall', system: this.vendor, name, outcome, durationMs: Date.now() - startedAt,
      attempt, reason, detail,
    });
  }

  /** A failure of the transport as the problem a caller of ours gets; any other error stays what it is. */
  problem(error: unknown): unknown {
    if (!(error instanceof VendorUnreached || error instanceof VendorSilent)) return error;
    const wait = error instanceof VendorUnreached ? error.retryAfterSeconds : undefined;
    return new Problem(problems.vendorUnavailable, {
      detail: `${this.vendor}: ${error.message}.`, retryAfterSeconds: wait ?? this.secondsToProbe, vendor: this.vendor,
    }, { cause: error });
  }

  /** Our own reasons for not calling, as the vendor being out of reach. */
  private held(error: unknown): unknown {
    if (error instanceof BrokenCircuitError) {
      return new VendorUnreached('it did not answer lately; calls are held back', false, this.secondsToProbe, error);
    }
    if (error instanceof BulkheadRejectedError) {
      return new VendorLineFull('too many calls are waiting for it', false, 1, error);
    }
    return error instanceof BudgetSpent ? new VendorThrottled(error.message, error.retryAfterSeconds) : error;
  }
}

/** An outcome with what the journey should tell beside it. */
export type Reported = WriteOutcome & {
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly attempt?: number;
};

/** Silence of a request that changes nothing is no more than not having been reached. */
export async function withoutDoubt<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw error instanceof VendorSilent ? new VendorUnreached(error.message, false, undefined, error) : error;
  }
}

const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN',
  'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE']);

/** A socket's or HTTP client's error as unreached (no connection was made) or silent (all others). */
export function transportFailure(error: unknown): VendorUnreached | VendorSilent {
  const { code, message, cause } = error as { code?: string; message?: string; cause?: { code?: string } };
  const text = code ?? cause?.code ?? message ?? String(error);
  return NEVER_SENT.has(code ?? cause?.code ?? '')
    ? new VendorUnreached(`no connection (${text})`, true, undefined, error)
    : new VendorSilent(`no answer (${text})`, error);
}
