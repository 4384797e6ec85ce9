// What is taken off at the till comes back to the cent: promotions on units, coupons that many want at the same moment,
// price lists, and a policy that is tried before it is put in force.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { HouseProcesses, type Consumer, type Json } from '#testing';
import { expectProblem, goodOrder, newKey, ORDERS, place, until, untilStatus } from './story.js';

const PROMOTIONS = '/process/pricing/v1/policies/promotions';
const ALWAYS = { validFrom: '2026-01-01T00:00:00Z', validTo: '2036-01-01T00:00:00Z' };

let house: HouseProcesses;
let shop: Consumer;
let ops: Consumer;
let owner: Consumer;

before(async () => {
  house = await HouseProcesses.start();
  [shop, ops, owner] = [house.as('storefront-demo'), house.as('ops-demo'), house.as('internal-demo')];
});
after(() => house.close());

const rule = (id: string, changes: Json): Json =>
  ({ id, name: id, priority: 1, stacking: 'combinable', ...ALWAYS, ...changes });
const coupon = (code: string, limit: number, limitPerCustomer = 1_000): Json => rule(`PROMO-${code}`, {
  effect: { kind: 'percent', rate: '0.20' }, coupon: { codes: [code], limit, limitPerCustomer },
});

async function setPromotions(promotions: Json[]): Promise<void> {
  const { status, body } = await ops.send('PUT', PROMOTIONS, { body: { document: { perLineMax: 3, promotions } } });
  assert.equal(status, 200, JSON.stringify(body));
}

const buy = (changes: Json) => shop.post(ORDERS, goodOrder(changes), newKey());

async function allowance(code: string): Promise<Json> {
  const { body } = await ops.get(`/process/orders/v1/allowances?code=${code}`);
  return body.allowances.find(({ key }: Json) => key === `coupon:${code}`);
}

describe('three for two', () => {
  it('and one returned: what was paid for it is refunded, not what it is listed at', async () => {
    await setPromotions([rule('PROMO-3FOR2', {
      skus: ['SKU-0420'], effect: { kind: 'buyGet', buy: 2, get: 1, rate: '1' },
    })]);
    await owner.send('PUT', '/system/product/v1/products/SKU-0420/price',
      { body: { unitPrice: { amount: '10.00', currency: 'EUR' } } });
    const { id, totals } = await place(house, goodOrder({ lines: [{ sku: 'SKU-0420', quantity: 3 }] }));
    assert.equal(totals.total.amount, '20.00');
    await untilStatus(house, id, 'completed');
    const wish = { lines: [{ lineId: '1', quantity: 1, reason: 'unwanted' }], method: 'mail' };
    const preview = await shop.post(`${ORDERS}/${id}/return-previews`, wish);
    assert.equal(preview.status, 200, JSON.stringify(preview.body));
    assert.equal(preview.body.refund.amount, '6.66');
    const all = await shop.post(`${ORDERS}/${id}/return-previews`,
      { ...wish, lines: [{ ...wish.lines[0], quantity: 3 }] });
    assert.equal(all.body.refund.amount, '20.00');
  });
});

