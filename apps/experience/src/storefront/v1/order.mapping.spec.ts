// What a shop is told of a line follows from its counters alone, and where an order belongs from its currency first.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LineCounters, Order } from '#contracts';
import { regionOf } from '../../market.policy.js';
import type { NewStorefrontOrder } from './order.contract.js';
import { toNewOrder, toStorefrontOrder } from './order.mapping.js';

const eur = (amount: string) => ({ amount, currency: 'EUR' });
const NONE: LineCounters = {
  ordered: 3,
  cancelled: 0,
  backordered: 0,
  reserved: 3,
  released: 0,
  picked: 0,
  packed: 0,
  shipped: 0,
  delivered: 0,
  returnRequested: 0,
  received: 0,
  restocked: 0,
  scrapped: 0,
  refunded: 0,
};

function order(counters: Partial<LineCounters>, changes: Partial<Order> = {}): Order {
  return {
    id: 'ord_1',
    orderNumber: 'TL-1',
    brand: 'throughline',
    region: 'EU',
    channel: 'storefront',
    currency: 'EUR',
    customer: { customerId: 'CUS-0001' },
    payments: [],
    holds: [],
    shipments: [],
    references: [],
    freshness: [],
    version: 1,
    lines: [
      {
        lineId: '1',
        sku: 'SKU-0001',
        name: 'Beanie',
        quantity: 3,
        unitPrice: eur('10.00'),
        total: eur('27.00'),
        discounts: [
          { rule: 'A', amount: eur('2.00') },
          { rule: 'B', amount: eur('1.00') },
        ],
        tax: { rate: '0.19', amount: eur('4.31'), mode: 'included' },
        fulfilment: { method: 'ship' },
        counters: { ...NONE, ...counters },
      },
    ],
    totals: {
      items: eur('30.00'),
      discount: eur('3.00'),
      tax: eur('4.31'),
      shipping: eur('0.00'),
      total: eur('27.00'),
    },
    axes: {
      commercial: 'accepted',
      fulfilment: 'unfulfilled',
      payment: 'authorised',
      returnCustody: 'none',
      returnMoney: 'none',
    },
    status: 'accepted',
    placedAt: '2026-11-23T09:00:00.000Z',
    ...changes,
  };
}

describe('an order as a shop shows it', () => {
  const status = (counters: Partial<LineCounters>) => toStorefrontOrder(order(counters), '').lines[0]!.status;

  it('says in one word where a line stands', () => {
    const told: [Partial<LineCounters>, string][] = [
      [{}, 'confirmed'],
      [{ reserved: 0, backordered: 3 }, 'backordered'],
      [{ reserved: 0, released: 3 }, 'inFulfilment'],
      [{ released: 3, shipped: 1 }, 'partiallyShipped'],
      [{ released: 3, shipped: 3 }, 'shipped'],
      [{ released: 3, shipped: 3, delivered: 3 }, 'delivered'],
      [{ cancelled: 3, reserved: 0 }, 'cancelled'],
      [{ cancelled: 1, released: 2, shipped: 2 }, 'shipped'],
    ];
    for (const [counters, word] of told) assert.equal(status(counters), word, JSON.stringify(counters));
  });

  it('sums the discounts of a line and links to what may be done', () => {
    const shown = toStorefrontOrder(order({}), '/storefront/v1');
    assert.deepEqual(shown.lines[0]!.discount, eur('3.00'));
    assert.deepEqual(shown.links, {
      self: '/storefront/v1/orders/ord_1',
      cancel: '/storefront/v1/orders/ord_1/cancel',
    });
    const late = toStorefrontOrder(order({}, { status: 'inFulfilment' }), '/storefront/v1');
    assert.deepEqual(late.links, { self: '/storefront/v1/orders/ord_1' });
  });

  it('gives the reason of a hold until it is released', () => {
    const hold = {
      id: 'hld_1',
      kind: 'customer',
      reason: 'No answer.',
      placedBy: 'x',
      placedAt: '2026-11-23T09:00:00Z',
    };
    assert.equal(toStorefrontOrder(order({}, { holds: [hold] }), '').hold?.reason, 'No answer.');
    const released = { ...hold, releasedAt: '2026-11-23T09:01:00Z' };
    assert.equal(toStorefrontOrder(order({}, { holds: [released] }), '').hold, undefined);
  });
});

describe('an order as a shop sends it', () => {
  it("is of our brand and the shop's channel, whatever else it says", () => {
    const sent = {
      brand: 'other',
      channel: 'partner',
      customer: { customerId: 'CUS-0001' },
      currency: 'JPY',
      lines: [{ sku: 'SKU-0001', quantity: 1 }],
      payment: { method: 'card', token: 'pm_card_visa' },
    };
    const { brand, channel, region } = toNewOrder(sent as NewStorefrontOrder);
    assert.deepEqual([brand, channel, region], ['throughline', 'storefront', 'JP']);
  });

  it('belongs to the region of its currency, or of its country where the currency tells nothing', () => {
    const known: [currency: string, country: string | undefined, region: string][] = [
      ['EUR', 'US', 'EU'],
      ['USD', 'DE', 'US'],
      ['JPY', undefined, 'JP'],
      ['CAD', 'CA', 'US'],
      ['GBP', undefined, 'EU'],
    ];
    for (const [currency, country, region] of known) assert.equal(regionOf(currency, country), region);
  });
});
