// Whatever is agreed with a partner, it never offers more than there is, and more stock never means a smaller offer.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { offeredUnits, USUAL_TERMS } from './partner-terms.policy.js';

const terms = fc.record({
  sharePercent: fc.integer({ min: 0, max: 100 }), bufferUnits: fc.nat({ max: 1_000 }),
  maxUnits: fc.option(fc.nat({ max: 1_000 }), { nil: undefined }),
}).map((agreed) => ({ ...USUAL_TERMS, ...agreed }));
const units = fc.integer({ min: -50, max: 10_000 });

it('offers whole units, from none to what is there without the buffer', () => {
  fc.assert(fc.property(units, terms, (available, agreed) => {
    const offered = offeredUnits(available, agreed);
    assert.ok(Number.isInteger(offered) && offered >= 0);
    assert.ok(offered <= Math.max(0, available - agreed.bufferUnits));
    assert.ok(agreed.maxUnits === undefined || offered <= agreed.maxUnits);
  }));
});

it('offers no less when there is more', () => {
  fc.assert(fc.property(units, fc.nat({ max: 100 }), terms, (available, more, agreed) => {
    assert.ok(offeredUnits(available + more, agreed) >= offeredUnits(available, agreed));
  }));
});

it('shares by whole units', () => {
  assert.equal(offeredUnits(15, { ...USUAL_TERMS, sharePercent: 50, bufferUnits: 4 }), 5);
  assert.equal(offeredUnits(1_000, { ...USUAL_TERMS, maxUnits: 20 }), 20);
});
