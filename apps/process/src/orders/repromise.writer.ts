// Moves the promise of units that wait: the row, the order's promise, the journey, the event and the message are one
// unit, and the same promise is never told twice.
import type { Address, OrderCustomer } from '#contracts';
import { Rejected, type BatchWriter, type Sql, type UnitOfWork } from '#database';
import { announce } from '#events';
import { about, journal, tellCustomer } from './exception-facts.writer.js';
import type { ExceptionsDocument } from './exceptions-document.policy.js';
import { orderChanges } from './order.writer.js';

/** Units that wait, with what their customer must know. */
export interface Waiting {
  readonly id: string;
  readonly orderId: string;
  readonly orderNumber: string;
  readonly lineId: string;
  readonly sku: string;
  readonly region: string;
  readonly waiting: number;
  readonly partial: boolean;
  readonly allocations: number;
  readonly promisedAt: Date | null;
  readonly customer: OrderCustomer;
  readonly shippingAddress: Address | null;
}

/** A guard: whoever moved the promise before us has told it. */
const promises: BatchWriter<{ id: string; before: string | null; promisedAt: string }> = {
  name: 'orders.promise', order: 142, guards: true,
  async write(tx: Sql, rows) {
    const moved = await tx.query<{ id: string }>(
      `update orders.backorder b set promised_at = a.promised_at
       from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) as a(id, before, promised_at)
       where b.id = a.id and b.waiting > 0 and b.promised_at is not distinct from a.before returning b.id`,
      [rows.map(({ id }) => id), rows.map(({ before }) => before), rows.map(({ promisedAt }) => promisedAt)]);
    const ids = new Set(moved.map(({ id }) => id));
    return rows.map(({ id }) => (ids.delete(id) ? undefined : new Rejected('promise-moved')));
  },
};

export function addPromise(unit: UnitOfWork, row: Waiting, promisedAt: string, rules: ExceptionsDocument): void {
  const { id, orderId, lineId, sku, waiting: quantity, customer, orderNumber, region, shippingAddress } = row;
  const before = row.promisedAt?.toISOString() ?? null;
  unit.add(promises, { id, before, promisedAt });
  unit.add(orderChanges, { orderId, promisedAt });
  journal(unit, orderId, ['repromise', 'moved'], `Promised for ${promisedAt} instead of ${before ?? 'no date'}`,
    { lineId, sku, quantity, before, promisedAt });
  const data = { orderId, lineId, sku, quantity, promisedAt };
  announce(unit, { type: 'order.repromised.v1', ...about(orderId), data });
  const order = { orderId, orderNumber, customer, region, ...(shippingAddress ? { shippingAddress } : {}) };
  const facts = { lines: [{ sku, quantity }], promisedAt };
  tellCustomer(unit, order, rules, ['repromised', `${id} ${promisedAt.slice(0, 10)}`], facts);
}
