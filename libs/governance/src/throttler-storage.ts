// The shared counters as a storage of @nestjs/throttler: whoever guards a Nest route with its ThrottlerGuard counts on
// the very counters of the pipeline, exactly and over all processes. There is no second limiter; what the pipeline
// governs does not pass here.
import { ThrottlerStorage } from '@nestjs/throttler';
import type { CounterSpec } from './counter.js';
import type { Counters } from './counters.js';

type ThrottlerRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

const MS = 1_000;
/** Keys of throttlers are not those of plans. */
const PREFIX = 'throttler';
const BLOCKS_MAX = 10_000;

export class SharedThrottlerStorage implements ThrottlerStorage {
  private readonly specs = new Map<string, CounterSpec>();
  /** Until when a key that went too far is refused altogether, in epoch milliseconds. */
  private readonly blocked = new Map<string, number>();

  constructor(private readonly counters: Counters) {}

  /**
   * Counts one hit. What is counted is exact over all processes; a block that outlasts the window is this process's.
   * @param ttl length of the window in milliseconds, at least a second
   */
  async increment(
    key: string, ttl: number, limit: number, blockDuration: number, throttlerName: string,
  ): Promise<ThrottlerRecord> {
    const now = Date.now();
    const name = `${PREFIX} ${throttlerName} ${key}`;
    const until = this.blocked.get(name) ?? 0;
    if (until > now) return refused(limit, until - now, until - now);
    const counter = this.counters.of(this.specOf(name, limit, ttl));
    const granted = await this.counters.take(counter, 1);
    const expires = counter.secondsLeft(Date.now());
    if (!granted) {
      if (this.blocked.size >= BLOCKS_MAX) this.blocked.clear();
      this.blocked.set(name, Date.now() + blockDuration);
      return refused(limit, expires * MS, blockDuration);
    }
    const left = Math.max(0, counter.free + counter.tokens);
    return { totalHits: Math.max(1, limit - left), timeToExpire: expires, isBlocked: false, timeToBlockExpire: 0 };
  }

  /** A limit that changes at run time counts on with what is used. */
  private specOf(key: string, quota: number, ttl: number): CounterSpec {
    const seconds = Math.max(1, Math.ceil(ttl / MS));
    const known = this.specs.get(key);
    if (known?.kind === 'window' && known.quota === quota && known.seconds === seconds) return known;
    if (this.specs.size >= BLOCKS_MAX) this.specs.clear();
    const made: CounterSpec = { kind: 'window', key: `${key} ${seconds}s`, name: PREFIX, quota, seconds };
    this.specs.set(key, made);
    return made;
  }
}

function refused(limit: number, expiresMs: number, blockedMs: number): ThrottlerRecord {
  return {
    totalHits: limit + 1, timeToExpire: Math.ceil(expiresMs / MS), isBlocked: true,
    timeToBlockExpire: Math.ceil(blockedMs / MS),
  };
}
