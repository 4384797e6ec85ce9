// How much a consumer may ask for, counted exactly over all processes; a call between layers of ours is not a
// consumer's and is not counted again, and neither is a GraphQL field whose request was counted with its cost.
import type { Answer } from '#contracts';
import type { Step } from '../call.js';
import type { VerifiedCaller } from '../identity.js';
import type { Limiter } from '../limiter.js';

export const limit =
  (limiter: Limiter): Step =>
  async (call, next): Promise<Answer<unknown>> => {
    const caller = call.caller as VerifiedCaller | undefined;
    if (call.source === 'direct' || call.counted || !caller || caller.service) return next(call);
    const taken = await limiter.take(caller, call.operation, 1, call.answerHeaders);
    try {
      return await next(call);
    } finally {
      taken.release();
    }
  };
