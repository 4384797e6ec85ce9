// A service agent's morning: who the customer is, what was ordered and where it stands; and the same while Salesforce
// itself is down, said and not hidden.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startHouse, type TestHouse } from '#testing';
import { goodOrder, ORDERS, placeAt } from './story.js';

interface Freshness {
  sourceSystem: string;
  stale: boolean;
  reason?: string;
}
interface Customer {
  profileKnown: boolean;
  fullName?: string;
  recentOrders: { orderId: string }[];
  freshness: Freshness[];
}

describe('a service agent', { timeout: 120_000 }, () => {
  let house: TestHouse;
  let orderId: string;

  before(async () => {
    house = await startHouse();
    const placed = await placeAt<{ id: string }>(house, 'storefront-demo', ORDERS, goodOrder({
      customer: { customerId: 'CUS-0042' },
      currency: 'USD',
      shippingAddress: {
        name: 'Bob Norman',
        line1: 'Chestnut Street 92',
        city: 'Louisville',
        postalCode: '40202',
        country: 'US',
      },
    }));
    orderId = placed.id;
  });
  after(() => house.stop());

  it('sees the customer with the latest orders', async () => {
    const { status, body } = await house.ask<Customer>('salesforce-demo', '/salesforce/v1/customers/CUS-0042');
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.profileKnown, true);
    assert.ok(body.fullName);
    assert.deepEqual(
      body.recentOrders.map((order) => order.orderId),
      [orderId],
    );
    assert.ok(body.freshness.every(({ stale }) => !stale));
  });

  it('sees where an order stands, in flat fields', async () => {
    const { body } = await house.ask('salesforce-demo', `/salesforce/v1/orders/${orderId}`);
    const { totalAmount, currencyCode, customerId, orderLines } = body as { orderLines: object[] } & Record<
      string,
      string
    >;
    assert.deepEqual(
      { currencyCode, customerId, lines: orderLines.length },
      { currencyCode: 'USD', customerId: 'CUS-0042', lines: 1 },
    );
    assert.match(totalAmount!, /^\d+\.\d\d$/);
  });

  it('pages through the orders of a customer', async () => {
    const { body } = await house.ask<{ orders: { orderId: string }[]; nextCursor?: string }>(
      'salesforce-demo',
      '/salesforce/v1/customers/CUS-0042/orders?pageSize=1',
    );
    assert.deepEqual(
      body.orders.map((order) => order.orderId),
      [orderId],
    );
    assert.equal(body.nextCursor, undefined);
  });

  it('still sees the orders of a customer whose profile nobody can read now', async () => {
    await house.faults('salesforce', { down: true });
    try {
      const unknown = await house.ask<Customer>('salesforce-demo', '/salesforce/v1/customers/CUS-0555');
      assert.equal(unknown.status, 200, JSON.stringify(unknown.body));
      assert.equal(unknown.body.profileKnown, false);
      assert.ok(unknown.body.freshness.some(({ stale, reason }) => stale && reason !== undefined));
      const known = await house.ask<Customer>('salesforce-demo', '/salesforce/v1/customers/CUS-0042');
      assert.equal(known.body.profileKnown, true);
      assert.deepEqual(
        known.body.recentOrders.map((order) => order.orderId),
        [orderId],
      );
    } finally {
      await house.faults('salesforce');
    }
  });

  it('gets errors as application/json, the only type Salesforce reads', async () => {
    const { status, headers, body } = await house.ask('salesforce-demo', '/salesforce/v1/customers/CUS-9999999', {
      headers: { accept: 'application/json' },
    });
    assert.equal(status, 404, JSON.stringify(body));
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
    assert.equal((body as { status: number }).status, 404);
  });
});
