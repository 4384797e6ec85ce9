// Promotions take off what their rules say, to the cent and on the very units they are for, in every currency.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { paidPerUnit, paidRuns, Problem, sumOfUnits, toMinor, type PricedLine } from '#contracts';
import { choosePrice } from './price-list.policy.js';
import { firstPricingDocument } from './pricing-document.policy.js';
import { priceBasket, type PriceInputs, type Priced } from './pricing.policy.js';
import { promotionFaults, type Effect, type PromotionRule } from './promotions-document.policy.js';

const ALWAYS = { validFrom: '2026-01-01T00:00:00Z', validTo: '2036-01-01T00:00:00Z' };
const AT = '2026-11-24T12:00:00Z';

const rule = (effect: Effect, changes: Partial<PromotionRule> = {}): PromotionRule =>
  ({ id: 'P1', name: 'spec', priority: 1, stacking: 'combinable', effect, ...ALWAYS, ...changes });

/** Lines as `[quantity, unit price]`, SKU-1, SKU-2 … of category `A`, `B` … */
function inputs(currency: string, lines: readonly (readonly [number, string])[], more: object = {}): PriceInputs {
  return {
    at: AT, currency, region: 'EU', channel: 'storefront', coupons: [], ended: [], promotions: [],
    lines: lines.map(([quantity, amount], index) => ({
      lineId: String(index + 1), sku: `SKU-${index + 1}`, name: 'spec', category: 'ABCDEFGH'[index]!, quantity,
      unitPrice: { amount, currency },
    })),
    ...more,
  };
}

function price(promotions: readonly PromotionRule[], given: PriceInputs): Priced {
  return priceBasket(given, { pricing: firstPricingDocument, promotions: { perLineMax: 3, promotions }, version: '1' });
}

const perUnit = (line: PricedLine): string[] =>
  line.discounts.flatMap((discount) => discount.perUnit!.flatMap(({ quantity, amount }) =>
    Array.from({ length: quantity }, () => amount.amount)));
const paid = (line: PricedLine): number[] =>
  paidPerUnit(line, 0, line.quantity).map(({ amount }) => Number(amount));

