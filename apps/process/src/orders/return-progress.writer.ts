// Brings what a return says of itself into the counters of its order's lines: kept per return and line, summed per
// line.
import { Rejected, type BatchWriter, type Sql } from '#database';
import type { ReturnProgress } from '#contracts';
import { lockOrder, writeRefundTotal } from './refund-total.writer.js';

export interface OrderReturnProgress extends ReturnProgress {
  readonly orderId: string;
  /** Minor units refunded of the order in all, when known. */
  readonly refunded: bigint | null;
}

/** Reason of the rejection of a word that a later one has overtaken. */
export const OVERTAKEN = 'overtaken';

const KEEP = `
  insert into orders.return_progress as kept (order_id, return_id, line_id, sequence, requested, in_transit, received,
    inspected, restocked, scrapped, not_returned, refunded, denied)
  select $1, $2, "lineId", $3, requested, "inTransit", received, inspected, restocked, scrapped, "notReturned",
    refunded, denied
  from json_to_recordset($4) as l ("lineId" text, requested int, "inTransit" int, received int, inspected int,
    restocked int, scrapped int, "notReturned" int, refunded int, denied int)
  order by "lineId"
  on conflict (order_id, return_id, line_id) do update set sequence = excluded.sequence,
    requested = excluded.requested, in_transit = excluded.in_transit, received = excluded.received,
    inspected = excluded.inspected, restocked = excluded.restocked, scrapped = excluded.scrapped,
    not_returned = excluded.not_returned, refunded = excluded.refunded, denied = excluded.denied
  where kept.sequence < excluded.sequence
  returning line_id`;
const COUNT = `
  update orders.line l set return_requested = s.requested, return_in_transit = s.in_transit, received = s.received,
    inspected = s.inspected, restocked = s.restocked, scrapped = s.scrapped, not_returned = s.not_returned,
    refunded = s.refunded, refund_denied = s.denied
  from (select line_id, sum(requested) as requested, sum(in_transit) as in_transit, sum(received) as received,
      sum(inspected) as inspected, sum(restocked) as restocked, sum(scrapped) as scrapped,
      coalesce(sum(not_returned) filter (where requested > 0), 0) as not_returned, sum(refunded) as refunded,
      coalesce(sum(denied) filter (where requested > 0), 0) as denied
    from orders.return_progress where order_id = $1 group by line_id) s
  where l.order_id = $1 and l.line_id = s.line_id`;

/** A guard, because an overtaken word writes nothing. Returns are few beside orders: one after the other. */
export const returnProgress: BatchWriter<OrderReturnProgress> = {
  name: 'orders.return_progress', order: 108, guards: true,
  async write(tx: Sql, rows) {
    const answers: (Rejected | undefined)[] = [];
    for (const { orderId, returnId, sequence, lines, refunded } of rows) {
      await lockOrder(tx, orderId);
      const kept = await tx.query(KEEP, [orderId, returnId, sequence, JSON.stringify(lines)]);
      if (kept.length === 0) {
        answers.push(new Rejected(OVERTAKEN));
        continue;
      }
      await tx.query(COUNT, [orderId]);
      if (refunded !== null) await writeRefundTotal(tx, { orderId, refunded });
      answers.push(undefined);
    }
    return answers;
  },
};
