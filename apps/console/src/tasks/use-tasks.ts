// Open exception tasks by cause and one by one, read again at every event that opens or closes one.
import { useCallback } from 'react';
import { answerOf, type ExceptionTask, type TaskGroup } from '../api/apis';
import { useLiveSubjects, useLookAgain } from '../api/use-live';
import { useResource, type Resource } from '../api/use-resource';
import { useConsole } from '../session/console-context';

/** Time alone makes a task overdue and a case, which no event of ours may tell. */
const LOOK_MS = 15_000;

export function useTaskGroups(): Resource<TaskGroup[]> {
  const { apis } = useConsole();
  const load = useCallback(async (signal: AbortSignal) =>
    (await answerOf(apis.platform.GET('/platform/v1/task-groups', { signal }))).groups, [apis]);
  return useKept(useResource(load));
}

/** The tasks of a group, the most urgent first. */
export function useGroupTasks(groupId: string): Resource<ExceptionTask[]> {
  const { apis } = useConsole();
  const load = useCallback(async (signal: AbortSignal) => {
    const query = { groupId };
    return (await answerOf(apis.platform.GET('/platform/v1/tasks', { params: { query }, signal }))).tasks;
  }, [apis, groupId]);
  return useKept(useResource(load));
}

function useKept<T>(resource: Resource<T>): Resource<T> {
  const { reload } = resource;
  useLiveSubjects(reload);
  useLookAgain(reload, LOOK_MS);
  return resource;
}
