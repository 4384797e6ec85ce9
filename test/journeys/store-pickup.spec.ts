// Click and collect at a store, told by HTTP as the customer's shop and the store's associates see it: ready and handed
// over with the code, not all found, given back, not collected, kept longer, shipped instead; and stores that ship.
// Money and units follow each time.
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

const employeeOf = (storeId: string): string => `EMP-${storeId.slice(3)}1`;

async function taskOf(orderNumber: string, storeId = 'ST-001'): Promise<Json> {
  return until(`the store has work for ${orderNumber}`, async () => {
    const { body } = await associate().get(`/store/v1/stores/${storeId}/tasks?orderNumber=${orderNumber}`);
    return body.tasks?.[0];
  });
}

async function does(task: Json, verb: string, body: Json = {}, status = 200): Promise<Json> {
  const path = `/store/v1/stores/${task.storeId}/tasks/${task.id}/${verb}`;
  const reply = await associate().post(path, { associate: employeeOf(task.storeId), ...body }, newKey());
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

const QUICK = {
  timeZone: 'Europe/Berlin', hours: [], prepSeconds: 1, collectSeconds: 2, reminders: [{ afterSeconds: 1 }],
  extensionSeconds: 3_600, extensionsMax: 1, shipsFromStore: true, dailyCapacity: 40, carrier: 'DHL',
  coordinates: '53.551,9.993',
};

async function settle(storeId: string, changes: Json): Promise<void> {
  const reply = await associate().send('PUT', `/store/v1/stores/${storeId}/settings`,
    { body: { ...QUICK, ...changes } });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
}

/** A pickup of SKU-0001 that the store has ready. */
async function readyAt(storeId: string): Promise<{ id: string; task: Json }> {
  const lines = [{ sku: 'SKU-0001', quantity: 1, fulfilment: { method: 'pickup', locationId: storeId } }];
  const { id, orderNumber } = await place(house, goodOrder({ lines, shippingAddress: undefined }));
  const task = await taskOf(orderNumber, storeId);
  for (const verb of ['accept', 'pick', 'ready']) await does(task, verb);
  return { id, task };
}

const untilReady = (id: string) => until('the customer sees it ready', async () => {
  const order = await readOrder(house, id);
  return order.pickups?.[0]?.state === 'ready' && order;
});

/** Packs the picked units, hands the parcel to the carrier and tells that it arrived. */
async function leaves(storeId: string, task: Json, orderId: string): Promise<void> {
  const store = `/store/v1/stores/${storeId}`;
  const { parcel } = await does(task, 'pack');
  const slip = await associate().get(`${store}/tasks/${task.id}/packing-slip`);
  assert.deepEqual([slip.body.barcode, slip.body.lines[0].quantity], [`(00)${parcel.trackingNumber}`, 1]);
  const manifest = await associate().post(`${store}/manifests`, { associate: employeeOf(storeId) }, newKey());
  assert.equal(manifest.status, 201, JSON.stringify(manifest.body));
  assert.ok(manifest.body.parcels.some((entry: Json) => entry.id === task.id && entry.state === 'shipped'));
  const shipped = await untilStatus(house, orderId, 'shipped');
  assert.equal(shipped.shipments[0].trackingNumber, parcel.trackingNumber);
  await does(task, 'deliver');
  assert.equal((await untilStatus(house, orderId, 'completed')).paymentStatus, 'captured');
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
    const [pickup] = (await untilReady(id)).pickups;
    assert.equal(pickup.collectBy, collectBy);
    await until('the code is mailed to the customer', async () => {
      const { records: { mails } } = await house.vendor('mail', 'mails');
      return mails.some((mail: Json) => JSON.stringify(mail).includes(pickup.code));
    });
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

describe('a pickup that is ready', () => {
  it('is reminded of and let go when nobody comes: units back, money never taken', async () => {
    await settle('ST-002', {});
    const { id, task } = await readyAt('ST-002');
    const order = await untilStatus(house, id, 'cancelled');
    assert.deepEqual([order.paymentStatus, order.pickups[0].state], ['voided', 'expired']);
    const names = (await readJourney(house, id)).entries.map(({ name }: Json) => name);
    assert.ok(names.includes('pickup.reminded.v1') && names.includes('notCollected'), String(names));
    const { body } = await associate().get(`/store/v1/stores/ST-002/tasks/${task.id}`);
    assert.equal(body.state, 'expired');
    await invariantsHold();
  });

  it('is kept longer when the customer asks, as often as the store allows', async () => {
    await settle('ST-002', { collectSeconds: 7_200 });
    const { id } = await readyAt('ST-002');
    const { pickups: [{ id: pickupId, collectBy }] } = await untilReady(id);
    const path = `/storefront/v1/orders/${id}/pickups/${pickupId}/extend`;
    const { status, body } = await house.as('storefront-demo').send('POST', path, { key: newKey() });
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(Date.parse(body.pickups[0].collectBy) - Date.parse(collectBy), 3_600_000);
    await expectProblem(await house.as('storefront-demo').send('POST', path, { key: newKey() }), 409, 'state-conflict');
  });

  it('is shipped instead when the customer asks, with label and manifest, and paid when it leaves', async () => {
    await settle('ST-002', { collectSeconds: 7_200 });
    const { id, task } = await readyAt('ST-002');
    const { pickups: [{ id: pickupId }] } = await untilReady(id);
    const { status } = await house.as('storefront-demo').post(`/storefront/v1/orders/${id}/pickups/${pickupId}/ship`,
      { shippingAddress: goodOrder().shippingAddress }, newKey());
    assert.equal(status, 202);
    await until('the store ships it', async () => {
      const { body } = await associate().get(`/store/v1/stores/ST-002/tasks/${task.id}`);
      return body.method === 'shipFromStore';
    });
    await leaves('ST-002', task, id);
    assert.equal((await readOrder(house, id)).pickups[0].state, 'converted');
  });
});

describe('a store that ships', () => {
  it('packs what only it has, and takes no more orders a day than it can', async () => {
    const { body: { settings, takenToday } } = await associate().get(STORE);
    await associate().send('PUT', `${STORE}/settings`, { body: { ...settings, dailyCapacity: takenToday + 1 } });
    const order = { lines: [{ sku: 'SKU-0998', quantity: 1, fulfilment: { method: 'shipFromStore' } }] };
    const first = await place(house, goodOrder(order));
    const task = await taskOf(first.orderNumber);
    assert.equal(task.method, 'shipFromStore');
    const second = await place(house, goodOrder(order));
    const full = await taskOf(second.orderNumber);
    assert.deepEqual([full.state, full.closeReason], ['rejected', 'tooBusy']);
    await does(task, 'pick');
    await leaves('ST-001', task, first.id);
    await invariantsHold();
  });
});
