// All counters of this process and their traffic with the shared ones: one lease for all that waits in a turn of the
// event loop, tokens that nobody needs given back, and a way on of its own when PostgreSQL does not answer.
import { LRUCache } from 'lru-cache';
import { createLogger, metrics } from '#telemetry';
import { Counter, STEADY_MS, type CounterSpec } from './counter.js';
import type { QuotaStore, SlotAsk, SmoothAsk, WindowAsk } from './quota-store.js';

const COUNTERS_MAX = 100_000;
const BATCH_MAX = 500;
/** How often a process that needs tokens waits for those others have leased ahead. */
const RECALLS_MAX = 40;
const RECALL_PAUSE_MS = 25;
/** A spent window is asked again then: somebody may have given tokens back. */
const SPENT_RETRY_MS = 250;
const SLOTS_SPENT_MS = 20;
const UPKEEP_MS = 100;
const RENEW_SLOTS_MS = 5_000;
/** So long after a failure of the store this process counts alone without asking. */
const ALONE_MS = 1_000;

const logger = createLogger('limits');
const failures = metrics.counter('throughline_limit_store_failures_total',
  'Failures of the shared counters; until they answer each process counts alone, with the whole quota.');
const alone = metrics.gauge('throughline_limit_store_alone', '1 while this process counts alone.');
const leases = metrics.counter('throughline_limit_leases_total', 'Statements that leased tokens or slots.');

export class Counters {
  private readonly counters = new LRUCache<string, Counter>({
    max: COUNTERS_MAX, dispose: (counter) => this.abandon(counter),
  });
  private readonly pending = new Set<Counter>();
  /** Those that hold something. */
  private readonly holding = new Set<Counter>();
  private planned = false;
  private aloneUntil = 0;
  private renewedAt = Date.now();
  private readonly upkeep = setInterval(() => this.keepUp(), UPKEEP_MS).unref();

  /** @param store the shared counters; undefined: this process counts alone */
  constructor(private readonly store: QuotaStore | undefined) {}

  /** The counter of this limit; a changed quota counts on with what is used. */
  of(spec: CounterSpec): Counter {
    const known = this.counters.get(spec.key);
    if (known?.spec === spec) return known;
    if (known) {
      Object.assign(known, { spec, spentUntil: 0 });
      this.abandon(known);
      return known;
    }
    const counter = new Counter(spec);
    this.counters.set(spec.key, counter);
    return counter;
  }

  /** Takes so many tokens or none; asks the shared counter when those leased do not suffice. */
  take(counter: Counter, count: number): boolean | Promise<boolean> {
    const here = counter.takeHere(count, Date.now());
    if (here !== undefined) return here;
    const granted = counter.wait(count);
    this.ask(counter);
    return granted;
  }

  /** Gives everything back that is not in use, because another process asks for it. */
  recall(key: string): void {
    const counter = this.counters.peek(key);
    if (counter && !counter.asking && (counter.tokens > 0 || counter.borrowed > 0)) this.ask(counter);
  }

  async close(): Promise<void> {
    clearInterval(this.upkeep);
    for (const counter of this.holding) if (counter.tokens > 0) this.ask(counter);
    await this.flush();
  }

  private ask(counter: Counter): void {
    if (counter.asking) return;
    this.pending.add(counter);
    this.holding.add(counter);
    if (this.planned) return;
    this.planned = true;
    setImmediate(() => void this.flush());
  }

  private async flush(): Promise<void> {
    this.planned = false;
    const batch = [...this.pending].slice(0, BATCH_MAX);
    for (const counter of batch) {
      this.pending.delete(counter);
      counter.asking = true;
    }
    if (this.pending.size > 0) this.ask([...this.pending][0]!);
    let again: readonly Counter[] = [];
    if (!this.store || Date.now() < this.aloneUntil) {
      for (const counter of batch) counter.serveAlone(Date.now());
    } else {
      again = await this.lease(this.store, batch).catch((error: unknown) => this.countAlone(batch, error));
    }
    for (const counter of batch) if (!again.includes(counter)) this.settle(counter);
    if (again.length > 0) setTimeout(() => again.forEach((counter) => this.settle(counter)), RECALL_PAUSE_MS);
  }

  private settle(counter: Counter): void {
    counter.asking = false;
    if (counter.waits) this.ask(counter);
  }

  /** Returns the counters that wait for tokens others give back. */
  private async lease(store: QuotaStore, batch: readonly Counter[]): Promise<readonly Counter[]> {
    leases.inc();
    const ofKind = (kind: CounterSpec['kind']) => batch.filter(({ spec }) => spec.kind === kind);
    const [windows, smooth, slots] = [ofKind('window'), ofKind('smooth'), ofKind('slots')];
    const again = await Promise.all([
      windows.length > 0 ? leaseWindows(store, windows) : [],
      smooth.length > 0 ? leaseSmooth(store, smooth) : [],
      slots.length > 0 ? leaseSlots(store, slots) : [],
    ]);
    alone.set(0);
    return again.flat();
  }

