// One order with its journey and its open tasks, kept up to date: at each event about it, and by looking again while
// its run works, because calls and retries of vendors announce no event.
import { useCallback } from 'react';
import { answerOf, type ExceptionTask, type Journey, type Order } from '../api/apis';
import { useLiveSubjects, useLookAgain } from '../api/use-live';
import { useResource } from '../api/use-resource';
import { useConsole } from '../session/console-context';

const LOOK_WHILE_RUNNING_MS = 1_500;
const LOOK_WHILE_WAITING_MS = 4_000;

export interface OrderStory {
  order: Order;
  journey: Journey;
  tasks: ExceptionTask[];
}

/** True until the run has ended one way or the other. */
export const isUnderWay = ({ runState }: Journey): boolean =>
  runState === 'running' || runState === 'waiting' || runState === 'stuck';

export function useOrderStory(orderId: string) {
  const { apis } = useConsole();
  const load = useCallback(async (signal: AbortSignal): Promise<OrderStory> => {
    const order = await answerOf(
      apis.orders.GET('/process/orders/v1/orders/{orderId}', { params: { path: { orderId } }, signal }));
    const subject = order.id;
    const [journey, { tasks }] = await Promise.all([
      answerOf(apis.platform.GET('/platform/v1/journeys/{subject}', { params: { path: { subject } }, signal })),
      answerOf(apis.platform.GET('/platform/v1/tasks', { params: { query: { subject } }, signal })),
    ]);
    const entries = [...journey.entries].sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.seq - b.seq);
    return { order, journey: { ...journey, entries }, tasks: tasks.filter(({ state }) => state === 'open') };
  }, [apis, orderId]);
  const story = useResource(load);
  const { data, reload } = story;
  useLiveSubjects((subjects) => {
    if (subjects.size === 0 || (data !== undefined && subjects.has(data.order.id))) reload();
  });
  const everyMs = data === undefined || !isUnderWay(data.journey) ? undefined
    : data.journey.runState === 'running' ? LOOK_WHILE_RUNNING_MS : LOOK_WHILE_WAITING_MS;
  useLookAgain(reload, everyMs);
  return story;
}
