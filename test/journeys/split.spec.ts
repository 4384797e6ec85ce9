// No location has everything, or the one that has it will not send it: the order is split, sourced again without that
// location, and each parcel is charged when it leaves. Every decision can be read and replayed under another policy.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { HouseProcesses, type Json } from '#testing';
import { changePolicy, exceptionsOf, invariantsHold, leaveStock, mailsTo, placeAllowing, processOrder }
  from './exception-story.js';
import { readJourney, until, untilStatus } from './story.js';

const PROCESS = '/process/orders/v1';

let house: HouseProcesses;
before(async () => {
  house = await HouseProcesses.start();
  await house.control('PUT', 'wms/behaviour', { stepDelayMs: 50 });
});
after(() => house.close());

const decisionsOf = async (id: string): Promise<Json[]> =>
  (await house.as('ops-demo').get(`${PROCESS}/orders/${id}/sourcing-decisions`)).body.decisions;
const placesOf = (decision: Json): string[] =>
  decision.allocations.map(({ locationId, quantity }: Json) => `${locationId}:${quantity}`).sort();

describe('an order that no location has whole', () => {
  const sku = 'SKU-0400';
  it('is split: a parcel, a capture and an invoice each, and one message to the customer', async () => {
    await leaveStock(house, sku, { 'WH-EU': 2, 'WH-EAST': 1 });
    const { id, customer } = await placeAllowing(house, { lines: [{ sku, quantity: 3 }] });
    const [decision] = await decisionsOf(id);
    assert.deepEqual(placesOf(decision), ['WH-EAST:1', 'WH-EU:2']);
    assert.ok(decision.candidates.every((candidate: Json) => candidate.eligible || candidate.whyNot));
    await untilStatus(house, id, 'completed');
    const order = await processOrder(house, id);
    assert.deepEqual(order.shipments.map(({ locationId }: Json) => locationId).sort(), ['WH-EAST', 'WH-EU']);
    assert.deepEqual([order.lines[0].counters.shipped, order.axes.payment], [3, 'captured']);
    const { body: { entries } } = await house.as('internal-demo').get(`/system/finance/v1/journals/${id}`);
    assert.equal(entries.filter(({ kind }: Json) => kind === 'revenue').length, 2);
    const mail = await until('the customer is told', async () => (await mailsTo(house, customer.email))[0]);
    assert.equal(mail.language, 'de');
    assert.deepEqual((await exceptionsOf(house, id)).messages.map(({ exception }: Json) => exception),
      ['splitShipment']);
  });

  it('is refused when it must ship complete, or when a parcel would be worth too little', async () => {
    const few = 'SKU-0401';
    await leaveStock(house, few, { 'WH-EU': 1, 'WH-EAST': 1 });
    await placeAllowing(house, { lines: [{ sku: few, quantity: 2 }], shipComplete: true }, 409);
    await changePolicy(house, 'sourcing', ({ split }) => (split.minimumParcelValue = { EUR: 100_000_000 }));
    await placeAllowing(house, { lines: [{ sku: few, quantity: 2 }] }, 409);
    await changePolicy(house, 'sourcing', ({ split }) => (split.minimumParcelValue = {}));
    const dry = await house.as('ops-demo').get(`${PROCESS}/policies/sourcing`);
    const document = { ...dry.body.document, split: { ...dry.body.document.split, divideLines: false } };
    const compared = await house.as('ops-demo').post(`${PROCESS}/policies/sourcing/dry-runs`, { document });
    assert.equal(compared.status, 200, JSON.stringify(compared.body));
    assert.ok(compared.body.changed >= 1 && compared.body.unfilledAfter > compared.body.unfilledBefore);
    const bad = await house.as('ops-demo').send('PUT', `${PROCESS}/policies/sourcing`,
      { body: { document: { a: 1 } } });
    assert.equal(bad.status, 422);
  });
});

describe('a location that will not fulfil', () => {
  it('is left out: its stock is put right by the reason, and another one sends the goods', async () => {
    const sku = 'SKU-0402';
    await leaveStock(house, sku, { 'WH-EU': 5, 'WH-EAST': 5 });
    await house.control('PUT', 'wms/behaviour', { stepDelayMs: 50, rejects: { 'WH-EU': 'damaged' } });
    const { id } = await placeAllowing(house, { lines: [{ sku, quantity: 2 }] });
    await untilStatus(house, id, 'completed');
    const decisions = await decisionsOf(id);
    assert.deepEqual(decisions.map(({ trigger }: Json) => trigger), ['placement', 'rejection']);
    assert.deepEqual(placesOf(decisions[1]), ['WH-EAST:2']);
    const eu = decisions[1].candidates.find(({ locationId }: Json) => locationId === 'WH-EU');
    assert.match(eu.whyNot, /damaged/);
    const [position] = await house.storage.database.query<{ unavailable: number; reserved: number }>(
      `select unavailable::int, reserved::int from inventory.position where sku = $1 and location_id = 'WH-EU'`, [sku]);
    assert.deepEqual(position, { unavailable: 2, reserved: 0 });
    const { entries } = await readJourney(house, id);
    assert.ok(entries.some(({ name, outcome }: Json) => name === 'stockEffect' && outcome === 'adjusted'));
  });

  it('like all others: the order is cancelled after a bounded number of tries, nothing is charged', async () => {
    const sku = 'SKU-0403';
    await house.control('PUT', 'wms/behaviour',
      { stepDelayMs: 50, rejects: { 'WH-EU': 'tooBusy', 'WH-EAST': 'tooBusy', 'WH-WEST': 'tooBusy' } });
    const { id } = await placeAllowing(house, { lines: [{ sku, quantity: 1 }] });
    await untilStatus(house, id, 'cancelled');
    await house.control('PUT', 'wms/behaviour', { stepDelayMs: 50 });
    const order = await processOrder(house, id);
    assert.deepEqual([order.axes.payment, order.lines[0].counters.cancelled], ['voided', 1]);
    assert.equal((await decisionsOf(id)).length, 3);
    await invariantsHold(house);
  });
});
