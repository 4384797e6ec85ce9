// A customer changes their mind before the warehouse begins: what was done is undone in reverse, at every vendor, and
// the journey tells it.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { HouseProcesses, type Json } from '#testing';
import {
  expectProblem, goodOrder, newKey, ORDERS, place, readJourney, salesOrders, until, untilStatus,
} from './story.js';

const SKU = 'SKU-0200';
const QUANTITY = 3;
/** After so many failed tries an undo is a person's task; that SAP does not answer is no failure of the undo. */
const UNDO_TRIES = 5;
/** Enough at once that some runs have not begun when the cancel comes. */
const HASTY = 40;

let house: HouseProcesses;

before(async () => { house = await HouseProcesses.start(); });
afterEach(async () => {
  await house.faults('sap');
  await house.faults('wms');
});
after(() => house.close());

const order = (): Json => goodOrder({ lines: [{ sku: SKU, quantity: QUANTITY }] });
const cancel = (id: string) =>
  house.as('storefront-demo').post(`${ORDERS}/${id}/cancel`, { reason: 'customerRequest' }, newKey());

async function reserved(): Promise<number> {
  const [position] = await house.storage.database.query<{ reserved: number }>(
    'select sum(reserved)::int as reserved from inventory.position where sku = $1', [SKU]);
  return position!.reserved;
}

async function steps(id: string): Promise<string[]> {
  const { entries } = await readJourney(house, id);
  return entries.filter(({ kind }: Json) => kind === 'step').map(({ name, outcome }: Json) => `${name}: ${outcome}`);
}

const reached = (id: string, step: string) => until(`the run of ${id} has come to ${step}`, async () =>
  (await steps(id)).some((entry) => entry.startsWith(step)));

/** Nothing of the order is left at any vendor, and the customer system shows it cancelled. */
async function expectNothingLeft(id: string): Promise<void> {
  assert.equal(await reserved(), 0);
  const alive = (await salesOrders(house, id)).filter(({ rejected }) => !rejected);
  assert.deepEqual(alive, []);
  const { records: { intents } } = await house.vendor('stripe', 'intents');
  const [payment] = intents.filter(({ metadata }: Json) => metadata.order_id === id);
  assert.deepEqual([payment.status, payment.captured, payment.capturable], ['canceled', 0, 0]);
  await until('Salesforce shows it cancelled', async () => {
    const { records: { Order: shown } } = await house.vendor('salesforce', 'Order');
    const record = shown.find(({ Throughline_Id__c: known }: Json) => known === id);
    return record?.Throughline_Status__c === 'cancelled';
  });
}

describe('an order cancelled', () => {
  it('at once, before its run has begun: cancelled as well, its stock is free again', async () => {
    await house.faults('sap', { down: 'unavailable' });
    const orders = await Promise.all(Array.from({ length: HASTY }, () => place(house, order())));
    const replies = await Promise.all(orders.map(({ id }) => cancel(id)));
    assert.deepEqual(replies.map(({ status }) => status), orders.map(() => 202));
    await house.faults('sap');
    for (const { id } of orders) await untilStatus(house, id, 'cancelled');
    assert.equal(await reserved(), 0);
  });

  it('while SAP is down: nothing is left, in SAP neither', async () => {
    await house.faults('sap', { down: 'unavailable' });
    const { id } = await place(house, order());
    await reached(id, 'authorise payment: done');
    assert.equal(await reserved(), QUANTITY);
    assert.equal((await cancel(id)).status, 202);
    await house.faults('sap');
    const cancelled = await untilStatus(house, id, 'cancelled');
    assert.equal(cancelled.paymentStatus, 'voided');
    await expectNothingLeft(id);
  });

  it('after SAP has it, while the warehouse is down: the sales order is rejected, undone in reverse', async () => {
    await house.faults('wms', { down: 'unavailable' });
    const { id } = await place(house, order());
    await reached(id, 'create ERP sales order: done');
    await cancel(id);
    await house.faults('wms');
    await untilStatus(house, id, 'cancelled');
    await expectNothingLeft(id);
    const [salesOrder] = await salesOrders(house, id);
    assert.equal(salesOrder.rejected, true);
    const done = await steps(id);
    const undone = done.filter((entry) => entry.startsWith('undo: ') && entry.endsWith(': done'));
    const undo = undone.map((entry) => entry.replace(/^undo: |: done$/g, ''));
    const inReverse = done.map((entry) => entry.replace(/: done$/, '')).filter((name) => undo.includes(name)).reverse();
    assert.deepEqual(undo.filter((name) => name !== 'begin'), inReverse);
    for (const name of ['create ERP sales order', 'authorise payment', 'reserve stock for good']) {
      assert.ok(undo.includes(name), `${name} was not undone: ${undo.join(', ')}`);
    }
  });

  it('while connections to SAP break: nobody is bothered, it is undone once SAP is back', async () => {
    await house.faults('wms', { down: 'unavailable' });
    const { id } = await place(house, order());
    await reached(id, 'create ERP sales order: done');
    await house.faults('sap', { down: true });
    await cancel(id);
    await house.faults('wms');
    await until('SAP has been asked in vain, often', async () => {
      const { entries } = await readJourney(house, id);
      return entries.filter(({ system, name, outcome }: Json) =>
        system === 'sap' && name === 'rejectSalesOrder' && outcome !== 'applied').length >= UNDO_TRIES;
    });
    await house.faults('sap');
    await untilStatus(house, id, 'cancelled');
    await expectNothingLeft(id);
  });

  it('after the warehouse has begun: refused, and the order goes on', async () => {
    await house.control('PUT', 'wms/behaviour', { stepDelayMs: 200 });
    const { id } = await place(house, order());
    await until('units are picked', async () => {
      const [line] = await house.storage.database.query<{ picked: number }>(
        'select picked from orders.line where order_id = $1', [id]);
      return line!.picked > 0;
    });
    await expectProblem(await cancel(id), 409, 'order-not-cancellable');
    await untilStatus(house, id, 'completed');
    await expectProblem(await cancel(id), 409, 'order-not-cancellable');
  });

  it('by a declined card: cancelled by itself, nothing is left', async () => {
    const payment = { method: 'card', token: 'pm_card_visa_chargeDeclined' };
    const { id } = await place(house, { ...order(), payment });
    const cancelled = await untilStatus(house, id, 'cancelled');
    assert.equal(cancelled.paymentStatus, 'failed');
    assert.equal(await reserved(), 0);
    assert.deepEqual(await salesOrders(house, id), []);
    const { entries } = await readJourney(house, id);
    assert.ok(entries.some(({ name, reason }: Json) => name === 'cancelOrder' && reason === 'paymentFailed'));
  });
});
