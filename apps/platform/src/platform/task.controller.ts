// Exception tasks: what needs a person, alone and by cause, and the person's decision, which lets the run go on and
// stands in its journey.
import { Controller } from '@nestjs/common';
import {
  platformApi, Problem, problems, type CallContext, type ExceptionTask, type GroupDecision, type GroupOutcome,
  type TaskDecision, type TaskGroupId, type TaskGroups, type TaskId, type TaskOutcome, type TaskPage, type TaskQuery,
} from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { recordJourney } from '#events';
import { Implements } from '#governance';
import { Engine, TaskRecord, WorkflowUsage } from '#workflow';
import { escalateNow } from './task-escalation.job.js';
import { actionsOf, ESCALATE, groupIdOf, taskOf } from './task.mapping.js';

const { operations } = platformApi;
const TASKS_MAX = 200;
const GROUPS_MAX = 200;
const GROUP_DECISIONS_MAX = 500;
/** Decisions of one group at the same time. */
const ABREAST = 16;

const GROUPS = `
  select cause, count(*)::int as count, count(*) filter (where due_at <= now())::int as overdue,
    count(escalated_at)::int as escalated, min(created_at) as "oldestAt", min(due_at) as "nextDueAt",
    (array_agg(reason order by created_at))[1] as example,
    array(select action from workflow.task member, unnest(member.actions) as action
      where member.decided_at is null and member.cause = task.cause
      group by action having count(*) = count(task.*) order by action) as actions
  from workflow.task task where decided_at is null group by cause order by count(*) desc, cause limit ${GROUPS_MAX}`;

@Controller()
export class TaskController {
  constructor(
    private readonly database: Database, private readonly groupCommit: GroupCommit, private readonly engine: Engine,
  ) {}

  @Implements(operations.listTasks)
  async listTasks({ params: { subject, groupId, decided } }: { params: TaskQuery }): Promise<TaskPage> {
    const { tasks } = this.engine;
    const cause = groupId === undefined ? undefined : (await this.causeOf(groupId) ?? groupId);
    const found = subject === undefined ? await tasks.open(TASKS_MAX, cause)
      : (await tasks.ofRun(subject)).filter((task) => decided || task.decidedAt === null)
        .filter((task) => cause === undefined || task.cause === cause);
    return { tasks: found.slice(0, TASKS_MAX).map(taskOf) };
  }

  @Implements(operations.getTask)
  async getTask({ params: { taskId } }: { params: TaskId }): Promise<ExceptionTask> {
    return taskOf(await this.read(taskId));
  }

  @Implements(operations.decideTask)
  async decideTask(
    { params: { taskId }, body }: { params: TaskId; body: TaskDecision }, call: CallContext,
  ): Promise<ExceptionTask> {
    const task = await this.read(taskId);
    const correction = body.correction && (JSON.parse(JSON.stringify(body.correction)) as Record<string, unknown>);
    if ((body.action === 'edit') !== (correction !== undefined && Object.keys(correction).length > 0)) {
      throw new Problem(problems.unprocessable, {
        detail: 'A correction belongs to the action edit, and edit needs one.',
        errors: [{ pointer: '#/correction', detail: 'shippingAddress or customer is expected with edit.' }],
      });
    }
    await this.decide(task, { ...body, ...(correction ? { correction } : {}) }, call);
    return taskOf(await this.read(taskId));
  }

  @Implements(operations.listTaskGroups)
  async listTaskGroups(): Promise<TaskGroups> {
    const rows = await this.database.query<{
      cause: string; count: number; overdue: number; escalated: number; oldestAt: Date; nextDueAt: Date;
      example: string; actions: string[];
    }>(GROUPS);
    return {
      groups: rows.map(({ oldestAt, nextDueAt, actions, ...row }) => ({
        ...row, groupId: groupIdOf(row.cause), oldestAt: oldestAt.toISOString(), nextDueAt: nextDueAt.toISOString(),
        actions: [...actions, ESCALATE],
      })),
    };
  }

