// What was refunded of an order in all, as finance says: absolute figures, written with the order's row locked and only
// when they are news, so that a repeated message changes nothing.
import { Rejected, type BatchWriter, type Sql } from '#database';

export interface RefundTotal {
  readonly orderId: string;
  /** Minor units. */
  readonly refunded: bigint;
}

const TOTAL = `
  update orders.payment set refunded = $2 where order_id = $1 and $2 <= captured and refunded <> $2
  returning order_id`;

/** The order's row is locked first, as everybody does who changes its lines or its money. */
export async function lockOrder(tx: Sql, orderId: string): Promise<void> {
  await tx.query('select 1 from orders."order" where id = $1 for update', [orderId]);
}

/** @returns whether it was news */
export async function writeRefundTotal(tx: Sql, { orderId, refunded }: RefundTotal): Promise<boolean> {
  return (await tx.query(TOTAL, [orderId, refunded.toString()])).length > 0;
}

/** A guard, so that the version of an order rises only with news. Reversals are few: one after the other. */
export const refundTotals: BatchWriter<RefundTotal> = {
  name: 'orders.refund_total', order: 107, guards: true,
  async write(tx: Sql, rows) {
    const answers: (Rejected | undefined)[] = [];
    for (const row of rows) {
      await lockOrder(tx, row.orderId);
      answers.push(await writeRefundTotal(tx, row) ? undefined : new Rejected('no-news'));
    }
    return answers;
  },
};
