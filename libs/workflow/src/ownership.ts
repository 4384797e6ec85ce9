// One worker's hold on one run: every write goes through here with the epoch it was claimed under, and the hold ends
// exactly once: finished, handed back, or lost. After that nothing of the run may act any more.
import { UnitOfWork, type Rejected } from '#database';
import type { Clock } from './clock.js';
import { CANCEL, type Journal, type JournalEntries } from './journal.js';
import type { OnStep, StepEvent } from './step-event.js';
import type { HouseRetry } from './retry.js';
import {
  StoreUnavailable, type ChangeAnswer, type ClaimedRun, type NextState, type RunChange, type Store, type Take,
  type TakeAnswer,
} from './store.js';

/** What a run needs of the worker that carries it. */
export interface RunHost {
  readonly store: Store;
  readonly clock: Clock;
  /** 0..1 */
  readonly random: () => number;
  /** False when our lease may have passed: somebody else may own our runs. */
  ownsLease(): boolean;
  /** True when runs are to be handed back at their next step boundary. */
  readonly draining: boolean;
  /** Dies here when a chaos test asked for it; see EngineOptions.failpoints. */
  failpoint?: ((at: string) => void) | undefined;
  /** Waits a moment before a step when others need this process more; resolves at once when nobody does. */
  rest?(): Promise<void> | undefined;
  readonly onStep?: OnStep | undefined;
  /** What this house wants different from the default policy; a step's own policy goes before it. */
  readonly retry?: HouseRetry | undefined;
}

/** How the hold ended; `lost` means that we do not know how the run goes on. */
export type HoldEnd =
  | { kind: 'lost' }
  | { kind: 'waiting'; timeoutMs: number | null }
  | { kind: 'next'; next: NextState };

/** Why attempts in flight abort; a constant, because one is needed at the end of every hold. */
const HOLD_ENDED = 'this worker no longer owns the run';

/** For code that must not go on: it waits for ever and is collected with the promise. */
export const never = <T>(): Promise<T> => new Promise<T>(() => {});

/** An event before it is known whose it is. */
export type RunEvent = Omit<StepEvent, 'runId' | 'kind' | 'version' | 'input'>;

interface Carried { entries: JournalEntries; events: RunEvent[]; owing: boolean }

export class Ownership {
  readonly ended: Promise<HoldEnd>;
  /** A first write under this epoch has been made; what was unsure after a takeover has been settled. */
  settled = false;
  cancelRequested: boolean;
  private active = 0;
  private quietWaiters: (() => void)[] = [];
  private taking: Promise<void> | undefined;
  private leaving: NextState | undefined;
  private unwritten: JournalEntries = {};
  private untold: RunEvent[] = [];
  /** What is kept holds a result that the next step's effects may rest on. */
  private owing = false;
  private flushPlanned = false;
  /** Writes under way that carry such a result. */
  private readonly carrying = new Set<Promise<unknown>>();
  /** Somebody is about to park or end the run, and will carry what is kept. */
  private pausing = 0;
  private resolveEnd!: (end: HoldEnd) => void;
  private readonly abort = new AbortController();

  constructor(readonly run: ClaimedRun, private readonly journal: Journal, private readonly host: RunHost) {
    this.cancelRequested = run.cancelRequested;
    this.ended = new Promise((resolve) => (this.resolveEnd = resolve));
  }

  /** Aborts when the hold has ended. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Ends the hold without a write; used when the lease passed, a write was fenced or the store is out of reach. */
  lose(): Promise<never> {
    return this.end({ kind: 'lost' });
  }

  /** Counts a step in flight, so that nobody parks the run under it; starts none while the run is being parked. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.taking !== undefined) await this.taking;
    if (this.signal.aborted || this.leaving !== undefined) return never();
    this.active++;
    try {
      return await work();
    } finally {
      this.active--;
      if (this.active === 0) for (const resolve of this.quietWaiters.splice(0)) resolve();
    }
  }

  /** Keeps an entry for the next write; it need not survive on its own. */
  defer(entries: JournalEntries): void {
    this.journal.put(entries);
    Object.assign(this.unwritten, entries);
  }

  /**
   * Keeps a step's result for the next write, so that a commit, a wait or the end that follows at once takes it along
   * instead of paying for a write of its own; without one it is written at the end of the event loop's turn. Nothing
   * may have an effect that rests on it before `written`.
   */
  deferResult(entries: JournalEntries, event: RunEvent): void {
    this.defer(entries);
    this.deferEvent(event);
    this.owing = true;
    this.settled = true;
    if (this.flushPlanned) return;
    this.flushPlanned = true;
    this.host.clock.soon(() => {
      this.flushPlanned = false;
      if (this.pausing > 0 && this.active === 0) return;
      // Whoever needs it written asks again, and hears what is wrong.
      this.written().catch(() => {});
    });
  }

  /** Resolves when every result kept so far is in the store. */
  async written(): Promise<void> {
    while (this.owing || this.carrying.size > 0) {
      if (this.signal.aborted) return never();
      if (this.taking !== undefined) await this.taking;
      else if (this.carrying.size > 0) await Promise.allSettled(this.carrying);
      else await this.during(() => this.write({}, new UnitOfWork()));
    }
  }

  /** Keeps an event for the next write. */
  deferEvent(event: RunEvent): void {
    this.untold.push(event);
  }

  /** Writes entries while keeping the hold; a guard's rejection of a row in `unit` is returned. */
  async record(
    entries: JournalEntries, event: RunEvent, unit: UnitOfWork = new UnitOfWork(),
  ): Promise<Rejected | undefined> {
    if (this.signal.aborted) return never();
    this.tell(event, unit);
    return this.write(entries, unit);
  }

