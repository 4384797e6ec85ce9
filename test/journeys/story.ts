// Words that the stories share: an order that works, waiting for something to become true, what an order's journey
// tells, and how many rows the business has written.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { HouseProcesses, Json, Reply, TestHouse } from '#testing';

export const ORDERS = '/storefront/v1/orders';
const PATIENCE_MS = 30_000;
const POLL_MS = 200;

/** A fresh Idempotency-Key. */
export const newKey = (): string => randomUUID();

/** An order that the seeded sandbox can fulfil; `changes` replace its fields. */
export function goodOrder(changes: Readonly<Record<string, unknown>> = {}): Json {
  return {
    customer: { customerId: 'CUS-0001' },
    currency: 'EUR',
    lines: [{ sku: 'SKU-0001', quantity: 1 }],
    shippingAddress: {
      name: 'Ada Lovelace', line1: 'Marktplatz 1', city: 'Leipzig', postalCode: '04109', country: 'DE',
    },
    payment: { method: 'card', token: 'pm_card_visa' },
    ...changes,
  };
}

/** Asks until there is something to see. @throws Error that names what did not happen in time */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>, ms = PATIENCE_MS): Promise<T> {
  for (const deadline = Date.now() + ms; Date.now() < deadline; await pause(POLL_MS)) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
  }
  throw new Error(`It did not happen within ${ms / 1000} s: ${what}`);
}

/** Places an order through the storefront and expects that it is taken. */
export async function place(house: HouseProcesses, order: Json = goodOrder(), status = 201): Promise<Json> {
  const reply = await house.as('storefront-demo').post(ORDERS, order, newKey());
  assert.equal(reply.status, status, JSON.stringify(reply.body));
  return reply.body;
}

/** Places an order through any channel of a house in this process and expects that it is taken. */
export async function placeAt<Placed = Json>(
  house: TestHouse, clientId: string, path: string, order: Json,
): Promise<Placed> {
  const { status, body } = await house.ask<Placed>(clientId, path, {
    body: order, headers: { 'idempotency-key': `"${newKey()}"` },
  });
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

export async function readOrder(house: HouseProcesses, orderId: string): Promise<Json> {
  return (await house.as('storefront-demo').get(`${ORDERS}/${orderId}`)).body;
}

/** Waits until the order is in this status. */
export function untilStatus(house: HouseProcesses, orderId: string, status: string): Promise<Json> {
  return until(`order ${orderId} is ${status}`, async () => {
    const order = await readOrder(house, orderId);
    return order.status === status && order;
  });
}

export async function readJourney(house: HouseProcesses, orderId: string): Promise<Json> {
  const { status, body } = await house.as('ops-demo').get(`/platform/v1/journeys/${orderId}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

/** Events of the log, e.g. `subject=ord_…` or `types=order.captured.v1`. */
export async function eventsWhere(house: HouseProcesses, query: string): Promise<Json[]> {
  const headers = { accept: 'application/json' };
  return (await house.as('ops-demo').get(`/platform/v1/events?${query}&limit=200`, { headers })).body.events;
}

/** Our id as SAP has it: its customer reference has 35 characters, so it goes without its underscore. */
export const sapReference = (id: string): string => id.replace('_', '');

/** SAP's sales orders of an order. */
export async function salesOrders(house: HouseProcesses, orderId: string): Promise<Json[]> {
  const { records } = await house.vendor('sap', 'orders');
  return records.orders.filter(({ reference }: Json) => reference === sapReference(orderId));
}

/** Expects a problem document of this type, and that its type URL can be read. */
export async function expectProblem(reply: Reply, status: number, slug: string): Promise<Json> {
  assert.equal(reply.status, status, JSON.stringify(reply.body));
  assert.match(String(reply.headers['content-type']), /^application\/problem\+json/);
  const { type, title, detail, status: told } = reply.body;
  assert.equal(new URL(type).pathname, `/problems/${slug}`, JSON.stringify(reply.body));
  assert.equal(told, status);
  assert.ok(title && detail, JSON.stringify(reply.body));
  assert.equal((await fetch(type)).status, 200, `${type} cannot be read`);
  return reply.body;
}

/** Waits until nothing is written any more: the last steps of an order are told to its journey after its end. */
export async function untilQuiet(house: HouseProcesses): Promise<void> {
  let before = '';
  await until('nothing is written any more', async () => {
    const [last, now] = [before, JSON.stringify(await countRows(house))];
    before = now;
    return now === last;
  });
}

/** Tables that change without any business: answers kept for replay, signs of life, cursors. */
const UPKEEP = [
  'governance.stored_answer', 'governance.quota', 'governance.slot', 'governance.revision',
  'governance.usage',
  'database.commit_marker', 'workflow.worker', 'events.cursor', 'events.sequencer',
];

/** Rows of every table with business in it, by name. */
export async function countRows(house: HouseProcesses): Promise<Record<string, number>> {
  const { database } = house.storage;
  const tables = await database.query<{ name: string }>(`
    select schemaname || '."' || tablename || '"' as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema', 'public')
      and schemaname || '.' || tablename <> all ($1::text[]) order by 1`, [UPKEEP]);
  assert.ok(tables.length > 0);
  const counts = tables.map(({ name }) => `select '${name}' as name, count(*)::int as count from ${name}`);
  const rows = await database.query<{ name: string; count: number }>(counts.join(' union all '));
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}
