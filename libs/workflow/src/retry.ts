// When a failed attempt is repeated: a pure decision, so that it can be simulated and explained.
import { NonRetryable, RetryLater } from './errors.js';

export interface RetryPolicy {
  /** Failed tries after which the run is stuck and a person decides. */
  maxAttempts: number;
  /** Times RetryLater may put a step off before the run is stuck. */
  maxDeferrals: number;
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

/** Tries for about two and a half minutes, half of the longest delay being left to chance. */
export const DEFAULT_RETRY: RetryPolicy = {
  maxAttempts: 12, maxDeferrals: 1_000, firstDelayMs: 100, factor: 2, maxDelayMs: 300_000, jitter: 0.5,
  timeoutMs: 30_000,
};

/** An undo is given up earlier: a person must know soon that something is half taken back. */
export const UNDO_RETRY: RetryPolicy = { ...DEFAULT_RETRY, maxAttempts: 5 };

/** Delays from here on are spent parked (a row), shorter ones in memory. */
export const PARK_FROM_MS = 2_000;

/** Failures so far of one step. */
export interface Failures { attempts: number; deferrals: number }

/** The failures after one more. Being put off is counted apart: it says nothing against the step. */
export function countFailure(error: unknown, before: Failures): Failures {
  return error instanceof RetryLater
    ? { ...before, deferrals: before.deferrals + 1 }
    : { ...before, attempts: before.attempts + 1 };
}

export type RetryDecision = { next: 'retry'; delayMs: number } | { next: 'fail' } | { next: 'ask' };

/** Decides after a failure, which `failures` already counts. `random` gives 0..1. */
export function decideRetry(
  error: unknown, failures: Failures, policy: RetryPolicy, random: () => number,
): RetryDecision {
  if (error instanceof NonRetryable) return { next: 'fail' };
  if (failures.attempts >= policy.maxAttempts || failures.deferrals >= policy.maxDeferrals) return { next: 'ask' };
  if (error instanceof RetryLater && error.afterMs !== undefined) {
    return { next: 'retry', delayMs: error.afterMs * (1 + policy.jitter * random() / 2) };
  }
  const step = error instanceof RetryLater ? failures.deferrals : failures.attempts;
  const full = Math.min(policy.maxDelayMs, policy.firstDelayMs * policy.factor ** (step - 1));
  return { next: 'retry', delayMs: full * (1 - policy.jitter * random()) };
}
