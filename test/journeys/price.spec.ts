// What the customer was shown is what they pay, or they are told: a stale price is refused with the right one, a quote
// holds until it expires, and nobody can write a quote but us.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decodeJwt, SignJWT } from 'jose';
import { derivedKey } from '#governance';
import { Config } from '#config';
import { HouseProcesses, type Consumer, type Json } from '#testing';
import { expectProblem, goodOrder, newKey, ORDERS } from './story.js';

const SKU = 'SKU-0300';

let house: HouseProcesses;
let shop: Consumer;

before(async () => {
  house = await HouseProcesses.start();
  shop = house.as('storefront-demo');
});
after(() => house.close());

const basket = { currency: 'EUR', lines: [{ sku: SKU, quantity: 2 }] };
const order = (changes: object): Json => goodOrder({ lines: basket.lines, ...changes });
const placed = (body: Json) => shop.post(ORDERS, body, newKey());

async function priceNow(): Promise<string> {
  const { body } = await shop.get(`/storefront/v1/products/${SKU}`);
  return body.prices.find(({ currency }: Json) => currency === 'EUR').amount;
}

async function setPrice(amount: string): Promise<void> {
  const { status, body } = await house.as('internal-demo').send('PUT', `/system/product/v1/products/${SKU}/price`,
    { body: { unitPrice: { amount, currency: 'EUR' } } });
  assert.equal(status, 200, JSON.stringify(body));
}

async function quote(): Promise<Json> {
  const { status, body } = await shop.post('/storefront/v1/quotes', basket);
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

describe('a price that was shown', () => {
  it('and still holds: the order is placed at it', async () => {
    const amount = await priceNow();
    const lines = [{ sku: SKU, quantity: 2, unitPrice: { amount, currency: 'EUR' } }];
    const { status, body } = await placed(order({ lines }));
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal(body.lines[0].unitPrice.amount, amount);
  });

  it('and is stale: refused with the right one, which is then accepted', async () => {
    const shown = await priceNow();
    await setPrice('77.70');
    const stale = order({ lines: [{ sku: SKU, quantity: 2, unitPrice: { amount: shown, currency: 'EUR' } }] });
    const problem = await expectProblem(await placed(stale), 409, 'price-changed');
    assert.deepEqual(problem.lines.map(({ sku, unitPrice }: Json) => [sku, unitPrice]),
      [[SKU, { amount: '77.70', currency: 'EUR' }]]);
    const [{ unitPrice }] = problem.lines;
    const { status } = await placed(order({ lines: [{ sku: SKU, quantity: 2, unitPrice }] }));
    assert.equal(status, 201);
  });
});

describe('a quote', () => {
  it('holds although the price has risen since', async () => {
    await setPrice('50.00');
    const { quoteToken, totals } = await quote();
    await setPrice('60.00');
    const { status, body } = await placed(order({ quoteToken }));
    assert.equal(status, 201, JSON.stringify(body));
    assert.deepEqual(body.totals.total, totals.total);
    assert.equal(body.lines[0].unitPrice.amount, '50.00');
  });

  it('no longer holds when it has expired', async () => {
    const { quoteToken } = await quote();
    const expired = await new SignJWT(decodeJwt(quoteToken)).setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(Math.floor(Date.now() / 1000) - 1)
      .sign(derivedKey(new Config().THROUGHLINE_SECRET, 'quote'));
    await expectProblem(await placed(order({ quoteToken: expired })), 409, 'quote-expired');
  });

  it('that was tampered with is refused', async () => {
    const { quoteToken } = await quote();
    const [header, payload, signature] = quoteToken.split('.');
    const cheaper = JSON.parse(Buffer.from(payload, 'base64url').toString());
    cheaper.totals.total.amount = '0.01';
    const forged = [header, Buffer.from(JSON.stringify(cheaper)).toString('base64url'), signature].join('.');
    const problem = await expectProblem(await placed(order({ quoteToken: forged })), 422, 'invalid-quote');
    assert.deepEqual(problem.errors.map(({ pointer }: Json) => pointer), ['#/quoteToken']);
  });

  it('is for its own basket only', async () => {
    const { quoteToken } = await quote();
    const more = order({ lines: [{ sku: SKU, quantity: 3 }], quoteToken });
    await expectProblem(await placed(more), 422, 'invalid-quote');
  });
});