  private countAlone(batch: readonly Counter[], error: unknown): readonly Counter[] {
    failures.inc();
    alone.set(1);
    this.aloneUntil = Date.now() + ALONE_MS;
    logger.warn({ err: error }, 'the shared counters do not answer: this process counts alone');
    for (const counter of batch) counter.serveAlone(Date.now());
    return [];
  }

  /** Gives back what was not used lately and renews the slots that are. */
  private keepUp(): void {
    const now = Date.now();
    const renew = now - this.renewedAt > RENEW_SLOTS_MS;
    if (renew) this.renewedAt = now;
    for (const counter of this.holding) {
      const { kind } = counter.spec;
      if (kind === 'window' && now >= counter.endsAt) {
        counter.tokens = 0;
        counter.borrowed = 0;
      }
      if (counter.tokens === 0 && counter.borrowed === 0 && counter.inUse === 0 && !counter.waits) {
        this.holding.delete(counter);
        continue;
      }
      const idle = (counter.tokens > 0 || counter.borrowed > 0) && now - counter.usedAt > STEADY_MS;
      if (idle || (renew && kind === 'slots' && counter.inUse > 0)) this.ask(counter);
    }
  }

  private abandon(counter: Counter): void {
    if (counter.tokens > 0 || counter.borrowed > 0) this.ask(counter);
  }
}

async function leaseWindows(store: QuotaStore, windows: readonly Counter[]): Promise<Counter[]> {
  const now = Date.now();
  const asks = windows.map((counter) => windowAsk(counter, now));
  const grants = await store.take(asks);
  return windows.filter((counter, index) => {
    const { granted, free, lent, ends, remaining_ms: remaining } = grants[index]!;
    const { want } = asks[index]!;
    Object.assign(counter, { ends, free, endsAt: now + remaining, borrowed: Math.max(0, granted - want) });
    counter.tokens += granted;
    const short = granted < want;
    const recall = short && lent > 0 && counter.vain !== ends && counter.recalls < RECALLS_MAX;
    counter.serve(recall ? 'wait' : 'refuse');
    if (short && !recall) {
      counter.spentUntil = Math.min(counter.endsAt, now + SPENT_RETRY_MS);
      if (lent > 0) counter.vain = ends;
    }
    counter.recalls = recall ? counter.recalls + 1 : 0;
    return recall;
  });
}

/** Without demand all tokens go back; with demand more are leased than wait when demand is steady. */
function windowAsk(counter: Counter, now: number): WindowAsk {
  const { spec } = counter;
  const want = counter.demand();
  const returned = now < counter.endsAt ? counter.tokens : 0;
  counter.tokens = 0;
  return {
    key: spec.key, quota: spec.quota, seconds: (spec as { seconds: number }).seconds, want,
    ahead: want > 0 ? counter.foresee(now) : 0, settled: counter.borrowed, returned, ends: counter.ends,
  };
}

async function leaseSmooth(store: QuotaStore, smooth: readonly Counter[]): Promise<Counter[]> {
  const asks = smooth.map((counter): SmoothAsk => {
    const { key, quota, rate } = counter.spec as CounterSpec & { kind: 'smooth' };
    return { key, burst: quota, rate, want: counter.demand() };
  });
  const grants = await store.smooth(asks);
  for (const [index, counter] of smooth.entries()) {
    const { granted, free, remaining_ms: remaining } = grants[index]!;
    Object.assign(counter, { tokens: granted, free, endsAt: Date.now() + remaining });
    counter.serve('refuse');
    counter.tokens = 0;
  }
  return [];
}

async function leaseSlots(store: QuotaStore, slots: readonly Counter[]): Promise<Counter[]> {
  const before = slots.map(({ inUse }) => inUse);
  const asks = slots.map((counter): SlotAsk => {
    counter.tokens = 0;
    const { key, quota } = counter.spec;
    return { key, quota, inUse: counter.inUse, want: counter.inUse + counter.demand() };
  });
  const grants = await store.hold(asks);
  return slots.filter((counter, index) => {
    const { held, free } = grants[index]!;
    const short = held < asks[index]!.want;
    const recall = short && counter.recalls < 1;
    // Requests that ended meanwhile have put their slots among the tokens already.
    counter.tokens += Math.max(0, held - before[index]!);
    counter.free = free;
    counter.serve(recall ? 'wait' : 'refuse');
    if (short && !recall) counter.spentUntil = Date.now() + SLOTS_SPENT_MS;
    counter.recalls = recall ? counter.recalls + 1 : 0;
    return recall;
  });
}
