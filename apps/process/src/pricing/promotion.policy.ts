// What promotions take off a basket, as a pure function of the rules and the priced lines: rules in their order, each
// on what earlier ones left, each discount divided over the very units that it is for.
import {
  allocate, combine, countOfUnits, fromMinor, share, sumOfUnits, toMinor, type PromotionOutcome, type UnitRun,
} from '#contracts';
import type { AmountEffect, BundleEffect, BuyGetEffect, Effect, PromotionRule } from './promotions-document.policy.js';

/** A line while discounts are worked out. */
export interface DiscountedLine {
  readonly sku: string;
  readonly category: string;
  /** Price of each unit after the discounts so far. */
  nets: UnitRun[];
  readonly discounts: { readonly rule: string; readonly perUnit: UnitRun[] }[];
  closed: boolean;
  readonly groups: Set<string>;
}

/** For whom, where and when a basket is priced. */
export interface Situation {
  readonly at: string;
  readonly currency: string;
  readonly channel: string;
  readonly region: string;
  readonly segment?: string;
  readonly coupons: readonly string[];
  /** Budgets and codes that are used up, by key. */
  readonly ended: ReadonlySet<string>;
}

export const budgetKey = (promotionId: string, currency: string): string => `budget:${promotionId}:${currency}`;
export const couponKey = (code: string): string => `coupon:${code}`;

/** Takes every rule off the lines (which it changes) and says of each what it gave, or why it gave nothing. */
export function applyPromotions(
  lines: readonly DiscountedLine[], rules: readonly PromotionRule[], perLineMax: number, situation: Situation,
): PromotionOutcome[] {
  const inOrder = [...rules].sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1));
  return inOrder.map((rule): PromotionOutcome => {
    const { id: promotionId, name } = rule;
    const whyNot = closedTo(rule, situation);
    if (whyNot) return { promotionId, name, whyNot };
    const eligible = lines.filter((line) => mayTake(rule, line, perLineMax));
    if (eligible.length === 0) return { promotionId, name, whyNot: 'No line of the basket is eligible.' };
    const needed = amountIn(rule.threshold, situation.currency);
    const worth = eligible.reduce((sum, { nets }) => sum + sumOfUnits(nets), 0n);
    if (rule.threshold && (needed === undefined || worth < needed)) {
      const least = rule.threshold[situation.currency] ?? 'an amount that is not set';
      return { promotionId, name, whyNot: `Eligible lines must come to ${least} ${situation.currency}.` };
    }
    const given = discountsOf(rule.effect, eligible, situation.currency);
    const amount = given.reduce((sum, runs) => sum + sumOfUnits(runs), 0n);
    if (amount === 0n) return { promotionId, name, whyNot: 'The basket does not have what it asks for.' };
    eligible.forEach((line, index) => take(line, rule, given[index]!));
    return { promotionId, name, amount: fromMinor(amount, situation.currency) };
  });
}

function take(line: DiscountedLine, rule: PromotionRule, perUnit: UnitRun[]): void {
  if (sumOfUnits(perUnit) === 0n) return;
  line.nets = combine(line.nets, perUnit, (net, off) => net - off);
  line.discounts.push({ rule: rule.id, perUnit });
  if (rule.stacking === 'exclusive') line.closed = true;
  if (rule.group) line.groups.add(rule.group);
}

function closedTo(rule: PromotionRule, situation: Situation): string | undefined {
  const { at, currency, channel, region, segment, coupons, ended } = situation;
  const among = (values: readonly string[] | undefined, value: string | undefined): boolean =>
    values === undefined || (value !== undefined && values.includes(value));
  const now = Date.parse(at);
  if (now < Date.parse(rule.validFrom)) return `It begins at ${rule.validFrom}.`;
  if (now >= Date.parse(rule.validTo)) return `It ended at ${rule.validTo}.`;
  if (rule.coupon && !rule.coupon.codes.some((code) => coupons.includes(code))) return 'It needs a coupon.';
  if (ended.has(budgetKey(rule.id, currency))) return 'Its budget is used up.';
  if (!among(rule.channels, channel)) return `It is not for the channel ${channel}.`;
  if (!among(rule.regions, region)) return `It is not for the region ${region}.`;
  if (!among(rule.segments, segment)) return `It is not for ${segment ?? 'customers without a segment'}.`;
  return undefined;
}

