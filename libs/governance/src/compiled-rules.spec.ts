// The compiled rules must never accept what class-validator refuses: compared on thousands of broken orders.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { validateSync } from 'class-validator';
import { AvailabilityQuery, NewOrder, UpsertCase, type Class } from '#contracts';
import { surelyValid } from './compiled-rules.js';
import { buildInstance } from './validation.js';

const order = {
  brand: 'throughline',
  region: 'EU',
  channel: 'storefront',
  externalReference: { system: 'shopify', id: '450789469' },
  customer: { customerId: 'CUS-0001', name: 'Ada', email: 'ada@example.com' },
  currency: 'EUR',
  lines: [
    { lineId: '1', sku: 'SKU-0001', quantity: 1, unitPrice: { amount: '12.34', currency: 'EUR' } },
    { item: { system: 'shopify', id: 'X' }, quantity: 2, fulfilment: { method: 'pickup', locationId: 'ST-001' } },
  ],
  shippingAddress: { name: 'Ada', line1: 'Marktplatz 1', city: 'Leipzig', postalCode: '04109', country: 'DE' },
  payment: { method: 'card', token: 'pm_card_visa' },
};

const anything = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 5 }),
  fc.string({ minLength: 190, maxLength: 210 }),
  fc.integer({ min: -2, max: 100_002 }),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, [], {}, [null], [{}], ['a'], 'EUR', 'eur', '😀', '1e3', '12.3456',
    '2026-11-23T09:00:00Z'),
  fc.array(fc.string(), { maxLength: 3 }),
);

/** Every path to a value inside a document. */
function paths(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, child]) => paths(child, [...at,
    name]))].filter((path) => path.length > 0);
}

function replaced(document: object, path: readonly string[], value: unknown): object {
  const copy = structuredClone(document) as Record<string, unknown>;
  const parent = path.slice(0, -1).reduce<Record<string, unknown>>((node, name) => node[name] as Record<string,
    unknown>, copy);
  parent[path.at(-1)!] = value;
  return copy;
}

function agrees(type: Class, document: object): void {
  const instance = buildInstance(type, document as Record<string, unknown>);
  if (!surelyValid(type, instance)) return;
  const errors = validateSync(instance, { forbidUnknownValues: true });
  assert.deepEqual(errors.map(String), [], JSON.stringify(document));
}

describe('compiled rules', () => {
  it('accept a valid order, so that the fast way is taken', () => {
    assert.ok(surelyValid(NewOrder, buildInstance(NewOrder, order)));
  });

  it('never accept what class-validator refuses', () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths(order)), anything, (path, value) => agrees(NewOrder, replaced(order, path,
        value))),
      { numRuns: 3_000 },
    );
  });

  it('agree on lists, enumerations and free-form maps too', () => {
    const query = { skus: ['SKU-0001'], locations: ['WH-EU'], kind: 'store' };
    const incident = { id: 'cas_1', state: 'open', reason: 'late', evidence: { a: 1 }, customerId: 'CUS-0001' };
    fc.assert(
      fc.property(fc.constantFrom(...paths(query)), anything, (path, value) => agrees(AvailabilityQuery,
        replaced(query, path, value))),
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths(incident)), anything, (path, value) => agrees(UpsertCase,
        replaced(incident, path, value))),
    );
  });
});
