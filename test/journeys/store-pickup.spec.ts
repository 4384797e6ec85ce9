// Click and collect at a store, told by HTTP as the customer's shop and the store's associates see it: ready and handed
// over with the code, not all found, given back; money and units follow each time.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { HouseProcesses, type Json } from '#testing';
import { expectProblem, goodOrder, newKey, place, readJourney, readOrder, until, untilStatus } from './story.js';

const STORE = '/store/v1/stores/ST-001';
const ASSOCIATE = 'EMP-0011';
/** The one store that has SKU-0998. */
const PICKUP = { method: 'pickup', locationId: 'ST-001' };

let house: HouseProcesses;

before(async () => {
  house = await HouseProcesses.start();
});
after(() => house.close());

const associate = () => house.as('store-demo');
const pickupOrder = (quantity = 2): Json =>
  goodOrder({ lines: [{ sku: 'SKU-0998', quantity, fulfilment: PICKUP }], shippingAddress: undefined });

async function taskOf(orderNumber: string): Promise<Json> {
  return until(`the store has work for ${orderNumber}`, async () => {
    const { body } = await associate().get(`${STORE}/tasks?orderNumber=${orderNumber}`);
    return body.tasks?.[0];
  });
}

async function does(task: Json, verb: string, body: Json = {}, status = 200): Promise<Json> {
  const path = `${STORE}/tasks/${task.id}/${verb}`;
  const reply = await associate().post(path, { associate: ASSOCIATE, ...body }, newKey());
  assert.equal(reply.status, status, JSON.stringify(reply.body));
  return reply.body;
}

async function reserved(): Promise<number> {
  const [position] = await house.storage.database.query<{ reserved: number }>(
    "select reserved::int from inventory.position where sku = 'SKU-0998' and location_id = 'ST-001'");
  return position!.reserved;
}

async function invariantsHold(): Promise<void> {
  await until('every invariant holds', async () => {
    const { body } = await house.as('ops-demo').get('/platform/v1/invariants');
    return body.holds === true;
  });
}

describe('a pickup', () => {
  it('is picked, ready, and handed over against the code; paid and complete then', async () => {
    const { id, orderNumber } = await place(house, pickupOrder());
    const task = await taskOf(orderNumber);
    assert.deepEqual([task.method, task.state, task.customerName], ['pickup', 'open', 'Felix Schmidt']);
    await expectProblem(await associate().post(`${STORE}/tasks/${task.id}/accept`, { associate: 'EMP-0021' }, newKey()),
      403, 'store-not-allowed');
    assert.equal((await does(task, 'accept')).assignee, ASSOCIATE);
    await does(task, 'pick');
    const { collectBy } = await does(task, 'ready');
    const [pickup] = (await until('the customer sees it ready', async () => {
      const order = await readOrder(house, id);
      return order.pickups?.[0]?.state === 'ready' && order;
    })).pickups;
    assert.equal(pickup.collectBy, collectBy);
    const wrong = pickup.code === '000000' ? '000001' : '000000';
    await does(task, 'hand-over', { proof: 'code', proofValue: wrong }, 422);
    const handed = await does(task, 'hand-over', { proof: 'code', proofValue: pickup.code });
    assert.equal(handed.state, 'collected');
    const order = await untilStatus(house, id, 'completed');
    assert.deepEqual([order.paymentStatus, order.lines[0].status], ['captured', 'delivered']);
    assert.equal(order.pickups[0].state, 'collected');
    assert.equal(order.pickups[0].code, undefined);
    const names = (await readJourney(house, id)).entries.map(({ name }: Json) => name);
    for (const name of ['promisePickup', 'store:accept', 'store:pick', 'store:ready', 'store:collect']) {
      assert.ok(names.includes(name), `${name} is not in ${names}`);
    }
    assert.equal(await reserved(), 0);
    await invariantsHold();
  });

  it('of which not all was found is handed over and paid for what was', async () => {
    const { id, orderNumber } = await place(house, pickupOrder(3));
    const task = await taskOf(orderNumber);
    const missing = { lines: [{ lineId: '1', quantity: 2 }] };
    await does(task, 'short-pick', missing, 422);
    const picked = await does(task, 'short-pick', { lines: [{ lineId: '1', quantity: 2, reason: 'damaged' }] });
    assert.equal(picked.lines[0].shortReason, 'damaged');
    await does(task, 'ready');
    await does(task, 'hand-over', { proof: 'identity', proofValue: 'passport of Felix Schmidt' });
    const order = await untilStatus(house, id, 'completed');
    assert.deepEqual([order.lines[0].shipped, order.lines[0].cancelled], [2, 1]);
    assert.equal(await reserved(), 0);
    await invariantsHold();
  });

  it('of which nothing can be found at its only store is cancelled, and nothing charged', async () => {
    const { id, orderNumber } = await place(house, pickupOrder(1));
    const task = await taskOf(orderNumber);
    assert.equal((await does(task, 'reject', { reason: 'notFound', note: 'empty shelf' })).state, 'rejected');
    await does(task, 'pick', {}, 409);
    const order = await untilStatus(house, id, 'cancelled');
    assert.equal(order.paymentStatus, 'voided');
    assert.equal(order.pickups[0].state, 'cancelled');
    assert.equal(await reserved(), 0);
    await invariantsHold();
  });
});
