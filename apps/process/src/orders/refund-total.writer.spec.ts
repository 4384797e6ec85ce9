// A refund that came back changes what the order says was refunded, and with it the order's version; the same word
// again changes neither.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { GroupCommit, UnitOfWork } from '#database';
import { testDatabase, type TestDatabase } from '#testing';
import { Orders1700000002000 } from './migrations/1700000002000-orders.js';
import { orderChanges } from './order.writer.js';
import { refundTotals } from './refund-total.writer.js';

let test: TestDatabase;
let groupCommit: GroupCommit;

before(async () => {
  test = await testDatabase({ migrations: [Orders1700000002000] });
  groupCommit = new GroupCommit(test.database);
  await test.database.query(`
    insert into orders."order" (id, order_number, brand, region, channel, currency, customer, totals, consumer,
      fingerprint, reservation_id, placed_at)
    values ('ord_1', 'TL-1', 'b', 'EU', 'storefront', 'EUR', '{}', '{}', 'c', 'f', 'r', now())`);
  await test.database.query(`
    insert into orders.payment (order_id, method, currency, authorised, captured, refunded)
    values ('ord_1', 'card', 'EUR', 1000, 1000, 1000)`);
});
after(async () => {
  await groupCommit.close();
  await test.drop();
});

async function tell(refunded: bigint): Promise<boolean> {
  const unit = new UnitOfWork();
  unit.add(refundTotals, { orderId: 'ord_1', refunded });
  unit.add(orderChanges, { orderId: 'ord_1' });
  return (await groupCommit.commit(unit)).committed;
}

it('raises the version of the order with what finance says, once', async () => {
  assert.deepEqual([await tell(400n), await tell(400n), await tell(1001n)], [true, false, false]);
  assert.deepEqual(await test.database.query(`
    select o.version, p.refunded::int from orders."order" o join orders.payment p on p.order_id = o.id`),
  [{ version: 2, refunded: 400 }]);
});
