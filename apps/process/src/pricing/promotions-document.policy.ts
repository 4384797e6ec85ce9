// What a promotions policy says, as data: which rules there are, for whom and when, what each takes off, and which may
// meet on one line. Rates are decimal strings, amounts decimal strings by currency, so that no float touches money.
import { toMinor } from '#contracts';

export interface PercentEffect { readonly kind: 'percent'; readonly rate: string }
export interface AmountEffect {
  readonly kind: 'amount';
  /** unit: off every unit; basket: off all eligible units together. */
  readonly per: 'unit' | 'basket';
  readonly amounts: Readonly<Record<string, string>>;
}
export interface BuyGetEffect {
  readonly kind: 'buyGet';
  readonly buy: number;
  readonly get: number;
  /** What is taken off the units one gets; `1`: they are free. */
  readonly rate: string;
}
export interface BundleEffect {
  readonly kind: 'bundle';
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  /** Price of one set. */
  readonly prices: Readonly<Record<string, string>>;
}
export type Effect = PercentEffect | AmountEffect | BuyGetEffect | BundleEffect;

export interface PromotionRule {
  readonly id: string;
  readonly name: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** Lower is looked at first; equal ones by id. */
  readonly priority: number;
  /** exclusive: only on lines without another discount, and no other one after it. */
  readonly stacking: 'combinable' | 'exclusive';
  /** Of the rules of one group only the first that gives something counts for a line. */
  readonly group?: string;
  readonly channels?: readonly string[];
  readonly regions?: readonly string[];
  readonly segments?: readonly string[];
  /** What it applies to; everything when neither is named. */
  readonly skus?: readonly string[];
  readonly categories?: readonly string[];
  /** What eligible lines must come to, after earlier discounts. */
  readonly threshold?: Readonly<Record<string, string>>;
  readonly effect: Effect;
  /** Only with one of these codes; each may be used by so many orders. */
  readonly coupon?: {
    readonly codes: readonly string[]; readonly limit: number; readonly limitPerCustomer: number;
  };
  /** What all orders together may get from it; without an amount for a currency it has no bound there. */
  readonly budget?: Readonly<Record<string, string>>;
}

export interface PromotionsDocument {
  /** Discounts that may meet on one line. */
  readonly perLineMax: number;
  readonly promotions: readonly PromotionRule[];
}

const RULES_MAX = 200;
const CODES_MAX = 1_000;
const LIST_MAX = 1_000;

const text = (maxLength: number): object => ({ type: 'string', minLength: 1, maxLength });
const list = (maxLength: number): object =>
  ({ type: 'array', items: text(maxLength), uniqueItems: true, minItems: 1, maxItems: LIST_MAX });
const rate = { type: 'string', pattern: '^(0\\.\\d{1,4}|1)$' };
const amounts = {
  type: 'object', minProperties: 1, propertyNames: { pattern: '^[A-Z]{3}$' },
  additionalProperties: { type: 'string', pattern: '^\\d{1,13}(\\.\\d{1,3})?$' },
};
const units = { type: 'integer', minimum: 1, maximum: 1_000 };
const uses = { type: 'integer', minimum: 1, maximum: 1_000_000_000 };
const record = (required: Readonly<Record<string, object>>, optional: Readonly<Record<string, object>> = {}): object =>
  ({
    type: 'object', additionalProperties: false, required: Object.keys(required),
    properties: { ...required, ...optional },
  });
const kind = (name: string): object => ({ type: 'string', const: name });
const time = {
  type: 'string', maxLength: 30, pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z$',
};

export const promotionsSchema = record({
  perLineMax: { type: 'integer', minimum: 1, maximum: 10 },
  promotions: {
    type: 'array', maxItems: RULES_MAX,
    items: record({
      id: text(60), name: text(200), validFrom: time, validTo: time,
      priority: { type: 'integer', minimum: 0, maximum: 10_000 },
      stacking: { type: 'string', enum: ['combinable', 'exclusive'] },
      effect: { oneOf: [
        record({ kind: kind('percent'), rate }),
        record({ kind: kind('amount'), per: { type: 'string', enum: ['unit', 'basket'] }, amounts }),
        record({ kind: kind('buyGet'), buy: units, get: units, rate }),
        record({
          kind: kind('bundle'), prices: amounts,
          items: { type: 'array', minItems: 1, maxItems: 20, items: record({ sku: text(40), quantity: units }) },
        }),
      ] },
    }, {
      group: text(60), channels: list(40), regions: list(20), segments: list(40), skus: list(40),
      categories: list(100), threshold: amounts, budget: amounts,
      coupon: record({
        codes: {
          type: 'array', minItems: 1, maxItems: CODES_MAX, uniqueItems: true,
          items: { type: 'string', pattern: '^[A-Z0-9][A-Z0-9-]{2,39}$' },
        },
        limit: uses, limitPerCustomer: uses,
      }),
    }),
  },
});

/** Faults that a schema cannot see. */
export function promotionFaults({ promotions }: PromotionsDocument): { pointer: string; detail: string }[] {
  const [ids, codes] = [new Set<string>(), new Set<string>()];
  return promotions.flatMap((rule, index) => {
    const at = `#/document/promotions/${index}`;
    const faults = [];
    if (ids.has(rule.id)) faults.push({ pointer: `${at}/id`, detail: `${rule.id} is there already.` });
    ids.add(rule.id);
    if (Date.parse(rule.validFrom) >= Date.parse(rule.validTo)) {
      faults.push({ pointer: `${at}/validTo`, detail: 'It must be later than validFrom.' });
    }
    for (const [field, values] of Object.entries(amountsOf(rule))) {
      for (const [currency, amount] of Object.entries(values)) {
        const detail = amountFault(amount, currency);
        if (detail) faults.push({ pointer: `${at}/${field}/${currency}`, detail });
      }
    }
    for (const code of rule.coupon?.codes ?? []) {
      if (codes.has(code)) faults.push({ pointer: `${at}/coupon/codes`, detail: `${code} opens another promotion.` });
      codes.add(code);
    }
    return faults;
  });
}

function amountsOf({ threshold, budget, effect }: PromotionRule): Record<string, Readonly<Record<string, string>>> {
  return {
    ...(threshold ? { threshold } : {}), ...(budget ? { budget } : {}),
    ...(effect.kind === 'amount' ? { 'effect/amounts': effect.amounts } : {}),
    ...(effect.kind === 'bundle' ? { 'effect/prices': effect.prices } : {}),
  };
}

function amountFault(amount: string, currency: string): string | undefined {
  try {
    toMinor({ amount, currency });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** As delivered: a coupon to try with, beside the promotions that the ERP owns. */
export const firstPromotionsDocument: PromotionsDocument = {
  perLineMax: 3,
  promotions: [
    {
      id: 'PROMO-WELCOME', name: 'Welcome: 10 % off your first order', priority: 200, stacking: 'combinable',
      validFrom: '2026-01-01T00:00:00Z', validTo: '2036-01-01T00:00:00Z', effect: { kind: 'percent', rate: '0.10' },
      coupon: { codes: ['WELCOME10'], limit: 1_000_000, limitPerCustomer: 1_000 },
    },
  ],
};
