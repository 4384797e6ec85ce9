// Exception tasks of the control plane: what needs a person, alone and grouped by cause, and what a person may decide.
import { Choice, Flag, Integer, JsonMap, Many, One, Shape, Text, Texts, Timestamp } from './field.js';
import { Address, OrderCustomer } from './canonical/party.js';
import { operation } from './operation.js';
import { problems } from './problem.js';

export const TASK_ACTIONS = [
  'retry', 'edit', 'split', 'substitute', 'cancel', 'refund', 'skip', 'escalate',
] as const;

@Shape('Corrected data that the order goes on with.')
export class TaskCorrection {
  @One(() => Address, { doc: 'Where it is shipped to.', optional: true })
  shippingAddress?: Address;

  @One(() => OrderCustomer, { doc: 'Who ordered.', optional: true })
  customer?: OrderCustomer;
}

@Shape('Work that needs a person.')
export class ExceptionTask {
  @Text({ doc: 'Task id.', max: 60 }) id: string;
  @Text({ doc: 'Order or return.', max: 60 }) subject: string;
  @Text({ doc: 'Why.', max: 2000 }) reason: string;
  @Text({ doc: 'Cause: tasks with the same one form a group.', max: 200 }) cause: string;
  @Text({ doc: 'Group of its cause.', max: 60 }) groupId: string;
  @Text({ doc: 'Team that owns it.', max: 60 }) owner: string;
  @Timestamp({ doc: 'When it was opened.' }) createdAt: string;
  @Timestamp({ doc: 'Due; past that it becomes a case.' }) dueAt: string;
  @Texts({ doc: 'What may be decided.', max: 20 }) actions: string[];
  @Choice(['open', 'decided'], { doc: 'State.' }) state: string;
  @Text({ doc: 'Decision.', optional: true, max: 60 }) decision?: string;
  @Text({ doc: 'By whom.', optional: true, max: 100 }) decidedBy?: string;
  @Timestamp({ doc: 'When it was decided.', optional: true }) decidedAt?: string;
  @Text({ doc: 'Why it was decided so.', optional: true, max: 500 }) note?: string;
  @Timestamp({ doc: 'When it became a case.', optional: true }) escalatedAt?: string;
  @Text({ doc: 'The case.', optional: true, max: 60 }) caseId?: string;
  @JsonMap({ doc: 'What is needed to decide.', optional: true }) detail?: Record<string, unknown>;
}

@Shape('Exception tasks, most urgent first.')
export class TaskPage {
  @Many(() => ExceptionTask, { doc: 'Tasks.' })
  tasks: ExceptionTask[];
}

@Shape('Which task.')
export class TaskId {
  @Text({ doc: 'Task id.', max: 60 })
  taskId: string;
}

@Shape('Which tasks.')
export class TaskQuery {
  @Text({ doc: 'Order or return.', optional: true, max: 60 })
  subject?: string;

  @Text({ doc: 'Only tasks of this group.', optional: true, max: 60 })
  groupId?: string;

  @Flag({ doc: 'With `subject`: decided ones too.', optional: true })
  decided?: boolean;
}

@Shape('What is decided.')
export class TaskDecision {
  @Choice(TASK_ACTIONS, {
    doc: 'One of the actions of the task: retry tries again; edit goes on with corrected data; split allows several '
      + 'parcels; substitute offers another product; cancel takes back what was done, or gives up what the task is '
      + 'about; refund gives money back that was taken for it; skip: it was taken back by hand; escalate makes it a '
      + 'case now and leaves it open.',
    example: 'retry',
  })
  action: string;

  @Text({ doc: 'Why.', optional: true, max: 500, example: 'The warehouse has confirmed it by phone' })
  note?: string;

  @One(() => TaskCorrection, { doc: 'For edit: what is right.', optional: true })
  correction?: TaskCorrection;
}

@Shape('Open tasks with one cause.')
export class TaskGroup {
  @Text({ doc: 'Group id.', max: 60 })
  groupId: string;

  @Text({ doc: 'Cause.', max: 200 })
  cause: string;

  @Integer({ doc: 'Open tasks.' })
  count: number;

  @Integer({ doc: 'Of these past due.' })
  overdue: number;

  @Integer({ doc: 'Of these escalated.' })
  escalated: number;

  @Timestamp({ doc: 'When the oldest was opened.' })
  oldestAt: string;

  @Timestamp({ doc: 'When the next is due.' })
  nextDueAt: string;

  @Texts({ doc: 'Actions that all of them allow.', max: 20 })
  actions: string[];

  @Text({ doc: 'Reason of the oldest, as an example.', max: 2000 })
  example: string;
}

@Shape('Groups of open tasks, largest first.')
export class TaskGroups {
  @Many(() => TaskGroup, { doc: 'Groups.', max: 200 })
  groups: TaskGroup[];
}

@Shape('Which group.')
export class TaskGroupId {
  @Text({ doc: 'Group id.', max: 60 })
  groupId: string;
}

@Shape('A decision for all tasks of a group.')
export class GroupDecision {
  @Choice(TASK_ACTIONS, { doc: 'Action that each of them allows.', example: 'retry' })
  action: string;

  @Text({ doc: 'Why.', optional: true, max: 500 })
  note?: string;

  @Integer({ doc: 'At most so many, the most urgent first.', optional: true, min: 1, max: 500 })
  limit?: number;
}

@Shape('What became of one task.')
export class TaskOutcome {
  @Text({ doc: 'Task id.', max: 60 })
  taskId: string;

  @Text({ doc: 'Order or return.', max: 60 })
  subject: string;

  @Choice(['decided', 'refused'], { doc: 'Whether it took the decision.' })
  outcome: string;

  @Text({ doc: 'Why it was refused.', optional: true, max: 500 })
  reason?: string;
}

@Shape('What became of the tasks of a group.')
export class GroupOutcome {
  @Integer({ doc: 'Tasks that took the decision.' })
  decided: number;

  @Integer({ doc: 'Tasks that refused it.' })
  refused: number;

  @Integer({ doc: 'Tasks of the cause that are still open.' })
  remaining: number;

  @Many(() => TaskOutcome, { doc: 'Each of them.', max: 500 })
  outcomes: TaskOutcome[];
}

const read = { method: 'GET', scope: 'platform:read', rate: 'read', idempotency: 'safe' } as const;
const decide = { method: 'POST', scope: 'platform:operate', rate: 'status', idempotency: 'stored' } as const;

export const taskOperations = {
  listTasks: operation({
    ...read, path: '/tasks', summary: 'List open exception tasks', params: TaskQuery, answer: TaskPage,
  }),
  getTask: operation({
    ...read, path: '/tasks/{taskId}', summary: 'Read an exception task, also a decided one', params: TaskId,
    answer: ExceptionTask, problems: [problems.notFound],
  }),
  decideTask: operation({
    ...decide,
    path: '/tasks/{taskId}/decision',
    summary: 'Decide an exception task',
    params: TaskId,
    body: TaskDecision,
    answer: ExceptionTask,
    problems: [problems.notFound, problems.stateConflict, problems.unprocessable],
  }),
  listTaskGroups: operation({
    ...read, path: '/task-groups', summary: 'Count open exception tasks by cause', answer: TaskGroups,
  }),
  decideTaskGroup: operation({
    ...decide,
    path: '/task-groups/{groupId}/decision',
    summary: 'Decide all tasks of a cause at once, e.g. retry them',
    description: 'Bounded: the most urgent first, 500 at most; `remaining` says whether to call again.',
    params: TaskGroupId,
    body: GroupDecision,
    answer: GroupOutcome,
    problems: [problems.notFound],
  }),
};
