// A task past its due time becomes a case in the customer system, once, however long that system is down; when the
// task is decided the case is resolved. The case, the event and the journey entry are one commit of ours.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { crmApi, derivedId, Problem, serviceContext, type UpsertCase } from '#contracts';
import { Database, GroupCommit, Rejected, UnitOfWork, type BatchWriter } from '#database';
import { announce, recordJourney } from '#events';
import { PeriodicBackground } from '#governance';
import { createLogger } from '#telemetry';

const LOOK_EVERY_MS = 1_000;
/** Tasks one look takes on. */
const TASKS_PER_LOOK = 20;
const CALL_TIMEOUT_MS = 15_000;
/** While one process writes the case no other one does. */
const CLAIM_SECONDS = 30;
const REASON_MAX = 255;
const SUMMARY_MAX = 4_000;

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
/** Tried again soon, and rarer the longer the customer system is down. */
const PUT_OFF = `update workflow.task
  set escalate_after = clock_timestamp() + least(300, power(2, least(escalation_tries, 9))) * interval '1 s'
  where id = any($1::text[])`;
const NOW = `update workflow.task set due_at = least(due_at, clock_timestamp()), escalate_after = '-infinity'
  where id = $1 and decided_at is null and escalated_at is null returning id`;

const logger = createLogger('platform.escalation');

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
  constructor(
    private readonly database: Database, private readonly groupCommit: GroupCommit, private readonly clients: Clients,
  ) {
    super('platform.escalation', LOOK_EVERY_MS);
  }

  protected async lookOnce(): Promise<void> {
    for (const claim of [CLAIM_DUE, CLAIM_RESOLVED]) {
      const tasks = await this.database.query<DueTask>(claim);
      const done = await Promise.all(tasks.map((task) => this.tell(task)));
      const open = tasks.filter((_, index) => !done[index]).map(({ id }) => id);
      if (open.length > 0) await this.database.query(PUT_OFF, [open]);
    }
  }

  /** True when the customer system has the case as it stands. */
  private async tell(task: DueTask): Promise<boolean> {
    const caseId = derivedId('cas', task.id);
    try {
      const written = await this.clients.of(crmApi).upsertCase(
        { body: caseOf(task, caseId) },
        serviceContext('platform', { deadline: Date.now() + CALL_TIMEOUT_MS, subject: task.runId, requestId: caseId }),
      );
      if (written.outcome === 'rejected') {
        logger.error({ taskId: task.id, reason: written.reason }, 'the customer system rejects the case');
      }
      if (written.outcome !== 'applied') return false;
    } catch (error) {
      if (error instanceof Problem) return false;
      throw error;
    }
    await this.keep(task, caseId);
    return true;
  }

  private async keep({ id: taskId, runId: subject, reason, owner, decision }: DueTask, caseId: string): Promise<void> {
    const unit = new UnitOfWork();
    const about = { source: '/platform', subject, partitionKey: subject, correlationId: subject };
    unit.add(escalated, { taskId, caseId, closed: decision !== null });
    if (decision === null) {
      announce(unit, { ...about, type: 'case.escalated.v1', data: { caseId, taskId, subject, reason, owner } });
    } else {
      announce(unit, { ...about, type: 'case.resolved.v1', data: { caseId, taskId, subject, decision } });
    }
    recordJourney(unit, {
      subject, kind: 'decision', system: 'throughline', name: decision === null ? 'escalateTask' : 'resolveCase',
      outcome: decision === null ? 'escalated' : 'resolved', reason, detail: { taskId, caseId, owner, decision },
    });
    await this.groupCommit.commit(unit);
  }
}

function caseOf(task: DueTask, id: string): UpsertCase {
  const { runId: subject, reason, cause, owner, dueAt, actions, decision, decidedBy } = task;
  const summary = decision === null
    ? `${reason}\nOwner: ${owner}. Due: ${dueAt.toISOString()}. May be decided: ${actions.join(', ')}.`
    : `${reason}\nDecided by ${decidedBy}: ${decision}.`;
  return {
    id, subject, state: decision === null ? 'escalated' : 'resolved', reason: cause.slice(0, REASON_MAX),
    summary: summary.slice(0, SUMMARY_MAX), evidence: { taskId: task.id, cause, owner },
  };
}
