// The orders themselves: one row each with what tells them apart, the row as a whole leading to the journey.
import { useState } from 'react';
import { useMediaQuery } from '@mantine/hooks';
import { Link } from 'react-router';
import type { Order } from '../api/apis';
import { counted, money, moment, systemName, words } from '../format';
import { ClockIcon } from '../shell/icons';
import { NARROW } from '../shell/shell';
import { ToneBadge } from '../shell/tone-badge';
import { When } from '../shell/when';
import { axesOf, customerName, erpNumber, isOpen, statusTone, unitsOf } from './order-words';
import styles from './orders.module.css';

const FRESH_MS = 10_000;

export function OrderTable({ orders }: { orders: readonly Order[] }) {
  const narrow = useMediaQuery(NARROW);
  if (narrow) {
    return (
      <ul className={styles['cards']}>
        {orders.map((order) => <OrderCard key={order.id} order={order} />)}
      </ul>
    );
  }
  return (
    <table className={styles['table']}>
      <caption className="hidden-text">Orders, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Order</th>
          <th scope="col">Status</th>
          <th scope="col">Customer</th>
          <th scope="col">Items</th>
          <th scope="col" className={styles['right']}>Total</th>
          <th scope="col">ERP</th>
          <th scope="col" className={styles['right']}>Placed</th>
        </tr>
      </thead>
      <tbody>{orders.map((order) => <OrderRow key={order.id} order={order} />)}</tbody>
    </table>
  );
}

/** An order that has just been placed glows once when it comes into the list. */
function useArrival(order: Order): true | undefined {
  const [fresh] = useState(() => Date.now() - Date.parse(order.placedAt) < FRESH_MS);
  return fresh || undefined;
}

function OrderRow({ order }: { order: Order }) {
  return (
    <tr className={styles['row']} data-fresh={useArrival(order)}>
      <td>
        <OrderLink order={order} />
        <span className={styles['sub']}>{order.channel} · {order.region}</span>
      </td>
      <td><Status order={order} /><Axes order={order} /></td>
      <td>
        <span className={styles['cut']}>{customerName(order)}</span>
        <span className={styles['sub']}>{order.customer.customerId ?? order.customer.email}</span>
      </td>
      <td><Items order={order} /></td>
      <td className={`${styles['right']} number`}>{money(order.totals.total)}</td>
      <td><ErpNumber order={order} /> <Staleness order={order} /></td>
      <td className={styles['right']}><When at={order.placedAt} /></td>
    </tr>
  );
}

function OrderCard({ order }: { order: Order }) {
  return (
    <li className={styles['row']} data-fresh={useArrival(order)}>
      <div className={styles['pair']}><OrderLink order={order} /><Status order={order} /></div>
      <div className={styles['pair']}>
        <span className={styles['cut']}>{customerName(order)}</span>
        <span className="number">{money(order.totals.total)}</span>
      </div>
      <div className={styles['pair']}>
        <span className={styles['sub']}>
          {order.channel} · {counted(unitsOf(order), 'unit')} ·{' '}
          {erpNumber(order) ? `ERP ${erpNumber(order)}` : 'not in ERP'}
        </span>
        <span className={styles['sub']}><When at={order.placedAt} /></span>
      </div>
      <Staleness order={order} />
    </li>
  );
}

function OrderLink({ order }: { order: Order }) {
  return <Link to={`/orders/${order.id}`} className={`${styles['open']} number`}>{order.orderNumber}</Link>;
}

function Status({ order }: { order: Order }) {
  return <ToneBadge tone={statusTone(order)} moving={isOpen(order)}>{words(order.status)}</ToneBadge>;
}

function Axes({ order }: { order: Order }) {
  const axes = axesOf(order);
  return (
    <span className={styles['sub']} title={axes.map(({ axis, value }) => `${axis}: ${value}`).join('\n')}>
      {axes.map(({ value }) => value.toLowerCase()).join(' · ')}
    </span>
  );
}

function Items({ order }: { order: Order }) {
  const [first, ...others] = order.lines;
  const units = unitsOf(order);
  return (
    <>
      <span className={styles['cut']} style={{ display: 'block' }}>{first?.name}</span>
      <span className={styles['sub']}>
        {counted(units, 'unit')}{others.length === 0 ? '' : `, ${counted(others.length, 'more line')}`}
      </span>
    </>
  );
}

function ErpNumber({ order }: { order: Order }) {
  const number = erpNumber(order);
  return number === undefined
    ? <span style={{ color: 'var(--mantine-color-dimmed)' }}>{isOpen(order) ? 'not yet' : '–'}</span>
    : <span className="number">{number}</span>;
}

/** Degraded is said, never hidden: which system's word is old, and since when. */
function Staleness({ order }: { order: Order }) {
  const stale = order.freshness.filter((entry) => entry.stale);
  if (stale.length === 0) return null;
  const why = stale.map(({ source, asOf, reason }) => `${systemName(source)} as of ${moment(asOf)}. ${reason ?? ''}`);
  return (
    <span className={styles['stale']} title={why.join('\n')}>
      <ClockIcon /> {stale.map(({ source }) => systemName(source)).join(', ')} late
    </span>
  );
}
