// Holds what stock and money rely on: whatever the order in which the facts of a parcel come, and however often, its
// units leave exactly once.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { FactSignal } from './order-facts.writer.js';
import { OrderUnits, type RunLine } from './order-units.states.js';

const QUANTITY = 3;
const line = { lineId: '1', sku: 'SKU-0001', quantity: QUANTITY } as RunLine;
const fact = (type: string): FactSignal => ({
  type, factId: type, fulfilmentOrderId: 'ful_1', lines: [{ lineId: '1', sku: 'SKU-0001', quantity: QUANTITY }],
} as unknown as FactSignal);
const PARCEL = ['picked', 'packed', 'dispatched', 'delivered'].map((word) => fact(`shipment.${word}.v1`));

function released(): OrderUnits {
  const units = new OrderUnits([line]);
  const { lineId, sku, quantity } = line;
  units.release('ful_1', 'WH-EU', [
    { lineId, sku, quantity, locationId: 'WH-EU', reservationId: 'rsv_1', partId: '1' }]);
  return units;
}

describe('the units of an order', () => {
  it('leave once with the dispatch, in whatever order and however often its facts come', () => {
    const anyOrder = fc.shuffledSubarray([...PARCEL, ...PARCEL], { minLength: 2 * PARCEL.length });
    fc.assert(fc.property(anyOrder, (facts) => {
      const units = released();
      let left = 0;
      for (const each of facts) {
        const moved = units.progress(each).reduce((sum, { quantity }) => sum + quantity, 0);
        if (each.type === 'shipment.dispatched.v1') left += moved;
        assert.equal(units.all('shipped'), left === QUANTITY);
      }
      assert.equal(left, QUANTITY);
      assert.ok(units.all('delivered'));
    }));
  });

  it('leave and arrive in one when somebody collects them', () => {
    const units = released();
    const moved = units.progress(fact('pickup.collected.v1'));
    assert.deepEqual(moved, [{ lineId: '1', sku: 'SKU-0001', quantity: QUANTITY }]);
    assert.ok(units.all('shipped') && units.all('delivered'));
  });
});
