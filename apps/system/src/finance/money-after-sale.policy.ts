// The rules of money after the sale: control passes, goods are credited and come back, debts are settled in store
// credit, card holders dispute, providers pay out. Decided in the money book, under the same lock as payments.
import { derivedId, fromMinor, type EventData, type EventType } from '#contracts';
import type { Rejected } from '#database';
import type {
  CreditMemoRecord, FactKind, PaymentFactRecord, PaymentRecord, StoreCreditRecord,
} from './finance.entity.js';
import {
  contraLegs, controlTransferLegs, creditMemoLegs, disputeLegs, disputeLostLegs, goodsReturnedLegs, payoutLegs,
  storeCreditLegs, type Entry,
} from './ledger.policy.js';
import {
  conflict, type About, type IssueCreditMemo, type IssueStoreCredit, type MoneyOutcome, type Origin,
  type PassControl, type ProviderNews, type RecordPayout, type ReturnGoods,
} from './money.command.js';
import { isOpen } from './payment.states.js';

/** The money of one order, as it stands while a batch is decided. */
export interface Standing {
  readonly payment: PaymentRecord;
  readonly facts: PaymentFactRecord[];
}

/** What these rules need of the money book: its documents, and its pen. */
export interface AfterSaleBook {
  readonly changedPayments: Set<PaymentRecord>;
  readonly changedFacts: Set<PaymentFactRecord>;
  readonly memos: CreditMemoRecord[];
  readonly issuedMemos: CreditMemoRecord[];
  readonly storeCredits: StoreCreditRecord[];
  readonly issuedCredits: StoreCreditRecord[];
  readonly memoCounter: { readonly year: number; readonly now: Date };
  lastMemo: number;
  post(payment: PaymentRecord, origin: Origin, entry: Entry): void;
  announce<Type extends EventType>(
    payment: PaymentRecord, origin: Origin, type: Type, data: Omit<EventData[Type], 'orderId'>): void;
}

type Decision = Omit<MoneyOutcome, 'payment'>;

const ORDINAL_DIGITS = 6;
const STRIPE = 'stripe';

/** What credit memos say we owe and nobody has settled. */
export const owed = (payment: PaymentRecord): bigint =>
  payment.creditedNet + payment.creditedTax - payment.feesKept - payment.refundedCredit - payment.storeCredit;

/** Revenue that nobody has credited or refunded. */
export const revenueLeft = (payment: PaymentRecord): bigint => payment.invoiced + payment.openItems
  - payment.creditedTotal - (payment.refunded - payment.refundedDeposit - payment.refundedCredit);

/** Notes a fact that counts once; the money it moves is the caller's business. */
function note(
  book: AfterSaleBook, { payment, facts }: Standing, kind: FactKind, fact: string, amount: bigint,
): PaymentFactRecord {
  const noted: PaymentFactRecord = {
    orderId: payment.orderId, kind, fact, amount, final: false, attempt: 1, outcome: 'applied', reason: null,
    reference: null, fromDeposit: 0n, fromCredit: 0n,
  };
  facts.push(noted);
  book.changedFacts.add(noted);
  book.changedPayments.add(payment);
  return noted;
}

const known = ({ facts }: Standing, kind: FactKind, fact: string) =>
  facts.find((one) => one.kind === kind && one.fact === fact);
const shown = (payment: PaymentRecord, minor: bigint) => fromMinor(minor, payment.currency!).amount;

/** Revenue of an invoice waits until control passes. */
export function defer(book: AfterSaleBook, standing: Standing, fact: string, net: bigint): void {
  note(book, standing, 'controlTransfer', fact, net).outcome = 'asked';
}

export function passControl(book: AfterSaleBook, standing: Standing, { fact, origin }: About<PassControl>): Decision {
  const { payment, facts } = standing;
  for (const waiting of facts.filter(({ kind, outcome }) => kind === 'controlTransfer' && outcome === 'asked')) {
    if (fact !== undefined && waiting.fact !== fact) continue;
    waiting.outcome = 'applied';
    book.changedFacts.add(waiting);
    const legs = controlTransferLegs(waiting.amount);
    book.post(payment, origin, { kind: 'controlTransfer', fact: waiting.fact, legs });
  }
  return {};
}

export function issueCreditMemo(
  book: AfterSaleBook, standing: Standing, command: About<IssueCreditMemo>,
): Decision | Rejected {
  const { payment } = standing;
  const { orderId, fact, total, fee, feeTax, currency, origin } = command;
  const before = book.memos.find((one) => one.orderId === orderId && one.fact === fact);
  if (before) {
    return before.total === total && before.fee === fee ? { memo: before }
      : conflict(`Credit memo ${before.number} of fact ${fact} has other amounts.`);
  }
  const left = revenueLeft(payment);
  if (total > left) return conflict(`At most ${shown(payment, left)} of what was invoiced can be credited.`);
  // Tax of single units is rounded apart from that of shipments: what was never charged is not given back.
  const taxLeft = payment.taxed - payment.creditedTax + feeTax;
  const tax = command.tax < taxLeft ? command.tax : taxLeft;
  const { year, now } = book.memoCounter;
  const ordinal = ++book.lastMemo;
  const memo: CreditMemoRecord = {
    id: derivedId('inv', 'memo', orderId, fact), orderId, fact, year, ordinal,
    number: `CRM-${year}-${String(ordinal).padStart(ORDINAL_DIGITS, '0')}`, total, tax, fee, feeTax, currency,
    issuedAt: now,
  };
  payment.creditedTotal += total;
  payment.creditedNet += total - tax;
  payment.creditedTax += tax - feeTax;
  payment.feesKept += fee - feeTax;
  note(book, standing, 'creditMemo', fact, total - fee);
  book.memos.push(memo);
  book.issuedMemos.push(memo);
  book.post(payment, origin, { kind: 'creditMemo', fact, legs: creditMemoLegs(total, tax, fee, feeTax) });
  const data = { creditMemoId: memo.id, number: memo.number, total: fromMinor(total - fee, currency), fact };
  book.announce(payment, origin, 'credit-memo.issued.v1', data);
  return { memo };
}

