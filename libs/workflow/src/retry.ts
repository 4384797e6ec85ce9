// When a failed attempt is repeated: a pure decision, so that it can be simulated and explained.
import { NonRetryable, RetryLater, StillUncertain } from './errors.js';

export interface RetryPolicy {
  /** Failed tries after which the run is stuck and a person decides. */
  maxAttempts: number;
  /** Times RetryLater may put a step off before the run is stuck. */
  maxDeferrals: number;
  /** Milliseconds nobody may know whether a step took effect (StillUncertain) before the run is stuck. */
  maxUncertainMs: number;
  /** Milliseconds before the second try. */
  firstDelayMs: number;
  /** Each further delay is this much longer. */
  factor: number;
  maxDelayMs: number;
  /** 0..1: the share of a delay that is random, so that runs that failed together do not return together. */
  jitter: number;
  /** Milliseconds one attempt may take. */
  timeoutMs: number;
}

/** Tries for about two and a half minutes, half of the longest delay being left to chance; is in doubt for hours. */
export const DEFAULT_RETRY: RetryPolicy = {
  maxAttempts: 12, maxDeferrals: 1_000, maxUncertainMs: 4 * 3_600_000, firstDelayMs: 100, factor: 2,
  maxDelayMs: 300_000, jitter: 0.5, timeoutMs: 30_000,
};

/** An undo is given up earlier: a person must know soon that something is half taken back. */
export const UNDO_RETRY: RetryPolicy = { ...DEFAULT_RETRY, maxAttempts: 5 };

/** The part of the policy that is set for a whole engine. */
export type HouseRetry = Partial<Pick<RetryPolicy, 'maxUncertainMs'>>;

/** Delays from here on are spent parked (a row), shorter ones in memory. */
export const PARK_FROM_MS = 2_000;

/** Failures so far of one step. */
export interface Failures {
  attempts: number;
  deferrals: number;
  /**
   * Milliseconds of tries and delays since it first was uncertain whether the step took effect. Summed up instead of
   * read from a clock, so that it survives restarts and machines whose clocks differ.
   */
  uncertainMs?: number;
}

/**
 * The failures after one more try, which took `tookMs`. Being put off is counted apart: it says nothing against the
 * step. Once uncertain it stays so until a try succeeds, whatever else goes wrong meanwhile.
 */
export function countFailure(error: unknown, before: Failures, tookMs = 0): Failures {
  const unsure = before.uncertainMs !== undefined || error instanceof StillUncertain;
  const known = unsure ? { ...before, uncertainMs: (before.uncertainMs ?? 0) + tookMs } : before;
  return error instanceof RetryLater
    ? { ...known, deferrals: known.deferrals + 1 }
    : { ...known, attempts: known.attempts + 1 };
}

/** The failures to be kept while the delay before the next try passes. */
export function countDelay(failures: Failures, delayMs: number): Failures {
  const { uncertainMs } = failures;
  return uncertainMs === undefined ? failures : { ...failures, uncertainMs: uncertainMs + delayMs };
}

export type RetryDecision = { next: 'retry'; delayMs: number } | { next: 'fail' } | { next: 'ask' };

/** Decides after a failure, which `failures` already counts. `random` gives 0..1. */
export function decideRetry(
  error: unknown, failures: Failures, policy: RetryPolicy, random: () => number,
): RetryDecision {
  if (error instanceof NonRetryable) return { next: 'fail' };
  if (failures.attempts >= policy.maxAttempts || failures.deferrals >= policy.maxDeferrals) return { next: 'ask' };
  if (failures.uncertainMs !== undefined && failures.uncertainMs >= policy.maxUncertainMs) return { next: 'ask' };
  if (error instanceof RetryLater && error.afterMs !== undefined) {
    return { next: 'retry', delayMs: error.afterMs * (1 + policy.jitter * random() / 2) };
  }
  const step = error instanceof RetryLater ? failures.deferrals : failures.attempts;
  const full = Math.min(policy.maxDelayMs, policy.firstDelayMs * policy.factor ** (step - 1));
  return { next: 'retry', delayMs: full * (1 - policy.jitter * random()) };
}
