// Exception tasks: what people see of runs that cannot go on, or that ask, and their decisions. A decision changes the
// task and the run in one transaction, under the same lock as signals, so that two answers cannot both win.
import { IsNull } from 'typeorm';
import type { Database } from '#database';
import { journey } from '#events';
import { WorkflowUsage } from './errors.js';
import { LOCK_RUNS, sendSignal } from './mailbox.js';
import { TaskRecord } from './run.entity.js';
import { TASK_SIGNAL, tellClosed, type TaskAnswer } from './task-writer.js';

export interface Decision {
  action: string;
  /** Who decided. */
  by: string;
  note?: string;
  /** Request that carried the decision, for the audit. */
  requestId?: string;
  /** Corrected data, for tasks that take it. */
  data?: Record<string, unknown>;
}

const MAX_LISTED = 500;

const CLOSE = `
  UPDATE workflow.task SET decided_at = clock_timestamp(), decision = $2, decided_by = $3, note = $4, answer = $5::jsonb
  WHERE id = $1 AND decided_at IS NULL AND $2 = ANY(actions)
  RETURNING id, run_id AS "runId", cause, decision, decided_by AS "decidedBy"`;

// retry: the tries begin anew, but the entry stays, for an earlier try may have taken effect.
// cancel: the person answers for the step, so its entry goes and the run takes back the rest.
// skip: the person has taken it back by hand.
const RESUME = `
  UPDATE workflow.run SET status = 'ready', due = clock_timestamp(), wait_for = NULL, error = NULL,
    updated_at = clock_timestamp(),
    journal = CASE $2
      WHEN 'cancel' THEN (CASE WHEN $3::text IS NULL THEN journal ELSE journal - $3::text END)
        || jsonb_build_object('cancel', jsonb_build_object('n', 0, 'state', 'done', 'result', $4::jsonb))
      WHEN 'skip' THEN jsonb_set(journal, ARRAY[$3::text, 'state'], '"done"')
      ELSE CASE WHEN $3::text IS NULL THEN journal ELSE jsonb_set(journal, ARRAY[$3::text],
        ((journal -> $3::text) - 'uncertainMs') || '{"attempts": 0, "deferrals": 0}') END
    END
  WHERE id = $1 AND status = 'stuck'`;

export class Tasks {
  constructor(private readonly database: Database, private readonly onDecided: () => void) {}

  /** Open tasks, the most urgent first; of one cause when it is given. */
  open(limit = MAX_LISTED, cause?: string): Promise<TaskRecord[]> {
    const where = { decidedAt: IsNull(), ...(cause === undefined ? {} : { cause }) };
    return this.repository.find({ where, order: { dueAt: 'ASC' }, take: limit });
  }

  /** Tasks of one run, the newest first, decided ones too. */
  ofRun(runId: string): Promise<TaskRecord[]> {
    return this.repository.find({ where: { runId }, order: { createdAt: 'DESC' }, take: MAX_LISTED });
  }

  /** Lets the run go on as decided. Throws WorkflowUsage when the task is decided, unknown or does not allow it. */
  async decide(taskId: string, decision: Decision): Promise<void> {
    const { action, by, note, data, requestId } = decision;
    const task = await this.repository.findOneBy({ id: taskId });
    if (task === null) throw new WorkflowUsage(`There is no task ${taskId}`);
    const { runId } = task;
    await this.database.transaction(async (tx) => {
      await tx.query(LOCK_RUNS, [[runId]]);
      const closed = await tx.query<{
        id: string; runId: string; cause: string; decision: string; decidedBy: string;
      }>(CLOSE, [taskId, action, by, note ?? null, data === undefined ? null : JSON.stringify(data)]);
      if (closed.length === 0) throw new WorkflowUsage(`Task ${taskId} is decided already or does not allow ${action}`);
      if (task.asks) {
        const payload: TaskAnswer = { taskId, action, by, ...(note ? { note } : {}), ...(data ? { data } : {}) };
        await sendSignal.write(tx, [{ runId, name: TASK_SIGNAL, key: taskId, payload }]);
      } else {
        await tx.query(RESUME, [runId, action, task.entry, JSON.stringify({ by, note })]);
      }
      await journey.write(tx, [{
        subject: runId, kind: 'person', system: by, name: 'decideTask', outcome: action, reason: task.reason,
        detail: { taskId, consumer: by, requestId, note },
      }]);
      await tellClosed(tx, closed);
    });
    this.onDecided();
  }

  private get repository() {
    return this.database.dataSource.getRepository(TaskRecord);
  }
}
