// The durable engine of one process: starts and signals runs, answers for them, and with open() carries them as well.
import { randomBytes } from 'node:crypto';
import { UnitOfWork, type Database, type Entry, type GroupCommit } from '#database';
import { currentTraceparent } from '#telemetry';
import { archiveDone } from './archive.js';
import { Bell } from './bell.js';
import { systemClock, type Clock } from './clock.js';
import { StartConflict, WorkflowUsage, type ErrorRecord } from './errors.js';
import { throughJson } from './input-hash.js';
import { CANCEL } from './journal.js';
import { sendSignal, type SignalSent } from './mailbox.js';
import type { HoldEnd } from './ownership.js';
import { PostgresStore } from './postgres-store.js';
import type { HouseRetry } from './retry.js';
import { RunRecord, SignalRecord } from './run.entity.js';
import { startOf, startRun, type Started, type StartRun } from './start-writer.js';
import type { OnStep } from './step-event.js';
import type { RunEndStatus } from './store.js';
import { Tasks } from './tasks.js';
import { Worker } from './worker.js';
import type { AnyWorkflow } from './workflow.js';

export interface EngineOptions {
  database: Database;
  groupCommit: GroupCommit;
  /** Every version that still has runs; a new run gets the highest of its kind. */
  workflows: readonly AnyWorkflow[];
  /** Name of this process in leases. */
  workerId: string;
  leaseMs: number;
  concurrency: number;
  /** 0..1: how much others need this process now; lowers the concurrency and lets runs rest between steps. */
  pressure?: () => number;
  onStep?: OnStep;
  /** What this house wants different from the default retry policy. */
  retry?: HouseRetry;
  /**
   * For chaos tests: places at which this process kills itself, `before step:<name>` (done, not written) or
   * `after step:<name>` (written), and the same of `undo:`.
   */
  failpoints?: readonly string[];
  clock?: Clock;
  /** 0..1 */
  random?: () => number;
}

export interface RunOutcome {
  status: RunEndStatus;
  result?: unknown;
  error?: ErrorRecord;
}

const STOP_TIMEOUT_MS = 5_000;
const WATCH_MIN_MS = 20;
const WATCH_MAX_MS = 500;
const ENDED: readonly string[] = ['completed', 'failed', 'cancelled'];
const MAX_LISTED = 500;
const HASTEN = `UPDATE workflow.run SET due = clock_timestamp()
  WHERE id = ANY($1::text[]) AND status = 'ready' AND due > clock_timestamp()`;

export class Engine {
  readonly tasks: Tasks;
  private readonly worker: Worker;
  private readonly clock: Clock;
  private readonly newest = new Map<string, AnyWorkflow>();
  private readonly watchers = new Map<string, Set<(end: HoldEnd) => void>>();

  constructor(private readonly options: EngineOptions) {
    const { database, groupCommit, workflows, leaseMs, concurrency, pressure, onStep, retry } = options;
    this.clock = options.clock ?? systemClock;
    for (const workflow of workflows) {
      if (workflow.version > (this.newest.get(workflow.kind)?.version ?? 0)) this.newest.set(workflow.kind, workflow);
    }
    this.worker = new Worker({
      store: new PostgresStore(database, groupCommit, this.clock), clock: this.clock,
      failpoint: options.failpoints?.length ? dieAt(options.failpoints) : undefined,
      random: options.random ?? Math.random, workflows, leaseMs, concurrency, pressure, onStep, retry,
      owner: `${options.workerId}.${randomBytes(4).toString('hex')}`,
      onEnd: (runId, end) => this.tellWatchers(runId, end),
    });
    this.tasks = new Tasks(database, () => this.worker.wake());
  }

  /** Begins to carry runs. Without it the engine only starts and signals them for others. */
  async open(): Promise<void> {
    await this.worker.open();
  }

  /** Hands all runs back so that another process goes on at once; steps in flight get a few seconds to end. */
  async stop(timeoutMs: number = STOP_TIMEOUT_MS): Promise<void> {
    await this.worker.stop(timeoutMs);
  }

  /**
   * Starts a run under a business key; again with the same input it changes nothing. With a unit of work the start
   * commits together with the caller's rows, and the caller commits: a rejection with reason START_CONFLICT means that
   * the id exists with another input. Throws WorkflowUsage (unknown kind) and, without a unit, StartConflict.
   */
  start(kind: string, id: string, input: unknown): Promise<Started>;
  start(kind: string, id: string, input: unknown, unit: UnitOfWork): Entry<Started>;
  start(kind: string, id: string, input: unknown, unit?: UnitOfWork): Promise<Started> | Entry<Started> {
    const workflow = this.newest.get(kind);
    if (workflow === undefined) throw new WorkflowUsage(`No workflow of kind ${kind}`);
    const start = startOf(workflow, id, throughJson(input));
    return unit === undefined ? this.startNow(start) : this.addStart(start, unit);
  }

  /** Sends a signal, once per key; it may come before the run. With a unit it commits with the caller's rows. */
  signal(runId: string, name: string, key: string, payload: unknown): Promise<SignalSent>;
  signal(runId: string, name: string, key: string, payload: unknown, unit: UnitOfWork): Entry<SignalSent>;
  signal(
    runId: string, name: string, key: string, payload: unknown, unit?: UnitOfWork,
  ): Promise<SignalSent> | Entry<SignalSent> {
    const target = unit ?? new UnitOfWork();
    const entry = target.add(sendSignal, { runId, name, key, payload });
    target.onDecided((result) => {
      if (result?.committed === true) this.worker.wake();
    });
    return unit === undefined ? this.commit(target, entry) : entry;
  }

