// Pricing and promotion policies as versioned documents, and what another one would have made of recorded orders.
import { Choice, Integer, JsonMap, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Money } from '../canonical/money.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

export const PRICING_POLICIES = ['pricing', 'promotions'] as const;

@Shape('Which pricing policy.')
export class PricingPolicyKind {
  @Choice(PRICING_POLICIES, {
    doc: 'pricing: tax, precedence of price lists, life of quotes; promotions: what is taken off, and coupons.',
    example: 'promotions',
  })
  kind: string;
}

@Shape('Which version of a pricing policy.')
export class PricingPolicyQuery extends PricingPolicyKind {
  @Integer({ doc: 'Version; the one in force when absent.', optional: true, min: 1, max: 1_000_000 })
  version?: number;
}

@Shape('A new version of a pricing policy.')
export class NewPricingPolicy {
  @JsonMap({ doc: 'The whole document; checked against the JSON Schema of its kind.' })
  document: Record<string, unknown>;

  @Text({ doc: 'Why it is changed.', optional: true, max: 500 })
  note?: string;
}

@Shape('One version of a pricing policy; versions are never changed, only followed by the next.')
export class PricingPolicyVersion {
  @Choice(PRICING_POLICIES, { doc: 'Kind.' })
  kind: string;

  @Integer({ doc: 'Version, from 1.', min: 1 })
  version: number;

  @JsonMap({ doc: 'The document.' })
  document: Record<string, unknown>;

  @Text({ doc: 'Who set it.', max: 100 })
  setBy: string;

  @Timestamp({ doc: 'When.' })
  setAt: string;

  @Text({ doc: 'Why.', optional: true, max: 500 })
  note?: string;

  @JsonMap({ doc: 'JSON Schema that a document of this kind must satisfy.', optional: true })
  schema?: Record<string, unknown>;
}

@Shape('Versions of a pricing policy, newest first.')
export class PricingPolicyVersions {
  @Many(() => PricingPolicyVersion, { doc: 'Versions.', max: 100 })
  versions: PricingPolicyVersion[];
}

@Shape('Where two versions of a policy differ.')
export class PricingPolicyDifference {
  @Text({ doc: 'JSON pointer into the document.', max: 500, example: '/promotions/0/effect/rate' })
  pointer: string;

  @Text({ doc: 'As it was, as JSON; absent when it is new.', optional: true })
  before?: string;

  @Text({ doc: 'As it is, as JSON; absent when it is gone.', optional: true })
  after?: string;
}

@Shape('A policy to be tried, and the recorded prices to try it on.')
export class PriceReplay {
  @Choice(PRICING_POLICIES, { doc: 'Which policy the document is.', example: 'promotions' })
  kind: string;

  @JsonMap({ doc: 'The document to try.' })
  document: Record<string, unknown>;

  @Many(() => RecordedPrice, { doc: 'What orders were priced with.', max: 200 })
  recorded: RecordedPrice[];
}

@Shape('What an order was priced with.')
export class RecordedPrice {
  @Text({ doc: 'Order.', max: 60 })
  orderId: string;

  @JsonMap({ doc: 'Inputs as they were.' })
  inputs: Record<string, unknown>;
}

@Shape('What an order would cost under the tried policy.')
export class ReplayedPrice {
  @Text({ doc: 'Order.', max: 60 })
  orderId: string;

  @One(() => Money, { doc: 'Total by the policies in force.', optional: true })
  before?: Money;

  @One(() => Money, { doc: 'Total under the tried policy; absent when it would be refused.', optional: true })
  after?: Money;

  @Text({ doc: 'Why it would be refused.', optional: true, max: 500 })
  refused?: string;

  @JsonMap({ doc: 'Discount by promotion under the tried policy.' })
  discounts: Record<string, unknown>;
}

@Shape('A policy tried on recorded prices.')
export class PriceReplayResult {
  @Many(() => PricingPolicyDifference, { doc: 'Where the document differs from the one in force.', max: 1_000 })
  differences: PricingPolicyDifference[];

  @Many(() => ReplayedPrice, { doc: 'Every recorded price, worked out again.', max: 200 })
  prices: ReplayedPrice[];
}

export const pricingPolicyOperations = {
  getPricingPolicy: operation({
    method: 'GET',
    path: '/policies/{kind}',
    summary: 'Read a pricing policy: the version in force, or an older one',
    params: PricingPolicyQuery,
    answer: PricingPolicyVersion,
    scope: 'pricing:read',
    rate: 'read',
    idempotency: 'safe',
    problems: [problems.notFound],
  }),
  listPricingPolicyVersions: operation({
    method: 'GET',
    path: '/policies/{kind}/versions',
    summary: 'List the versions of a pricing policy, newest first',
    params: PricingPolicyKind,
    answer: PricingPolicyVersions,
    scope: 'pricing:read',
    rate: 'read',
    idempotency: 'safe',
  }),
  setPricingPolicy: operation({
    method: 'PUT',
    path: '/policies/{kind}',
    summary: 'Set a new version of a pricing policy',
    description: 'The same document again is no new version. Prices keep the version they were worked out by.',
    params: PricingPolicyKind,
    body: NewPricingPolicy,
    answer: PricingPolicyVersion,
    scope: 'pricing:operate',
    rate: 'status',
    idempotency: 'natural',
    problems: [problems.unprocessable],
  }),
  replayPrices: operation({
    method: 'POST',
    path: '/replays',
    summary: 'Try a pricing policy: how it differs, and what recorded baskets would cost',
    description: 'Changes nothing. `dryRunPricingPolicy` of orders replays what was really ordered.',
    body: PriceReplay,
    answer: PriceReplayResult,
    scope: 'pricing:operate',
    rate: 'batch',
    idempotency: 'natural',
    problems: [problems.unprocessable],
    example: { kind: 'promotions', document: { perLineMax: 3, promotions: [] }, recorded: [] },
  }),
};
