// The outermost step: whatever goes wrong inside leaves as a Problem, and what was not expected is logged with its
// cause and shown to the caller without it.
import { Problem, problems } from '#contracts';
import { createLogger } from '#telemetry';
import type { Step } from '../call.js';

const logger = createLogger('governance');

export const problem: Step = async (call, next) => {
  try {
    return await next(call);
  } catch (error) {
    if (error instanceof Problem) throw error;
    logger.error({ err: error, operation: call.operation.id, requestId: call.context.requestId }, 'unexpected failure');
    throw new Problem(problems.internalError, {
      detail: `${call.operation.id} failed unexpectedly; nothing more is known to be safe to tell.`,
    }, { cause: error });
  }
};