  @Implements(operations.decideTaskGroup)
  async decideTaskGroup(
    { params: { groupId }, body }: { params: TaskGroupId; body: GroupDecision }, call: CallContext,
  ): Promise<GroupOutcome> {
    const cause = await this.causeOf(groupId);
    if (cause === undefined) throw new Problem(problems.notFound, { detail: `No open task has the cause ${groupId}.` });
    const tasks = await this.engine.tasks.open(Math.min(body.limit ?? GROUP_DECISIONS_MAX, GROUP_DECISIONS_MAX), cause);
    const outcomes: TaskOutcome[] = [];
    for (let next = 0; next < tasks.length; next += ABREAST) {
      const wave = tasks.slice(next, next + ABREAST);
      outcomes.push(...await Promise.all(wave.map((task) => this.tryDecide(task, body, call))));
    }
    const decided = outcomes.filter(({ outcome }) => outcome === 'decided').length;
    const [left] = await this.database.query<{ count: number }>(
      'select count(*)::int as count from workflow.task where decided_at is null and cause = $1', [cause]);
    return { decided, refused: outcomes.length - decided, remaining: left!.count, outcomes };
  }

  private async tryDecide(task: TaskRecord, body: GroupDecision, call: CallContext): Promise<TaskOutcome> {
    try {
      await this.decide(task, body, call);
      return { taskId: task.id, subject: task.runId, outcome: 'decided' };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { taskId: task.id, subject: task.runId, outcome: 'refused', reason: error.details.detail };
    }
  }

  /** @throws Problem state-conflict when the task is decided or does not allow it */
  private async decide(
    task: TaskRecord, { action, note, correction }: Omit<TaskDecision, 'correction'> & { correction?: object },
    { consumer, requestId }: CallContext,
  ): Promise<void> {
    if (action === ESCALATE) return this.escalate(task, consumer, note);
    try {
      await this.engine.tasks.decide(task.id, {
        action, by: consumer, requestId, ...(note ? { note } : {}),
        ...(correction ? { data: correction as Record<string, unknown> } : {}),
      });
    } catch (error) {
      if (error instanceof WorkflowUsage) throw await this.refusal(task.id);
      throw error;
    }
  }

  /** Due at once, so that the next look of the escalation makes it a case; the task stays open. */
  private async escalate(task: TaskRecord, by: string, note: string | undefined): Promise<void> {
    if (!(await escalateNow(this.database, task.id))) throw await this.refusal(task.id);
    const unit = new UnitOfWork();
    recordJourney(unit, {
      subject: task.runId, kind: 'person', system: by, name: 'decideTask', outcome: ESCALATE,
      reason: note ?? task.reason, detail: { taskId: task.id, consumer: by },
    });
    await this.groupCommit.commit(unit);
  }

  private async read(taskId: string): Promise<TaskRecord> {
    const task = await this.database.dataSource.getRepository(TaskRecord).findOneBy({ id: taskId });
    if (!task) throw new Problem(problems.notFound, { detail: `There is no task ${taskId}.` });
    return task;
  }

  /** Cause of a group that has open tasks. */
  private async causeOf(groupId: string): Promise<string | undefined> {
    const rows = await this.database.query<{ cause: string }>(
      'select distinct cause from workflow.task where decided_at is null');
    return rows.find(({ cause }) => groupIdOf(cause) === groupId)?.cause;
  }

  /** Why the engine did not take the decision, as the task stands now. */
  private async refusal(taskId: string): Promise<Problem> {
    const task = await this.read(taskId);
    const { decision, decidedBy, actions } = task;
    return new Problem(problems.stateConflict, {
      detail: decision === null ? `This task allows ${actionsOf(task).join(' or ')}.`
        : `${decidedBy} has decided already: ${decision}.`,
      actions,
    });
  }
}
