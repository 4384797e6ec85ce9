// Words the stories of exceptions share: policies set for a story, what an order's exceptions are, what customers were
// told, and that everything still adds up.
import assert from 'node:assert/strict';
import type { HouseProcesses, Json } from '#testing';
import { newKey, until } from './story.js';

const PROCESS = '/process/orders/v1';

/** Sets a new version of a policy, changed from the one in force. */
export async function changePolicy(
  house: HouseProcesses, kind: string, change: (document: Json) => void,
): Promise<void> {
  const ops = house.as('ops-demo');
  const { body } = await ops.get(`${PROCESS}/policies/${kind}`);
  change(body.document);
  const reply = await ops.send('PUT', `${PROCESS}/policies/${kind}`, { body: { document: body.document } });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
}

export async function exceptionsOf(house: HouseProcesses, orderId: string): Promise<Json> {
  return (await house.as('ops-demo').get(`${PROCESS}/orders/${orderId}/exceptions`)).body;
}

/** Takes all stock of a SKU away, except what `keep` says stays at a location. */
export async function leaveStock(
  house: HouseProcesses, sku: string, keep: Readonly<Record<string, number>> = {},
): Promise<void> {
  const { database } = house.storage;
  const places = await database.query<{ locationId: string; onHand: number }>(
    'select location_id as "locationId", on_hand::int as "onHand" from inventory.position where sku = $1', [sku]);
  for (const { locationId, onHand } of places) {
    const surplus = onHand - (keep[locationId] ?? 0);
    if (surplus > 0) await adjust(house, sku, locationId, 'countDown', surplus);
  }
  await database.query('update inventory.position set safety_stock = 0 where sku = $1', [sku]);
}

/** Goods arrive, or are gone. */
export async function adjust(
  house: HouseProcesses, sku: string, locationId: string, reason: string, quantity: number,
): Promise<void> {
  const reply = await house.as('internal-demo').post('/system/inventory/v1/adjustments',
    { fact: `story-${newKey()}`, sku, locationId, reason, quantity }, newKey());
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
}

/** What the mail provider got about an order. */
export async function mailsTo(house: HouseProcesses, address: string): Promise<Json[]> {
  const { records } = await house.vendor('mail', 'mails');
  return records.mails.filter(({ to }: Json) => to.includes(address));
}

export async function processOrder(house: HouseProcesses, orderId: string): Promise<Json> {
  return (await house.as('ops-demo').get(`${PROCESS}/orders/${orderId}`)).body;
}

export async function invariantsHold(house: HouseProcesses): Promise<void> {
  await until('every invariant holds', async () => {
    const { body } = await house.as('ops-demo').get('/platform/v1/invariants');
    return body.holds === true;
  });
}

/** Orders of one unit each, as many as there are at the only location that has any, which rejects them. */
export async function placeRejected(house: HouseProcesses, sku: string, count = 1): Promise<Json[]> {
  await leaveStock(house, sku, { 'WH-EU': count });
  await house.control('PUT', 'wms/behaviour', { stepDelayMs: 50, rejects: { 'WH-EU': 'closed' } });
  const orders: Json[] = [];
  while (orders.length < count) orders.push(await placeAllowing(house, { lines: [{ sku, quantity: 1 }] }));
  return orders;
}

/** Places an order by the process API, which takes what a customer allows. */
export async function placeAllowing(house: HouseProcesses, order: Json, status = 201): Promise<Json> {
  const body = {
    brand: 'throughline', region: 'EU', channel: 'storefront', currency: 'EUR',
    customer: { name: 'Ada Lovelace', email: `ada.${newKey().slice(0, 8)}@example.com` },
    shippingAddress: { name: 'Ada', line1: 'Marktplatz 1', city: 'Leipzig', postalCode: '04109', country: 'DE' },
    payment: { method: 'card', token: 'pm_card_visa' }, ...order,
  };
  const reply = await house.as('internal-demo').post(`${PROCESS}/orders`, body, newKey());
  assert.equal(reply.status, status, JSON.stringify(reply.body));
  return reply.body;
}
