// Contract of process/pricing: what a basket costs now, and promises of it that hold until they expire.
import { Choice, Integer, JsonMap, Many, One, Shape, Text, Texts } from '../field.js';
import { Freshness } from '../canonical/party.js';
import { AppliedCoupon, BudgetUse, PricedLine, PromotionOutcome, Quote, Totals } from '../canonical/catalogue.js';
import { Money } from '../canonical/money.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';
import { pricingPolicyOperations } from './pricing-policies.js';

@Shape('One line of a basket.')
export class BasketLine {
  @Text({ doc: 'Line id; numbered from 1 when absent.', optional: true, max: 60, example: '1' })
  lineId?: string;

  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Integer({ doc: 'Quantity.', min: 1, max: 100_000, example: 1 })
  quantity: number;

  @One(() => Money, {
    doc: 'Unit price the customer was shown; a stale one is refused with the right one.',
    optional: true,
  })
  unitPrice?: Money;
}

@Shape('A basket to be priced.')
export class Basket {
  @Text({ doc: 'ISO 4217 code.', pattern: /^[A-Z]{3}$/, min: 3, max: 3, example: 'EUR' })
  currency: string;

  @Text({ doc: 'Region: selects tax and price list.', max: 20, example: 'EU' })
  region: string;

  @Text({ doc: 'Channel.', max: 40, example: 'storefront' })
  channel: string;

  @Text({ doc: 'Customer id.', optional: true, max: 60, example: 'CUS-0001' })
  customerId?: string;

  @Text({ doc: 'Segment of the customer; found out by the customer id when absent.', optional: true, max: 40 })
  segment?: string;

  @Many(() => BasketLine, { doc: 'Lines.', min: 1, max: 200 })
  lines: BasketLine[];

  @Texts({ doc: 'Coupon codes.', optional: true, max: 5, maxLength: 40, example: ['WELCOME10'] })
  coupons?: string[];

  @Texts({
    doc: 'Coupons and budgets that the caller knows to be used up, by key.', optional: true, max: 50, maxLength: 120,
  })
  usedUp?: string[];

  @Text({ doc: 'Signed quote whose prices are claimed.', optional: true, max: 16_000 })
  quoteToken?: string;
}

@Shape('A basket with its prices.')
export class PricedBasket {
  @Text({ doc: 'ISO 4217 code.', min: 3, max: 3 })
  currency: string;

  @Many(() => PricedLine, { doc: 'Lines.', min: 1 })
  lines: PricedLine[];

  @One(() => Totals, { doc: 'Sums.' })
  totals: Totals;

  @Text({ doc: 'Version of the price policy.', max: 60 })
  policyVersion: string;

  @Choice(['current', 'quote'], { doc: 'Where the prices come from.' })
  basis: string;

  @One(() => Freshness, { doc: 'Age of the prices.' })
  freshness: Freshness;

  @Many(() => AppliedCoupon, { doc: 'Coupons the prices depend on.', optional: true, max: 5 })
  coupons?: AppliedCoupon[];

  @Many(() => BudgetUse, { doc: 'What it takes from budgets.', optional: true, max: 200 })
  budgets?: BudgetUse[];

  @Many(() => PromotionOutcome, { doc: 'Promotions that were looked at.', optional: true, max: 700 })
  promotions?: PromotionOutcome[];

  @JsonMap({ doc: 'All it was worked out from, so that it can be explained and replayed.', optional: true })
  inputs?: Record<string, unknown>;
}

const refusals = [
  problems.unknownProduct,
  problems.currencyNotSupported,
  problems.priceChanged,
  problems.quoteExpired,
  problems.invalidQuote,
  problems.couponNotValid,
  problems.couponExhausted,
];

export const pricingApi = defineApi({
  name: 'process/pricing',
  version: 1,
  title: 'Pricing',
  description: 'Prices, promotions and signed quotes.',
  operations: {
    createQuote: operation({
      method: 'POST',
      path: '/quotes',
      summary: 'Quote a basket',
      body: Basket,
      answer: Quote,
      status: 201,
      scope: 'pricing:read',
      rate: 'checkout',
      idempotency: 'natural',
      problems: refusals,
      description:
        'Works out the price of a basket and signs it; the quote holds until it expires and needs no look-up.',
    }),
    priceBasket: operation({
      method: 'POST',
      path: '/basket-prices',
      summary: 'Price a basket or verify a quote',
      body: Basket,
      answer: PricedBasket,
      scope: 'pricing:read',
      rate: 'checkout',
      idempotency: 'natural',
      problems: refusals,
      description:
        'Current prices, or those of a valid quote. A unit price or quote that no longer holds is refused with ' +
          'the right one.',
    }),
    ...pricingPolicyOperations,
  },
});
