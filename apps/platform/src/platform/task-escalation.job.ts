// A task past its due time becomes a case, once; when the task is decided the case is resolved. The task, the event
// and the journey entry are one commit; customer service, which hears the event, tells the system agents work in.
import { Injectable } from '@nestjs/common';
import { derivedId } from '#contracts';
import { Database, GroupCommit, Rejected, UnitOfWork, type BatchWriter } from '#database';
import { announce, recordJourney } from '#events';
import { PeriodicBackground } from '#governance';

const LOOK_EVERY_MS = 1_000;
/** Tasks one look takes on. */
const TASKS_PER_LOOK = 20;
/** While one process takes a task on no other one does. */
const CLAIM_SECONDS = 30;

interface DueTask {
  readonly id: string;
  readonly runId: string;
  readonly reason: string;
  readonly cause: string;
  readonly owner: string;
  readonly dueAt: Date;
  readonly actions: string[];
  readonly decision: string | null;
  readonly decidedBy: string | null;
}

const COLUMNS = `t.id, t.run_id as "runId", t.reason, t.cause, t.owner, t.due_at as "dueAt", t.actions, t.decision,
  t.decided_by as "decidedBy"`;
const CLAIM = (condition: string): string => `
  update workflow.task t set escalation_tries = escalation_tries + 1,
    escalate_after = clock_timestamp() + interval '${CLAIM_SECONDS} s'
  where id in (
    select id from workflow.task where ${condition} and escalate_after <= clock_timestamp()
    order by due_at limit ${TASKS_PER_LOOK} for update skip locked)
  returning ${COLUMNS}`;
const CLAIM_DUE = CLAIM('decided_at is null and escalated_at is null and due_at <= clock_timestamp()');
const CLAIM_RESOLVED = CLAIM('decided_at is not null and case_id is not null and case_closed_at is null');
const NOW = `update workflow.task set due_at = least(due_at, clock_timestamp()), escalate_after = '-infinity'
  where id = $1 and decided_at is null and escalated_at is null returning id`;

/** Marks what was written; a guard, so that a case is announced once. */
const escalated: BatchWriter<{ taskId: string; caseId: string; closed: boolean }> = {
  name: 'platform.escalated', order: 700, guards: true,
  async write(tx, rows) {
    const written = await tx.query<{ id: string }>(
      `update workflow.task t set case_id = a.case_id,
         escalated_at = coalesce(t.escalated_at, clock_timestamp()),
         case_closed_at = case when a.closed then clock_timestamp() end, escalate_after = '-infinity'
       from unnest($1::text[], $2::text[], $3::bool[]) as a(id, case_id, closed)
       where t.id = a.id and (case when a.closed then t.case_closed_at is null else t.escalated_at is null end)
       returning t.id`,
      [rows.map(({ taskId }) => taskId), rows.map(({ caseId }) => caseId), rows.map(({ closed }) => closed)]);
    const ids = new Set(written.map(({ id }) => id));
    return rows.map(({ taskId }) => (ids.delete(taskId) ? undefined : new Rejected('case-known')));
  },
};

/** Makes an open task due; false when it is decided or escalated already. */
export async function escalateNow(database: Database, taskId: string): Promise<boolean> {
  return (await database.query(NOW, [taskId])).length > 0;
}

@Injectable()
export class TaskEscalation extends PeriodicBackground {
  constructor(private readonly database: Database, private readonly groupCommit: GroupCommit) {
    super('platform.escalation', LOOK_EVERY_MS);
  }

  protected async lookOnce(): Promise<void> {
    for (const claim of [CLAIM_DUE, CLAIM_RESOLVED]) {
      const tasks = await this.database.query<DueTask>(claim);
      await Promise.all(tasks.map((task) => this.keep(task, derivedId('cas', task.id))));
    }
  }

  private async keep(task: DueTask, caseId: string): Promise<void> {
    const { id: taskId, runId: subject, reason, owner, cause, actions, decision, decidedBy } = task;
    const unit = new UnitOfWork();
    const about = { source: '/platform', subject, partitionKey: subject, correlationId: subject };
    unit.add(escalated, { taskId, caseId, closed: decision !== null });
    if (decision === null) {
      const dueAt = task.dueAt.toISOString();
      announce(unit, {
        ...about, type: 'case.escalated.v1', data: { caseId, taskId, subject, reason, owner, cause, actions, dueAt },
      });
    } else {
      announce(unit, {
        ...about, type: 'case.resolved.v1',
        data: { caseId, taskId, subject, decision, ...(decidedBy === null ? {} : { decidedBy }) },
      });
    }
    recordJourney(unit, {
      subject, kind: 'decision', system: 'throughline', name: decision === null ? 'escalateTask' : 'resolveCase',
      outcome: decision === null ? 'escalated' : 'resolved', reason, detail: { taskId, caseId, owner, decision },
    });
    await this.groupCommit.commit(unit);
  }
}
