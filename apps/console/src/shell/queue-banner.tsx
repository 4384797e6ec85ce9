// Above every page while orders wait for the ERP: why, how many, which cut-offs are in danger, and the way on.
import { useCallback } from 'react';
import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { answerOf, type ErpQueue } from '../api/apis';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import { useLiveSubjects, useLookAgain } from '../api/use-live';
import { useResource } from '../api/use-resource';
import { counted, systemName } from '../format';
import { useConsole } from '../session/console-context';
import { Note } from './note';
import { When } from './when';

/** A queue grows and shrinks without an event for each order. */
const LOOK_MS = 5_000;
const ORDERS_SHOWN = 5;

export function QueueBanner() {
  const { apis, session } = useConsole();
  const load = useCallback(async (signal: AbortSignal) => {
    const queue = await answerOf(apis.erp.GET('/system/erp/v1/queue', { signal }));
    if (queue.waiting + queue.released === 0) return { queue, orders: [] };
    const query = { limit: ORDERS_SHOWN };
    const page = await answerOf(apis.erp.GET('/system/erp/v1/queue/orders', { params: { query }, signal }));
    return { queue, orders: page.orders };
  }, [apis]);
  const { data, reload } = useResource(load);
  useLiveSubjects((subjects) => {
    if (data && subjects.has(data.queue.vendor)) reload();
  });
  useLookAgain(reload, LOOK_MS);
  const change = useAction(async () => {
    const paused = !data?.queue.paused;
    const body = { paused, reason: `${paused ? 'Paused' : 'Resumed'} in the console` };
    await answerOf(apis.erp.PATCH('/system/erp/v1/queue', { body }));
    reload();
  });
  if (!data || (data.queue.waiting + data.queue.released === 0 && !data.queue.paused)) return null;
  const { queue, orders } = data;
  return (
    <Note tone={queue.state === 'down' ? 'bad' : 'doubt'} title={<span role="alert">{headline(queue)}</span>}>
      {queue.reason && <div>{queue.reason}</div>}
      {queue.oldestSince && <div>The oldest waits since <When at={queue.oldestSince} />.</div>}
      {queue.forecast.map((cutOff) => (
        <div key={cutOff.locationId}>
          {cutOff.locationId}: carrier leaves <When at={cutOff.cutOffAt} />
          {cutOff.missed > 0 ? `, ${cutOff.missed} of ${cutOff.waiting} orders miss it.`
            : <>, in time if the ERP is back by <When at={cutOff.backBy!} />.</>}
        </div>
      ))}
      {orders.length > 0 && (
        <div>
          {orders.map(({ reference, orderNumber }) => (
            <span key={reference}><Link to={`/orders/${reference}`}>{orderNumber}</Link> </span>
          ))}
          {queue.waiting + queue.released > orders.length && 'and more'}
        </div>
      )}
      {change.error !== undefined && <ProblemNote error={change.error} />}
      {session.may('erp:operate') && (
        <Button size="xs" variant="default" mt="xs" loading={change.busy} onClick={change.run}>
          {queue.paused ? 'Resume' : 'Pause'}
        </Button>
      )}
    </Note>
  );
}

function headline({ vendor, state, waiting, released, drainPerMinute }: ErpQueue): string {
  const [all, erp] = [waiting + released, systemName(vendor)];
  const orders = `${counted(all, 'order')} ${all === 1 ? 'waits' : 'wait'}`;
  if (state === 'paused') return `The queue to ${erp} is paused: ${orders}`;
  return state === 'down' ? `${erp} does not answer: ${orders}`
    : `${orders} for ${erp}, up to ${drainPerMinute} a minute are let through`;
}
