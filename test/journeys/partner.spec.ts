// Orders from marketplaces, in the documents their platforms really send: taken once however often they come, refused
// in the sender's own terms.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { askUntil, startHouse, type Asked, type TestHouse } from '#testing';

const SAMPLES = join(import.meta.dirname, '../../../test/samples');
const sample = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(SAMPLES, path), 'utf8')) as Record<string, unknown>;

interface Taken {
  id: string;
  status: string;
  holdReason?: string;
  total: { amount: string };
  lines: { sku: string; quantity: number }[];
  externalReference: { system: string; id: string };
}
interface Refusal {
  type: string;
  errors?: { pointer: string }[];
}

describe('a marketplace', { timeout: 120_000 }, () => {
  let house: TestHouse;
  before(async () => {
    house = await startHouse();
  });
  after(() => house.stop());

  const send = <T = Taken>(path: string, body: object): Promise<Asked<T>> =>
    house.ask<T>('partner-demo', `/partner/v1${path}`, { body });
  const shopify = () => sample('shopify/order.json')['order'] as { line_items: object[] } & Record<string, unknown>;
  const answers = () =>
    sample('amazon-sp-api/ordersV0.sandbox-examples.json') as Record<
      string,
      { response: { payload: Record<string, unknown> } }[]
    >;
  const amazon = () => {
    const payload = (name: string) => answers()[name]![0]!.response.payload;
    const order = payload('GET /orders/v0/orders/{orderId} 200');
    const items = payload('GET /orders/v0/orders/{orderId}/orderItems 200');
    const address = {
      Name: 'Ada Lovelace',
      AddressLine1: '2201 Westlake Ave',
      City: 'Seattle',
      StateOrRegion: 'WA',
      PostalCode: '98121',
      CountryCode: 'US',
    };
    return { order, orderItems: items['OrderItems'] as Record<string, unknown>[], shippingAddress: address };
  };

  it('sends the Shopify sample: known items by cross-reference, a wrong total that waits for a person', async () => {
    const taken = await send('/shopify/orders', shopify());
    assert.equal(taken.status, 201, JSON.stringify(taken.body));
    assert.deepEqual(taken.body.externalReference, { system: 'shopify', id: '450789469' });
    assert.deepEqual(
      taken.body.lines.map(({ sku }) => sku),
      ['SKU-0440', 'SKU-0640', 'SKU-0240'],
    );
    assert.equal(taken.body.total.amount, '409.94');
    assert.equal(taken.body.status, 'onHold');
    assert.match(taken.body.holdReason ?? '', /409\.94/);
  });

  it('sends it again, at once and later: it is the same order', async () => {
    const again = await Promise.all(
      [1, 2, 3].map(() => send('/shopify/orders', { ...shopify(), updated_at: new Date().toISOString() })),
    );
    const ids = new Set(again.filter(({ status }) => status !== 409).map(({ body }) => body.id));
    assert.equal(ids.size, 1, JSON.stringify(again.map(({ body }) => body)));
    const [row] = await house.database.query<{ count: number }>(
      `select count(*)::int as count from orders.external_reference
       where system = 'shopify' and external_id = '450789469'`,
    );
    assert.equal(row!.count, 1);
  });

  it('sends it with another content: it is refused and told which order it is', async () => {
    const { status, body } = await send<Refusal & { orderId: string }>('/shopify/orders', {
      ...shopify(),
      total_price: '608.94',
    });
    assert.equal(status, 409, JSON.stringify(body));
    assert.match(body.type, /\/problems\/external-reference-taken$/);
    assert.match(body.orderId, /^ord_/);
    assert.deepEqual(
      body.errors?.map(({ pointer }) => pointer),
      ['#/id'],
    );
  });

  it('sends a Shopify order with the right total: it goes all the way', async () => {
    const right = { ...shopify(), id: 450789470, total_price: '608.94', total_discounts: '0.00' };
    const taken = await send('/shopify/orders', right);
    assert.equal(taken.status, 201, JSON.stringify(taken.body));
    assert.equal(taken.body.holdReason, undefined);
    await askUntil(
      () => house.ask<Taken>('ops-demo', `/storefront/v1/orders/${taken.body.id}`),
      ({ body }) => body.status === 'completed',
    );
  });

  it("names the fault in Shopify's own fields", async () => {
    const [line] = shopify().line_items;
    const unknown = await send<Refusal>('/shopify/orders', {
      ...shopify(),
      id: 450789471,
      line_items: [
        { ...line, quantity: 0 },
        { ...line, sku: 'NOT-OURS' },
      ],
    });
    assert.equal(unknown.status, 422, JSON.stringify(unknown.body));
    assert.deepEqual(
      unknown.body.errors?.map(({ pointer }) => pointer),
      ['#/line_items/1/sku'],
    );
    const address = { ...(shopify()['shipping_address'] as object), zip: null };
    const homeless = await send<Refusal>('/shopify/orders', { ...shopify(), id: 450789472, shipping_address: address });
    assert.equal(homeless.status, 400, JSON.stringify(homeless.body));
    assert.deepEqual(
      homeless.body.errors?.map(({ pointer }) => pointer),
      ['#/shipping_address/zip'],
    );
  });

  it('sends the Amazon sample: taken, and completed', async () => {
    const taken = await send('/amazon/orders', amazon());
    assert.equal(taken.status, 201, JSON.stringify(taken.body));
    assert.deepEqual(taken.body.externalReference, { system: 'amazon', id: '902-1845936-5435065' });
    assert.equal(taken.body.total.amount, '11.01');
    assert.equal(taken.body.holdReason, undefined);
    assert.equal((await send('/amazon/orders', amazon())).body.id, taken.body.id);
    await askUntil(
      () => house.ask<Taken>('ops-demo', `/storefront/v1/orders/${taken.body.id}`),
      ({ body }) => body.status === 'completed',
    );
  });

  it('sends Amazon orders that are not ours to ship: refused with the reason', async () => {
    const shipped = answers()['GET /orders/v0/orders/{orderId} 200']![1]!.response.payload;
    const fba = await send<Refusal>('/amazon/orders', { ...amazon(), order: shipped });
    assert.deepEqual([fba.status, fba.body.errors?.[0]?.pointer], [422, '#/order/FulfillmentChannel']);
    const { shippingAddress: _withheld, ...nowhere } = amazon();
    const homeless = await send<Refusal>('/amazon/orders', nowhere);
    assert.deepEqual([homeless.status, homeless.body.errors?.[0]?.pointer], [422, '#/shippingAddress']);
  });
});