function mayTake(rule: PromotionRule, line: DiscountedLine, perLineMax: number): boolean {
  if (line.closed || line.discounts.length >= perLineMax || sumOfUnits(line.nets) === 0n) return false;
  if (rule.stacking === 'exclusive' && line.discounts.length > 0) return false;
  if (rule.group !== undefined && line.groups.has(rule.group)) return false;
  if (rule.effect.kind === 'bundle' && !rule.effect.items.some(({ sku }) => sku === line.sku)) return false;
  if (!rule.skus && !rule.categories) return true;
  return (rule.skus?.includes(line.sku) ?? false) || (rule.categories?.includes(line.category) ?? false);
}

/** What each unit of each line gets. */
function discountsOf(effect: Effect, lines: readonly DiscountedLine[], currency: string): UnitRun[][] {
  switch (effect.kind) {
    // Rounded once per line, as the receipt shows it.
    case 'percent': return lines.flatMap(({ nets }) => allocate(share(sumOfUnits(nets), effect.rate), [nets]));
    case 'amount': return amountOff(effect, lines, currency);
    case 'buyGet': return buyGet(effect, lines);
    default: return bundle(effect, lines, currency);
  }
}

function amountOff({ per, amounts }: AmountEffect, lines: readonly DiscountedLine[], currency: string): UnitRun[][] {
  const off = amountIn(amounts, currency) ?? 0n;
  if (per === 'unit') {
    return lines.map(({ nets }) => nets.map(({ count, minor }) => ({ count, minor: minor < off ? minor : off })));
  }
  const worth = lines.reduce((sum, { nets }) => sum + sumOfUnits(nets), 0n);
  return allocate(worth < off ? worth : off, lines.map(({ nets }) => nets));
}

/** Of every group of units the cheapest are those one gets; all units of the groups share the discount. */
function buyGet({ buy, get, rate }: BuyGetEffect, lines: readonly DiscountedLine[]): UnitRun[][] {
  const cheapestFirst = lines.flatMap(({ nets }, line) => nets.map((run, place) => ({ ...run, line, place })))
    .sort((a, b) => (a.minor === b.minor ? a.line - b.line || a.place - b.place : a.minor < b.minor ? -1 : 1));
  const groups = Math.floor(countOfUnits(cheapestFirst) / (buy + get));
  let [given, taken] = [groups * get, groups * (buy + get)];
  let amount = 0n;
  const weights = lines.map(({ nets }) => nets.map((): UnitRun[] => []));
  for (const { line, place, count, minor } of cheapestFirst) {
    const [free, part] = [Math.min(count, given), Math.min(count, taken)];
    amount += share(minor, rate) * BigInt(free);
    given -= free;
    taken -= part;
    weights[line]![place] = split(part, { count, minor });
  }
  return allocate(amount, weights.map((runs) => runs.flat()));
}

function bundle({ items, prices }: BundleEffect, lines: readonly DiscountedLine[], currency: string): UnitRun[][] {
  const none = lines.map(({ nets }): UnitRun[] => [{ count: countOfUnits(nets), minor: 0n }]);
  const price = amountIn(prices, currency);
  if (price === undefined) return none;
  const unitsOf = (sku: string): number =>
    lines.reduce((sum, line) => sum + (line.sku === sku ? countOfUnits(line.nets) : 0), 0);
  const sets = Math.min(...items.map(({ sku, quantity }) => Math.floor(unitsOf(sku) / quantity)));
  const needed = new Map(items.map(({ sku, quantity }) => [sku, quantity * sets]));
  const weights = lines.map(({ sku, nets }) => nets.flatMap((run) => {
    const part = Math.min(run.count, needed.get(sku) ?? 0);
    needed.set(sku, (needed.get(sku) ?? 0) - part);
    return split(part, run);
  }));
  const amount = weights.reduce((sum, runs) => sum + sumOfUnits(runs), 0n) - price * BigInt(sets);
  return sets > 0 && amount > 0n ? allocate(amount, weights) : none;
}

/** The first units of a run keep their weight, the others have none. */
function split(part: number, { count, minor }: UnitRun): UnitRun[] {
  return [{ count: part, minor }, { count: count - part, minor: 0n }].filter((run) => run.count > 0);
}

function amountIn(amounts: Readonly<Record<string, string>> | undefined, currency: string): bigint | undefined {
  const amount = amounts?.[currency];
  return amount === undefined ? undefined : toMinor({ amount, currency });
}
