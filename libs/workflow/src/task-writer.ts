// Tasks are opened and closed in the transaction of what makes them so, together with the event that announces it and
// the entry in the journey of what the run is about.
import { createHash } from 'node:crypto';
import type { BatchWriter, Sql, UnitOfWork } from '#database';
import { journey, outbox, type NewEvent } from '#events';
import type { ErrorRecord } from './errors.js';

/** A task to be opened. */
export interface TaskToOpen {
  id: string;
  runId: string;
  reason: string;
  /** What tasks are grouped by. */
  cause: string;
  /** Journal entry the decision is about. */
  entry: string | null;
  error: ErrorRecord | null;
  owner: string;
  dueMs: number;
  actions: readonly string[];
  /** The run goes on and hears the answer as a signal. */
  asks: boolean;
  /** What the person needs to decide. */
  detail?: unknown;
}

type TaskEvent = 'exception.raised.v1' | 'exception.resolved.v1';

interface ClosedTask { id: string; runId: string; cause: string; decision: string; decidedBy: string }

/** Signal by which a run hears the answer to what it asked. */
export const TASK_SIGNAL = 'task-decided';
/** Who decided when the run itself made the question pointless. */
export const RUN_ITSELF = 'run';

const SOURCE = '/platform';
const CAUSE_CHARS_MAX = 200;

const OPEN = `
  INSERT INTO workflow.task
    (id, run_id, kind, reason, cause, entry, error, owner, due_at, actions, asks, detail)
  SELECT a.id, a.run_id, r.kind, a.reason, a.cause, a.entry, a.error, a.owner,
    clock_timestamp() + a.due_ms * interval '1 ms', a.actions, a.asks, a.detail
  FROM json_to_recordset($1::json) AS a(id text, run_id text, reason text, cause text, entry text, error jsonb,
    owner text, due_ms float8, actions text[], asks boolean, detail jsonb)
  JOIN workflow.run r ON r.id = a.run_id
  ON CONFLICT DO NOTHING
  RETURNING id, run_id AS "runId", cause, reason, owner, due_at AS "dueAt", actions`;

const CLOSE_OF_RUNS = `
  UPDATE workflow.task SET decided_at = clock_timestamp(), decided_by = $2, decision = $3
  WHERE run_id = ANY($1::text[]) AND decided_at IS NULL
  RETURNING id, run_id AS "runId", cause, decision, decided_by AS "decidedBy"`;

/** Opens tasks, announces them and tells the journeys. */
export async function openTasks(tx: Sql, tasks: readonly TaskToOpen[]): Promise<void> {
  if (tasks.length === 0) return;
  const rows = tasks.map(({ runId: run_id, dueMs: due_ms, ...task }) => ({ ...task, run_id, due_ms }));
  const opened = await tx.query<{
    id: string; runId: string; cause: string; reason: string; owner: string; dueAt: Date; actions: string[];
  }>(OPEN, [JSON.stringify(rows)]);
  if (opened.length === 0) return;
  await outbox.write(tx, opened.map(({ id, runId, cause, reason, owner, dueAt, actions }) => event(
    'exception.raised.v1', runId,
    { taskId: id, subject: runId, cause, reason, owner, dueAt: dueAt.toISOString(), actions })));
  await journey.write(tx, opened.map(({ id, runId, cause, reason, owner, dueAt, actions }) => ({
    subject: runId, kind: 'event' as const, system: 'throughline', name: 'exceptionRaised', outcome: 'open', reason,
    detail: { taskId: id, cause, owner, dueAt: dueAt.toISOString(), actions },
  })));
}

/** Announces tasks that were closed. */
export async function tellClosed(tx: Sql, closed: readonly ClosedTask[]): Promise<void> {
  if (closed.length === 0) return;
  await outbox.write(tx, closed.map(({ id, runId, cause, decision, decidedBy }) => event(
    'exception.resolved.v1', runId, { taskId: id, subject: runId, cause, decision, decidedBy })));
}

/** Closes what runs that have ended had asked. */
export async function closeTasksOf(tx: Sql, runIds: readonly string[], decision: string): Promise<void> {
  if (runIds.length === 0) return;
  await tellClosed(tx, await tx.query<ClosedTask>(CLOSE_OF_RUNS, [runIds, RUN_ITSELF, decision]));
}

/** Opens a task by which a run asks a person, as a row of the unit of its step. */
const taskWriter: BatchWriter<TaskToOpen> = {
  name: 'workflow.task', order: 890,
  write: (tx, rows) => openTasks(tx, rows),
};

/** What a run asks a person. */
export type Question = Pick<TaskToOpen, 'reason' | 'cause' | 'owner' | 'dueMs' | 'actions' | 'detail'>;

/** What the person answered. */
export interface TaskAnswer {
  readonly taskId: string;
  readonly action: string;
  readonly by: string;
  readonly note?: string;
  /** Corrected data, by the workflow's own rules. */
  readonly data?: Record<string, unknown>;
}

/** Adds a question to the unit; the answer comes as the signal TASK_SIGNAL with the id returned. */
export function askPerson(unit: UnitOfWork, runId: string, name: string, question: Question): string {
  const id = taskIdOf(runId, name);
  unit.add(taskWriter, { ...question, id, runId, entry: null, error: null, asks: true });
  return id;
}

/** The same question of a run has the same task, however often the step that asks is tried. */
export function taskIdOf(runId: string, name: string): string {
  return `tsk_${createHash('sha256').update(`${runId}\u0000${name}`).digest('hex').slice(0, 32)}`;
}

/** Ids, numbers and quoted values differ from run to run; the rest tells what went wrong. */
export function causeOf(entry: string | null, error: ErrorRecord): string {
  const text = `${entry ?? 'workflow code'}: ${error.reason ?? error.message}`;
  return text.replace(/[\w-]*\d[\w-]*|"[^"]*"|'[^']*'/g, '*').slice(0, CAUSE_CHARS_MAX);
}

function event<Type extends TaskEvent>(
  type: Type, subject: string, data: NewEvent<Type>['data'],
): NewEvent<Type> {
  return { type, source: SOURCE, subject, partitionKey: subject, correlationId: subject, data };
}
