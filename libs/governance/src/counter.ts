// One counter of a limit in this process. It hands tokens out at once while it has leased ones, and otherwise lets
// requests wait for the shared counter, which is asked once for all that wait.

/** What a limit counts: a window, a smoothed rate, or requests under way. */
export type CounterSpec =
  | { readonly kind: 'window'; readonly key: string; readonly name: string; readonly quota: number;
    readonly seconds: number }
  | { readonly kind: 'smooth'; readonly key: string; readonly name: string; readonly quota: number;
    readonly rate: number }
  | { readonly kind: 'slots'; readonly key: string; readonly name: string; readonly quota: number };

interface Waiter {
  readonly count: number;
  readonly resolve: (granted: boolean) => void;
}

/** Demand that comes again so soon is foreseen at the next lease. */
export const STEADY_MS = 250;
const AHEAD_MIN = 8;
const AHEAD_MAX = 2_048;

export class Counter {
  /** Leased and not used: for slots, those held and not in use. */
  tokens = 0;
  /** For slots: those in use. */
  inUse = 0;
  /** Of the leased tokens those the shared counter takes as lent. */
  borrowed = 0;
  /** What nobody had leased at the last answer. */
  free: number;
  /** When the window of the leased tokens ends: here, and as the shared counter names it. */
  endsAt = 0;
  ends = 0;
  /** Nothing is left until then. */
  spentUntil = 0;
  usedAt = 0;
  asking = false;
  /** How often others were asked to give back what they lease, and the window in which that was in vain. */
  recalls = 0;
  vain = 0;
  private waiters: Waiter[] = [];
  private ahead = 0;
  private askedAt = 0;
  private askedFor = 0;
  private local = { used: 0, endsAt: 0 };

  constructor(public spec: CounterSpec) {
    this.free = spec.quota;
  }

  /** Takes tokens that are here; undefined when the shared counter must be asked. */
  takeHere(count: number, now: number): boolean | undefined {
    this.usedAt = now;
    const timely = this.spec.kind === 'slots' || now < this.endsAt;
    if (timely && this.tokens >= count && this.waiters.length === 0) {
      this.tokens -= count;
      if (this.spec.kind === 'slots') this.inUse += count;
      return true;
    }
    return now < this.spentUntil || count > this.spec.quota ? false : undefined;
  }

  wait(count: number): Promise<boolean> {
    return new Promise((resolve) => this.waiters.push({ count, resolve }));
  }

  /** What those want who wait now; an answer decides about them and nobody who comes later. */
  demand(): number {
    this.askedFor = this.waiters.length;
    return this.waiters.reduce((sum, { count }) => sum + count, 0);
  }

  get waits(): boolean {
    return this.waiters.length > 0;
  }

  /** How much to lease beyond the demand: more each time it comes again soon. */
  foresee(now: number): number {
    this.ahead = now - this.askedAt < STEADY_MS ? Math.min(AHEAD_MAX, Math.max(AHEAD_MIN, this.ahead * 2)) : 0;
    this.askedAt = now;
    return this.ahead;
  }

  /** Serves those that wait, in order, with the tokens here; the rest of those asked for is refused or waits on. */
  serve(rest: 'refuse' | 'wait'): void {
    const waiting = this.waiters;
    const decided = rest === 'refuse' ? this.askedFor : 0;
    this.waiters = [];
    for (const [place, waiter] of waiting.entries()) {
      if (this.tokens >= waiter.count) {
        this.tokens -= waiter.count;
        if (this.spec.kind === 'slots') this.inUse += waiter.count;
        waiter.resolve(true);
      } else if (place < decided) waiter.resolve(false);
      else this.waiters.push(waiter);
    }
  }

  /** Gives tokens back that a request took and did not need, or slots of a request that has ended. */
  giveBack(count: number, now: number): void {
    if (this.spec.kind === 'smooth') return;
    if (this.spec.kind === 'slots') this.inUse -= count;
    else if (now >= this.endsAt) return;
    this.tokens += count;
    this.spentUntil = 0;
  }

  /** The shared counter does not answer: this process counts alone, with the whole quota. */
  serveAlone(now: number): void {
    const { kind, quota } = this.spec;
    const windowMs = this.spec.kind === 'window' ? this.spec.seconds * 1_000 : 1_000;
    if (now >= this.local.endsAt) this.local = { used: 0, endsAt: now + windowMs };
    const allowed = this.spec.kind === 'smooth' ? Math.max(1, Math.floor(this.spec.rate)) : quota;
    const left = allowed - (kind === 'slots' ? this.inUse : this.local.used);
    const before = this.tokens = Math.max(0, left);
    this.demand();
    this.serve('refuse');
    this.local.used += before - this.tokens;
    this.tokens = 0;
    this.borrowed = 0;
    this.free = Math.max(0, left);
    this.endsAt = 0;
  }

  /** Seconds after which asking again makes sense, rounded up. */
  secondsLeft(now: number): number {
    if (this.spec.kind === 'slots') return 1;
    return Math.max(1, Math.ceil(this.msLeft(now) / 1_000));
  }

  /** Milliseconds until the window that is used up ends, counted together or alone. */
  msLeft(now: number): number {
    return Math.max(this.endsAt, this.spentUntil, this.local.endsAt) - now;
  }
}
