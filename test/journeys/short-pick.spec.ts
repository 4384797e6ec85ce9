// The location does not find everything: the customer pays for what left, the rest of the stock and of the
// authorisation
// is let go; when nothing is found the order is cancelled. Units and money stay balanced.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { HouseProcesses, type Json } from '#testing';
import { goodOrder, place, readJourney, until, untilStatus } from './story.js';

const SKU = 'SKU-0300';

let house: HouseProcesses;

before(async () => {
  house = await HouseProcesses.start();
  await house.control('PUT', 'wms/behaviour', { stepDelayMs: 50, shortPickSkus: [SKU] });
});
after(() => house.close());

async function invariantsHold(): Promise<void> {
  await until('every invariant holds', async () => {
    const { body } = await house.as('ops-demo').get('/platform/v1/invariants');
    return body.holds === true;
  });
}

async function stillReserved(): Promise<number> {
  const [position] = await house.storage.database.query<{ reserved: number }>(
    'select sum(reserved)::int as reserved from inventory.position where sku = $1', [SKU]);
  return position!.reserved;
}

describe('a short pick', () => {
  it('ships, charges and invoices what was found, and lets the rest go', async () => {
    const { id } = await place(house, goodOrder({ lines: [{ sku: SKU, quantity: 3 }] }));
    const order = await untilStatus(house, id, 'completed');
    assert.deepEqual([order.lines[0].shipped, order.lines[0].cancelled], [2, 1]);
    const { records: { intents } } = await house.vendor('stripe', 'intents');
    const payment = intents.find(({ metadata }: Json) => metadata.order_id === id);
    const total = Math.round(Number(order.lines[0].total.amount) * 100);
    assert.equal(payment.captured, Math.floor((total * 2) / 3));
    assert.equal(payment.capturable, 0);
    assert.equal(await stillReserved(), 0);
    const { entries } = await readJourney(house, id);
    assert.ok(entries.some(({ name }: Json) => name === 'shortPick'), JSON.stringify(entries));
    await invariantsHold();
  });

  it('that finds nothing cancels the order: nothing charged, nothing kept', async () => {
    const { id } = await place(house, goodOrder({ lines: [{ sku: SKU, quantity: 1 }] }));
    const order = await untilStatus(house, id, 'cancelled');
    assert.equal(order.paymentStatus, 'voided');
    assert.equal(await stillReserved(), 0);
    await invariantsHold();
  });
});
