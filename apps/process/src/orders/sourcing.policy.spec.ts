// Holds what every sourcing decision promises whatever the policy and the stock are: nothing oversold, nothing lost,
// no location that may not serve, no split that is not allowed; and that the order of decision is the field's.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv, type Schema } from 'ajv';
import fc from 'fast-check';
import { firstSourcingDocument, sourcingSchema, type SourcingDocument } from './sourcing-document.policy.js';
import { decideSourcing, type SourcingInputs, type SourcingLine } from './sourcing.policy.js';

const WAREHOUSES = ['WH-EU', 'WH-EAST', 'WH-WEST'];
const LOCATIONS = [
  ...WAREHOUSES.map((id) => ({ id, kind: 'warehouse', region: 'EU', shipsFromStore: false })),
  { id: 'ST-001', kind: 'store', region: 'EU', shipsFromStore: true },
  { id: 'ST-002', kind: 'store', region: 'EU', shipsFromStore: false },
];

function inputs(changes: Partial<SourcingInputs> = {}, order: Partial<SourcingInputs['order']> = {}): SourcingInputs {
  return {
    order: {
      region: 'EU', brand: 'throughline', channel: 'storefront', currency: 'EUR', shipComplete: false, ...order,
    },
    lines: [line('1', 'A', 3)], locations: LOCATIONS, stock: {}, queued: {}, load: {}, ...changes,
  };
}

function line(lineId: string, sku: string, quantity: number, more: Partial<SourcingLine> = {}): SourcingLine {
  return { lineId, sku, quantity, value: 1_000 * quantity, method: 'ship', ...more };
}

function policy(changes: Partial<SourcingDocument> = {}): SourcingDocument {
  return { ...firstSourcingDocument, ...changes };
}

const places = (decision: ReturnType<typeof decideSourcing>) =>
  decision.allocations.map(({ lineId, locationId, quantity }) => `${lineId}:${locationId}:${quantity}`).sort();

