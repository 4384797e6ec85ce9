// Group commit: what many callers want written at the same moment shares one transaction and one fsync, while each of
// them keeps its own yes, no or error. This is what makes a durable step cheaper than a transaction of its own.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { lookedAtLater, writeBatch, type BatchPass } from './batch.js';
import type { LaneConnection } from './connection.js';
import type { Database } from './database.js';
import { CommitUncertain, isDefiniteAnswer, isTransient, QueueFull, WriterClosed } from './failures.js';
import { Rejected, type Entry, type UnitOfWork, type UnitResult } from './unit-of-work.js';

/** What one batch cost, for metrics. */
export interface BatchReport {
  lane: number;
  /** Units taken from the queue at once. */
  units: number;
  committed: number;
  rejected: number;
  failed: number;
  /** Transactions it took: 1 when all went well. */
  transactions: number;
  durationMs: number;
  /** Units still waiting when it ended. */
  queued: number;
  /** Names of the writers it had rows for. */
  writers: ReadonlySet<string>;
}

export interface GroupCommitOptions {
  /** Transactions open at the same time. */
  lanes?: number;
  /** Most units in one transaction. */
  maxUnits?: number;
  /** Most units waiting; past it commit() rejects with QueueFull. */
  maxQueued?: number;
  /** Called after each batch; must not throw. */
  onBatch?: (report: BatchReport) => void;
}

const DEFAULT_LANES = 2;
const DEFAULT_MAX_UNITS = 500;
const DEFAULT_MAX_QUEUED = 20_000;
/** Tries of the same work after deadlocks and lost connections: about 9 s, enough for PostgreSQL to recover. */
const MAX_TRIES = 16;
const RETRY_BASE_MS = 20;
const RETRY_CAP_MS = 1_000;
/** Passes in which rejected units are taken out together; after them the rest goes one by one. */
const MAX_PASSES = 8;
/** Longest a batch may be retried and halved; what is undecided then fails with its last error. */
const MAX_BATCH_MS = 60_000;

interface Waiting {
  unit: UnitOfWork;
  resolve: (result: UnitResult) => void;
  reject: (error: unknown) => void;
}

interface Batch {
  report: BatchReport;
  lane: Lane;
  deadline: number;
}

interface Lane {
  readonly number: number;
  /** Mark of its last commit; the next one sweeps it. */
  token: string | undefined;
  busy: boolean;
  connection: LaneConnection | undefined;
}

export class GroupCommit {
  private readonly lanes: Lane[];
  private readonly maxUnits: number;
  private readonly maxQueued: number;
  private readonly onBatch: ((report: BatchReport) => void) | undefined;
  private queue: Waiting[] = [];
  private wakePlanned = false;
  private closed = false;
  private drained: (() => void)[] = [];

  constructor(private readonly database: Database, options: GroupCommitOptions = {}) {
    const lanes = options.lanes ?? DEFAULT_LANES;
    this.lanes = Array.from({ length: lanes }, (_, number) => (
      { number, token: undefined, busy: false, connection: undefined }));
    this.maxUnits = options.maxUnits ?? DEFAULT_MAX_UNITS;
    this.maxQueued = options.maxQueued ?? DEFAULT_MAX_QUEUED;
    this.onBatch = options.onBatch;
  }

  /**
   * Resolves after COMMIT, with the outcomes or with a guard's rejection; all rows of a unit are written or none.
   * Rejects with the SQL error of this unit alone, with QueueFull or WriterClosed at once (nothing written), or with
   * CommitUncertain when the database stayed out of reach after COMMIT was sent.
   */
  commit(unit: UnitOfWork): Promise<UnitResult> {
    if (this.closed) return Promise.reject(new WriterClosed());
    if (this.queue.length >= this.maxQueued) return Promise.reject(new QueueFull(this.maxQueued));
    unit.seal();
    if (unit.entries.length === 0) return Promise.resolve(accepted(new Map()));
    return new Promise((resolve, reject) => {
      this.queue.push({ unit, resolve, reject });
      this.wake();
    });
  }

  /** Refuses new units and resolves when all waiting ones are decided. */
  async close(): Promise<void> {
    this.closed = true;
    if (!this.idle()) await new Promise<void>((resolve) => this.drained.push(resolve));
    await Promise.all(this.lanes.map(({ connection }) => connection && this.database.closeLane(connection)));
  }

  // Waiting for the end of the event loop's turn adds no delay but gathers what that turn brought in.
  private wake(): void {
    if (this.wakePlanned) return;
    this.wakePlanned = true;
    setImmediate(() => {
      this.wakePlanned = false;
      for (const lane of this.lanes) if (!lane.busy && this.queue.length > 0) void this.drain(lane);
    });
  }

  private idle(): boolean {
    return this.queue.length === 0 && this.lanes.every((lane) => !lane.busy);
  }

  private async drain(lane: Lane): Promise<void> {
    lane.busy = true;
    while (this.queue.length > 0) {
      const waiting = this.queue.splice(0, this.maxUnits);
      const started = performance.now();
      const report = {
        lane: lane.number, units: waiting.length, committed: 0, rejected: 0, failed: 0, transactions: 0,
        durationMs: 0, queued: 0, writers: writersOf(waiting),
      };
      await this.decide(waiting, { report, lane, deadline: Date.now() + MAX_BATCH_MS });
      report.durationMs = performance.now() - started;
      report.queued = this.queue.length;
      this.onBatch?.(report);
    }
    lane.busy = false;
    if (this.idle()) for (const resolve of this.drained.splice(0)) resolve();
  }