  /**
   * Writes entries and lets go of the run when no other step is in flight. When several steps let go at the same time
   * their entries are joined; being stuck outweighs being retried, and the earliest retry counts.
   */
  async leave(next: NextState, entries: JournalEntries = {}): Promise<never> {
    if (this.signal.aborted) return never();
    this.defer(entries);
    const first = this.leaving === undefined;
    this.leaving = first ? next : joinNext(this.leaving!, next);
    if (!first) return never();
    const free = await this.alone();
    if (this.signal.aborted) return never();
    const chosen = this.leaving;
    try {
      await this.write({}, new UnitOfWork(), chosen);
    } catch (error) {
      this.leaving = undefined;
      free();
      throw error;
    }
    return this.end({ kind: 'next', next: chosen });
  }

  /** Takes a signal for a wait, or parks; does not return when the run was parked or lost. */
  async take(take: Omit<Take, 'runId' | 'epoch' | 'n' | 'entries'>): Promise<TakeAnswer> {
    const free = await this.alone();
    if (this.signal.aborted || this.leaving !== undefined) return never();
    const unit = new UnitOfWork();
    const carried = this.takeCarried(unit);
    const n = this.journal.nextNumber();
    const request: Take = { ...take, runId: this.run.id, epoch: this.run.epoch, n, entries: carried.entries };
    let answer: TakeAnswer;
    try {
      answer = await this.reached(() => this.host.store.take(request, unit));
    } catch (error) {
      this.giveBack(carried);
      free();
      throw error;
    }
    if (answer.outcome === 'fenced') return this.lose();
    if (answer.outcome === 'parked') return this.end({ kind: 'waiting', timeoutMs: take.timeoutMs });
    this.settled = true;
    this.passed(carried.entries);
    if (answer.outcome !== 'none') this.journal.put(takenEntry(take.key, n, answer));
    free();
    return answer;
  }

  /** Resolves when no step is in flight. */
  async quiet(): Promise<void> {
    const free = await this.alone();
    free();
  }

  private async write(entries: JournalEntries, unit: UnitOfWork, next?: NextState): Promise<Rejected | undefined> {
    const carried = this.takeCarried(unit);
    const { id: runId, epoch } = this.run;
    const change: RunChange = {
      runId, epoch, entries: { ...carried.entries, ...entries }, cancelKnown: this.cancelRequested,
      ...(next && { next }),
    };
    let answer: ChangeAnswer;
    const asked = this.reached(() => this.host.store.change(change, unit));
    if (carried.owing) this.carrying.add(asked);
    try {
      answer = await asked;
    } catch (error) {
      this.giveBack(carried);
      throw error;
    } finally {
      this.carrying.delete(asked);
    }
    if (answer.accepted) {
      this.journal.put(entries);
      this.passed(change.entries);
      this.settled = true;
      this.cancelRequested ||= answer.cancelRequested;
      return undefined;
    }
    if (answer.fenced) return this.lose();
    this.giveBack(carried);
    return answer.rejected;
  }

  // After an unknown outcome only a fresh claim, which reads the run again, may go on.
  private async reached<T>(ask: () => Promise<T>): Promise<T> {
    try {
      const answer = await ask();
      return this.signal.aborted ? await never() : answer;
    } catch (error) {
      if (error instanceof StoreUnavailable || this.signal.aborted) return this.lose();
      throw error;
    }
  }

  private takeCarried(unit: UnitOfWork): Carried {
    const carried = { entries: this.unwritten, events: this.untold, owing: this.owing };
    this.unwritten = {};
    this.untold = [];
    this.owing = false;
    for (const event of carried.events) this.tell(event, unit);
    return carried;
  }

  private giveBack({ entries, events, owing }: Carried): void {
    this.owing ||= owing;
    this.unwritten = { ...entries, ...this.unwritten };
    this.untold.unshift(...events);
  }

  /** What has just been written is a place to die at. */
  private passed(entries: JournalEntries): void {
    const { failpoint } = this.host;
    if (failpoint === undefined) return;
    for (const [key, { state }] of Object.entries(entries)) if (state === 'done') failpoint(`after ${key}`);
  }

  private tell(event: RunEvent, unit: UnitOfWork): void {
    const { id: runId, kind, version, input } = this.run;
    this.host.onStep?.({ runId, kind, version, input, ...event }, unit);
  }

  /**
   * Waits until no step is in flight, then keeps new ones out until the function returned is called. It looks again
   * after a turn of the event loop, because whoever awaited the last result may start its next step at once.
   */
  private async alone(): Promise<() => void> {
    this.pausing++;
    do {
      await new Promise<void>((resolve) => this.host.clock.soon(resolve));
      if (this.taking !== undefined) await this.taking;
      else if (this.active > 0) await new Promise<void>((resolve) => this.quietWaiters.push(resolve));
      else break;
    } while (!this.signal.aborted);
    this.pausing--;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.taking = promise;
    return () => {
      this.taking = undefined;
      resolve();
    };
  }

  private end(end: HoldEnd): Promise<never> {
    this.resolveEnd(end);
    this.abort.abort(HOLD_ENDED);
    return never();
  }
}

function joinNext(a: NextState, b: NextState): NextState {
  if (a.status === 'ready' && b.status === 'ready') return a.dueMs <= b.dueMs ? a : b;
  return a.status === 'ready' ? b : a;
}

function takenEntry(key: string, n: number, answer: TakeAnswer): JournalEntries {
  if (answer.outcome !== 'received') return { [key]: { n, state: 'done', result: { received: false } } };
  const { signal, payload } = answer;
  if (signal === CANCEL) return { [CANCEL]: { n, state: 'done', result: payload } };
  return { [key]: { n, state: 'done', result: { received: true, signal, payload } } };
}
