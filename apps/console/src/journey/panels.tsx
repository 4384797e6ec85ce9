// What stands beside the story: money, parcels, and what waits for a person (holds and exception tasks).
import { useState } from 'react';
import { Button, Group, Text, Textarea, Title } from '@mantine/core';
import { Link } from 'react-router';
import { answerOf, type ExceptionTask, type Hold, type Money, type Order } from '../api/apis';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import { money, moment, systemName, words } from '../format';
import { paymentTone } from '../orders/order-words';
import { useConsole } from '../session/console-context';
import { Copyable } from '../shell/copyable';
import { Note } from '../shell/note';
import { ToneBadge } from '../shell/tone-badge';
import { When } from '../shell/when';
import { DecideTask } from '../tasks/decide-task';
import { TaskState } from '../tasks/task-row';
import styles from './journey.module.css';

const REASON_MAX = 500;

export function MoneyPanel({ order: { totals, payments } }: { order: Order }) {
  const sums = [
    ['Items', totals.items], ['Discount', totals.discount], ['Shipping', totals.shipping], ['Tax', totals.tax],
  ] as const;
  return (
    <section className={`card ${styles['panel']}`} aria-labelledby="money-title">
      <div className={styles['head']}><Title order={2} id="money-title">Money</Title></div>
      <dl className={styles['sums']}>
        {sums.map(([name, amount]) => (
          <Sum key={name} name={name} value={name === 'Discount' ? less(amount) : money(amount)} />
        ))}
        <dt className={styles['total']}>Total</dt>
        <dd className={`${styles['total']} number`}>{money(totals.total)}</dd>
      </dl>
      {payments.map((payment, index) => (
        <div key={payment.reference ?? index} className={styles['item']} style={{ marginTop: 16 }}>
          <Group justify="space-between" mb={6}>
            <b>{words(payment.method)}</b>
            <ToneBadge tone={paymentTone(payment.state)}>{words(payment.state)}</ToneBadge>
          </Group>
          <dl className={styles['sums']}>
            <Sum name="Authorised" value={money(payment.authorised)} />
            <Sum name="Captured" value={money(payment.captured)} />
            <Sum name="Refunded" value={money(payment.refunded)} />
          </dl>
          {payment.reference && <Copyable value={payment.reference} name="Payment reference" />}
        </div>
      ))}
    </section>
  );
}

/** An amount that is taken off; nothing is not minus nothing. */
const less = (amount: Money): string => `${Number(amount.amount) > 0 ? '−' : ''}${money(amount)}`;

function Sum({ name, value }: { name: string; value: string }) {
  return <><dt>{name}</dt><dd className="number">{value}</dd></>;
}

export function Parcels({ order: { shipments, shippingAddress, freshness } }: { order: Order }) {
  return (
    <section className={`card ${styles['panel']}`} aria-labelledby="parcels-title">
      <div className={styles['head']}><Title order={2} id="parcels-title">Parcels</Title></div>
      {shipments.length === 0 && <Text size="sm" c="dimmed">None has left yet.</Text>}
      {shipments.map((shipment) => (
        <div key={shipment.id} className={styles['item']}>
          <Group justify="space-between" mb={4}>
            <b>{shipment.locationId}</b>
            {shipment.deliveredAt
              ? <ToneBadge tone="good">Delivered</ToneBadge>
              : <ToneBadge tone="busy">On its way</ToneBadge>}
          </Group>
          {shipment.trackingNumber && (
            <div>
              {shipment.carrier ?? 'Carrier'} <Copyable value={shipment.trackingNumber} name="Tracking number" />
            </div>
          )}
          <div className={styles['label']}>
            Left {moment(shipment.shippedAt)}{shipment.deliveredAt ? `, arrived ${moment(shipment.deliveredAt)}` : ''}
          </div>
        </div>
      ))}
      {shippingAddress && (
        <div className={styles['item']} style={{ marginTop: 12 }}>
          <div className={styles['label']}>To</div>
          {shippingAddress.name}, {shippingAddress.line1}, {shippingAddress.postalCode} {shippingAddress.city},{' '}
          {shippingAddress.country}
        </div>
      )}
      {freshness.map((entry) => (
        <div key={entry.source} className={styles['item']}>
          <Group justify="space-between" wrap="nowrap">
            <span>{systemName(entry.source)}</span>
            <ToneBadge tone={entry.stale ? 'doubt' : 'good'}>{entry.stale ? 'Late' : 'Fresh'}</ToneBadge>
          </Group>
          <div className={styles['label']}>
            As of <When at={entry.asOf} />{entry.reason ? `. ${entry.reason}` : ''}
            {entry.nextCheckAt ? <>. Asked again <When at={entry.nextCheckAt} /></> : undefined}
          </div>
        </div>
      ))}
    </section>
  );
}

export function Holds({ order, reload }: { order: Order; reload: () => void }) {
  return order.holds.filter((hold) => !hold.releasedAt).map((hold) => (
    <Note key={hold.id} tone="doubt" title={`On hold: ${words(hold.kind).toLowerCase()}`}>
      <Text size="sm">{hold.reason}</Text>
      <div className={styles['label']}>Placed by {hold.placedBy}, <When at={hold.placedAt} />.</div>
      <ReleaseHold orderId={order.id} hold={hold} reload={reload} />
    </Note>
  ));
}

function ReleaseHold({ orderId, hold, reload }: { orderId: string; hold: Hold; reload: () => void }) {
  const { apis, session } = useConsole();
  const [reason, setReason] = useState('');
  const act = useAction(async (key) => {
    await answerOf(apis.orders.POST('/process/orders/v1/orders/{orderId}/holds/{holdId}/release', {
      params: { path: { orderId, holdId: hold.id }, header: { 'Idempotency-Key': key } },
      body: { reason: reason.trim() },
    }));
    reload();
  });
  if (hold.kind === 'customer') {
    return <Text size="sm" mt={4}>It ends by itself when the customer system answers.</Text>;
  }
  if (!session.may('orders:operate')) return null;
  return (
    <>
      <Group align="flex-end" mt="xs">
        <Textarea label="Why it may go on" autosize minRows={1} maxLength={REASON_MAX} style={{ flex: '1 1 260px' }}
          value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <Button disabled={reason.trim() === ''} loading={act.busy} onClick={act.run}>Release hold</Button>
      </Group>
      {act.error !== undefined && <ProblemNote error={act.error} />}
    </>
  );
}

export function Tasks({ tasks, reload }: { tasks: readonly ExceptionTask[]; reload: () => void }) {
  return tasks.map((task) => <Task key={task.id} task={task} reload={reload} />);
}

function Task({ task, reload }: { task: ExceptionTask; reload: () => void }) {
  return (
    <Note tone="bad" title="A person must decide">
      <Text size="sm">{task.reason}</Text>
      <Group gap="xs" className={styles['label']}>
        <span>For {task.owner}, due <When at={task.dueAt} />.</span><TaskState task={task} />
        <Link to={`/tasks?group=${task.groupId}`}>All tasks with this cause</Link>
      </Group>
      <DecideTask task={task} onDone={reload} />
    </Note>
  );
}
