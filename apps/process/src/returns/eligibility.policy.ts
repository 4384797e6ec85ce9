// May it come back, on what ground, and for how much: a pure function of the order, the law, the shop's policy and the
// wish. The hash over its answer is what a customer agrees to.
import { createHash } from 'node:crypto';
import {
  fromMinor, paidPerUnit, share, toMinor, type Order, type OrderLine, type ReturnLineDecision, type ReturnPreview,
  type ReturnWish,
} from '#contracts';
import type { ReturnPolicyDocument } from './return-policy-document.policy.js';
import { isFault, STATUTORY_VERSION, type StatutoryRights } from './statutory-rights.policy.js';

const DAY_MS = 86_400_000;

export interface ReturnRules {
  readonly jurisdiction: string;
  /** As decisions name it, e.g. `returns-throughline-EU-1`. */
  readonly version: string;
  readonly policy: ReturnPolicyDocument;
  readonly rights: StatutoryRights;
}

/** What the decision must know beside order and rules. */
export interface Circumstances {
  readonly now: Date;
  /** Units of each line that other returns have claimed. */
  readonly claimed: ReadonlyMap<string, number>;
  readonly categories: ReadonlyMap<string, string>;
}

/** Minor units of one unit of a line: what was paid for it, with its share of discounts, tax and fee. */
export interface UnitAmounts {
  readonly lineId: string;
  readonly sku: string;
  readonly unit: number;
  readonly amount: bigint;
  readonly tax: bigint;
  readonly fee: bigint;
  readonly feeTax: bigint;
  readonly fault: boolean;
}

export interface ReturnDecision {
  readonly preview: ReturnPreview;
  readonly units: readonly UnitAmounts[];
}

type Ground = Pick<ReturnLineDecision, 'eligible' | 'code' | 'explanation' | 'until'> & { readonly byRight: boolean };

export function decideReturn(
  order: Order, wish: ReturnWish, rules: ReturnRules, circumstances: Circumstances,
): ReturnDecision {
  const { policy } = rules;
  const taken = new Map(circumstances.claimed);
  const units: UnitAmounts[] = [];
  const lines = wish.lines.map((asked): ReturnLineDecision => {
    const line = order.lines.find(({ lineId }) => lineId === asked.lineId);
    const before = taken.get(asked.lineId) ?? 0;
    const ground = groundOf(order, line, { ...asked, before }, rules, circumstances);
    const own = line && ground.eligible
      ? unitsOf(line, asked, before, ground.byRight ? '0' : policy.restockingFee.rate) : [];
    taken.set(asked.lineId, before + asked.quantity);
    units.push(...own);
    return lineDecision(order.currency, line, asked, ground, own);
  });
  const total = units.reduce((sum, { amount, fee }) => sum + amount - fee, 0n);
  const fault = wish.lines.every(({ reason }) => isFault(reason));
  const within = (limits: Readonly<Record<string, string>>) => total > 0n && limits[order.currency] !== undefined
    && total <= toMinor({ amount: limits[order.currency]!, currency: order.currency });
  const returnless = fault && within(policy.returnless);
  const offered = policy.methods.includes(wish.method as never) && (wish.method !== 'keep' || returnless);
  const decided = offered ? lines : lines.map((line): ReturnLineDecision => (line.eligible
    ? { ...line, eligible: false, code: 'methodNotOffered', explanation: `The method ${wish.method} is not offered.` }
    : line));
  const advance = wish.advanceRefund === true && within(policy.advanceRefund);
  const preview: Omit<ReturnPreview, 'previewHash'> = {
    orderId: order.id, policyVersion: `${rules.version}+${STATUTORY_VERSION}`, jurisdiction: rules.jurisdiction,
    method: wish.method, eligible: decided.every(({ eligible }) => eligible), lines: decided,
    refund: fromMinor(total, order.currency),
    fee: fromMinor(units.reduce((sum, { fee }) => sum + fee, 0n), order.currency),
    refundAt: wish.method === 'keep' || advance ? 'request' : policy.refundAt, returnless,
    returnShipping: wish.method === 'mail' || wish.method === 'pickup'
      ? policy.returnShipping[fault ? 'fault' : 'other'] : 'none',
    ...(wish.method === 'mail' || wish.method === 'pickup' ? { returnTo: policy.returnTo } : {}),
  };
  return { preview: { previewHash: hashOf(preview), ...preview }, units };
}

