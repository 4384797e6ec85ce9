// The fenced journal: writes what many runs did in one statement, and refuses whoever is not the owner any more. The
// refusal takes all other rows of that unit out as well, so a late writer leaves no trace.
import { v7 as uuid } from 'uuid';
import { Rejected, type BatchWriter, type Sql } from '#database';
import type { JournalEntries } from './journal.js';
import type { RunChange, RunStatus } from './store.js';
import { causeOf, closeTasksOf, openTasks } from './task-writer.js';

/** Somebody else owns the run, or it has moved on. */
export const FENCED = new Rejected('workflow-fenced');

const ENDS: readonly RunStatus[] = ['completed', 'failed', 'cancelled'];

export interface Changed { cancelRequested: boolean }

// The predicate stays at primary key and epoch: anything more tempts the planner away from the key. OFFSET 0 keeps it
// from asking for the cancel three times.
const CHANGE = `
  UPDATE workflow.run r SET
    journal = r.journal || d.entries,
    status = CASE WHEN d.hurried THEN 'ready' ELSE COALESCE(d.status, r.status) END,
    owner = CASE WHEN d.status IS NULL THEN r.owner END,
    epoch = CASE WHEN d.status IS NULL THEN r.epoch ELSE r.epoch + 1 END,
    due = CASE WHEN d.hurried THEN clock_timestamp() ELSE clock_timestamp() + d.due_ms * interval '1 ms' END,
    wait_for = d.wait_for,
    result = d.result,
    error = d.error,
    updated_at = clock_timestamp(),
    finished_at = CASE WHEN d.status IN ('completed', 'failed', 'cancelled') THEN clock_timestamp() END
  FROM (
    SELECT a.*, c.cancel, a.status IN ('ready', 'stuck') AND c.cancel AND NOT a.cancel_known AS hurried
    FROM json_to_recordset($1::json) AS a(id text, epoch int, entries jsonb, status text, due_ms float8,
      wait_for text[], result jsonb, error jsonb, cancel_known boolean)
    CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM workflow.signal s WHERE s.run_id = a.id AND s.name = 'cancel' AND s.used_at IS NULL)) AS c(cancel)
    OFFSET 0
  ) AS d
  WHERE r.id = d.id AND r.epoch = d.epoch
  RETURNING d.id, d.epoch, d.cancel, r.status`;

export const changeRun: BatchWriter<RunChange, Changed> = {
  name: 'workflow.change',
  order: 900,
  guards: true,
  async write(tx, rows) {
    const joined = joinChanges(rows);
    const changed = await tx.query<{ id: string; epoch: number; cancel: boolean; status: RunStatus }>(
      CHANGE, [JSON.stringify(joined.map(stored))]);
    const answers = new Map(changed.map(({ id, epoch, cancel }) => [holdKey(id, epoch), cancel]));
    const stuck = new Set(changed.flatMap(({ id, epoch, status }) => (status === 'stuck' ? [holdKey(id, epoch)] : [])));
    await addTasks(tx, joined.filter(({ runId, epoch }) => stuck.has(holdKey(runId, epoch))));
    await closeQuestions(tx, changed);
    return rows.map(({ runId, epoch }) => {
      const cancelRequested = answers.get(holdKey(runId, epoch));
      return cancelRequested === undefined ? FENCED : { cancelRequested };
    });
  },
};

const holdKey = (id: string, epoch: number) => `${epoch} ${id}`;

// Parallel steps of one run may end in one batch, and an UPDATE touches each row once.
function joinChanges(rows: readonly RunChange[]): RunChange[] {
  const joined = new Map<string, RunChange>();
  for (const row of rows) {
    const key = holdKey(row.runId, row.epoch);
    const before = joined.get(key);
    const entries: JournalEntries = { ...before?.entries, ...row.entries };
    joined.set(key, before === undefined ? row : { ...before, ...row, entries });
  }
  return [...joined.values()].sort((a, b) => (a.runId < b.runId ? -1 : 1));
}

function stored({ runId: id, epoch, entries, cancelKnown: cancel_known, next }: RunChange): Record<string, unknown> {
  const row = { id, epoch, entries, cancel_known, status: next?.status };
  switch (next?.status) {
    case undefined: return row;
    case 'ready': return { ...row, due_ms: next.dueMs };
    case 'stuck': {
      // An undo that is stuck cannot be answered by another cancel.
      const wait_for = next.task.actions.includes('cancel') ? ['cancel'] : [];
      return { ...row, wait_for, error: next.task.error };
    }
    case 'completed': return { ...row, result: next.result };
    case 'failed':
    case 'cancelled': return { ...row, error: next.error };
  }
}

async function addTasks(tx: Sql, changes: readonly RunChange[]): Promise<void> {
  const tasks = changes.flatMap(({ runId, next }) => {
    if (next?.status !== 'stuck') return [];
    const { task } = next;
    return [{ ...task, id: `tsk_${uuid()}`, runId, cause: causeOf(task.entry, task.error), asks: false }];
  });
  await openTasks(tx, tasks);
}

/** A run that has ended asks nobody any more. */
async function closeQuestions(tx: Sql, changed: readonly { id: string; status: RunStatus }[]): Promise<void> {
  for (const status of ENDS) {
    await closeTasksOf(tx, changed.filter((run) => run.status === status).map(({ id }) => id), status);
  }
}
