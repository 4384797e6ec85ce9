// The price of a basket as a pure function of policy versions and recorded inputs, so that any price given can be
// explained and worked out again under another policy: price of the lists, promotions, tax of the region, rounding once
// per line.
import {
  fromMinor,
  includedTax,
  Problem,
  problems,
  share,
  sum,
  sumOfUnits,
  toMinor,
  type AppliedCoupon,
  type Basket,
  type BasketLine,
  type BudgetUse,
  type Discount,
  type Money,
  type PriceBook,
  type PricedLine,
  type Product,
  type PromotionOutcome,
  type Promotion,
  type Totals,
  type UnitRun,
} from '#contracts';
import { choosePrice, type ChosenPrice } from './price-list.policy.js';
import type { PricingDocument, TaxRule } from './pricing-document.policy.js';
import { applyPromotions, budgetKey, couponKey, type DiscountedLine, type Situation } from './promotion.policy.js';
import type { PromotionRule, PromotionsDocument } from './promotions-document.policy.js';

/** The documents that price a basket, with the versions they are. */
export interface PricePolicies {
  readonly pricing: PricingDocument;
  readonly promotions: PromotionsDocument;
  /** As it is kept with the order, e.g. `pricing-1+promotions-4`. */
  readonly version: string;
}

/** What a basket is priced with besides lines and policies; recorded, so that the decision can be made again. */
export interface PriceInputs {
  readonly at: string;
  readonly currency: string;
  readonly region: string;
  readonly channel: string;
  readonly segment?: string;
  readonly customerId?: string;
  readonly coupons: readonly string[];
  readonly ended: readonly string[];
  readonly promotions: readonly Promotion[];
  readonly lines: readonly PriceInputLine[];
}

export interface PriceInputLine {
  readonly lineId: string;
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly priceList?: string;
}

export interface Priced {
  readonly lines: PricedLine[];
  readonly totals: Totals;
  readonly coupons: AppliedCoupon[];
  readonly budgets: BudgetUse[];
  readonly promotions: PromotionOutcome[];
}

/** Coupons and budgets that are used up, with the limit that was reached, in uses or minor units, when it is known. */
export type Ended = ReadonlyMap<string, bigint | undefined>;

/** Promotions of the ERP come after those of the house's own policy, unless that says otherwise. */
const ERP_PRIORITY = 100;

/**
 * What a basket is priced with at current prices.
 * @throws Problem unknown-product, currency-not-supported, unprocessable (region)
 */
export function priceInputs(
  basket: Basket, book: PriceBook, { pricing, promotions }: PricePolicies,
  now: { readonly at: string; readonly segment?: string; readonly ended: Ended },
): PriceInputs {
  const { at, segment } = now;
  const { currency, region, channel, customerId } = basket;
  const coupons = codesOf(basket);
  taxOf(region, pricing);
  const buyer = {
    currency, channel, ...(segment ? { segment } : {}), ...(customerId ? { customerId } : {}),
  };
  const products = new Map(book.products.map((product) => [product.sku, product]));
  const lines = basket.lines.map((line, index): PriceInputLine => {
    const product = known(products, line, index);
    const entries = book.entries ?? [];
    const { precedence } = pricing;
    const chosen = choosePrice(product, entries, line.quantity, buyer, { at, precedence })
      ?? noPrice(product, currency);
    return {
      lineId: line.lineId ?? String(index + 1), sku: line.sku, name: product.name, category: product.category,
      quantity: line.quantity, ...chosen,
    };
  });
  const categories = new Set(lines.map(({ category }) => category));
  const limits = limitsOf(promotions, coupons, currency);
  return {
    at, region, ...buyer, coupons, lines,
    ended: [...limits].flatMap(([key, limit]) =>
      (isEnded(now.ended, key, limit) || basket.usedUp?.includes(key) ? [key] : [])),
    promotions: book.promotions.filter(({ category }) => categories.has(category)),
  };
}