describe('a coupon', () => {
  it('is never redeemed more often than it may be, however many want it at once', async () => {
    let serial = 0;
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 10 }),
      async (limit, buyers) => {
        serial += 1;
        const code = `RACE${serial}`;
        await setPromotions([coupon(code, limit)]);
        const replies = await Promise.all(Array.from({ length: buyers }, () => buy({ coupons: [code] })));
        const won = replies.filter(({ status }) => status === 201);
        assert.equal(won.length, Math.min(limit, buyers), JSON.stringify(replies.map(({ body }) => body.detail)));
        for (const reply of replies.filter(({ status }) => status !== 201)) {
          await expectProblem(reply, 409, 'coupon-exhausted');
        }
        assert.equal((await allowance(code)).taken, won.length);
      }), { numRuns: 5 });
  });

  it('is given back when the order is cancelled, and then somebody else may have it', async () => {
    await setPromotions([coupon('ONCE', 1)]);
    const { id } = (await buy({ coupons: ['once'], lines: [{ sku: 'SKU-0001', quantity: 1 }] })).body;
    await until('the quote knows that it is used up', async () =>
      (await shop.post('/storefront/v1/quotes', {
        currency: 'EUR', lines: [{ sku: 'SKU-0001', quantity: 1 }], coupons: ['ONCE'],
      })).status === 409);
    await expectProblem(await buy({ coupons: ['ONCE'] }), 409, 'coupon-exhausted');
    const cancelled = await shop.post(`${ORDERS}/${id}/cancel`, { reason: 'customerRequest' }, newKey());
    if (cancelled.status === 202) {
      await untilStatus(house, id, 'cancelled');
      await until('another buyer gets it', async () => (await buy({ coupons: ['ONCE'] })).status === 201);
    } else {
      // The warehouse was faster: then it is consumed with the order, for good.
      await untilStatus(house, id, 'completed');
    }
    assert.equal((await allowance('ONCE')).taken, 1);
  });

  it('is to be had again when its limit is raised', async () => {
    await setPromotions([coupon('MORE', 1)]);
    const quote = () => shop.post('/storefront/v1/quotes',
      { currency: 'EUR', lines: [{ sku: 'SKU-0001', quantity: 1 }], coupons: ['MORE'] });
    assert.equal((await buy({ coupons: ['MORE'] })).status, 201);
    await until('the quote knows that it is used up', async () => (await quote()).status === 409);
    await setPromotions([coupon('MORE', 2)]);
    await until('the quote knows that there is one more', async () => (await quote()).status === 201);
    assert.equal((await buy({ coupons: ['MORE'] })).status, 201);
    await until('that one is used up too', async () => (await quote()).status === 409);
  });

  it('may be used by one customer only so often, and is consumed when the order is completed', async () => {
    await setPromotions([coupon('MINE', 10, 1)]);
    const { id } = (await buy({ coupons: ['MINE'] })).body;
    await expectProblem(await buy({ coupons: ['MINE'] }), 409, 'coupon-exhausted');
    assert.equal((await buy({ coupons: ['MINE'], customer: { customerId: 'CUS-0002' } })).status, 201);
    await untilStatus(house, id, 'completed');
    await until('its use is consumed', async () => (await allowance('MINE')).consumed >= 1);
  });

  it('is on the quote, in version 2 and in GraphQL too, and one that gives nothing is refused', async () => {
    await setPromotions([coupon('ALL', 100)]);
    const items = [{ sku: 'SKU-0002', quantity: 2 }];
    const { body: quote } = await shop.post('/storefront/v2/quotes', { currency: 'EUR', items, coupons: ['ALL'] });
    assert.deepEqual(quote.coupons, ['ALL']);
    const { customer, shippingAddress: address, payment } = goodOrder();
    const order = { customer, currency: 'EUR', items, quoteToken: quote.quoteToken, delivery: { address }, payment };
    const { status, body } = await shop.post('/storefront/v2/orders', order, newKey());
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal(body.money.total, quote.money.total);
    const asked = await shop.post('/storefront/graphql', {
      query: `mutation($quote: NewStorefrontQuoteInput!) {
        createQuote(quote: $quote) { coupons totals { total { amount } } } }`,
      variables: { quote: { currency: 'EUR', lines: [{ sku: 'SKU-0002', quantity: 2 }], coupons: ['ALL'] } },
    });
    assert.equal(asked.body.data?.createQuote.totals.total.amount, quote.money.total, JSON.stringify(asked.body));
    await expectProblem(await buy({ coupons: ['NOBODY-KNOWS'] }), 422, 'coupon-not-valid');
  });
});

