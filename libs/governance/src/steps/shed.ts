// Refuses less urgent calls while this process is under pressure, before they cost anything. A call between our own
// layers is not refused: the call at the edge has been let in.
import { Problem, problems } from '#contracts';
import type { Step } from '../call.js';
import type { Shedding } from '../shedding.js';

export const shed =
  (shedding: Shedding): Step =>
  async (call, next) => {
    if (call.source === 'direct') return next(call);
    const retryAfterSeconds = shedding.begin(call.operation.rate);
    if (retryAfterSeconds !== undefined) {
      throw new Problem(problems.reducedCapacity, {
        detail: `This process is under pressure and serves ${call.operation.rate} calls again in a while.`,
        retryAfterSeconds, 'violated-policies': ['shedding'],
      });
    }
    try {
      return await next(call);
    } finally {
      shedding.end();
    }
  };