/** What the document grants of each coupon asked for and of each budget. */
function limitsOf(
  { promotions }: PromotionsDocument, coupons: readonly string[], currency: string,
): Map<string, bigint | undefined> {
  const limitOf = (code: string) => promotions.find(({ coupon }) => coupon?.codes.includes(code))?.coupon?.limit;
  return new Map([
    ...coupons.map((code) => [couponKey(code), big(limitOf(code))] as const),
    ...promotions.flatMap(({ id, budget }) => (budget ? [[budgetKey(id, currency),
      budget[currency] === undefined ? undefined : toMinor({ amount: budget[currency], currency })] as const] : [])),
  ]);
}

const big = (limit: number | undefined): bigint | undefined => (limit === undefined ? undefined : BigInt(limit));

/** Used up under a limit that has been raised since, there is some again. */
function isEnded(ended: Ended, key: string, limit: bigint | undefined): boolean {
  if (!ended.has(key)) return false;
  const bound = ended.get(key);
  return bound === undefined || limit === undefined || limit <= bound;
}

/** Codes as they are kept: people type them in any case, and twice. */
export const codesOf = ({ coupons = [] }: Pick<Basket, 'coupons'>): string[] =>
  [...new Set(coupons.map((code) => code.trim().toUpperCase()))];

/** Prices recorded inputs under policies. */
export function priceBasket(inputs: PriceInputs, { pricing, promotions }: PricePolicies): Priced {
  const { currency } = inputs;
  const tax = taxOf(inputs.region, pricing);
  const open = inputs.lines.map((line): DiscountedLine => ({
    sku: line.sku, category: line.category, discounts: [], closed: false, groups: new Set(),
    nets: [{ count: line.quantity, minor: toMinor(line.unitPrice) }],
  }));
  const rules = [...promotions.promotions, ...inputs.promotions.map(erpRule)];
  const situation: Situation = { ...inputs, ended: new Set(inputs.ended) };
  const outcomes = applyPromotions(open, rules, promotions.perLineMax, situation);
  const lines = inputs.lines.map((line, index) => pricedLine(line, open[index]!, tax));
  return {
    lines, totals: totalsOf(lines, currency), promotions: outcomes,
    coupons: couponsUsed(inputs, promotions.promotions, outcomes), budgets: budgetsUsed(rules, outcomes),
  };
}

/** A percentage off a category, as the ERP keeps promotions. */
function erpRule({ id, name, category, rate, startsAt, endsAt }: Promotion): PromotionRule {
  return {
    id, name, validFrom: startsAt, validTo: endsAt, priority: ERP_PRIORITY, stacking: 'combinable',
    categories: [category], effect: { kind: 'percent', rate },
  };
}

function pricedLine(line: PriceInputLine, { nets, discounts }: DiscountedLine, tax: TaxRule): PricedLine {
  const { currency } = line.unitPrice;
  const net = sumOfUnits(nets);
  const taxMinor = tax.mode === 'included' ? includedTax(net, tax.rate) : share(net, tax.rate);
  return {
    lineId: line.lineId, sku: line.sku, name: line.name, quantity: line.quantity, unitPrice: line.unitPrice,
    ...(line.priceList ? { priceList: line.priceList } : {}),
    discounts: discounts.map(({ rule, perUnit }) => discount(rule, perUnit, currency)),
    tax: { rate: tax.rate, mode: tax.mode, amount: fromMinor(taxMinor, currency) },
    total: fromMinor(tax.mode === 'included' ? net : net + taxMinor, currency),
  };
}

function discount(rule: string, runs: readonly UnitRun[], currency: string): Discount {
  return {
    rule, amount: fromMinor(sumOfUnits(runs), currency),
    perUnit: runs.map(({ count: quantity, minor }) => ({ quantity, amount: fromMinor(minor, currency) })),
  };
}

/**
 * The codes that gave something.
 * @throws Problem coupon-not-valid or coupon-exhausted for one that did not: the customer must know before paying
 */