/** Over everything that is decided; the same decision has the same hash whenever it is made. */
function hashOf(decision: object): string {
  return `sha256-${createHash('sha256').update(JSON.stringify(decision)).digest('base64url')}`;
}

function groundOf(
  order: Order, line: OrderLine | undefined,
  asked: { readonly quantity: number; readonly reason: string; readonly before: number },
  { policy, rights }: ReturnRules, { now, categories }: Circumstances,
): Ground {
  const no = (code: string, explanation: string): Ground => ({ eligible: false, code, explanation, byRight: false });
  if (!line) return no('unknownLine', 'The order has no such line.');
  const arrived = line.counters.delivered;
  const left = arrived - asked.before;
  if (arrived === 0) return no('notDelivered', 'Nothing of it has been delivered yet.');
  if (asked.quantity > left) {
    return no('alreadyReturned', `Of ${arrived} delivered units ${Math.max(0, left)} can still come back.`);
  }
  const since = deliveredAt(order);
  const until = (days: number) => new Date(since.getTime() + days * DAY_MS);
  const open = (days: number | undefined) => days !== undefined && now <= until(days);
  if (isFault(asked.reason) && open(rights.guaranteeDays)) {
    return { eligible: true, byRight: true, code: 'guarantee', until: until(rights.guaranteeDays!).toISOString(),
      explanation: `The seller answers for faults (${rights.source}).` };
  }
  const excluded = policy.excludedCategories.includes(categories.get(line.sku) ?? '');
  if (excluded && !isFault(asked.reason)) return no('excluded', 'Goods of this category do not come back.');
  if (open(rights.withdrawalDays)) {
    return { eligible: true, byRight: true, code: 'withdrawal', until: until(rights.withdrawalDays!).toISOString(),
      explanation: `The purchase may be withdrawn from without a reason (${rights.source}).` };
  }
  if (open(policy.windowDays)) {
    return { eligible: true, byRight: isFault(asked.reason), code: 'policy',
      until: until(policy.windowDays).toISOString(), explanation: `Within ${policy.windowDays} days of delivery.` };
  }
  return no('windowClosed', `The last day was ${until(policy.windowDays).toISOString().slice(0, 10)}.`);
}

/** The latest parcel: for goods in several, the period begins with the last of them. */
function deliveredAt(order: Order): Date {
  const times = order.shipments.flatMap(({ deliveredAt: at, shippedAt }) => at ?? shippedAt);
  return new Date(times.sort().at(-1) ?? order.placedAt);
}

function unitsOf(
  line: OrderLine, { quantity, reason }: { quantity: number; reason: string }, before: number, feeRate: string,
): UnitAmounts[] {
  return paidPerUnit(line, before, quantity).map(({ amount, tax: unitTax }, index) => {
    const place = before + index;
    const fee = share(amount, feeRate);
    return {
      lineId: line.lineId, sku: line.sku, unit: place + 1, amount, tax: unitTax, fee,
      feeTax: amount === 0n ? 0n : (unitTax * fee) / amount, fault: isFault(reason),
    };
  });
}

function lineDecision(
  currency: string, line: OrderLine | undefined, { lineId, quantity, reason }: ReturnWish['lines'][number],
  { byRight: _byRight, ...ground }: Ground, units: readonly UnitAmounts[],
): ReturnLineDecision {
  const sum = (pick: (unit: UnitAmounts) => bigint) =>
    fromMinor(units.reduce((total, unit) => total + pick(unit), 0n), currency);
  return {
    lineId, sku: line?.sku ?? 'unknown', quantity, reason, ...ground,
    refund: sum(({ amount, fee }) => amount - fee), tax: sum(({ tax }) => tax), fee: sum(({ fee }) => fee),
  };
}
