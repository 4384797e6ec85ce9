// What a pricing policy says, as data: how regions tax, how long a quote holds, and which price wins when several lists
// have one. Precedence: an entry of a price list beats the list price; of several that fit, the one that is more
// special by `precedence` (customer before segment before channel before quantity break, as delivered), then the one
// that began later, then the lower one.

export const PRICE_TRAITS = ['customer', 'segment', 'channel', 'quantity'] as const;
export type PriceTrait = (typeof PRICE_TRAITS)[number];

export interface TaxRule {
  readonly rate: string;
  /** Whether list prices of the region contain the tax. */
  readonly mode: 'included' | 'added';
}

export interface PricingDocument {
  readonly taxes: Readonly<Record<string, TaxRule>>;
  readonly quoteSeconds: number;
  /** What makes a price more special, the strongest first; a trait that is not named makes no difference. */
  readonly precedence: readonly PriceTrait[];
  /** Segments of customers by id, before their tier in the customer system is asked. */
  readonly segments: Readonly<Record<string, readonly string[]>>;
}

const record = (properties: Readonly<Record<string, object>>): object =>
  ({ type: 'object', additionalProperties: false, required: Object.keys(properties), properties });

export const pricingSchema = record({
  taxes: {
    type: 'object', minProperties: 1,
    additionalProperties: record({
      rate: { type: 'string', pattern: '^(0(\\.\\d{1,4})?|1)$' }, mode: { type: 'string', enum: ['included', 'added'] },
    }),
  },
  quoteSeconds: { type: 'integer', minimum: 1, maximum: 2_592_000 },
  precedence: { type: 'array', items: { type: 'string', enum: PRICE_TRAITS }, uniqueItems: true, maxItems: 4 },
  segments: {
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 60 }, maxItems: 10_000 },
  },
});

export const firstPricingDocument: PricingDocument = {
  taxes: {
    EU: { rate: '0.19', mode: 'included' },
    US: { rate: '0.06', mode: 'added' },
    JP: { rate: '0.10', mode: 'included' },
  },
  quoteSeconds: 900,
  precedence: ['customer', 'segment', 'channel', 'quantity'],
  segments: {},
};
