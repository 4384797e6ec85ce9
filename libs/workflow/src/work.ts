// The life of one step or undo: tried under a time-out, journaled when done, tried again in memory or parked when it
// failed in passing, handed to a person when that does not help.
import { UnitOfWork } from '#database';
import { inSpan } from '#telemetry';
import { runAttempt } from './attempt.js';
import { sleep } from './clock.js';
import { errorRecord, NonRetryable, StepFailed } from './errors.js';
import { failuresOf, type Journal, type JournalEntries, type JournalEntry } from './journal.js';
import { never, type Ownership, type RunEvent, type RunHost } from './ownership.js';
import { countDelay, countFailure, decideRetry, PARK_FROM_MS, type Failures, type RetryPolicy } from './retry.js';
import type { ClaimedRun, NewTask, NextState } from './store.js';
import type { AnyWorkflow, StepAttempt } from './workflow.js';

/** Something to be done once and journaled as `<phase>:<name>`. */
export interface Work<T> {
  phase: 'step' | 'undo';
  name: string;
  policy: RetryPolicy;
  /** It only writes rows, in the unit that also carries the results before it: no need to have those written first. */
  writesOnly?: boolean;
  /** A cancel does not keep it from being done. */
  evenIfCancelled?: boolean | undefined;
  /** Rows added to `unit` are written with the journal entry. */
  do: (attempt: StepAttempt, unit: UnitOfWork) => Promise<T> | T;
}

/** Done, or the reason to let go of the run. */
export type WorkEnd<T> =
  | { done: true; result: T; n: number }
  | { done: false; next: NextState; entries: JournalEntries };

/** What all work of one run has in common. */
export interface WorkScope {
  readonly claimed: ClaimedRun;
  readonly workflow: AnyWorkflow;
  readonly journal: Journal;
  readonly hold: Ownership;
  readonly host: RunHost;
}

const DEFAULT_TASKS = { owner: 'operations', dueMs: 4 * 3_600_000 };

export const workKey = (work: Pick<Work<unknown>, 'phase' | 'name'>): string => `${work.phase}:${work.name}`;

/** True when an earlier try may have taken effect without having been journaled. */
export function mayHaveRun({ claimed, hold }: WorkScope, entry: JournalEntry | undefined): boolean {
  return entry !== undefined || (claimed.interrupted && !hold.settled);
}

/** Tries until done, failed for good (throws StepFailed) or the run has to be let go. */
export async function perform<T>(work: Work<T>, scope: WorkScope): Promise<WorkEnd<T>> {
  const { hold, host, journal } = scope;
  // Bounded by the policy: each round adds to the failures that decideRetry limits.
  for (;;) {
    await host.rest?.();
    if (hold.signal.aborted) return never();
    if (host.draining) return { done: false, next: { status: 'ready', dueMs: 0 }, entries: {} };
    if (!host.ownsLease()) return hold.lose();
    const started = host.clock.monotonicMs();
    const entry = journal.find(workKey(work));
    try {
      return await tryOnce(work, scope, entry, started);
    } catch (error) {
      if (hold.signal.aborted) return never();
      const end = await afterFailure({ work, scope, before: failuresOf(entry), error, started });
      if (end !== undefined) return end;
    }
  }
}

