// The order's facts at a glance, and the one thing that stops it.
import type { ReactNode } from 'react';
import { Title } from '@mantine/core';
import type { Journey, Order } from '../api/apis';
import { clock, duration, moment, systemName, words } from '../format';
import { axesOf, customerName, isOpen, statusTone } from '../orders/order-words';
import { Copyable } from '../shell/copyable';
import { ToneBadge } from '../shell/tone-badge';
import { When } from '../shell/when';
import { CancelOrder } from './cancel-order';
import styles from './journey.module.css';

export function OrderHead({ order, journey, reload }: { order: Order; journey: Journey; reload: () => void }) {
  return (
    <>
      <div className="page-head">
        <div style={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '6px 14px' }}>
          <Title order={1} className="number">{order.orderNumber}</Title>
          <span role="status">
            <ToneBadge tone={statusTone(order)} moving={isOpen(order)}>{words(order.status)}</ToneBadge>
          </span>
          <RunState journey={journey} />
        </div>
        <CancelOrder order={order} reload={reload} />
      </div>
      <dl className={styles['facts']}>
        <Fact name="Customer">
          {customerName(order)}
          {order.customer.customerId && order.customer.name ? ` (${order.customer.customerId})` : ''}
        </Fact>
        <Fact name="Channel">{order.channel} · {order.brand} · {order.region}</Fact>
        <Fact name="Placed"><When at={order.placedAt} /></Fact>
        {order.promisedAt && <Fact name="Promised">{moment(order.promisedAt)}</Fact>}
        {axesOf(order).map(({ axis, value }) => <Fact key={axis} name={axis}>{value}</Fact>)}
        {references(order).map(({ system, id }) => (
          <Fact key={system + id} name={systemName(system)}>
            <Copyable value={id} name={`${systemName(system)} id`} />
          </Fact>
        ))}
        <Fact name="Order id"><Copyable value={order.id} name="Order id" /></Fact>
      </dl>
    </>
  );
}

function references(order: Order) {
  return [...(order.externalReference ? [order.externalReference] : []), ...order.references];
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

const RUN_WORDS: Record<Journey['runState'], string> = {
  running: 'Run at work', waiting: 'Run waits', completed: 'Run completed', cancelled: 'Run cancelled',
  failed: 'Run failed', stuck: 'Run needs a person', unknown: '',
};

function RunState({ journey: { runState, waitingFor, entries } }: { journey: Journey }) {
  const [first, last] = [entries[0], entries.at(-1)];
  const took = first && last && runState === 'completed'
    ? ` after ${duration(Date.parse(last.at) - Date.parse(first.at))}` : '';
  const what = waitingFor ? ` for ${waitWords(waitingFor)}` : '';
  return <span className={styles['label']}>{RUN_WORDS[runState]}{what}{took}</span>;
}

const WAITS: Record<string, string> = {
  fact: 'the warehouse', 'warehouse-fact': 'the warehouse', 'hold-released': 'a hold to be released',
};

/** A signal's name as words; a sentence as it is, with its moments as a clock shows them. */
function waitWords(waitingFor: string): string {
  const sentence = waitingFor.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (at) => clock(at).slice(0, 8));
  return WAITS[waitingFor] ?? (waitingFor.includes(' ') ? sentence : words(waitingFor).toLowerCase());
}
