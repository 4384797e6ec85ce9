// Many orders want the same coupon in one transaction: one that is refused takes nothing from the others, and a limit
// that was raised is told as such.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { GroupCommit, UnitOfWork } from '#database';
import { eventsMigrations } from '#events';
import { testDatabase, type TestDatabase } from '#testing';
import { addAllowances } from './allowance.writer.js';
import { Orders1700000002000 } from './migrations/1700000002000-orders.js';
import { Allowances1700000003820 } from './migrations/1700000003820-allowances.js';

let test: TestDatabase;
let groupCommit: GroupCommit;

before(async () => {
  test = await testDatabase({ migrations: [...eventsMigrations, Orders1700000002000, Allowances1700000003820] });
  groupCommit = new GroupCommit(test.database, { lanes: 1 });
});
after(async () => {
  await groupCommit.close();
  await test.drop();
});

async function take(orderId: string, customer: string, code: string, limit: number, limitPerCustomer = 1) {
  const unit = new UnitOfWork();
  const coupons = [{ code, promotionId: `PROMO-${code}`, limit, limitPerCustomer }];
  addAllowances(unit, orderId, customer, { coupons, budgets: [], basis: 'current' });
  return (await groupCommit.commit(unit)).committed;
}

const told = (code: string) => test.database.query<{ type: string; bound: number | null }>(
  `select type, (data->>'bound')::int as bound from events.outbox where data->>'code' = $1 order by id`, [code]);

it('leaves the last use to the next order when the one before it is refused for its customer', async () => {
  assert.equal(await take('ord_1', 'often', 'LAST', 2), true);
  const [again, other] = await Promise.all([take('ord_2', 'often', 'LAST', 2), take('ord_3', 'new', 'LAST', 2)]);
  assert.deepEqual([again, other], [false, true]);
});

it('tells up to which limit it is used up, and that there is more when the limit is raised', async () => {
  assert.equal(await take('ord_4', 'a', 'MORE', 1), true);
  assert.equal(await take('ord_5', 'b', 'MORE', 1), false);
  assert.equal(await take('ord_6', 'c', 'MORE', 3), true);
  assert.equal(await take('ord_7', 'd', 'MORE', 3), true);
  assert.deepEqual((await told('MORE')).map(({ type, bound }) => [type, bound]), [
    ['promotion.exhausted.v1', 1], ['promotion.available.v1', null], ['promotion.exhausted.v1', 3],
  ]);
});