describe('a promotion', () => {
  it('three for two: the third is free, and each of the three bears its part', () => {
    const priced = price([rule({ kind: 'buyGet', buy: 2, get: 1, rate: '1' })], inputs('EUR', [[4, '10.00']]));
    assert.equal(priced.totals.discount.amount, '10.00');
    assert.deepEqual(perUnit(priced.lines[0]!), ['3.34', '3.33', '3.33', '0.00']);
    assert.deepEqual(paid(priced.lines[0]!), [666, 667, 667, 1000]);
  });

  it('of several lines the cheapest units are free, and the dearer ones bear more of it', () => {
    const two = inputs('JPY', [[1, '1000'], [2, '500']]);
    const priced = price([rule({ kind: 'buyGet', buy: 2, get: 1, rate: '1' })], two);
    assert.deepEqual(priced.lines.map(perUnit), [['250'], ['125', '125']]);
  });

  it('a bundle has its price, and units beyond the set have theirs', () => {
    const bundle = rule({
      kind: 'bundle', prices: { KWD: '10.000' },
      items: [{ sku: 'SKU-1', quantity: 1 }, { sku: 'SKU-2', quantity: 2 }],
    });
    const priced = price([bundle], inputs('KWD', [[2, '7.000'], [3, '3.333']]));
    assert.equal(priced.totals.discount.amount, '3.666');
    assert.equal(priced.totals.total.amount, '20.333');
    assert.deepEqual(priced.lines.map((line) => perUnit(line).at(-1)), ['0.000', '0.000']);
  });

  it('an amount off the basket from a threshold on is divided by what each line costs', () => {
    const off = rule({ kind: 'amount', per: 'basket', amounts: { EUR: '5.00' } }, { threshold: { EUR: '50.00' } });
    const enough = price([off], inputs('EUR', [[1, '20.00'], [1, '30.00']]));
    assert.deepEqual(enough.lines.map(perUnit), [['2.00'], ['3.00']]);
    const less = price([off], inputs('EUR', [[1, '20.00'], [1, '29.99']]));
    assert.equal(less.totals.discount.amount, '0.00');
    assert.match(less.promotions[0]!.whyNot!, /50\.00 EUR/);
  });

  it('that is exclusive meets no other on a line; of a group only the first counts', () => {
    const ten = (id: string, changes: Partial<PromotionRule>) => rule({ kind: 'percent', rate: '0.10' },
      { id, ...changes });
    const one = inputs('EUR', [[1, '100.00']]);
    const rules = (a: Partial<PromotionRule>, b: Partial<PromotionRule>) => [
      ten('A', { priority: 1, ...a }), ten('B', { priority: 2, ...b })];
    assert.equal(price(rules({}, {}), one).totals.total.amount, '81.00');
    assert.equal(price(rules({ stacking: 'exclusive' }, {}), one).totals.total.amount, '90.00');
    assert.equal(price(rules({}, { stacking: 'exclusive' }), one).totals.total.amount, '90.00');
    assert.equal(price(rules({ group: 'g' }, { group: 'g' }), one).totals.total.amount, '90.00');
  });

  it('holds only for its time, channel, segment and coupon, and as long as there is something left', () => {
    const gave = (changes: Partial<PromotionRule>, more: object = {}) =>
      price([rule({ kind: 'percent', rate: '0.10' }, changes)], inputs('EUR', [[1, '10.00']], more))
        .promotions[0]!.amount !== undefined;
    assert.ok(gave({}) && gave({ segments: ['gold'] }, { segment: 'gold' }));
    assert.ok(!gave({ validFrom: '2027-01-01T00:00:00Z' }) && !gave({ channels: ['store'] }));
    assert.ok(!gave({ segments: ['gold'] }) && !gave({ categories: ['B'] }));
    const budget = { EUR: '100.00' };
    assert.ok(gave({ budget }) && !gave({ budget }, { ended: ['budget:P1:EUR'] }));
    const coupon = { codes: ['TEN'], limit: 5, limitPerCustomer: 1 };
    assert.ok(!gave({ coupon }) && gave({ coupon }, { coupons: ['TEN'] }));
    const refused = (slug: string) => (error: unknown) => error instanceof Problem && error.type.slug === slug;
    assert.throws(() => gave({ coupon }, { coupons: ['TEN'], ended: ['coupon:TEN'] }), refused('coupon-exhausted'));
    assert.throws(() => gave({ coupon, channels: ['store'] }, { coupons: ['TEN'] }), refused('coupon-not-valid'));
    assert.throws(() => gave({ coupon }, { coupons: ['NONE'] }), refused('coupon-not-valid'));
  });

  it('of a policy is refused when its amounts are finer than the currency or a code opens two', () => {
    const coupon = { codes: ['TEN'], limit: 1, limitPerCustomer: 1 };
    const faults = promotionFaults({ perLineMax: 3, promotions: [
      rule({ kind: 'amount', per: 'unit', amounts: { JPY: '1.50' } }, { coupon }),
      rule({ kind: 'percent', rate: '0.10' }, { coupon, validTo: '2020-01-01T00:00:00Z' }),
    ] });
    assert.deepEqual(faults.map(({ pointer }) => pointer.replace('#/document/promotions/', '')),
      ['0/effect/amounts/JPY', '1/id', '1/validTo', '1/coupon/codes']);
  });

  it('is divided without a rest and never above a price, whatever rules meet on whatever basket', () => {
    const currency = fc.constantFrom('EUR', 'JPY', 'KWD');
    const minor = (digits: number, value: number) =>
      (digits === 0 ? String(value) : `${Math.floor(value / 10 ** digits)}.${
        String(value % 10 ** digits).padStart(digits, '0')}`);
    const amount = fc.integer({ min: 0, max: 20_000 });
    const effects = fc.oneof(
      fc.record({ kind: fc.constant('percent'), rate: fc.constantFrom('0.10', '0.3333', '1') }),
      fc.record({ kind: fc.constant('amount'), per: fc.constantFrom('unit', 'basket'), value: amount }),
      fc.record({ kind: fc.constant('buyGet'), buy: fc.integer({ min: 1, max: 3 }),
        get: fc.integer({ min: 1, max: 2 }), rate: fc.constantFrom('1', '0.5') }),
      fc.record({ kind: fc.constant('bundle'), value: amount,
        items: fc.constant([{ sku: 'SKU-1', quantity: 1 }, { sku: 'SKU-2', quantity: 2 }]) }),
    );
    const lines = fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), amount), { minLength: 1, maxLength: 5 });
    const given = fc.tuple(currency, fc.constantFrom('EU', 'US'), lines,
      fc.array(effects, { minLength: 1, maxLength: 4 }));
    fc.assert(fc.property(given, ([money, region, basket, list]) => {
      const digits = { EUR: 2, JPY: 0, KWD: 3 }[money]!;
      const rules = list.map((effect, index) => rule({
        ...effect, ...('value' in effect ? {
          amounts: { [money]: minor(digits, effect.value) }, prices: { [money]: minor(digits, effect.value) },
        } : {}),
      } as unknown as Effect, { id: `P${index}`, priority: index }));
      const priced = price(rules, inputs(money, basket.map(([quantity, value]) =>
        [quantity, minor(digits, value)] as const), { region }));
      for (const line of priced.lines) {
        for (const { amount: whole, perUnit: parts } of line.discounts) {
          const sum = parts!.reduce((total, part) => total + toMinor(part.amount) * BigInt(part.quantity), 0n);
          assert.equal(sum, toMinor(whole));
        }
        const units = paidPerUnit(line, 0, line.quantity);
        assert.equal(units.reduce((total, unit) => total + unit.amount, 0n), toMinor(line.total));
        assert.equal(units.reduce((total, unit) => total + unit.tax, 0n), toMinor(line.tax.amount));
        assert.ok(units.every((unit) => unit.amount >= 0n));
        assert.equal(sumOfUnits(paidRuns(line)!.amounts), toMinor(line.total));
      }
    }), { numRuns: 300 });
  });
});

