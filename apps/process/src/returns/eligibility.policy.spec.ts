// What may come back: the law before the shop's policy, the shop's grace after it, and a hash that holds as long as the
// decision does.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Order, ReturnWish } from '#contracts';
import { decideReturn, type Circumstances, type ReturnRules } from './eligibility.policy.js';
import { firstReturnPolicies, type ReturnPolicyDocument } from './return-policy-document.policy.js';
import { jurisdictionOf, rightsOf } from './statutory-rights.policy.js';

const DAY_MS = 86_400_000;
const DELIVERED = Date.parse('2026-11-01T12:00:00Z');
const euros = (amount: string) => ({ amount, currency: 'EUR' });

const order = {
  id: 'ord_1', currency: 'EUR', placedAt: '2026-10-30T12:00:00Z', region: 'EU',
  shipments: [{ id: 'shp_1', locationId: 'WH-EU', shippedAt: '2026-10-31T12:00:00Z',
    deliveredAt: new Date(DELIVERED).toISOString() }],
  lines: [{
    lineId: '1', sku: 'SKU-0001', quantity: 3, unitPrice: euros('33.33'), discounts: [], total: euros('100.00'),
    tax: { rate: '0.19', amount: euros('15.97'),
      mode: 'included' }, counters: { delivered: 3 },
  }],
} as unknown as Order;

const rules = (jurisdiction: string, changes: Partial<ReturnPolicyDocument> = {}): ReturnRules => ({
  jurisdiction, version: 'returns-any-1', rights: rightsOf(jurisdiction),
  policy: { ...firstReturnPolicies['EU']!, ...changes },
});
const on = (day: number, more: Partial<Circumstances> = {}): Circumstances => ({
  now: new Date(DELIVERED + day * DAY_MS), claimed: new Map(), categories: new Map(), ...more,
});
const wish = (reason: string, quantity = 1, more: Partial<ReturnWish> = {}): ReturnWish =>
  ({ orderId: 'ord_1', method: 'mail', lines: [{ lineId: '1', quantity, reason }], ...more });
const decide = (asked: ReturnWish, given: ReturnRules, when: Circumstances) => decideReturn(order, asked, given,
  when).preview;

describe('a return', () => {
  it('may be withdrawn from by right in the EU for 14 days, whatever the shop would like', () => {
    const strict = rules('EU', { windowDays: 0, restockingFee: { rate: '0.50' } });
    const { lines, refund } = decide(wish('unwanted'), strict, on(13));
    assert.deepEqual([lines[0]!.code, refund.amount, lines[0]!.fee.amount], ['withdrawal', '33.33', '0.00']);
    assert.equal(decide(wish('unwanted'), strict, on(15)).lines[0]!.code, 'windowClosed');
  });

  it('costs a fee by the grace of the shop, and none for faults', () => {
    const late = decide(wish('unwanted'), rules('EU'), on(20));
    assert.deepEqual([late.lines[0]!.code, late.fee.amount, late.refund.amount], ['policy', '3.33', '30.00']);
    const faulty = decide(wish('defective'), rules('EU'), on(400));
    assert.deepEqual([faulty.lines[0]!.code, faulty.fee.amount, faulty.returnShipping], ['guarantee', '0.00',
      'seller']);
    assert.equal(decide(wish('unwanted'), rules('US'), on(10)).lines[0]!.code, 'policy');
  });

  it('is worth exactly what is left of the line, however often a part comes back', () => {
    const part = (before: number) =>
      decide(wish('unwanted'), rules('EU'), on(1, { claimed: new Map([['1', before]]) }));
    assert.deepEqual([0, 1, 2].map((before) => part(before).refund.amount), ['33.33', '33.33', '33.34']);
    assert.equal(part(3).lines[0]!.code, 'alreadyReturned');
  });

  it('may be kept only for small faults of ours, and is not offered where the policy has no such method', () => {
    const keep = (reason: string, changes: Partial<ReturnPolicyDocument> = {}) =>
      decide(wish(reason, 1, { method: 'keep' }), rules('EU', { returnless: { EUR: '40.00' }, ...changes }), on(1));
    assert.deepEqual([keep('defective').eligible, keep('defective').refundAt], [true, 'request']);
    assert.equal(keep('unwanted').lines[0]!.code, 'methodNotOffered');
    assert.equal(keep('defective', { methods: ['mail'] }).lines[0]!.code, 'methodNotOffered');
  });

  it('is refunded in advance up to the amount of the policy', () => {
    const advance = (most: string) => decide(wish('unwanted', 1, { advanceRefund: true }),
      rules('EU', { advanceRefund: { EUR: most } }), on(1)).refundAt;
    assert.deepEqual([advance('33.33'), advance('33.32')], ['request', 'inspection']);
  });

  it('excludes categories but for faults', () => {
    const when = on(1, { categories: new Map([['SKU-0001', 'underwear']]) });
    const strict = rules('EU', { excludedCategories: ['underwear'] });
    assert.equal(decide(wish('unwanted'), strict, when).lines[0]!.code, 'excluded');
    assert.equal(decide(wish('defective'), strict, when).lines[0]!.code, 'guarantee');
  });

  it('has one hash as long as the decision is the same', () => {
    const hash = (day: number, given = rules('EU')) => decide(wish('unwanted'), given, on(day)).previewHash;
    assert.equal(hash(1), hash(2));
    assert.notEqual(hash(1), hash(20));
    assert.notEqual(hash(1), hash(1, { ...rules('EU'), version: 'returns-any-2' }));
  });

  it('falls under the law of where the consumer lives', () => {
    assert.deepEqual([jurisdictionOf('DE', 'US'), jurisdictionOf('GB', 'EU'), jurisdictionOf(undefined, 'JP')],
      ['EU', 'GB', 'JP']);
  });
});