describe('a sourcing decision', () => {
  it('takes the nearest location that has it all', () => {
    const stock = { A: { 'WH-EU': 2, 'WH-EAST': 9, 'WH-WEST': 9 } };
    assert.deepEqual(places(decideSourcing(policy(), inputs({ stock }))), ['1:WH-EAST:3']);
  });

  it('prefers one parcel to a nearer location for a part', () => {
    const stock = { A: { 'WH-EU': 5, 'WH-WEST': 5 }, B: { 'WH-WEST': 5 } };
    const decision = decideSourcing(policy(), inputs({ stock, lines: [line('1', 'A', 1), line('2', 'B', 1)] }));
    assert.deepEqual(places(decision), ['1:WH-WEST:1', '2:WH-WEST:1']);
    const eu = decision.candidates.find(({ locationId }) => locationId === 'WH-EU')!;
    assert.ok(eu.eligible && eu.whyNot, JSON.stringify(eu));
  });

  it('divides a line over locations when no one has it all, and says what is short', () => {
    const stock = { A: { 'WH-EU': 2, 'WH-EAST': 1 } };
    const decision = decideSourcing(policy(), inputs({ stock, lines: [line('1', 'A', 4)] }));
    assert.deepEqual(places(decision), ['1:WH-EAST:1', '1:WH-EU:2']);
    assert.deepEqual(decision.unfilled.map(({ quantity }) => quantity), [1]);
  });

  it('does not split below the least value of a parcel, unless a person has allowed it', () => {
    const stock = { A: { 'WH-EU': 2, 'WH-EAST': 1 } };
    const rules = policy({ split: { ...policy().split, minimumParcelValue: { EUR: 1_500 } } });
    const decision = decideSourcing(rules, inputs({ stock }));
    assert.deepEqual(places(decision), ['1:WH-EU:2']);
    const allowed = decideSourcing(rules, inputs({ stock }, { splitAnyway: true }));
    assert.deepEqual(allowed.unfilled, []);
  });

  it('ships complete orders from one location or not at all', () => {
    const stock = { A: { 'WH-EU': 2, 'WH-EAST': 1 } };
    const decision = decideSourcing(policy(), inputs({ stock }, { shipComplete: true }));
    assert.deepEqual([decision.allocations, decision.unfilled[0]!.quantity], [[], 3]);
  });

  it('keeps a kit together', () => {
    const stock = { A: { 'WH-EU': 1, 'WH-EAST': 1 }, B: { 'WH-EAST': 1 } };
    const kit = [line('1', 'A', 1, { kit: 'k' }), line('2', 'B', 1, { kit: 'k' })];
    assert.deepEqual(places(decideSourcing(policy(), inputs({ stock, lines: kit }))), ['1:WH-EAST:1', '2:WH-EAST:1']);
  });

  it('asks the store the customer chose and no other, and stores that opted in only when the policy says so', () => {
    const stock = { A: { 'WH-EU': 9, 'ST-001': 9, 'ST-002': 9 } };
    const pickup = [line('1', 'A', 1, { method: 'pickup', locationId: 'ST-002' })];
    assert.deepEqual(places(decideSourcing(policy(), inputs({ stock, lines: pickup }))), ['1:ST-002:1']);
    const stores = { A: { 'ST-001': 9, 'ST-002': 9 } };
    assert.equal(decideSourcing(policy(), inputs({ stock: stores })).allocations.length, 0);
    const optIn = policy({ eligibility: { ...policy().eligibility, shipFromStore: true } });
    assert.deepEqual(places(decideSourcing(optIn, inputs({ stock: stores }))), ['1:ST-001:3']);
  });

  it('leaves out who is closed, full, or serves another channel or brand, and says why', () => {
    const stock = { A: { 'WH-EU': 9, 'WH-EAST': 9, 'WH-WEST': 9 } };
    const strict = policy({ eligibility: {
      ...policy().eligibility, closed: ['WH-EU'], capacityPerDay: { 'WH-EAST': 10 }, channels: { 'WH-WEST': ['pos'] },
    } });
    const decision = decideSourcing(strict, inputs({ stock, load: { 'WH-EAST': 10 } }));
    const why = decision.candidates.map(({ locationId, whyNot }) => `${locationId}: ${whyNot}`);
    assert.deepEqual(why.slice(0, 3), [
      'WH-EU: closed', 'WH-EAST: capacity of 10 parcels is used up', 'WH-WEST: does not serve channel storefront',
    ]);
    assert.equal(decision.unfilled[0]!.quantity, 3);
  });

  it('does not ask again who has rejected it, and leaves to those who wait what they wait for', () => {
    const stock = { A: { 'WH-EU': 9, 'WH-EAST': 9 } };
    const excluded = { 'WH-EU': 'tooBusy' };
    assert.deepEqual(places(decideSourcing(policy(), inputs({ stock, lines: [line('1', 'A', 1, { excluded })] }))),
      ['1:WH-EAST:1']);
    const queue = inputs({ stock: { A: { 'WH-EU': 5 } }, queued: { A: 4 } });
    assert.deepEqual(places(decideSourcing(policy(), queue)), ['1:WH-EU:1']);
  });
});

const SKUS = ['A', 'B', 'C'];
const anyLine = fc.record({
  sku: fc.constantFrom(...SKUS), quantity: fc.integer({ min: 1, max: 8 }), value: fc.integer({ min: 0, max: 9_000 }),
  kit: fc.option(fc.constantFrom('k1', 'k2'), { nil: undefined }),
  locationId: fc.option(fc.constantFrom('ST-001', 'WH-EU'), { nil: undefined, freq: 6 }),
  excluded: fc.dictionary(fc.constantFrom(...WAREHOUSES), fc.constant('notFound'), { maxKeys: 2 }),
}).map(({ kit, locationId, ...rest }) => ({
  ...rest, method: 'ship', ...(kit && !locationId ? { kit } : {}), ...(locationId ? { locationId } : {}),
}));
const anyInputs = fc.record({
  lines: fc.array(anyLine, { minLength: 1, maxLength: 4 }),
  stock: fc.dictionary(fc.constantFrom(...SKUS),
    fc.dictionary(fc.constantFrom(...LOCATIONS.map(({ id }) => id)), fc.integer({ min: 0, max: 9 }))),
  queued: fc.dictionary(fc.constantFrom(...SKUS), fc.integer({ min: 0, max: 5 })),
  shipComplete: fc.boolean(),
}).map(({ lines, stock, queued, shipComplete }) => inputs(
  { stock, queued, lines: lines.map((entry, index) => ({ ...entry, lineId: String(index + 1) })) }, { shipComplete }));
