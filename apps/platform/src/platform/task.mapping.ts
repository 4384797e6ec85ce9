// A stored task as a person sees it. Pure.
import { createHash } from 'node:crypto';
import type { ExceptionTask } from '#contracts';
import type { TaskRecord } from '#workflow';

/** Any open task may become a case before its time. */
export const ESCALATE = 'escalate';

/** Id of the group of tasks with one cause: short, and the same in every process. */
export function groupIdOf(cause: string): string {
  return `grp_${createHash('sha256').update(cause).digest('hex').slice(0, 24)}`;
}

/** What may be decided now. */
export function actionsOf({ actions, decision, escalatedAt }: TaskRecord): string[] {
  return decision === null && escalatedAt === null ? [...actions, ESCALATE] : actions;
}

export function taskOf(task: TaskRecord): ExceptionTask {
  const { id, runId, reason, cause, owner, createdAt, dueAt, decision, decidedBy, decidedAt, note } = task;
  return {
    id, subject: runId, reason, cause, groupId: groupIdOf(cause), owner, createdAt: createdAt.toISOString(),
    dueAt: dueAt.toISOString(), actions: actionsOf(task), state: decision === null ? 'open' : 'decided',
    ...(decision === null ? {} : { decision }), ...(decidedBy === null ? {} : { decidedBy }),
    ...(decidedAt === null ? {} : { decidedAt: decidedAt.toISOString() }), ...(note === null ? {} : { note }),
    ...(task.escalatedAt === null ? {} : { escalatedAt: task.escalatedAt.toISOString() }),
    ...(task.caseId === null ? {} : { caseId: task.caseId }),
    ...(task.detail === null ? {} : { detail: task.detail }),
  };
}
