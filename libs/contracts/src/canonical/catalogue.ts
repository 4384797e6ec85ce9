// What is sold and at which price: product, price, promotion and the tax a region asks for.
import { Choice, Flag, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Money } from './money.js';
import { Freshness } from './party.js';

@Shape('A product that can be sold.')
export class Product {
  @Text({ doc: 'Stock keeping unit.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'GS1 GTIN with valid check digit.', pattern: /^\d{8,14}$/, min: 8, max: 14, example: '4006381333931' })
  gtin: string;

  @Text({ doc: 'Name.', example: 'Merino beanie' })
  name: string;

  @Text({ doc: 'Category.', example: 'Headwear' })
  category: string;

  @Text({ doc: 'Unit of quantity, UN/ECE Rec 20.', max: 3, example: 'EA' })
  unit: string;

  @Integer({ doc: 'Shipping weight in grams.', example: 180 })
  weightGrams: number;

  @Many(() => Money, { doc: 'Current list prices, one per currency.', max: 10 })
  prices: Money[];

  @Flag({ doc: 'True when it is no longer sold.', optional: true })
  withdrawn?: boolean;
}

@Shape('A list price.')
export class Price {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @One(() => Money, { doc: 'Price of one unit.' })
  unitPrice: Money;

  @Timestamp({ doc: 'Valid from.' })
  validFrom: string;
}

@Shape('A price reduction by rule.')
export class Promotion {
  @Text({ doc: 'Promotion id.', max: 60, example: 'PROMO-AUTUMN' })
  id: string;

  @Text({ doc: 'Name.', example: 'Autumn: 10 % off headwear' })
  name: string;

  @Text({ doc: 'Category it applies to.', example: 'Headwear' })
  category: string;

  @Text({ doc: 'Share taken off, decimal.', pattern: /^0\.\d{1,4}$/, example: '0.10' })
  rate: string;

  @Timestamp({ doc: 'Starts.' })
  startsAt: string;

  @Timestamp({ doc: 'Ends.' })
  endsAt: string;
}

@Shape('So many units of a line, and what each of them gets.')
export class UnitShare {
  @Integer({ doc: 'Units.', min: 1, max: 100_000 })
  quantity: number;

  @One(() => Money, { doc: 'Amount of each.' })
  amount: Money;
}

@Shape('A discount on a line, with the rule that gave it.')
export class Discount {
  @Text({ doc: 'Promotion or rule id.', max: 60, example: 'PROMO-AUTUMN' })
  rule: string;

  @One(() => Money, { doc: 'Amount taken off the whole line.' })
  amount: Money;

  @Many(() => UnitShare, {
    doc: 'How it falls to the units, in their order; a unit that comes back is refunded without its share.',
    optional: true, max: 100,
  })
  perUnit?: UnitShare[];
}

@Shape('Tax of a line.')
export class Tax {
  @Text({ doc: 'Rate, decimal.', pattern: /^[01](\.\d{1,4})?$/, example: '0.19' })
  rate: string;

  @One(() => Money, { doc: 'Tax amount of the line.' })
  amount: Money;

  @Choice(['included', 'added'], { doc: 'Whether the price contains it.', example: 'included' })
  mode: string;
}

@Shape('A line with its price worked out.')
export class PricedLine {
  @Text({ doc: 'Line id.', max: 60, example: '1' })
  lineId: string;

  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Name of the product.' })
  name: string;

  @Integer({ doc: 'Quantity in the product\'s unit.', min: 1, max: 100_000, example: 1 })
  quantity: number;

  @One(() => Money, { doc: 'Price of one unit before discounts.' })
  unitPrice: Money;

  @Text({ doc: 'Price list the price comes from; absent for the list price.', optional: true, max: 60 })
  priceList?: string;

  @Many(() => Discount, { doc: 'Discounts on the line.', max: 20 })
  discounts: Discount[];

  @One(() => Tax, { doc: 'Tax of the line.' })
  tax: Tax;

  @One(() => Money, { doc: 'What the customer pays for the line.' })
  total: Money;
}

@Shape('Sums of an order or quote; total = items - discount + added tax + shipping.')
export class Totals {
  @One(() => Money, { doc: 'Unit prices times quantities.' })
  items: Money;

  @One(() => Money, { doc: 'All discounts.' })
  discount: Money;

  @One(() => Money, { doc: 'All tax, included or added.' })
  tax: Money;

  @One(() => Money, { doc: 'Shipping.' })
  shipping: Money;

  @One(() => Money, { doc: 'What the customer pays.' })
  total: Money;
}

@Shape('A coupon that a price depends on.')
export class AppliedCoupon {
  @Text({ doc: 'Code.', max: 40, example: 'WELCOME10' })
  code: string;

  @Text({ doc: 'Promotion it opens.', max: 60 })
  promotionId: string;

  @Integer({ doc: 'Orders that may use it in all.', min: 1 })
  limit: number;

  @Integer({ doc: 'Orders of one customer that may use it.', min: 1 })
  limitPerCustomer: number;
}

@Shape('What a price takes from the budget of a promotion.')
export class BudgetUse {
  @Text({ doc: 'Promotion.', max: 60 })
  promotionId: string;

  @One(() => Money, { doc: 'Discount it gives.' })
  amount: Money;

  @One(() => Money, { doc: 'Budget of the promotion in this currency.' })
  budget: Money;
}

@Shape('What became of a promotion in the price of a basket.')
export class PromotionOutcome {
  @Text({ doc: 'Promotion.', max: 60, example: 'PROMO-AUTUMN' })
  promotionId: string;

  @Text({ doc: 'Name.', max: 200 })
  name: string;

  @One(() => Money, { doc: 'Discount it gave; absent when it gave none.', optional: true })
  amount?: Money;

  @Text({ doc: 'Why it gave none.', optional: true, max: 300 })
  whyNot?: string;
}

@Shape('Prices of a basket, promised until they expire.')
export class Quote {
  @Text({ doc: 'Quote id.', max: 60, example: 'quo_0197c0de00007000800000000000000a' })
  quoteId: string;

  @Text({ doc: 'ISO 4217 code.', min: 3, max: 3, example: 'EUR' })
  currency: string;

  @Many(() => PricedLine, { doc: 'Lines.', min: 1 })
  lines: PricedLine[];

  @One(() => Totals, { doc: 'Sums.' })
  totals: Totals;

  @Text({ doc: 'Version of the price policy used.', example: 'pricing-1' })
  policyVersion: string;

  @Timestamp({ doc: 'Until when the prices hold.' })
  expiresAt: string;

  @Text({ doc: 'Signed quote (JWS compact); send it with the order.', max: 16_000 })
  token: string;

  @Many(() => AppliedCoupon, { doc: 'Coupons the prices depend on.', optional: true, max: 5 })
  coupons?: AppliedCoupon[];

  @Many(() => PromotionOutcome, { doc: 'Promotions that were looked at.', optional: true, max: 700 })
  promotions?: PromotionOutcome[];

  @One(() => Freshness, { doc: 'Age of the prices.' })
  freshness: Freshness;
}
