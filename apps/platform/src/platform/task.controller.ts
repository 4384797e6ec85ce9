// Exception tasks: what needs a person, and the person's decision, which lets the run go on and stands in its journey.
import { Controller } from '@nestjs/common';
import {
  platformApi, Problem, problems, type CallContext, type ExceptionTask, type TaskDecision, type TaskId, type TaskPage,
  type TaskQuery,
} from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { recordJourney } from '#events';
import { Implements } from '#governance';
import { Engine, TaskRecord, WorkflowUsage, type TaskAction } from '#workflow';

const { operations } = platformApi;
const TASKS_MAX = 200;

@Controller()
export class TaskController {
  constructor(
    private readonly database: Database, private readonly groupCommit: GroupCommit, private readonly engine: Engine,
  ) {}

  @Implements(operations.listTasks)
  async listTasks({ params: { subject } }: { params: TaskQuery }): Promise<TaskPage> {
    const { tasks } = this.engine;
    const found = subject === undefined ? await tasks.open(TASKS_MAX)
      : (await tasks.ofRun(subject)).filter(({ decidedAt }) => decidedAt === null);
    return { tasks: found.map(taskOf) };
  }

  @Implements(operations.decideTask)
  async decideTask(
    { params: { taskId }, body: { action } }: { params: TaskId; body: TaskDecision }, call: CallContext,
  ): Promise<ExceptionTask> {
    const task = await this.read(taskId);
    try {
      await this.engine.tasks.decide(taskId, { action: action as TaskAction, by: call.consumer });
    } catch (error) {
      if (error instanceof WorkflowUsage) throw await this.refusal(taskId);
      throw error;
    }
    await this.audit(task, action, call);
    return taskOf(await this.read(taskId));
  }

  private async read(taskId: string): Promise<TaskRecord> {
    const task = await this.database.dataSource.getRepository(TaskRecord).findOneBy({ id: taskId });
    if (!task) throw new Problem(problems.notFound, { detail: `There is no task ${taskId}.` });
    return task;
  }

  /** Why the engine did not take the decision, as the task stands now. */
  private async refusal(taskId: string): Promise<Problem> {
    const { decision, decidedBy, actions } = await this.read(taskId);
    return new Problem(problems.stateConflict, {
      detail: decision === null ? `This task allows ${actions.join(' or ')}.`
        : `${decidedBy} has decided already: ${decision}.`,
      actions,
    });
  }

  private async audit(task: TaskRecord, action: string, { consumer, requestId }: CallContext): Promise<void> {
    const unit = new UnitOfWork();
    recordJourney(unit, {
      subject: task.runId, kind: 'person', system: consumer, name: 'decideTask', outcome: action,
      reason: task.reason, detail: { taskId: task.id, consumer, requestId },
    });
    await this.groupCommit.commit(unit);
  }
}

function taskOf({ id, runId, reason, owner, dueAt, actions, decision, decidedBy }: TaskRecord): ExceptionTask {
  return {
    id, subject: runId, reason, owner, dueAt: dueAt.toISOString(), actions,
    state: decision === null ? 'open' : 'decided',
    ...(decision === null ? {} : { decision }), ...(decidedBy === null ? {} : { decidedBy }),
  };
}