function couponsUsed(
  { coupons, ended }: PriceInputs, rules: readonly PromotionRule[], outcomes: readonly PromotionOutcome[],
): AppliedCoupon[] {
  return coupons.map((code, index) => {
    if (ended.includes(couponKey(code))) throw couponExhausted(code, index);
    const rule = rules.find((candidate) => candidate.coupon?.codes.includes(code));
    const outcome = outcomes.find(({ promotionId }) => promotionId === rule?.id);
    if (rule?.coupon && outcome?.amount) {
      const { limit, limitPerCustomer } = rule.coupon;
      return { code, promotionId: rule.id, limit, limitPerCustomer };
    }
    const detail = rule ? `Coupon ${code} gives nothing here: ${outcome?.whyNot}` : `There is no coupon ${code}.`;
    throw new Problem(problems.couponNotValid, { detail, errors: [{ pointer: `#/coupons/${index}`, detail }] });
  });
}

function couponExhausted(code: string, index: number): Problem {
  const detail = `Coupon ${code} has been used as often as it may be.`;
  return new Problem(problems.couponExhausted, { detail, code, errors: [{ pointer: `#/coupons/${index}`, detail }] });
}

function budgetsUsed(rules: readonly PromotionRule[], outcomes: readonly PromotionOutcome[]): BudgetUse[] {
  return outcomes.flatMap(({ promotionId, amount }) => {
    if (!amount) return [];
    const budget = rules.find(({ id }) => id === promotionId)?.budget?.[amount.currency];
    return budget === undefined ? [] : [{ promotionId, amount, budget: { amount: budget, currency: amount.currency } }];
  });
}

function taxOf(region: string, { taxes }: PricingDocument): TaxRule {
  const tax = taxes[region];
  if (tax) return tax;
  const supported = Object.keys(taxes);
  throw new Problem(problems.unprocessable, {
    detail: `There is no price policy for region ${region}.`, supported,
    errors: [{ pointer: '#/region', detail: `One of ${supported.join(', ')} is expected.` }],
  });
}

function known(products: ReadonlyMap<string, Product>, line: BasketLine, index: number): Product {
  const product = products.get(line.sku);
  if (product) return product;
  throw new Problem(problems.unknownProduct, {
    detail: `${line.sku} is not in the catalogue.`,
    errors: [{ pointer: `#/lines/${index}/sku`, detail: `${line.sku} is not known.` }],
  });
}

function noPrice({ sku, prices }: Product, currency: string): ChosenPrice {
  const supported = prices.map((price) => price.currency);
  throw new Problem(problems.currencyNotSupported, {
    detail: `${sku} has no price in ${currency}.`, supported,
    errors: [{ pointer: '#/currency', detail: `One of ${supported.join(', ')} is expected.` }],
  });
}

/** A price the customer was shown and that no longer holds is refused, with the right one. */
export function refuseStalePrices(asked: readonly BasketLine[], priced: readonly PricedLine[]): void {
  const wrong = priced.filter((line, index) => {
    const shown = asked[index]!.unitPrice;
    return shown && (shown.currency !== line.unitPrice.currency || minorOf(shown, index) !== toMinor(line.unitPrice));
  });
  if (wrong.length === 0) return;
  throw new Problem(problems.priceChanged, {
    detail: `The price of ${wrong.map((line) => line.sku).join(', ')} is ` +
      `${wrong.map((line) => `${line.unitPrice.amount} ${line.unitPrice.currency}`).join(', ')} now.`,
    lines: wrong.map(({ lineId, sku, unitPrice, total }) => ({ lineId, sku, unitPrice, total })),
  });
}

function minorOf(money: Money, index: number): bigint {
  try {
    return toMinor(money);
  } catch (error) {
    throw new Problem(problems.invalidRequest, {
      detail: (error as Error).message,
      errors: [{ pointer: `#/lines/${index}/unitPrice/amount`, detail: (error as Error).message }],
    });
  }
}

/** Sums of priced lines; shipping is free in this policy. */
function totalsOf(lines: readonly PricedLine[], currency: string): Totals {
  return {
    items: fromMinor(
      lines.reduce((total, line) => total + toMinor(line.unitPrice) * BigInt(line.quantity), 0n),
      currency,
    ),
    discount: sum(
      lines.flatMap((line) => line.discounts.map((discount) => discount.amount)),
      currency,
    ),
    tax: sum(
      lines.map((line) => line.tax.amount),
      currency,
    ),
    shipping: fromMinor(0n, currency),
    total: sum(
      lines.map((line) => line.total),
      currency,
    ),
  };
}
