// What must hold of orders at any moment, as queries that return the offenders; the chaos checker runs the same ones.
import type { Database } from '#database';
import type { Invariant, InvariantReport } from '#contracts';

const EXAMPLES_MAX = 5;

/** Each query returns one row per offender with a text `offender`. */
const INVARIANTS: readonly { name: string; statement: string; sql: string }[] = [
  {
    name: 'orders.units-conserved',
    statement: 'ordered = cancelled + backordered + reserved + released on every line',
    sql: `select order_id || '/' || line_id as offender from orders.line
      where ordered <> cancelled + backordered + reserved + released`,
  },
  {
    name: 'orders.progress-monotonic',
    statement: 'delivered <= shipped <= packed <= picked <= released on every line',
    sql: `select order_id || '/' || line_id as offender from orders.line
          where delivered > shipped or shipped > packed or packed > picked or picked > released`,
  },
  {
    name: 'orders.captured-not-above-authorised',
    statement: 'refunded <= captured <= authorised for every payment',
    sql: 'select order_id as offender from orders.payment where captured > authorised or refunded > captured',
  },
  {
    name: 'orders.every-order-has-a-run',
    statement: 'every order has its durable run',
    sql: `select o.id as offender from orders."order" o
          where o.completed_at is null and o.cancelled_at is null and not exists (select from workflow.run r
            where r.id = o.id)`,
  },
  {
    name: 'orders.completed-has-erp-order',
    statement: 'every completed order has exactly one ERP number',
    sql: `select o.id as offender from orders."order" o left join orders.system_reference r on r.order_id = o.id
      and r.system = 'erp'
          where o.completed_at is not null group by o.id having count(r.reference) <> 1`,
  },
  {
    name: 'orders.cancelled-holds-nothing',
    statement: 'a cancelled order has no live units and no captured money left',
    sql: `select o.id as offender from orders."order" o join orders.line l on l.order_id = o.id
      join orders.payment p on p.order_id = o.id
          where o.cancelled_at is not null and (l.cancelled <> l.ordered or p.captured > p.refunded)`,
  },
];

export async function orderInvariants(database: Database): Promise<InvariantReport> {
  const invariants = await Promise.all(
    INVARIANTS.map(async ({ name, statement, sql }): Promise<Invariant> => {
      const [found] = await database.query<{ violations: number; examples: string | null }>(
        `with offenders as (${sql}) select count(*)::int as violations,
         (select string_agg(offender, ', ') from (select offender
           from offenders limit ${EXAMPLES_MAX}) few) as examples from offenders`,
      );
      const { violations, examples } = found!;
      return { name, statement, holds: violations === 0, violations, ...(examples ? { examples } : {}) };
    }),
  );
  return { invariants };
}
