// Foreign orders in our terms: the publishers' own samples, and the corners where money or people could get lost.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Problem, sum, toMinor, type NewOrder } from '#contracts';
import type { AmazonOrderDocument, AmazonOrderItem } from './amazon.contract.js';
import { fromAmazon } from './amazon.mapping.js';
import { keyOf, minorOf } from './foreign-document.mapping.js';
import type { ShopifyOrder } from './shopify.contract.js';
import { fromShopify } from './shopify.mapping.js';

const SAMPLES = new URL('../../../../../../test/samples/', import.meta.url);
const sample = (path: string): unknown => JSON.parse(readFileSync(new URL(path, SAMPLES), 'utf8'));

const shopify = (changes: object = {}): ShopifyOrder => ({
  ...(sample('shopify/order.json') as { order: ShopifyOrder }).order,
  ...changes,
});

const usd = (Amount: string) => ({ CurrencyCode: 'USD', Amount });
const amazon = (item: Partial<AmazonOrderItem> = {}, total = '11.01'): AmazonOrderDocument => ({
  order: { AmazonOrderId: '902-1', OrderStatus: 'Unshipped', FulfillmentChannel: 'MFN', OrderTotal: usd(total) },
  orderItems: [
    { OrderItemId: '1', ASIN: 'B0', QuantityOrdered: 1, ItemPrice: usd('10.00'), ItemTax: usd('1.01'), ...item },
  ],
  shippingAddress: { Name: 'Ada', AddressLine1: 'A 1', City: 'Seattle', PostalCode: '98121', CountryCode: 'US' },
});

const itemsOf = ({ lines, currency }: NewOrder) =>
  sum(
    lines.flatMap(({ quantity, unitPrice }) => Array.from({ length: quantity }, () => unitPrice!)),
    currency,
  );
const refusal = (work: () => unknown): [slug: string, pointer: string | undefined] => {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return [error.type.slug, error.details.errors?.[0]?.pointer];
    throw error;
  }
  throw new Error('it was not refused');
};

describe('a Shopify order', () => {
  it('of the public sample keeps its lines, people, address and figures', () => {
    const { order } = fromShopify(shopify());
    assert.deepEqual(order.externalReference, { system: 'shopify', id: '450789469' });
    assert.deepEqual(
      order.lines.map(({ lineId, item, quantity, unitPrice }) => [lineId, item?.id, quantity, unitPrice?.amount]),
      [
        ['466157049', 'IPOD2008GREEN', 1, '199.00'],
        ['518995019', 'IPOD2008RED', 1, '199.00'],
        ['703073504', 'IPOD2008BLACK', 1, '199.00'],
      ],
    );
    assert.deepEqual(order.customer, { name: 'Bob Norman', email: 'bob.norman@hostmail.com' });
    assert.deepEqual(order.shippingAddress, {
      name: 'Bob Norman',
      line1: 'Chestnut Street 92',
      city: 'Louisville',
      postalCode: '40202',
      region: 'KY',
      country: 'US',
      phone: '555-625-1199',
    });
    assert.deepEqual([order.region, order.payment.method, order.channel], ['US', 'channel', 'shopify']);
    const { total, tax, discount, shipping, taxIncluded } = order.channelMoney!;
    assert.deepEqual(
      [total, tax!, discount!, shipping!].map(({ amount }) => amount),
      ['409.94', '11.94', '0.00', '0.00'],
    );
    assert.equal(taxIncluded, undefined);
  });

  it('says when its prices contain the tax, and leaves out lines that were taken out again', () => {
    const [first, second] = shopify().line_items;
    const { order, origin } = fromShopify(
      shopify({ taxes_included: true, line_items: [{ ...first!, quantity: 0 }, second!] }),
    );
    assert.equal(order.channelMoney!.taxIncluded, true);
    assert.deepEqual(
      order.lines.map(({ lineId }) => lineId),
      [String(second!.id)],
    );
    assert.equal(origin('#/lines/0/item/id'), '#/line_items/1/sku');
    assert.equal(origin('#/shippingAddress/country'), '#/shipping_address/country_code');
  });

  it('of a customer without an e-mail has one that cannot exist', () => {
    const { order } = fromShopify(shopify({ email: '', contact_email: null, customer: null }));
    assert.equal(order.customer.email, '450789469@shopify.invalid');
    assert.equal(order.customer.name, 'Bob Norman');
  });

  it('that was cancelled or states no amount is refused in its own fields', () => {
    assert.deepEqual(
      refusal(() => fromShopify(shopify({ cancelled_at: '2026-01-01' }))),
      ['unprocessable', '#/cancelled_at'],
    );
    assert.deepEqual(
      refusal(() => fromShopify(shopify({ total_tax: 'x' }))),
      ['invalid-request', '#/total_tax'],
    );
  });

  it('has the same key whenever it says the same, another one when it does not', () => {
    const key = (changes: object) => keyOf(fromShopify(shopify(changes)).order);
    assert.equal(key({ updated_at: 'a' }), key({ updated_at: 'b', note: 'c' }));
    assert.notEqual(key({}), key({ total_price: '1.00' }));
  });
});

