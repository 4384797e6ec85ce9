// Deadlines of partners' orders: noted once per order, and decided once, with the event and the journey entry that tell
// it in the same commit.
import { type EventData } from '#contracts';
import { Rejected, type BatchWriter, type UnitOfWork } from '#database';
import { announce, recordJourney } from '#events';

export interface NewAcceptance {
  readonly orderId: string;
  readonly partner: string;
  readonly acceptBy: string;
  readonly whenLate: string;
}

export type Decided = 'accepted' | 'refused' | 'acceptedLate';

export const acceptances: BatchWriter<NewAcceptance> = {
  name: 'marketplace.acceptance', order: 160,
  async write(tx, rows) {
    await tx.query(
      `insert into marketplace.acceptance (order_id, partner, accept_by, when_late)
       select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[]) on conflict (order_id) do nothing`,
      [rows.map(({ orderId }) => orderId), rows.map(({ partner }) => partner), rows.map(({ acceptBy }) => acceptBy),
        rows.map(({ whenLate }) => whenLate)]);
    return rows.map(() => undefined);
  },
};

const settlements: BatchWriter<{ orderId: string; outcome: Decided }> = {
  name: 'marketplace.acceptance_settlement', order: 161, guards: true,
  async write(tx, rows) {
    const settled = await tx.query<{ id: string }>(
      `update marketplace.acceptance m set outcome = a.outcome, decided_at = now()
       from unnest($1::text[], $2::text[]) as a (id, outcome)
       where m.order_id = a.id and m.outcome is null returning m.order_id as id`,
      [rows.map(({ orderId }) => orderId), rows.map(({ outcome }) => outcome)]);
    const ids = new Set(settled.map(({ id }) => id));
    return rows.map(({ orderId }) => (ids.delete(orderId) ? undefined : new Rejected('decided')));
  },
};

/** Decides an order; the unit is rejected when it was decided before or is no partner's. */
export function decide(unit: UnitOfWork, orderId: string, outcome: Decided, reason: string): void {
  unit.add(settlements, { orderId, outcome });
  const data: EventData['order.acknowledged.v1'] = { orderId, outcome, reason };
  announce(unit, {
    type: 'order.acknowledged.v1', source: '/process/marketplace', subject: orderId, partitionKey: orderId,
    correlationId: orderId, data,
  });
  recordJourney(unit, {
    subject: orderId, kind: 'decision', system: 'process/marketplace', name: 'acknowledgeOrder', outcome, reason,
  });
}
