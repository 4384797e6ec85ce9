// How the answers of other APIs steer a return's run: what is down is asked again, what says no for good fails the
// step, and what is uncertain is looked up on the next try.
import { Problem, problems, serviceContext, type CallContext, type WriteOutcome } from '#contracts';
import { NonRetryable, RetryLater, StepFailed, type Run, type StepAttempt } from '#workflow';

/** Longest a call may take within a step. */
const STEP_DEADLINE_MS = 20_000;
const LATER = [problems.vendorUnavailable, problems.overloaded, problems.quotaExceeded, problems.deadlineExceeded];

/** Context of a call made by a step: its key is the idempotency key, the return is the journey calls are told to. */
export function callFor(run: Run, returnId: string, attempt?: StepAttempt): CallContext {
  return serviceContext('process/returns', {
    deadline: Date.now() + STEP_DEADLINE_MS, subject: returnId, requestId: attempt?.key ?? run.id,
    idempotencyKey: attempt?.key, mayHaveRun: attempt?.mayHaveRun ?? false,
  });
}

/** The reference of an applied write; a rejected one fails the step for good, an uncertain one is looked up next. */
export function settled(outcome: WriteOutcome, reason: string): string {
  if (outcome.outcome === 'applied') return outcome.reference ?? '';
  if (outcome.outcome === 'rejected') throw new NonRetryable(outcome.reason ?? 'The system rejected it.', { reason });
  throw new RetryLater(`Not known whether it was applied: ${outcome.lookUp ?? 'look it up'}`);
}

/** Runs a call to another API: what is down is asked again later, what says no for good fails the step. */
export async function calling<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if ((LATER as readonly unknown[]).includes(error.type)) {
      const seconds = error.details.retryAfterSeconds;
      throw new RetryLater(error.details.detail, seconds === undefined ? undefined : seconds * 1_000);
    }
    if (error.type.status >= 500) throw error;
    throw new NonRetryable(error.details.detail, { reason: error.type.slug, detail: error.details, cause: error });
  }
}

/** Why a step failed for good, in words. */
export const reasonOf = (error: StepFailed | NonRetryable): string => error.message.slice(0, 500);
