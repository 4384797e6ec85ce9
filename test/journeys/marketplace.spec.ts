// A partner sells our goods by what its feed says, and is told in time whether each of its orders is taken on, when it
// leaves and what is given back: by pull or by webhook, the same facts.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startHouse, type Json, type TestHouse } from '#testing';
import { goodOrder, ORDERS, placeAt, until } from './story.js';

const PARTNER = '/partner/v1';
const TERMS = '/process/marketplace/v1/partners/partner-demo/terms';
const USUAL = { acceptSeconds: 86_400, whenLate: 'accept', sharePercent: 100, bufferUnits: 0 };

describe('a partner', { timeout: 180_000 }, () => {
  let house: TestHouse;
  before(async () => {
    house = await startHouse({ documented: true });
  });
  after(() => house.stop());

  const get = async (path: string): Promise<Json> => {
    const { status, body } = await house.ask<Json>('partner-demo', PARTNER + path);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  const agree = async (terms: object): Promise<Json> => {
    const body = { ...USUAL, ...terms };
    const answer = await house.ask<Json>('internal-demo', TERMS, { method: 'PUT', body });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body;
  };
  const place = (id: string): Promise<Json> => placeAt(house, 'partner-demo', `${PARTNER}/orders`, goodOrder({
    externalReference: { system: 'market', id }, lines: [{ sku: 'SKU-0001', quantity: 2 }],
    customer: { name: 'Ada Lovelace', email: 'ada@example.com' }, payment: undefined,
  }));
  /** The whole feed from a token on. */
  const feed = async (since?: string): Promise<{ offers: Map<string, Json>; token: string }> => {
    const offers = new Map<string, Json>();
    let [token, more] = [since, true];
    for (let asks = 0; more; asks += 1) {
      assert.ok(asks < 50, 'the feed never ends');
      const page: Json = await get(`/inventory?limit=500${token === undefined ? '' : `&since=${token}`}`);
      for (const offer of page.offers) offers.set(offer.sku, offer);
      [token, more] = [page.token, page.more];
    }
    return { offers, token: token! };
  };

  it('offers what its terms leave it: first all, then what has changed', async () => {
    const usual = await feed();
    assert.ok(usual.offers.size >= 1_000);
    assert.equal(usual.offers.get('SKU-0999').quantity, 0);
    const before = usual.offers.get('SKU-0002').quantity;
    assert.ok(before > 10);
    const agreed = await agree({ sharePercent: 50, bufferUnits: 1 });
    assert.equal((await agree({ sharePercent: 50, bufferUnits: 1 })).version, agreed.version, 'the same is no version');
    const halved = await until('the feed follows the terms', async () => {
      const delta = await feed(usual.token);
      return delta.offers.has('SKU-0002') && delta;
    });
    assert.equal(halved.offers.get('SKU-0002').quantity, Math.floor((before - 1) / 2));
    assert.ok(!halved.offers.has('SKU-0999'), 'what has not changed is not told again');
    await house.ask('internal-demo', '/system/product/v1/products/SKU-0003/offer',
      { method: 'PUT', body: { offered: false } });
    await until('what is no longer sold is taken off', async () =>
      (await feed(halved.token)).offers.get('SKU-0003')?.listed === false);
    await agree({});
  });

  it('is told that its order is taken on, and what becomes of it', async () => {
    const order = await place('M-1');
    assert.equal(order.acceptance, 'pending');
    assert.equal(Date.parse(order.acceptBy) - Date.parse(order.placedAt), 86_400_000);
    const done = await until('the order is completed', async () => {
      const now = await get(`/orders/${order.id}`);
      return now.status === 'completed' && now;
    });
    assert.deepEqual([done.acceptance, done.shipments.length, done.lines[0].shipped], ['accepted', 1, 2]);
    assert.deepEqual((await get('/orders?externalSystem=market&externalId=M-1')).orders.map(({ id }: Json) => id),
      [order.id]);
    const told = await until('the updates tell it', async () => {
      const { updates } = await get('/updates?limit=100');
      const own = updates.filter(({ orderId }: Json) => orderId === order.id);
      return own.some(({ type }: Json) => type === 'order.completed.v1') && own;
    });
    const types = told.map(({ type }: Json) => type);
    for (const type of ['order.acknowledged.v1', 'shipment.dispatched.v1', 'shipment.delivered.v1']) {
      assert.equal(types.filter((each: string) => each === type).length, 1, `${type}: ${types.join(', ')}`);
    }
    assert.deepEqual(told[0].externalReference, { system: 'market', id: 'M-1' });
    const again = await get(`/updates?limit=1&after=${told[0].position - 1}`);
    assert.equal(again.updates[0].id, told[0].id, 'an older position replays');
    assert.equal(again.more, true);
  });

  it('sees no order of anybody else', async () => {
    const { id } = await placeAt(house, 'storefront-demo', ORDERS, goodOrder());
    assert.equal((await house.ask('partner-demo', `${PARTNER}/orders/${id}`)).status, 404);
    const { updates } = await get('/updates?limit=100');
    assert.ok(!updates.some(({ orderId }: Json) => orderId === id));
  });

  it('gets its order back when nobody takes it on in time', async () => {
    await agree({ acceptSeconds: 1, whenLate: 'refuse' });
    await house.faults('sap', { down: true });
    try {
      const order = await place('M-2');
      const refused = await until('the order is refused', async () => {
        const now = await get(`/orders/${order.id}`);
        return now.acceptance === 'refused' && now;
      });
      assert.equal(Date.parse(refused.acceptBy) - Date.parse(refused.placedAt), 1_000);
      await house.faults('sap');
      await until('its stock and money are given back', async () =>
        (await get(`/orders/${order.id}`)).status === 'cancelled');
      const { updates } = await get('/updates?limit=100');
      const answers = updates.filter(({ orderId, type }: Json) => orderId === order.id
        && type === 'order.acknowledged.v1');
      assert.deepEqual(answers.map(({ data }: Json) => data.outcome), ['refused'], 'it is told once');
    } finally {
      await house.faults('sap');
    }
  });

  it('keeps its order when late ones are taken on', async () => {
    await agree({ acceptSeconds: 1, whenLate: 'accept' });
    await house.faults('sap', { down: true });
    const order = await place('M-3');
    await until('it is taken on although it waits', async () =>
      (await get(`/orders/${order.id}`)).acceptance === 'acceptedLate');
    await house.faults('sap');
    await until('it is completed', async () => (await get(`/orders/${order.id}`)).status === 'completed');
  });
});
