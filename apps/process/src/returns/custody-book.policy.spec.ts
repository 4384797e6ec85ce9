// The custody book and the amounts of returns over random histories: whatever tills and warehouses report, late, twice
// and in any order, a unit is received once, and all units of a line together are worth exactly what was paid for it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { unitShare } from '#contracts';
import { CustodyBook, type Report } from './custody-book.policy.js';
import { custodyOf, moneyOf, unitCustody } from './return.states.js';

const RUNS = 300;
const AT = '2026-11-24T10:00:00.000Z';
const units = (count: number) => Array.from({ length: count }, (_, index) =>
  ({ lineId: '1', sku: 'SKU-0001', unit: index + 1, fault: false }));
const report = (kind: Report['kind'], source: string, quantity: number, more: object = {}): Report => ({
  kind, source, factId: `${source}-${kind}-${quantity}`, occurredAt: AT, locationId: 'WH-EU',
  lines: [{ lineId: '1', sku: 'SKU-0001', quantity, ...more }],
});

describe('the custody book', () => {
  it('receives each unit once, whatever is reported by whom and in which order', () => {
    const history = fc.array(fc.record({
      kind: fc.constantFrom<Report['kind']>('inTransit', 'received', 'inspected'),
      source: fc.constantFrom('pos', 'warehouse'), quantity: fc.integer({ min: 1, max: 4 }),
      grade: fc.constantFrom('A', 'C'),
    }), { maxLength: 25 });
    fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), history, (count, steps) => {
      const book = new CustodyBook(units(count));
      const received = new Map<number, number>();
      for (const { kind, source, quantity, grade } of steps) {
        const moved = book.take(report(kind, source, quantity, kind === 'inspected' ? { grade } : {}));
        for (const { unit } of moved.received) received.set(unit, (received.get(unit) ?? 0) + 1);
        assert.ok(moved.surplus.every((line) => line.quantity > 0));
        for (const unit of book.units) assert.ok(!unit.grade || unit.receivedAt, 'graded without having been received');
      }
      assert.ok([...received.values()].every((times) => times === 1), 'a unit was received twice');
      assert.equal(received.size, book.units.filter(({ receivedAt }) => receivedAt).length);
    }), { numRuns: RUNS });
  });

  it('takes the warehouse for speaking of what the till has reported, and keeps what is too much', () => {
    const book = new CustodyBook(units(2));
    assert.equal(book.take(report('received', 'pos', 1)).received.length, 1);
    assert.equal(book.take(report('received', 'warehouse', 1)).received.length, 0);
    assert.deepEqual(book.units.map(({ reportedBy }) => reportedBy), [['pos', 'warehouse'], []]);
    const more = book.take(report('received', 'warehouse', 3));
    assert.deepEqual([more.received.length, more.surplus[0]?.quantity], [1, 2]);
  });

  it('knows units by their numbers, and a store grades over the counter', () => {
    const book = new CustodyBook(units(3));
    const moved = book.take(report('received', 'store', 1, { units: ['3'], grade: 'A' }));
    assert.deepEqual([moved.received[0]?.unit, moved.inspected[0]?.unit], [3, 3]);
  });

  it('gives up what never came, and nothing that is here', () => {
    const book = new CustodyBook(units(2));
    book.take(report('received', 'warehouse', 1));
    assert.deepEqual(book.giveUp(AT).map(({ unit }) => unit), [2]);
    assert.deepEqual(book.units.map(unitCustody), ['received', 'notReturned']);
    assert.equal(custodyOf(book.units), 'received');
  });
});

describe('the amounts of units', () => {
  it('of a line are together exactly what was paid for it', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.integer({ min: 1, max: 200 }), (total, count) => {
      const shares = Array.from({ length: count }, (_, index) => unitShare(total, count, index));
      assert.equal(shares.reduce((sum, one) => sum + one, 0n), total);
      assert.ok(shares.every((one) => one >= total / BigInt(count) && one <= total / BigInt(count) + 1n));
    }), { numRuns: RUNS });
  });
});

describe('the money of a return', () => {
  it('is in doubt before all else, and settled only when nothing waits', () => {
    const facts = { expected: 100n, declined: false, waiting: 0, refunds: [] };
    assert.equal(moneyOf({ ...facts, waiting: 1 }), 'pending');
    assert.equal(moneyOf({ ...facts, refunds: [{}] }), 'triggered');
    assert.equal(moneyOf({ ...facts, refunds: [{ uncertain: true }, { refundedAt: AT }] }), 'inDoubt');
    assert.equal(moneyOf({ ...facts, refunds: [{ refundedAt: AT, reversedAt: AT }] }), 'inDoubt');
    assert.equal(moneyOf({ ...facts, refunds: [{ refundedAt: AT, reversedAt: AT, settledAt: AT }] }), 'refunded');
    assert.equal(moneyOf({ ...facts, refunds: [{ deniedAt: AT }] }), 'denied');
    assert.equal(moneyOf({ ...facts, expected: 0n }), 'notRefundable');
  });
});
