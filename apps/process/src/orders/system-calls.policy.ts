// How the answers of system APIs steer an order's run: what is down is asked again, what says no for good fails the
// step, and what is uncertain is looked up on the next try.
import { Problem, problems, serviceContext, type CallContext, type WriteOutcome } from '#contracts';
import { NonRetryable, RetryLater, RunCancelled, StillUncertain, type Run, type StepAttempt } from '#workflow';

/** Longest a vendor call may take within a step. */
const STEP_DEADLINE_MS = 20_000;

/** Context of a call made by a step: its key is the idempotency key, its order the journey vendor calls are told to. */
export function callFor(run: Run, order: { readonly orderId: string }, attempt?: StepAttempt): CallContext {
  return serviceContext('process/orders', {
    deadline: Date.now() + STEP_DEADLINE_MS,
    subject: order.orderId,
    requestId: attempt?.key ?? run.id,
    idempotencyKey: attempt?.key,
    mayHaveRun: attempt?.mayHaveRun ?? false,
  });
}

/**
 * The reference of an applied write; a rejected one fails the step for good, an uncertain one is looked up on the
 * next try. That nobody knows yet says nothing against the step, so a person is asked only when it lasts for hours.
 */
export function settled(outcome: WriteOutcome, reason: string): string {
  if (outcome.outcome === 'applied') return outcome.reference ?? '';
  if (outcome.outcome === 'rejected') throw new NonRetryable(outcome.reason ?? 'The system rejected it.', { reason });
  throw new StillUncertain(`Not known whether it was applied: ${outcome.lookUp ?? 'look it up'}`);
}

/** Runs a call to a system API: what is down is asked again later, what says no for good fails the step. */
export async function vendor<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (
      error.type === problems.vendorUnavailable ||
      error.type === problems.overloaded ||
      error.type === problems.quotaExceeded
    ) {
      const seconds = error.details.retryAfterSeconds;
      throw new RetryLater(error.details.detail, seconds === undefined ? undefined : seconds * 1000);
    }
    if (error.type.status >= 500) throw error;
    throw new NonRetryable(error.details.detail, { reason: error.type.slug, detail: error.details, cause: error });
  }
}

export function reasonOf(error: unknown): string {
  if (error instanceof RunCancelled) return (error.payload as { reason?: string } | null)?.reason ?? 'cancelled';
  if (error instanceof NonRetryable) return error.reason ?? 'failed';
  return 'failed';
}