const anyPolicy = fc.record({
  allowed: fc.boolean(), divideLines: fc.boolean(), maxParcels: fc.integer({ min: 1, max: 3 }),
  least: fc.integer({ min: 0, max: 3_000 }), closed: fc.subarray(WAREHOUSES, { maxLength: 1 }),
  kept: fc.integer({ min: 0, max: 2 }), stores: fc.boolean(),
}).map(({ allowed, divideLines, maxParcels, least, closed, kept, stores }) => policy({
  split: { allowed, divideLines, maxParcels, minimumParcelValue: { EUR: least } },
  eligibility: { ...policy().eligibility, closed, shipFromStore: stores },
  brokeringSafety: { default: kept, byLocation: {} },
}));

describe('whatever the policy and the stock are, a sourcing decision', () => {
  it('never promises more than a location has, loses no unit and asks nobody who may not serve', () => {
    fc.assert(fc.property(anyPolicy, anyInputs, (rules, given) => {
      const { allocations, unfilled } = decideSourcing(rules, given);
      const taken = new Map<string, number>();
      for (const { lineId, sku, quantity, locationId } of allocations) {
        assert.ok(quantity > 0);
        taken.set(`${sku} ${locationId}`, (taken.get(`${sku} ${locationId}`) ?? 0) + quantity);
        const asked = given.lines.find((entry) => entry.lineId === lineId)!;
        assert.equal(asked.sku, sku);
        assert.equal(asked.excluded?.[locationId], undefined);
        assert.ok(!rules.eligibility.closed.includes(locationId));
        if (asked.locationId) assert.equal(locationId, asked.locationId);
      }
      for (const [key, units] of taken) {
        const [sku, place] = key.split(' ') as [string, string];
        assert.ok(units <= (given.stock[sku]?.[place] ?? 0) - rules.brokeringSafety.default, `${key}: ${units}`);
      }
      for (const { lineId, quantity } of given.lines) {
        const units = [...allocations, ...unfilled].filter((part) => part.lineId === lineId)
          .reduce((sum, part) => sum + part.quantity, 0);
        assert.equal(units, quantity);
      }
    }));
  });

  it('splits only as far as allowed, with parcels worth their while and kits whole', () => {
    fc.assert(fc.property(anyPolicy, anyInputs, (rules, given) => {
      const open = given.lines.filter(({ locationId }) => locationId === undefined);
      const { allocations } = decideSourcing(rules, given);
      const parts = allocations.filter(({ lineId }) => open.some((entry) => entry.lineId === lineId));
      const parcels = Map.groupBy(parts, ({ locationId }) => locationId);
      assert.ok(parcels.size <= (rules.split.allowed && !given.order.shipComplete ? rules.split.maxParcels : 1));
      if (given.order.shipComplete && parts.length > 0) {
        assert.equal(parts.reduce((sum, { quantity }) => sum + quantity, 0),
          open.reduce((sum, { quantity }) => sum + quantity, 0));
      }
      for (const parcel of parcels.size > 1 ? parcels.values() : []) {
        const worth = parcel.reduce((sum, { lineId, quantity }) => {
          const asked = given.lines.find((entry) => entry.lineId === lineId)!;
          return sum + (asked.value / asked.quantity) * quantity;
        }, 0);
        assert.ok(worth >= rules.split.minimumParcelValue['EUR']!);
      }
      for (const kit of ['k1', 'k2']) {
        const members = open.filter((entry) => entry.kit === kit).map(({ lineId }) => lineId);
        const theirs = parts.filter(({ lineId }) => members.includes(lineId));
        const used = new Set(theirs.map(({ locationId }) => locationId));
        if (members.length > 1) assert.ok(used.size <= 1, `${kit} is split over ${[...used].join(', ')}`);
      }
    }));
  });

  it('is the same for the same inputs, also read back from storage', () => {
    fc.assert(fc.property(anyPolicy, anyInputs, (rules, given) => {
      const again = JSON.parse(JSON.stringify(given)) as SourcingInputs;
      assert.deepEqual(decideSourcing(rules, again), decideSourcing(rules, given));
    }));
  });
});

it('the seeded policy satisfies its schema, and a mistake in one does not', () => {
  const valid = new Ajv({ allErrors: true }).compile(sourcingSchema as Schema);
  assert.ok(valid(firstSourcingDocument), JSON.stringify(valid.errors));
  assert.ok(!valid({ ...firstSourcingDocument, promiseDays: 'soon' }));
  assert.ok(!valid({ ...firstSourcingDocument, unknown: true }));
});
