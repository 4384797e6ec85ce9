// How much a consumer may ask for: one window per consumer and rate class, counted behind @nestjs/throttler's storage
// interface, so that a shared store replaces this process's own without a change here.
import type { ThrottlerStorage } from '@nestjs/throttler';
import { Problem, problems, type RateClass } from '#contracts';
import type { Step } from '../call.js';

const WINDOW_MS = 1_000;
const CONSUMERS_MAX = 100_000;

/** Requests a second one consumer may send to one process, by rate class. */
const QUOTAS: Readonly<Record<RateClass, number>> = { checkout: 20_000, read: 20_000, status: 20_000, batch: 200 };

export const limit =
  (storage: ThrottlerStorage): Step =>
  async (call, next) => {
    if (call.source === 'direct' || !call.caller) return next(call);
    const { rate } = call.operation;
    const quota = QUOTAS[rate];
    const hit = await storage.increment(`${call.caller.clientId}:${rate}`, WINDOW_MS, quota, 0, rate);
    call.answerHeaders['ratelimit-policy'] = `"${rate}";q=${quota};w=${WINDOW_MS / 1000}`;
    call.answerHeaders['ratelimit'] = `"${rate}";r=${Math.max(0, quota - hit.totalHits)};t=${hit.timeToExpire}`;
    if (hit.totalHits > quota) {
      throw new Problem(problems.quotaExceeded, {
        detail: `${call.caller.clientId} may send ${quota} ${rate} requests a second.`,
        retryAfterSeconds: Math.max(1, hit.timeToExpire),
        'violated-policies': [rate],
      });
    }
    return next(call);
  };

/** Fixed windows in this process's memory, bounded in consumers; constant work per request. */
export class WindowStorage implements ThrottlerStorage {
  private readonly windows = new Map<string, { hits: number; endsAt: number }>();

  increment(key: string, ttl: number, quota: number): ReturnType<ThrottlerStorage['increment']> {
    const now = Date.now();
    let window = this.windows.get(key);
    if (!window || window.endsAt <= now) {
      if (this.windows.size >= CONSUMERS_MAX) this.windows.clear();
      this.windows.set(key, (window = { hits: 0, endsAt: now + ttl }));
    }
    window.hits += 1;
    const timeToExpire = Math.ceil((window.endsAt - now) / 1000);
    return Promise.resolve({
      totalHits: window.hits,
      timeToExpire,
      isBlocked: window.hits > quota,
      timeToBlockExpire: 0,
    });
  }
}
