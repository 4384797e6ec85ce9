// A world in which nothing happens by itself: time is a number, chance comes from a seed, and every message between a
// process and a store or vendor is an event that may be delayed, lost before or after it took effect, or arrive at a
// process that is frozen or dead. The same seed plays the same world again, to the last event.
import type { Clock } from '#workflow';

/** What may befall a message; rates between 0 and 1, times in milliseconds. */
export interface Weather {
  readonly latencyMs: number;
  /** Rate of requests that never arrive: the caller hears that the connection broke. */
  readonly lostRequests: number;
  /** Rate of requests that take effect and whose answer never arrives. */
  readonly lostAnswers: number;
  /** Rate of messages that take `slowMs` more. */
  readonly slow: number;
  readonly slowMs: number;
}

const CALM: Weather = { latencyMs: 3, lostRequests: 0, lostAnswers: 0, slow: 0, slowMs: 0 };

/** A message was lost on its way there or back. */
export class ConnectionLost extends Error {
  constructor() {
    super('the connection was lost');
  }
}

interface Planned { readonly at: number; readonly order: number; readonly act: () => void; off?: true }

/** More events than any sound story has: something runs in circles. */
const EVENTS_MAX = 200_000;

export class World {
  now = 0;
  events = 0;
  /** Rolling hash of all that happened: equal for equal seeds. */
  trace = 0;
  weather: Weather = CALM;
  readonly violations: string[] = [];
  readonly faults = { lost: 0, unanswered: 0, slow: 0, kills: 0, freezes: 0 };
  readonly random: () => number;
  private planned: Planned[] = [];
  private order = 0;
  private readonly locks = new Map<string, Promise<void>>();

  constructor(readonly seed: number) {
    this.random = numbersOf(seed);
  }

  chance(rate: number): boolean {
    return this.random() < rate;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)]!;
  }

  /** Calls `act` when `ms` have passed; the function returned calls it off. */
  plan(ms: number, act: () => void): () => void {
    const event: Planned = { at: this.now + Math.max(0, ms), order: this.order++, act };
    this.push(event);
    return () => { event.off = true; };
  }

  pass(ms: number): Promise<void> {
    return new Promise((resolve) => this.plan(ms, resolve));
  }

  /** Waits for its turn at what `name` stands for; the function returned lets the next one in. */
  async lock(name: string): Promise<() => void> {
    const before = this.locks.get(name);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.locks.set(name, promise);
    await before;
    return resolve;
  }

  /** From now on nothing is lost or slow. */
  calmDown(): void {
    this.weather = { ...this.weather, lostRequests: 0, lostAnswers: 0, slow: 0 };
  }

  /** Writes down what happened, so that two plays of one seed can be compared. */
  note(...what: (string | number)[]): void {
    const text = `${Math.round(this.now * 1_000)} ${what.join(' ')}`;
    for (let index = 0; index < text.length; index++) {
      this.trace = Math.imul(this.trace ^ text.charCodeAt(index), 0x01000193) >>> 0;
    }
  }

  /** The first few breaches of a law are told; the rest add nothing. */
  accuse(what: string): void {
    if (this.violations.length < 10) this.violations.push(`at ${this.now.toFixed(1)} ms: ${what}`);
  }

  /** Plays until `over` or until `untilMs`; what promises set going after an event is done before the next one. */
  async play(untilMs: number, over: () => boolean = () => false): Promise<void> {
    while (!over()) {
      const event = this.planned[0];
      if (event === undefined || event.at > untilMs) break;
      this.pop();
      if (event.off === true) continue;
      this.now = event.at;
      if (++this.events > EVENTS_MAX) return this.accuse(`more than ${EVENTS_MAX} events`);
      event.act();
      await settled();
    }
    if (!over()) this.now = Math.max(this.now, untilMs);
  }

  /** Forgets all that is planned, so that the next world starts alone. */
  end(): void {
    this.planned = [];
  }

  /** One message to something that acts at once, and its answer. */
  ask<T>(from: SimProcess, act: () => T): Promise<T> {
    const { weather } = this;
    return new Promise<T>((resolve, reject) => {
      const lost = this.chance(weather.lostRequests);
      if (lost) this.faults.lost++;
      this.plan(this.latency(), () => {
        if (lost) return from.hear(() => reject(new ConnectionLost()), this.latency());
        const answer = outcomeOf(act);
        const unanswered = this.chance(weather.lostAnswers);
        if (unanswered) this.faults.unanswered++;
        from.hear(() => {
          if (unanswered) reject(new ConnectionLost());
          else if (answer.failed) reject(answer.error);
          else resolve(answer.value);
        }, this.latency());
      });
    });
  }

  private latency(): number {
    const { latencyMs, slow, slowMs } = this.weather;
    const isSlow = slow > 0 && this.chance(slow);
    if (isSlow) this.faults.slow++;
    return latencyMs * (0.5 + this.random()) + (isSlow ? slowMs * this.random() : 0);
  }

  // A binary heap by time, then by the order of planning.
  private push(event: Planned): void {
    const heap = this.planned;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(heap[at]!, heap[parent]!)) return;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  private pop(): void {
    const heap = this.planned;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let first = at;
      if (left < heap.length && before(heap[left]!, heap[first]!)) first = left;
      if (right < heap.length && before(heap[right]!, heap[first]!)) first = right;
      if (first === at) return;
      [heap[at], heap[first]] = [heap[first]!, heap[at]!];
      at = first;
    }
  }
}

/** A process: dead it hears nothing any more, frozen (SIGSTOP) it hears everything when it goes on. */
export class SimProcess implements Clock {
  private dead = false;
  private frozenUntil = 0;

  constructor(private readonly world: World) {}

  get alive(): boolean {
    return !this.dead;
  }

  kill(): void {
    this.dead = true;
    this.world.faults.kills++;
  }

  freeze(ms: number): void {
    this.frozenUntil = Math.max(this.frozenUntil, this.world.now + ms);
    this.world.faults.freezes++;
  }

  monotonicMs(): number {
    return this.world.now;
  }

  after(ms: number, callback: () => void): () => void {
    let off = false;
    this.hear(() => { if (!off) callback(); }, ms);
    return () => { off = true; };
  }

  soon(callback: () => void): void {
    this.hear(callback, 0);
  }

  /** Reaches the process after `ms`, later when it is frozen then, never when it is dead. */
  hear(act: () => void, ms: number): void {
    this.world.plan(ms, () => {
      if (this.dead) return;
      if (this.frozenUntil > this.world.now) this.hear(act, this.frozenUntil - this.world.now);
      else act();
    });
  }
}

/** Numbers in [0, 1) that are always the same for one seed (mulberry32). */
export function numbersOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const before = (a: Planned, b: Planned): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
/** All microtasks run before an immediate does. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Outcome<T> = { failed: false; value: T } | { failed: true; error: unknown };

function outcomeOf<T>(act: () => T): Outcome<T> {
  try {
    return { failed: false, value: act() };
  } catch (error) {
    return { failed: true, error };
  }
}
