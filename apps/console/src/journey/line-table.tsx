// The lines of an order with their quantity counters, which are the truth behind every status; rare counters that are
// nought everywhere are left out.
import { Title } from '@mantine/core';
import type { Order, OrderLine } from '../api/apis';
import { money, words } from '../format';
import styles from './journey.module.css';

type Counter = keyof OrderLine['counters'];

const ALWAYS: readonly Counter[] = ['ordered', 'reserved', 'released', 'picked', 'packed', 'shipped', 'delivered'];
const WHEN_ANY: readonly Counter[] = [
  'backordered', 'cancelled', 'returnRequested', 'received', 'restocked', 'scrapped', 'refunded',
];

export function LineTable({ order }: { order: Order }) {
  const some = WHEN_ANY.filter((counter) => order.lines.some(({ counters }) => counters[counter] > 0));
  const counters = [...ALWAYS, ...some];
  return (
    <section className={`card ${styles['panel']}`} aria-labelledby="lines-title">
      <div className={styles['head']}><Title order={2} id="lines-title">Lines</Title></div>
      <div className={styles['scroll']} tabIndex={0} role="region" aria-label="Lines and their counters">
        <table className={styles['grid-table']}>
          <thead>
            <tr>
              <th scope="col">Product</th>
              {counters.map((counter) => (
                <th key={counter} scope="col" className={styles['right']}>{words(counter)}</th>
              ))}
              <th scope="col" className={styles['right']}>Total</th>
            </tr>
          </thead>
          <tbody>{order.lines.map((line) => <Line key={line.lineId} line={line} counters={counters} />)}</tbody>
        </table>
      </div>
    </section>
  );
}

function Line({ line, counters }: { line: OrderLine; counters: readonly Counter[] }) {
  const { method, locationId } = line.fulfilment;
  return (
    <tr>
      <td style={{ minWidth: 180 }}>
        {line.name}
        <div className={styles['label']}>
          {line.sku} · {words(method).toLowerCase()}{locationId ? ` ${locationId}` : ''} · {money(line.unitPrice)} each
        </div>
        {line.discounts.map(({ rule, amount }) => (
          <div key={rule} className={styles['label']}>{rule}: −{money(amount)}</div>
        ))}
      </td>
      {counters.map((counter) => (
        <td key={counter} className={`${styles['right']} number ${line.counters[counter] === 0 ? styles['zero'] : ''}`}>
          {line.counters[counter]}
        </td>
      ))}
      <td className={`${styles['right']} number`}>{money(line.total)}</td>
    </tr>
  );
}
