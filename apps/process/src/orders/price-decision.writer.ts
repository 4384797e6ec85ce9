// How an order came to its price, written in the commit that captures it.
import type { Totals } from '#contracts';
import type { BatchWriter, Sql } from '#database';

export interface NewPriceDecision {
  readonly orderId: string;
  readonly policyVersion: string;
  readonly basis: string;
  readonly totals: Totals;
  readonly inputs?: Record<string, unknown>;
}

export const priceDecisions: BatchWriter<NewPriceDecision> = {
  name: 'orders.price_decision', order: 125, pipelined: true,
  async write(tx: Sql, rows) {
    await tx.query(`
      insert into orders.price_decision (order_id, policy_version, basis, totals, inputs)
      select * from unnest($1::text[], $2::text[], $3::text[], $4::jsonb[], $5::jsonb[])`, [
      rows.map(({ orderId }) => orderId), rows.map(({ policyVersion }) => policyVersion),
      rows.map(({ basis }) => basis), rows.map(({ totals }) => JSON.stringify(totals)),
      rows.map(({ inputs }) => (inputs ? JSON.stringify(inputs) : null)),
    ]);
  },
};