  /** Asks a run to take back what it did and end; it does so at its next step boundary and keeps the reason. */
  cancel(runId: string, key: string, reason: unknown): Promise<SignalSent> {
    return this.signal(runId, CANCEL, key, reason);
  }

  /** Runs that are parked until a step is tried again try it now; runs that are not are left alone. */
  async hasten(runIds: readonly string[]): Promise<void> {
    await this.options.database.query(HASTEN, [runIds]);
    this.worker.wake();
  }

  /** The run as stored, or null. */
  async get(runId: string): Promise<RunRecord | null> {
    return this.options.database.dataSource.getRepository(RunRecord).findOneBy({ id: runId });
  }

  /** How the run ended; waits for it. Undefined when it has not ended after `timeoutMs`. */
  async finished(runId: string, timeoutMs: number): Promise<RunOutcome | undefined> {
    const deadline = this.clock.monotonicMs() + timeoutMs;
    const bell = new Bell(this.clock);
    let local: RunOutcome | undefined;
    const watcher = (end: HoldEnd) => {
      local = outcomeOf(end);
      bell.ring();
    };
    this.watch(runId, watcher);
    try {
      for (let pauseMs = WATCH_MIN_MS; ; pauseMs = Math.min(WATCH_MAX_MS, pauseMs * 2)) {
        if (local !== undefined) return local;
        if (!this.worker.carries(runId)) {
          const run = await this.get(runId);
          if (run !== null && ENDED.includes(run.status)) return storedOutcome(run);
        }
        const leftMs = deadline - this.clock.monotonicMs();
        if (leftMs <= 0) return undefined;
        await bell.wait(Math.min(leftMs, pauseMs));
      }
    } finally {
      this.unwatch(runId, watcher);
    }
  }

  /** Signals that nobody has used for `olderThanMs` and whose run does not exist: somebody must look at them. */
  strandedSignals(olderThanMs: number): Promise<SignalRecord[]> {
    return this.options.database.dataSource.getRepository(SignalRecord).createQueryBuilder('s')
      .where('s.used_at IS NULL')
      .andWhere(`s.received_at < clock_timestamp() - :olderThanMs::float8 * interval '1 ms'`, { olderThanMs })
      .andWhere('NOT EXISTS (SELECT FROM workflow.run r WHERE r.id = s.run_id)')
      .orderBy('s.position').limit(MAX_LISTED).getMany();
  }

  /** Moves runs that ended more than `olderThanMs` ago to the archive; returns how many. */
  archiveDone(olderThanMs: number): Promise<number> {
    return archiveDone(this.options.database, olderThanMs);
  }

  private async startNow(start: StartRun): Promise<Started> {
    const unit = new UnitOfWork();
    const entry = this.addStart(start, unit);
    const result = await this.options.groupCommit.commit(unit);
    if (!result.committed) throw new StartConflict(start.id);
    return result.outcome(entry);
  }

  private addStart(start: StartRun, unit: UnitOfWork): Entry<Started> {
    const place = this.worker.offerPlace();
    const traceparent = currentTraceparent();
    const entry = unit.add(startRun, { ...start, traceparent, firstOwner: place });
    unit.onDecided((result) => {
      place.release();
      const started = result?.committed === true ? result.outcome(entry) : undefined;
      if (started?.started !== true) return;
      if (!started.owned) return this.worker.wake();
      if (!place.inTime()) return;
      const { id, kind, version, input } = start;
      this.worker.carry({
        id, kind, version, input, epoch: 1, journal: {}, interrupted: false, cancelRequested: started.cancelRequested,
        traceparent: traceparent ?? null,
      });
    });
    return entry;
  }

  private async commit<O>(unit: UnitOfWork, entry: Entry<O>): Promise<O> {
    const result = await this.options.groupCommit.commit(unit);
    if (!result.committed) throw new Error(`A signal was refused: ${result.rejected.reason}`);
    return result.outcome(entry);
  }

  private watch(runId: string, watcher: (end: HoldEnd) => void): void {
    const watchers = this.watchers.get(runId) ?? new Set();
    this.watchers.set(runId, watchers.add(watcher));
  }

  private unwatch(runId: string, watcher: (end: HoldEnd) => void): void {
    const watchers = this.watchers.get(runId);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.watchers.delete(runId);
  }

  private tellWatchers(runId: string, end: HoldEnd): void {
    for (const watcher of this.watchers.get(runId) ?? []) watcher(end);
  }
}

/** Kills this process without a goodbye at the first of these places it comes to. */
function dieAt(places: readonly string[]): (at: string) => void {
  const chosen = new Set(places);
  return (at) => {
    if (chosen.has(at)) process.kill(process.pid, 'SIGKILL');
  };
}

function outcomeOf(end: HoldEnd): RunOutcome | undefined {
  if (end.kind !== 'next') return undefined;
  const { next } = end;
  if (next.status === 'completed') return { status: next.status, result: next.result };
  return next.status === 'failed' || next.status === 'cancelled' ? next : undefined;
}

function storedOutcome({ status, result, error }: RunRecord): RunOutcome {
  return { status: status as RunEndStatus, result, ...(error && { error }) };
}