async function tryOnce<T>(
  work: Work<T>, scope: WorkScope, entry: JournalEntry | undefined, started: number,
): Promise<WorkEnd<T>> {
  const { claimed, hold, host, journal } = scope;
  const unit = new UnitOfWork();
  const uncertain = mayHaveRun(scope, entry);
  const failures = failuresOf(entry);
  const result = await runAttempt(host.clock, work.policy.timeoutMs, hold.signal, (own) =>
    inSpan(`${work.phase} ${work.name}`, { 'workflow.run': claimed.id, 'workflow.kind': claimed.kind }, () =>
      work.do({
        key: `${claimed.id}:${work.name}${work.phase === 'undo' ? ':undo' : ''}`,
        number: failures.attempts + 1,
        mayHaveRun: uncertain,
        cancelling: work.phase === 'step' && uncertain && hold.cancelRequested,
        get signal() { return own.signal; },
      }, unit)));
  host.failpoint?.(`before ${workKey(work)}`);
  const n = journal.nextNumber();
  const tries = entry === undefined ? {} : { attempts: failures.attempts + 1 };
  const entries: JournalEntries = { [workKey(work)]: { n, state: 'done', result, ...tries } };
  const done = event(work, scope, 'done', failures.attempts + 1, started);
  if (unit.entries.length === 0 && isPlain(result)) {
    hold.deferResult(entries, done);
    return { done: true, result, n };
  }
  const rejected = await hold.record(entries, done, unit);
  if (rejected !== undefined) {
    throw new NonRetryable(`Refused: ${rejected.reason}`, { reason: rejected.reason, detail: rejected.detail });
  }
  return { done: true, result, n };
}

/** True for what PostgreSQL surely takes as jsonb: anything else is written at once, so that its step hears of it. */
function isPlain(result: unknown): boolean {
  return !/\\u(0000|d[89a-f])/.test(JSON.stringify(result) ?? '');
}

interface Failed<T> { work: Work<T>; scope: WorkScope; before: Failures; error: unknown; started: number }

// Undefined: try again now.
async function afterFailure<T>({ work, scope, before, error, started }: Failed<T>): Promise<WorkEnd<T> | undefined> {
  const { hold, host, journal } = scope;
  const failures = countFailure(error, before, host.clock.monotonicMs() - started);
  const record = errorRecord(error);
  const key = workKey(work);
  const n = journal.nextNumber();
  const tell = (outcome: RunEvent['outcome']) =>
    ({ ...event(work, scope, outcome, Math.max(1, failures.attempts), started), error: record });
  const decision = decideRetry(error, failures, work.policy, host.random);
  if (decision.next === 'fail' && work.phase === 'step') {
    await hold.record({ [key]: { n, state: 'failed', error: record, ...failures } }, tell('failed'));
    throw new StepFailed(work.name, record);
  }
  const kept = decision.next === 'retry' ? countDelay(failures, decision.delayMs) : failures;
  const entries: JournalEntries = { [key]: { n, state: 'trying', error: record, ...kept } };
  if (decision.next !== 'retry') {
    hold.deferEvent(tell('stuck'));
    return { done: false, next: { status: 'stuck', task: workTask(work, scope, record) }, entries };
  }
  if (decision.delayMs >= PARK_FROM_MS) {
    hold.deferEvent(tell('retrying'));
    return { done: false, next: { status: 'ready', dueMs: decision.delayMs }, entries };
  }
  await hold.record(entries, tell('retrying'));
  await sleep(host.clock, decision.delayMs, hold.signal);
  return undefined;
}

/** The exception task for a run whose own code or whose step or undo cannot go on. */
export function newTask(workflow: AnyWorkflow, task: Omit<NewTask, 'owner' | 'dueMs'>): NewTask {
  return { ...(workflow.tasks ?? DEFAULT_TASKS), ...task };
}

function workTask(work: Work<unknown>, { workflow }: WorkScope, error: NewTask['error']): NewTask {
  const undo = work.phase === 'undo';
  return newTask(workflow, {
    reason: `${undo ? 'Undo of step' : 'Step'} "${work.name}" does not succeed: ${error.message}`,
    entry: workKey(work), error, actions: undo ? ['retry', 'skip'] : ['retry', 'cancel'],
  });
}

function event<T>(
  work: Work<T>, { host }: WorkScope, outcome: RunEvent['outcome'], attempt: number, started: number,
): RunEvent {
  return { phase: work.phase, name: work.name, outcome, attempt, durationMs: host.clock.monotonicMs() - started };
}
