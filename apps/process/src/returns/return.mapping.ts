// Between the records of a return and the return as everybody sees it; both axes are worked out here and nowhere
// stored.
import { fromMinor, type Freshness, type Orphan, type OrderMoney, type Return, type ReturnLine } from '#contracts';
import type { OrphanRecord, RefundRecord, ReturnRecord, UnitRecord } from './return.entity.js';
import { custodyOf, moneyOf, refundState, unitCustody } from './return.states.js';

/** What finance says now, or why it could not be asked. */
export interface MoneyView {
  readonly money?: OrderMoney;
  readonly postingsWaiting?: number;
  readonly freshness: Freshness;
}

const iso = (at: Date | null) => at?.toISOString();
const present = <T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)) as never;

export function toReturn(record: ReturnRecord, view?: MoneyView): Return {
  const { currency, units, refunds, decision } = record;
  const uncertain = new Set((view?.money?.refunds ?? []).filter(({ outcome }) => outcome === 'uncertain')
    .map(({ fact }) => fact));
  const facts = refunds.map((refund) => ({ ...refund, uncertain: uncertain.has(refund.fact) }));
  const expected = units.reduce((sum, { amount, fee }) => sum + BigInt(amount) - BigInt(fee), 0n);
  const waiting = units.filter(({ refundFact, notReturnedAt }) => refundFact === null && notReturnedAt === null).length;
  return {
    id: record.id, returnNumber: record.returnNumber, orderId: record.orderId, orderNumber: record.orderNumber,
    channel: record.channel, method: record.method,
    custody: record.declinedAt ? 'none' : custodyOf(units),
    money: moneyOf({ expected, declined: record.declinedAt !== null, waiting, refunds: facts }),
    lines: linesOf(record), expectedRefund: fromMinor(expected, currency),
    refunds: facts.sort((a, b) => a.askedAt.getTime() - b.askedAt.getTime()).map((one) => toRefund(one, currency)),
    advanceRefund: record.advance, policyVersion: record.policyVersion, previewHash: record.previewHash,
    requestedAt: record.requestedAt.toISOString(), freshness: view ? [view.freshness] : [],
    ...present({
      customerId: record.customerId, label: record.label, returnTo: record.returnTo ?? decision.returnTo,
      erpReference: record.erpReference, exchangeOrderId: record.exchangeOrderId,
      exchangeFailure: record.exchangeFailure, dueAt: iso(record.dueAt), authorisedAt: iso(record.authorisedAt),
      declineReason: record.declineReason, closedAt: iso(record.closedAt),
      erpPostingsWaiting: view?.postingsWaiting,
    }),
  };
}

function linesOf({ units, currency }: ReturnRecord): ReturnLine[] {
  const sorted = [...units].sort((a, b) => (a.lineId < b.lineId ? -1 : a.lineId > b.lineId ? 1 : a.unit - b.unit));
  return [...Map.groupBy(sorted, ({ lineId, reason }) => `${lineId}\u0000${reason}`).values()].map((own) => ({
    lineId: own[0]!.lineId, sku: own[0]!.sku, reason: own[0]!.reason, quantity: own.length,
    refund: fromMinor(own.reduce((sum, { amount, fee }) => sum + BigInt(amount) - BigInt(fee), 0n), currency),
    units: own.map(toUnit),
  }));
}

function toUnit(unit: UnitRecord): ReturnLine['units'][number] {
  return {
    unit: unit.unit, custody: unitCustody(unit), ...(unit.reportedBy.length > 0 ? { reportedBy: unit.reportedBy } : {}),
    ...present({
      inTransitAt: iso(unit.inTransitAt), receivedAt: iso(unit.receivedAt), locationId: unit.locationId,
      grade: unit.grade, disposition: unit.disposition, refundFact: unit.refundFact,
    }),
  };
}

function toRefund(refund: RefundRecord & { uncertain: boolean }, currency: string): Return['refunds'][number] {
  const money = (minor: number) => fromMinor(BigInt(minor), currency);
  const { fact, total, fee, original, storeCredit, memo, storeCreditCode, reason, askedAt } = refund;
  return {
    fact, state: refundState(refund), amount: money(total - fee), original: money(original),
    storeCredit: money(storeCredit), fee: money(fee), at: askedAt.toISOString(),
    ...present({ creditMemo: memo, storeCreditCode, reason }),
  };
}

export function toOrphan(record: OrphanRecord): Orphan {
  return {
    id: record.id, sku: record.sku, quantity: record.quantity, locationId: record.locationId, source: record.source,
    receivedAt: record.receivedAt.toISOString(), reason: record.reason,
    ...present({ reference: record.reference, returnId: record.returnId, matchedBy: record.matchedBy }),
  };
}