  // Never throws: every unit ends with a result or an error of its own.
  private async decide(waiting: Waiting[], batch: Batch): Promise<void> {
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      try {
        await this.passes(waiting, batch);
        return;
      } catch (error) {
        const last = tries === MAX_TRIES || Date.now() > batch.deadline;
        if (error instanceof CommitUncertain || (last && isTransient(error))) return fail(waiting, batch, error);
        if (!isTransient(error)) {
          if (waiting.length === 1 || Date.now() > batch.deadline) return fail(waiting, batch, error);
          const middle = Math.ceil(waiting.length / 2);
          await this.decide(waiting.slice(0, middle), batch);
          return this.decide(waiting.slice(middle), batch);
        }
        await delay(backOff(tries));
      }
    }
  }

  private async passes(waiting: Waiting[], batch: Batch): Promise<void> {
    const rejections = new Map<UnitOfWork, Rejected>();
    let live = waiting.map(({ unit }) => unit);
    for (let passes = 0; live.length > 0; passes++) {
      if (passes === MAX_PASSES && live.length > 1) return this.oneByOne(waiting, rejections, batch);
      const pass = await this.transact(live, batch);
      const last = pass.written.size === 0;
      for (const unit of last ? pass.rejections.keys() : pass.written) rejections.set(unit, pass.rejections.get(unit)!);
      if (last) return settle(waiting, rejections, pass.outcomes, batch);
      live = live.filter((unit) => !pass.written.has(unit));
    }
    settle(waiting, rejections, new Map(), batch);
  }

  private async oneByOne(waiting: Waiting[], rejections: Map<UnitOfWork, Rejected>, batch: Batch): Promise<void> {
    const decided = waiting.filter(({ unit }) => rejections.has(unit));
    settle(decided, rejections, new Map(), batch);
    for (const single of waiting) if (!rejections.has(single.unit)) await this.decide([single], batch);
  }

  private async transact(units: UnitOfWork[], { report, lane }: Batch): Promise<BatchPass> {
    report.transactions++;
    const token = randomUUID();
    if (lane.connection?.usable !== true) {
      if (lane.connection !== undefined) void this.database.closeLane(lane.connection);
      lane.connection = await this.database.openLane();
    }
    const { pass, lost } = await tryCommit(lane.connection, units, [token, lane.token]);
    if (lost !== undefined && !(await this.tookEffect(token, lost))) throw lost;
    lane.token = token;
    return pass;
  }

  /**
   * Asks on a new connection whether the marked transaction committed. Inserting the same mark waits for the old
   * backend while it is still at work, and once inserted keeps that transaction from ever committing.
   */
  private async tookEffect(token: string, cause: unknown): Promise<boolean> {
    const claim = 'INSERT INTO database.commit_marker (token) VALUES ($1) ON CONFLICT DO NOTHING RETURNING token';
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      try {
        return (await this.database.query(claim, [token])).length === 0;
      } catch {
        await delay(backOff(tries));
      }
    }
    throw new CommitUncertain(token, cause);
  }
}

/**
 * One transaction. COMMIT goes out behind the last statements without waiting for them, since it cannot take effect
 * when one has failed. `lost` is what broke the connection after COMMIT was sent.
 */
async function tryCommit(
  connection: LaneConnection, units: readonly UnitOfWork[], [token, previous]: [string, string | undefined],
): Promise<{ pass: BatchPass; lost?: unknown }> {
  const answers: Promise<unknown>[] = [lookedAtLater(connection.beginMarked(token, previous))];
  try {
    const pass = await writeBatch(connection, units, answers);
    if (pass.written.size > 0 || pass.rejections.size === units.length) {
      await Promise.all(answers);
      await connection.rollback();
      return { pass };
    }
    const failed = await firstFailure([...answers, connection.commit()]);
    if (failed === undefined) return { pass };
    if (isDefiniteAnswer(failed.reason)) throw failed.reason;
    return { pass, lost: failed.reason };
  } catch (error) {
    // What failed first is why all after it failed in the aborted transaction.
    const first = await firstFailure(answers);
    await connection.rollback();
    throw first === undefined ? error : first.reason;
  }
}

async function firstFailure(answers: readonly Promise<unknown>[]): Promise<PromiseRejectedResult | undefined> {
  return (await Promise.allSettled(answers)).find((answer) => answer.status === 'rejected');
}

function writersOf(waiting: readonly Waiting[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { unit } of waiting) for (const { writer } of unit.entries) names.add(writer.name);
  return names;
}

function settle(
  waiting: Waiting[], rejections: Map<UnitOfWork, Rejected>, outcomes: Map<Entry<unknown>, unknown>, batch: Batch,
): void {
  const yes = accepted(outcomes);
  for (const { unit, resolve } of waiting) {
    const rejected = rejections.get(unit);
    if (rejected === undefined) batch.report.committed++;
    else batch.report.rejected++;
    const result: UnitResult = rejected === undefined ? yes : { committed: false, rejected };
    unit.decided(result);
    resolve(result);
  }
}

function fail(waiting: Waiting[], batch: Batch, error: unknown): void {
  batch.report.failed += waiting.length;
  for (const { unit, reject } of waiting) {
    unit.decided(undefined);
    reject(error);
  }
}

function accepted(outcomes: Map<Entry<unknown>, unknown>): UnitResult {
  return {
    committed: true,
    outcome: <O>(entry: Entry<O>) => {
      if (!outcomes.has(entry as Entry<unknown>)) throw new Error('This entry is not of the committed unit of work');
      return outcomes.get(entry as Entry<unknown>) as O;
    },
  };
}

function backOff(tries: number): number {
  return Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** (tries - 1)) * (0.5 + Math.random() / 2);
}