describe('a price list', () => {
  const entry = (id: string, amount: string, changes: object = {}) => ({
    id, priceList: id, sku: 'SKU-1', unitPrice: { amount, currency: 'EUR' }, minQuantity: 1,
    validFrom: '2026-01-01T00:00:00Z', ...changes,
  });
  const product = {
    sku: 'SKU-1', gtin: '4006381333931', name: 'x', category: 'A', unit: 'EA', weightGrams: 1,
    prices: [{ amount: '20.00', currency: 'EUR' }],
  };
  const chosen = (entries: ReturnType<typeof entry>[], quantity = 1, buyer: object = {}, at = AT) =>
    choosePrice(product, entries, quantity, { currency: 'EUR', channel: 'storefront', ...buyer },
      { at, precedence: firstPricingDocument.precedence })?.unitPrice.amount;

  it('gives way to the more special: customer, segment, channel, quantity; then the later, then the lower', () => {
    const all = [
      entry('sale', '19.00'), entry('ten', '18.00', { minQuantity: 10 }),
      entry('shop', '17.00', { channel: 'storefront' }), entry('gold', '18.50', { segment: 'gold' }),
      entry('contract', '25.00', { customerId: 'CUS-1' }),
    ];
    assert.equal(chosen([]), '20.00');
    assert.equal(chosen(all.slice(0, 2)), '19.00');
    assert.equal(chosen(all.slice(0, 2), 10), '18.00');
    assert.equal(chosen(all, 10), '17.00');
    assert.equal(chosen(all, 1, { segment: 'gold' }), '18.50');
    assert.equal(chosen(all, 1, { segment: 'gold', customerId: 'CUS-1' }), '25.00');
    assert.equal(chosen([entry('a', '19.00'), entry('b', '19.50', { validFrom: '2026-06-01T00:00:00Z' })]), '19.50');
    assert.equal(chosen([entry('a', '19.00'), entry('b', '18.50')]), '18.50');
  });

  it('holds from its begin until before its end, in its currency', () => {
    const sale = [entry('sale', '15.00', { validFrom: '2026-11-24T12:00:00Z', validTo: '2026-11-25T00:00:00Z' })];
    assert.equal(chosen(sale), '15.00');
    assert.equal(chosen(sale, 1, {}, '2026-11-24T11:59:59Z'), '20.00');
    assert.equal(chosen(sale, 1, {}, '2026-11-25T00:00:00Z'), '20.00');
    assert.equal(chosen(sale, 1, { currency: 'USD' }), undefined);
  });
});
