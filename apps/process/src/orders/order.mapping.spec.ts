// What an order says of its own age: our facts are current, the ERP's as old as its answer, and late when there is
// none.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OrderRecord } from './order.entity.js';
import { toOrder } from './order.mapping.js';

const money = { amount: '10.00', currency: 'EUR' };

function record(changes: Partial<OrderRecord>): OrderRecord {
  return {
    id: 'ord_1', orderNumber: 'TL-1', brand: 'throughline', region: 'EU', channel: 'storefront', currency: 'EUR',
    customerId: null, customer: { name: 'Ada', email: 'ada@example.com' }, shippingAddress: null,
    totals: { items: money, discount: money, tax: money, shipping: money, total: money },
    consumer: 'storefront-demo', fingerprint: '', reservationId: 'rsv_1', placedAt: new Date(), promisedAt: null,
    cancelledAt: null, completedAt: null, version: 1, lines: [], holds: [], shipments: [],
    pickups: [], externalReferences: [],
    systemReferences: [],
    payment: { method: 'card', currency: 'EUR', reference: null, authorised: 0, captured: 0, refunded: 0,
      voidedAt: null, failedAt: null },
    ...changes,
  } as unknown as OrderRecord;
}

const sources = (changes: Partial<OrderRecord>) =>
  toOrder(record(changes)).freshness.map(({ source, stale }) => [source, stale]);
const longAgo = new Date(Date.now() - 60_000);

describe('an order says its age', () => {
  it('names the ERP with the moment of its answer', () => {
    const since = new Date('2026-11-23T09:00:00Z');
    const systemReferences = [{ orderId: 'ord_1', system: 'erp', reference: '42',
      since }] as OrderRecord['systemReferences'];
    const { freshness } = toOrder(record({ placedAt: longAgo, systemReferences }));
    assert.deepEqual(freshness[1], { source: 'erp', asOf: since.toISOString(), stale: false });
  });

  it('calls the ERP late when it has not answered for a while, and only then', () => {
    assert.deepEqual(sources({}), [['throughline', false]]);
    assert.deepEqual(sources({ placedAt: longAgo }), [['throughline', false], ['erp', true]]);
  });

  it('expects nothing of the ERP for an order that is cancelled or on hold', () => {
    assert.deepEqual(sources({ placedAt: longAgo, cancelledAt: new Date() }), [['throughline', false]]);
    const holds = [{ id: 'hld_1', kind: 'total', reason: 'differs', placedBy: 'x', placedAt: longAgo,
      releasedAt: null }];
    assert.deepEqual(sources({ placedAt: longAgo, holds: holds as OrderRecord['holds'] }), [['throughline', false]]);
  });
});