describe('a budget', () => {
  it('ends a promotion for the next buyer, who is told the price without it', async () => {
    await setPromotions([rule('PROMO-BUDGET', {
      skus: ['SKU-0421'], effect: { kind: 'amount', per: 'unit', amounts: { EUR: '5.00' } }, budget: { EUR: '12.00' },
    })]);
    const lines = [{ sku: 'SKU-0421', quantity: 1 }];
    const [first, second] = [await buy({ lines }), await buy({ lines })];
    assert.deepEqual([first.status, second.status], [201, 201], JSON.stringify([first.body, second.body]));
    const told = await expectProblem(await buy({ lines }), 409, 'price-changed');
    assert.ok(Number(told.totals.total.amount) > Number(first.body.totals.total.amount));
    await until('the promotion has ended for everybody', async () => {
      const { status, body } = await buy({ lines });
      return status === 201 && body.totals.discount.amount === '0.00';
    });
  });
});

describe('a price list', () => {
  it('has a price for a channel and a quantity, in force at once, and a message sent twice is one', async () => {
    const entries = [
      { priceList: 'BULK', sku: 'SKU-0422', unitPrice: { amount: '8.00', currency: 'EUR' }, minQuantity: 5,
        channel: 'storefront', validFrom: '2026-01-01T00:00:00Z' },
      { priceList: 'BULK', sku: 'NOPE', unitPrice: { amount: '8.00', currency: 'EUR' } },
    ];
    const changes = () => owner.post('/system/product/v1/price-changes', { source: 'sap', entries });
    assert.deepEqual((await changes()).body.outcomes.map(({ state }: Json) => state), ['applied', 'rejected']);
    assert.deepEqual((await changes()).body.outcomes.map(({ state }: Json) => state), ['unchanged', 'rejected']);
    const unit = async (quantity: number) => (await shop.post('/storefront/v1/quotes',
      { currency: 'EUR', lines: [{ sku: 'SKU-0422', quantity }] })).body.lines[0].unitPrice.amount;
    assert.equal(await unit(5), '8.00');
    assert.notEqual(await unit(4), '8.00');
  });

  it('has prices of a segment for the customers of this tier', async () => {
    const { body: customer } = await owner.get('/system/crm/v1/customers/CUS-0001');
    await owner.post('/system/product/v1/price-changes', { source: 'sap', entries: [
      { priceList: 'TIER', sku: 'SKU-0423', segment: customer.tier, unitPrice: { amount: '7.00', currency: 'EUR' } },
    ] });
    const unit = async (customerId?: string) => (await shop.post('/storefront/v1/quotes', {
      currency: 'EUR', lines: [{ sku: 'SKU-0423', quantity: 1 }], ...(customerId ? { customerId } : {}),
    })).body.lines[0].unitPrice.amount;
    assert.equal(await unit('CUS-0001'), '7.00');
    assert.notEqual(await unit(), '7.00');
  });
});

describe('a promotions policy', () => {
  it('is tried on the newest orders before it is in force, and each order knows by which it was priced', async () => {
    await setPromotions([]);
    const { id } = await place(house, goodOrder({ lines: [{ sku: 'SKU-0002', quantity: 1 }] }));
    const document = { perLineMax: 3, promotions: [rule('HALF', { effect: { kind: 'percent', rate: '0.5' } })] };
    const { body } = await ops.post('/process/orders/v1/policies/pricing/dry-runs',
      { kind: 'promotions', document, limit: 1 });
    assert.equal(body.changed, 1, JSON.stringify(body));
    assert.deepEqual(body.differences.map(({ pointer }: Json) => pointer), ['/promotions/0']);
    assert.equal(body.prices[0].orderId, id);
    assert.ok(Number(body.prices[0].after.amount) < Number(body.prices[0].before.amount));
    const decision = (await shop.get(`/process/orders/v1/orders/${id}/price-decision`)).body;
    assert.equal(decision.policyVersion, `pricing-1+promotions-${(await ops.get(PROMOTIONS)).body.version}`);
    const wrong = await ops.send('PUT', PROMOTIONS, { body: { document: { promotions: [] } } });
    await expectProblem(wrong, 422, 'unprocessable');
  });
});