describe('an Amazon order', () => {
  it('of the public sample keeps its item and figures', () => {
    const answers = sample('amazon-sp-api/ordersV0.sandbox-examples.json') as Record<
      string,
      { response: { payload: object } }[]
    >;
    const payload = (path: string) => answers[path]![0]!.response.payload;
    const { OrderItems } = payload('GET /orders/v0/orders/{orderId}/orderItems 200') as {
      OrderItems: AmazonOrderItem[];
    };
    const { order } = fromAmazon({
      ...amazon(),
      order: payload('GET /orders/v0/orders/{orderId} 200') as AmazonOrderDocument['order'],
      orderItems: OrderItems,
    });
    assert.deepEqual(order.externalReference, { system: 'amazon', id: '902-1845936-5435065' });
    assert.deepEqual(
      order.lines.map(({ item, unitPrice }) => [item?.id, unitPrice?.amount]),
      [['NABetaASINB00551Q3CS', '10.00']],
    );
    assert.deepEqual([order.channelMoney!.total.amount, order.channelMoney!.tax!.amount], ['11.01', '1.01']);
    assert.equal(order.channelMoney!.taxIncluded, undefined);
    assert.equal(order.customer.email, '902-1845936-5435065@amazon.invalid');
  });

  it('never loses a cent where the price of the whole does not divide by the quantity', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 10_000_000 }), (quantity, cents) => {
        const price = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
        const { order } = fromAmazon(amazon({ QuantityOrdered: quantity, ItemPrice: usd(price) }));
        assert.equal(itemsOf(order).amount, price);
        assert.equal(
          order.lines.reduce((total, line) => total + line.quantity, 0),
          quantity,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('whose total is that of its prices has the tax in them', () => {
    assert.equal(fromAmazon(amazon({}, '10.00')).order.channelMoney!.taxIncluded, true);
  });

  it('that is not ours to ship is refused with the field that says so', () => {
    const order = amazon().order;
    const refused = (changes: object) => refusal(() => fromAmazon({ ...amazon(), order: { ...order, ...changes } }));
    assert.deepEqual(refused({ FulfillmentChannel: 'AFN' }), ['unprocessable', '#/order/FulfillmentChannel']);
    assert.deepEqual(refused({ OrderStatus: 'Canceled' }), ['unprocessable', '#/order/OrderStatus']);
    assert.deepEqual(refused({ OrderTotal: null }), ['unprocessable', '#/order/OrderTotal']);
    const nowhere = () => fromAmazon({ ...amazon(), shippingAddress: null });
    assert.deepEqual(refusal(nowhere), ['unprocessable', '#/shippingAddress']);
    const mixed = () => fromAmazon(amazon({ ItemTax: { CurrencyCode: 'EUR', Amount: '1.00' } }));
    assert.deepEqual(refusal(mixed), ['invalid-request', '#/orderItems/0/ItemTax/CurrencyCode']);
  });
});

describe('an amount as text', () => {
  it('may carry zeros beyond the digits of its currency, and nothing else', () => {
    assert.equal(minorOf('1000.00', 'JPY', '#/a'), 1000n);
    assert.equal(minorOf('12.3', 'EUR', '#/a'), toMinor({ amount: '12.30', currency: 'EUR' }));
    assert.equal(minorOf(null, 'EUR', '#/a'), 0n);
    for (const amount of ['1.99', '1e3', '1,000', '.']) {
      assert.deepEqual(
        refusal(() => minorOf(amount, 'JPY', '#/a')),
        ['invalid-request', '#/a'],
        amount,
      );
    }
  });
});
