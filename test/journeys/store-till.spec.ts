// Tills and shelves of a store by HTTP: transactions that come late, doubled and out of order count once and as of
// their own time; goods come back over the counter once; barcodes with a wrong check digit are refused.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { HouseProcesses, type Json } from '#testing';
import { expectProblem, newKey, until } from './story.js';

const STORE = '/store/v1/stores/ST-003';
const ASSOCIATE = 'EMP-0031';
const SKU = 'SKU-0001';
const START = 1_000;

let house: HouseProcesses;

before(async () => {
  house = await HouseProcesses.start();
});
after(() => house.close());

const app = () => house.as('store-demo');
const eur = (amount: string): Json => ({ amount, currency: 'EUR' });
const sale = (id: string, quantity: number, changes: Json = {}): Json => ({
  transactionId: id, kind: 'sale', occurredAt: new Date(Date.now() - 60_000).toISOString(),
  lines: [{ item: SKU, quantity, amount: eur('10.00') }], tenders: [{ kind: 'cash', amount: eur('10.00') }], ...changes,
});

async function tell(...transactions: Json[]): Promise<string[]> {
  const { status, body } = await app().post(`${STORE}/pos-transactions`, { transactions }, newKey());
  assert.equal(status, 200, JSON.stringify(body));
  return body.results.map(({ outcome }: Json) => outcome);
}

async function onHand(item = SKU): Promise<number> {
  const { body } = await app().get(`${STORE}/stock?items=${item}`);
  return body.items[0].here.onHand;
}

const untilOnHand = (units: number) => until(`the store has ${units}`, async () => (await onHand()) === units);

describe('a till', () => {
  it('that tells a sale twice, late and with others has sold it once', async () => {
    assert.deepEqual(await tell(sale('t-1', 3), sale('t-1', 3), sale('t-2', 1)), ['recorded', 'known', 'recorded']);
    assert.deepEqual(await tell(sale('t-2', 2)), ['conflict']);
    await untilOnHand(START - 4);
  });

  it('that takes back a sale before it is told leaves the shelf as it was', async () => {
    const taken = sale('t-3', 0, { kind: 'void', voids: 't-4', lines: [], tenders: [] });
    assert.deepEqual(await tell(taken), ['waiting']);
    assert.deepEqual(await tell(sale('t-4', 5), taken), ['recorded', 'known']);
    await until('sale and void are booked', async () => {
      const { body } = await app().get(`${STORE}/stock-facts?origin=t-3`);
      return body.facts[0]?.outcome === 'applied';
    });
    await untilOnHand(START - 4);
  });

  it('whose barcode nobody knows is told so, and stops no other transaction', async () => {
    const unknown = sale('t-5', 1, { lines: [{ item: '4006381333931', quantity: 1, amount: eur('10.00') }] });
    assert.deepEqual(await tell(unknown, sale('t-6', 1)), ['rejected', 'recorded']);
    await untilOnHand(START - 5);
  });
});

describe('the shelves', () => {
  it('are found by barcode, here and nearby; a misread one is refused', async () => {
    const { body: { gtin } } = await house.as('storefront-demo').get(`/storefront/v1/products/${SKU}`);
    const { body } = await app().get(`${STORE}/stock?items=${gtin}`);
    const [item] = body.items;
    assert.deepEqual([item.sku, item.here.storeId, item.here.distanceKm], [SKU, 'ST-003', 0]);
    // Stuttgart is the nearest store to Munich.
    assert.equal(item.nearby[0].storeId, 'ST-006');
    const away: number[] = item.nearby.map(({ distanceKm }: Json) => distanceKm);
    assert.deepEqual(away, [...away].sort((a, b) => a - b));
    const last = String((Number(gtin.at(-1)) + 1) % 10);
    await expectProblem(await app().get(`${STORE}/stock?items=${gtin.slice(0, -1)}${last}`), 422, 'unprocessable');
  });

  it('are what was counted, and what happened after the count stays', async () => {
    const count = { associate: ASSOCIATE, items: [{ item: SKU, quantity: 900 }] };
    const reply = await app().post(`${STORE}/counts`, count, newKey());
    assert.equal(reply.status, 202, JSON.stringify(reply.body));
    await untilOnHand(900);
    assert.deepEqual(await tell(sale('t-7', 2, { occurredAt: new Date().toISOString() })), ['recorded']);
    await untilOnHand(898);
  });
});

describe('goods brought back', () => {
  it('count once, though till and app both tell; no more comes back than was sold', async () => {
    await tell(sale('t-8', 2, { occurredAt: new Date().toISOString() }));
    await untilOnHand(896);
    const back = {
      associate: ASSOCIATE, original: 't-8', posTransactionId: 't-9',
      items: [{ item: SKU, quantity: 1, condition: 'resaleable', reason: 'unwanted' }],
    };
    const { status, body } = await app().post(`${STORE}/returns`, back, newKey());
    assert.equal(status, 201, JSON.stringify(body));
    assert.deepEqual([body.originKind, body.tenders[0].method], ['sale', 'cash']);
    const told = sale('t-9', 1, { kind: 'return', occurredAt: new Date().toISOString() });
    assert.deepEqual(await tell(told), ['recorded']);
    await untilOnHand(897);
    const more = { ...back, posTransactionId: 't-10', items: [{ ...back.items[0], quantity: 2 }] };
    await expectProblem(await app().post(`${STORE}/returns`, more, newKey()), 409, 'state-conflict');
    await until('every fact is booked', async () => {
      const pending = await app().get(`${STORE}/stock-facts?outcome=pending`);
      return pending.body.facts.length === 0;
    });
    assert.equal(await onHand(), 897);
  });
});
