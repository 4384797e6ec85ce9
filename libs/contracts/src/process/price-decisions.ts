// What orders were priced with, kept with them: what a pricing policy would have changed, and how often coupons and
// budgets have been used.
import { Choice, Integer, JsonMap, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Totals } from '../canonical/catalogue.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';
import { PRICING_POLICIES, PricingPolicyDifference, ReplayedPrice } from './pricing-policies.js';

@Shape('A pricing policy to be tried on the newest orders.')
export class PricingDryRun {
  @Choice(PRICING_POLICIES, { doc: 'Which policy the document is.', example: 'promotions' })
  kind: string;

  @JsonMap({ doc: 'The document to try.' })
  document: Record<string, unknown>;

  @Integer({ doc: 'How many of the newest orders are priced again.', optional: true, min: 1, max: 200, example: 100 })
  limit?: number;
}

@Shape('What a pricing policy would have changed.')
export class PricingComparison {
  @Integer({ doc: 'Orders priced again.' })
  replayed: number;

  @Integer({ doc: 'Orders that would cost something else, or be refused.' })
  changed: number;

  @Many(() => PricingPolicyDifference, { doc: 'Where the document differs from the one in force.', max: 1_000 })
  differences: PricingPolicyDifference[];

  @Many(() => ReplayedPrice, { doc: 'Orders that would cost something else.', max: 200 })
  prices: ReplayedPrice[];
}

@Shape('Order whose price is asked for.')
export class PricedOrderId {
  @Text({ doc: 'Order id or order number.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;
}

@Shape('How an order came to its price.')
export class PriceDecision {
  @Text({ doc: 'Order.', max: 60 })
  orderId: string;

  @Timestamp({ doc: 'When.' })
  decidedAt: string;

  @Text({ doc: 'Policy versions.', max: 100, example: 'pricing-1+promotions-1' })
  policyVersion: string;

  @Choice(['current', 'quote', 'channel'], { doc: 'Where the prices come from.' })
  basis: string;

  @One(() => Totals, { doc: 'Sums.' })
  totals: Totals;

  @JsonMap({ doc: 'All it was worked out from; absent for a quote or the channel\'s own prices.', optional: true })
  inputs?: Record<string, unknown>;
}

@Shape('Which coupons or budgets.')
export class AllowanceQuery {
  @Text({ doc: 'Coupon code; all when absent.', optional: true, max: 40, example: 'WELCOME10' })
  code?: string;
}

@Shape('How much of a coupon or budget is used.')
export class Allowance {
  @Text({ doc: 'What it is, e.g. `coupon:WELCOME10` or `budget:PROMO-WELCOME:EUR`.', max: 200 })
  key: string;

  @Text({ doc: 'Promotion.', max: 60 })
  promotionId: string;

  @Integer({ doc: 'Taken by orders that stand: uses, or minor units of the currency.' })
  taken: number;

  @Integer({ doc: 'Of it, by orders that are completed.' })
  consumed: number;

  @Integer({ doc: 'As much as there is, by the last order that took of it.' })
  limit: number;

  @Timestamp({ doc: 'Since when it is used up.', optional: true })
  exhaustedAt?: string;
}

@Shape('Coupons and budgets with their use.')
export class Allowances {
  @Many(() => Allowance, { doc: 'Allowances, by key.', max: 500 })
  allowances: Allowance[];
}

export const priceDecisionOperations = {
  getPriceDecision: operation({
    method: 'GET',
    path: '/orders/{orderId}/price-decision',
    summary: 'Read how an order came to its price',
    params: PricedOrderId,
    answer: PriceDecision,
    scope: 'orders:read',
    rate: 'read',
    idempotency: 'safe',
    problems: [problems.notFound],
  }),
  listAllowances: operation({
    method: 'GET',
    path: '/allowances',
    summary: 'List how far coupons and budgets are used',
    params: AllowanceQuery,
    answer: Allowances,
    scope: 'orders:read',
    rate: 'read',
    idempotency: 'safe',
  }),
  dryRunPricingPolicy: operation({
    method: 'POST',
    path: '/policies/pricing/dry-runs',
    summary: 'Price the newest orders again under another pricing or promotions policy',
    description: 'Changes nothing; answers how the document differs and which orders would cost something else.',
    body: PricingDryRun,
    answer: PricingComparison,
    scope: 'orders:operate',
    rate: 'batch',
    idempotency: 'natural',
    problems: [problems.unprocessable],
    example: { kind: 'promotions', document: { perLineMax: 3, promotions: [] } },
  }),
};
