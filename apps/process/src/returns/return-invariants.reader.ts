// What must hold of returns at any moment, as queries that return the offenders; the chaos checker runs the same ones.
import type { Invariant, InvariantReport } from '#contracts';
import type { Sql } from '#database';

const EXAMPLES_MAX = 5;

const INVARIANTS: readonly { name: string; statement: string; sql: string }[] = [
  {
    name: 'returns.units-claimed-once',
    statement: 'What live returns ask for is what is claimed of the order line, and never more than delivered.',
    sql: `select coalesce(c.order_id, u.order_id) || '/' || coalesce(c.line_id, u.line_id) as offender
      from returns.claim c full join (
        select r.order_id, n.line_id, count(*)::int as units
        from returns.return r join returns.unit n on n.return_id = r.id
        where r.declined_at is null and not (n.not_returned_at is not null and n.refund_fact is null)
        group by r.order_id, n.line_id) u using (order_id, line_id)
      where coalesce(c.claimed, 0) <> coalesce(u.units, 0) or c.claimed > c.deliverable`,
  },
  {
    name: 'returns.unit-refunded-once',
    statement: 'A unit is part of one refund at most, and of an order line no unit is refunded by two live returns.',
    sql: `select r.order_id || '/' || n.line_id || '/' || n.unit as offender
      from returns.unit n join returns.return r on r.id = n.return_id
      where n.refund_fact is not null and r.declined_at is null
      group by r.order_id, n.line_id, n.unit having count(*) > 1`,
  },
  {
    name: 'returns.refunds-within-decision',
    statement: 'What is refunded for a return is never more than was decided for its units.',
    sql: `select r.id as offender from returns.return r
      join (select return_id, sum(amount) as amount from returns.unit group by return_id) n on n.return_id = r.id
      join (select return_id, sum(original + store_credit) as paid from returns.refund
        where denied_at is null group by return_id) p on p.return_id = r.id
      where p.paid > n.amount`,
  },
  {
    name: 'returns.disposed-was-received',
    statement: 'Only what was received and graded is disposed of.',
    sql: `select return_id || '/' || line_id || '/' || unit as offender from returns.unit
      where disposed_at is not null and (received_at is null or inspected_at is null or disposition is null)`,
  },
  {
    name: 'returns.every-return-has-a-run',
    statement: 'Every open return has its durable run.',
    sql: `select r.id as offender from returns.return r where r.closed_at is null
      and not exists (select from workflow.run w where w.id = r.id)`,
  },
];

export async function returnInvariants(sql: Sql): Promise<InvariantReport> {
  const invariants = await Promise.all(INVARIANTS.map(async ({ name, statement, sql: query }): Promise<Invariant> => {
    const [found] = await sql.query<{ violations: number; examples: string | null }>(`
      with offenders as (${query}) select count(*)::int as violations, (select string_agg(offender, ', ')
        from (select offender from offenders limit ${EXAMPLES_MAX}) few) as examples from offenders`);
    const { violations, examples } = found!;
    return { name, statement, holds: violations === 0, violations, ...(examples ? { examples } : {}) };
  }));
  return { invariants };
}
