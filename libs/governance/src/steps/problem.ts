// The outermost step: whatever goes wrong inside leaves as a Problem, a writer that is busy as a polite 503,
// and what was not expected is logged with its cause and shown to the caller without it.
import { Problem, problems } from '#contracts';
import { QueueFull } from '#database';
import { createLogger } from '#telemetry';
import type { Step } from '../call.js';

const BUSY_RETRY_AFTER_SECONDS = 2;

const logger = createLogger('governance');

export const problem: Step = async (call, next) => {
  try {
    return await next(call);
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (error instanceof QueueFull) {
      // Nothing was written, and the queue is seconds long at most.
      throw new Problem(problems.overloaded, {
        detail: `${call.operation.id} was not carried out: too many requests wait to be written.`,
        retryAfterSeconds: BUSY_RETRY_AFTER_SECONDS,
      }, { cause: error });
    }
    logger.error({ err: error, operation: call.operation.id, requestId: call.context.requestId }, 'unexpected failure');
    throw new Problem(problems.internalError, {
      detail: `${call.operation.id} failed unexpectedly; nothing more is known to be safe to tell.`,
    }, { cause: error });
  }
};
