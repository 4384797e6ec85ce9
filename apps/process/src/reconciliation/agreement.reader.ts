// Do all sides agree? The invariants of reconciliation: no unsettled difference between two sides, as the last
// comparison found them by the very queries that a check after a fault runs.
import type { Invariant, InvariantReport } from '#contracts';
import type { Database } from '#database';
import { kinds } from './kinds.policy.js';

const EXAMPLES_MAX = 5;

const AGREEMENTS: readonly (readonly [name: string, statement: string, side: RegExp])[] = [
  ['reconciliation.erp-agrees', 'The ERP has each order of ours once, with our amounts and our status.', /Erp/],
  ['reconciliation.salesforce-agrees', 'Salesforce has each order once, in its last version.', /Salesforce/],
  ['reconciliation.payments-agree', 'Provider, ledger and orders agree on every amount captured, refunded and held.',
    /^(?:payment|captured|refund|held|ledger|shippedNot|return)/],
  ['reconciliation.payouts-agree', 'Payouts settle what was captured, for the agreed fee.', /^payout/],
  ['reconciliation.warehouse-agrees', 'The warehouse has our work, ships what we count and counts what we have.',
    /[wW]arehouse/],
  ['reconciliation.stock-agrees', 'Positions are what their ledger says, and nothing is reserved for nobody.',
    /^(?:reserved|position)/],
];

const UNSETTLED = `
  with offenders as (
    select a.name, d.kind || ' ' || d.key as offender,
      row_number() over (partition by a.name order by d.kind || ' ' || d.key) as place
    from jsonb_to_recordset($1::jsonb) as a (name text, kinds jsonb)
    join reconciliation.difference d on a.kinds ? d.kind
    where d.state in ('open', 'queued', 'repairing'))
  select name, count(*)::int as violations,
    string_agg(offender, '; ' order by place) filter (where place <= ${EXAMPLES_MAX}) as examples
  from offenders group by name`;
const LAST = `
  select finished_at as "finishedAt" from reconciliation.run where state = 'finished'
  order by finished_at desc limit 1`;

export async function agreements(database: Database): Promise<InvariantReport> {
  const [last] = await database.query<{ finishedAt: Date }>(LAST);
  const asOf = last ? ` Last compared ${last.finishedAt.toISOString()}.` : ' Not compared yet.';
  const concerned = AGREEMENTS.map(([name, , side]) =>
    ({ name, kinds: kinds.map(({ kind }) => kind).filter((kind) => side.test(kind)) }));
  const rows = await database.query<{ name: string; violations: number; examples: string }>(
    UNSETTLED, [JSON.stringify(concerned)]);
  const offended = new Map(rows.map((row) => [row.name, row]));
  return { invariants: AGREEMENTS.map(([name, statement]): Invariant => {
    const { violations = 0, examples } = offended.get(name) ?? {};
    return {
      name, statement: statement + asOf, holds: violations === 0, violations, ...(examples ? { examples } : {}),
    };
  }) };
}
