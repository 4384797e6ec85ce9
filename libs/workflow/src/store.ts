// What the engine's core needs from where runs are kept. PostgreSQL is the real one; a simulation brings its own and
// injects faults at each call. Every moment (due, until, lease) is the store's clock, never the caller's.
import type { Rejected, UnitOfWork } from '#database';
import type { ErrorRecord } from './errors.js';
import type { JournalEntries } from './journal.js';

/**
 * `ready` (to be claimed from its due time on), `running` (owned), `waiting` (parked for a signal or time-out),
 * `stuck` (an exception task is open), and three ends.
 */
export type RunStatus = 'ready' | 'running' | 'waiting' | 'stuck' | 'completed' | 'failed' | 'cancelled';
export type RunEndStatus = Extract<RunStatus, 'completed' | 'failed' | 'cancelled'>;

/** A run this worker now owns, as it was stored. */
export interface ClaimedRun {
  id: string;
  kind: string;
  version: number;
  /** Raised by every change of owner; each write names it, and a write with an old one is refused. */
  epoch: number;
  input: unknown;
  journal: JournalEntries;
  /** The owner before us vanished: its first steps without a journal entry may have run. */
  interrupted: boolean;
  /** A cancel signal waits to be taken. */
  cancelRequested: boolean;
  traceparent: string | null;
}

/** What a person may decide about a stuck run. */
export type TaskAction = 'retry' | 'cancel' | 'skip';

export interface NewTask {
  reason: string;
  /** Journal entry the decision is about; null when the workflow's own code threw. */
  entry: string | null;
  error: ErrorRecord;
  owner: string;
  dueMs: number;
  actions: TaskAction[];
}

/** Where a run goes when its owner lets go of it. */
export type NextState =
  | { status: 'ready'; dueMs: number }
  | { status: 'stuck'; task: NewTask }
  | { status: 'completed'; result: unknown }
  | { status: 'failed' | 'cancelled'; error: ErrorRecord };

/** A fenced write: journal entries, and with `next` the end of ownership. */
export interface RunChange {
  runId: string;
  epoch: number;
  entries: JournalEntries;
  /** False: a cancel that came meanwhile makes a parked or stuck run ready at once, so that its owner hears of it. */
  cancelKnown: boolean;
  next?: NextState;
}

export type ChangeAnswer =
  | { accepted: true; cancelRequested: boolean }
  | { accepted: false; fenced: true }
  | { accepted: false; fenced: false; rejected: Rejected };

/** A fenced attempt to consume a signal; with `park` the run is parked when there is none. */
export interface Take {
  runId: string;
  epoch: number;
  /** Journal key of the wait. */
  key: string;
  n: number;
  /** Signals waited for, a cancel included when it is welcome. */
  names: string[];
  /** End of the wait when it was begun before; else it is `timeoutMs` from now, or never. */
  until: string | null;
  timeoutMs: number | null;
  park: boolean;
  /** Entries that had no write of their own. */
  entries: JournalEntries;
}

export type TakeAnswer =
  | { outcome: 'received'; signal: string; payload: unknown }
  | { outcome: 'timedOut' | 'parked' | 'none' | 'fenced' };

export interface ClaimRequest {
  owner: string;
  /** Workflows this worker knows; all others are left alone. */
  workflows: readonly { kind: string; version: number }[];
  limit: number;
}

export interface Store {
  /** Writes the change and all rows of `unit`, or nothing. Throws StoreUnavailable or the error of this unit's rows. */
  change(change: RunChange, unit: UnitOfWork): Promise<ChangeAnswer>;
  /** Consumes, times out or parks, atomically with respect to the sending of signals to that run. */
  take(take: Take, unit: UnitOfWork): Promise<TakeAnswer>;
  /** Takes ownership of runs whose time has come. */
  claimDue(request: ClaimRequest): Promise<ClaimedRun[]>;
  /** Takes ownership of runs whose owner's lease has passed or who were abandoned. */
  claimOrphans(request: ClaimRequest): Promise<ClaimedRun[]>;
  /**
   * Gives up runs that `owner` holds in the store, has not touched for `idleMs` and does not list as active; nothing
   * when its lease is not `lease` any more, because then the list is old.
   */
  abandon(owner: string, lease: string, active: readonly string[], idleMs: number): Promise<void>;
  /** Answers with a mark of the lease, another one for each renewal. */
  renewLease(owner: string, leaseMs: number): Promise<string>;
  endLease(owner: string): Promise<void>;
  /** Second net under lost wake-ups: readies waiting runs for which an unused signal lies there. Returns how many. */
  wakeSignalled(): Promise<number>;
}

/** The store could not be reached or does not know whether it wrote: the run must be read again before going on. */
export class StoreUnavailable extends Error {
  constructor(cause: unknown) {
    super('The store could not be reached', { cause });
    this.name = 'StoreUnavailable';
  }
}