export function issueStoreCredit(
  book: AfterSaleBook, standing: Standing, command: About<IssueStoreCredit>,
): Decision | Rejected {
  const { payment, facts } = standing;
  const { orderId, fact, amount, currency, customerId, code, origin } = command;
  const before = book.storeCredits.find((one) => one.orderId === orderId && one.fact === fact);
  if (before) {
    return before.amount === amount ? { storeCredit: before }
      : conflict(`Fact ${fact} has been used for store credit of ${shown(payment, before.amount)}.`);
  }
  // A refund whose outcome nobody knows may still settle the same debt.
  const inDoubt = facts.filter((one) => one.kind === 'refund' && isOpen(one))
    .reduce((sum, one) => sum + one.amount, 0n);
  const left = owed(payment) - inDoubt;
  if (amount > left) return conflict(`At most ${shown(payment, left > 0n ? left : 0n)} is owed to the customer.`);
  const credit: StoreCreditRecord = {
    code, orderId, fact, customerId, amount, currency, issuedAt: new Date(origin.time),
  };
  payment.storeCredit += amount;
  note(book, standing, 'storeCredit', fact, amount);
  book.storeCredits.push(credit);
  book.issuedCredits.push(credit);
  book.post(payment, origin, { kind: 'storeCredit', fact, legs: storeCreditLegs(amount) });
  return { storeCredit: credit };
}

export function returnGoods(book: AfterSaleBook, standing: Standing, command: About<ReturnGoods>): Decision | Rejected {
  const { payment } = standing;
  const { fact, movement, origin } = command;
  if (known(standing, 'goods', fact)) return {};
  // Rounding of single units must never bring back more than had left.
  const left = payment.goodsSold - payment.goodsBack;
  const cost = command.cost < left ? command.cost : left;
  payment.goodsBack += cost;
  note(book, standing, 'goods', fact, cost);
  book.post(payment, origin, { kind: 'goods', fact: `${fact} back`, legs: goodsReturnedLegs(movement, cost) });
  return {};
}

export function recordPayout(
  book: AfterSaleBook, standing: Standing, command: About<RecordPayout>,
): Decision | Rejected {
  const { payment } = standing;
  const { payoutId, gross, fee, origin } = command;
  const before = known(standing, 'payout', payoutId);
  if (before) return before.amount === gross ? {} : conflict(`Payout ${payoutId} paid another amount for this order.`);
  const held = payment.captured - payment.refunded - payment.disputed - payment.paidOut;
  if (gross > held) return conflict(`Only ${shown(payment, held > 0n ? held : 0n)} is held for this order.`);
  payment.paidOut += gross;
  note(book, standing, 'payout', payoutId, gross);
  book.post(payment, origin,
    { kind: 'payout', fact: payoutId, legs: payoutLegs(gross, fee, payment.provider !== STRIPE) });
  return {};
}

/** A card holder disputes: the scheme takes the money at once and gives it back when we win; told in any order. */
export function hearDispute(
  book: AfterSaleBook, standing: Standing, command: About<ProviderNews & { news: 'disputed' }>,
): Decision {
  const { payment } = standing;
  const { reference, amount, state, reason, origin } = command;
  if (payment.provider !== STRIPE) return {};
  const before = known(standing, 'dispute', reference);
  if (before && (before.outcome !== 'asked' || state === 'open')) return {};
  const dispute = before ?? note(book, standing, 'dispute', reference, amount);
  const legs = disputeLegs(dispute.amount);
  if (!before) {
    payment.disputed += amount;
    book.post(payment, origin, { kind: 'dispute', fact: reference, legs });
  }
  dispute.outcome = ({ open: 'asked', won: 'refused', lost: 'applied' } as const)[state];
  dispute.reason = reason;
  book.changedFacts.add(dispute);
  book.changedPayments.add(payment);
  if (state === 'won') {
    payment.disputed -= dispute.amount;
    book.post(payment, origin, { kind: 'dispute', fact: `${reference} won`, legs: contraLegs(legs) });
  }
  if (state === 'lost') {
    payment.disputeLost += dispute.amount;
    book.post(payment, origin, { kind: 'dispute', fact: `${reference} lost`, legs: disputeLostLegs(dispute.amount) });
  }
  const data = { disputeId: reference, amount: fromMinor(dispute.amount, payment.currency!), state, reason };
  book.announce(payment, origin, 'payment.disputed.v1', data);
  return {};
}
