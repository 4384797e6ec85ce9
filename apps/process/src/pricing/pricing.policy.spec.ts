// A price is a pure function: the same basket, book and policy give the same lines, and the totals follow from them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Problem, toMinor, type Basket, type PriceBook } from '#contracts';
import { firstPricingDocument } from './pricing-document.policy.js';
import { priceBasket, priceInputs, refuseStalePrices, type PricePolicies } from './pricing.policy.js';
import { firstPromotionsDocument } from './promotions-document.policy.js';

const book: PriceBook = {
  products: [
    product('SKU-0001', 'Headwear', '30.90', '33.90', '4990'),
    product('SKU-0002', 'Footwear', '99.99', '109.99', '15900'),
  ],
  promotions: [
    {
      id: 'PROMO-AUTUMN',
      name: '10 % off headwear',
      category: 'Headwear',
      rate: '0.10',
      startsAt: '2026-01-01T00:00:00Z',
      endsAt: '2030-01-01T00:00:00Z',
    },
  ],
  freshness: { source: 'test', asOf: '2026-11-23T00:00:00Z', stale: false },
};

const policies: PricePolicies = {
  pricing: firstPricingDocument, promotions: firstPromotionsDocument, version: 'spec',
};

function price(asked: Basket) {
  const now = { at: '2026-11-24T12:00:00Z', ended: new Map() };
  const priced = priceBasket(priceInputs(asked, book, policies, now), policies);
  refuseStalePrices(asked.lines, priced.lines);
  return priced;
}

function product(sku: string, category: string, eur: string, usd: string, jpy: string): PriceBook['products'][number] {
  const prices = [
    ['EUR', eur],
    ['USD', usd],
    ['JPY', jpy],
  ].map(([currency, amount]) => ({ amount: amount!, currency: currency! }));
  return { sku, gtin: '4006381333931', name: sku, category, unit: 'EA', weightGrams: 100, prices };
}

function basket(region: string, currency: string, lines: Basket['lines']): Basket {
  return { region, currency, channel: 'storefront', lines };
}

function refusal(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  return assert.fail('nothing was refused');
}

describe('pricing policy', () => {
  it('contains tax in Europe, adds it in the United States, and takes the promotion off first', () => {
    const europe = price(basket('EU', 'EUR', [{ sku: 'SKU-0001', quantity: 2 }]));
    assert.deepEqual(europe.lines[0]!.discounts, [
      { rule: 'PROMO-AUTUMN', amount: { amount: '6.18', currency: 'EUR' },
        perUnit: [{ quantity: 2, amount: { amount: '3.09', currency: 'EUR' } }] },
    ]);
    assert.equal(europe.totals.total.amount, '55.62');
    assert.equal(europe.totals.tax.amount, '8.88');
    const states = price(basket('US', 'USD', [{ sku: 'SKU-0002', quantity: 1 }]));
    assert.equal(states.totals.tax.amount, '6.60');
    assert.equal(states.totals.total.amount, '116.59');
  });

  it('refuses a stale price with the right one, per line', () => {
    const stale = refusal(() =>
      price(basket('EU', 'EUR', [
          { sku: 'SKU-0001', quantity: 1, unitPrice: { amount: '30.90', currency: 'EUR' } },
          { sku: 'SKU-0002', quantity: 1, unitPrice: { amount: '89.99', currency: 'EUR' } },
        ])),
    );
    assert.equal(stale.type.slug, 'price-changed');
    assert.deepEqual(
      (stale.details['lines'] as { sku: string; unitPrice: object }[]).map(({ sku, unitPrice }) => ({
        sku,
        unitPrice,
      })),
      [{ sku: 'SKU-0002', unitPrice: { amount: '99.99', currency: 'EUR' } }],
    );
  });

  it('names the field at fault', () => {
    const unknown = refusal(() =>
      price(basket('EU', 'EUR', [
          { sku: 'SKU-0001', quantity: 1 },
          { sku: 'NOPE', quantity: 1 },
        ])),
    );
    assert.deepEqual(unknown.details.errors, [{ pointer: '#/lines/1/sku', detail: 'NOPE is not known.' }]);
    assert.equal(
      refusal(() => price(basket('EU', 'CHF', [{ sku: 'SKU-0001', quantity: 1 }]))).type
        .slug,
      'currency-not-supported',
    );
    assert.equal(
      refusal(() => price(basket('MOON', 'EUR', [{ sku: 'SKU-0001', quantity: 1 }]))).type
        .slug,
      'unprocessable',
    );
  });

  it('has a coupon used up only up to the limit it was used up under', () => {
    const coupon = { codes: ['ONCE'], limit: 2, limitPerCustomer: 1 };
    const promotions = { perLineMax: 1, promotions: [{ ...firstPromotionsDocument.promotions[0]!, coupon }] };
    const asked = { ...basket('EU', 'EUR', [{ sku: 'SKU-0001', quantity: 1 }]), coupons: ['once'] };
    const endedAt = (bound: bigint | undefined) => priceInputs(asked, book, { ...policies, promotions }, {
      at: '2026-11-24T12:00:00Z', ended: new Map([['coupon:ONCE', bound]]),
    }).ended;
    assert.deepEqual([1n, 2n, undefined].map(endedAt), [[], ['coupon:ONCE'], ['coupon:ONCE']]);
  });

  it('has totals that follow from its lines, whatever the basket', () => {
    const line = fc.record({
      sku: fc.constantFrom('SKU-0001', 'SKU-0002'),
      quantity: fc.integer({ min: 1, max: 1_000 }),
    });
    const market = fc.constantFrom(['EU', 'EUR'] as const, ['US', 'USD'] as const, ['JP', 'JPY'] as const);
    fc.assert(
      fc.property(market, fc.array(line, { minLength: 1, maxLength: 20 }), ([region, currency], lines) => {
        const { totals, lines: priced } = price(basket(region, currency, lines));
        const of = (money: { amount: string; currency: string }) => toMinor(money);
        const added = priced.reduce(
          (tax, { tax: { mode, amount } }) => (mode === 'added' ? tax + of(amount) : tax),
          0n,
        );
        assert.equal(of(totals.total), of(totals.items) - of(totals.discount) + added + of(totals.shipping));
        assert.equal(
          of(totals.total),
          priced.reduce((sum, { total }) => sum + of(total), 0n),
        );
      }),
    );
  });
});
