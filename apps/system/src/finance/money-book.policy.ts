// The rules of money: one book holds the payments that a batch has locked, decides command after command on them, and
// notes what must be written. It knows no SQL, so the rules can be read and tested alone.
import { derivedId, problems, type EventData, type EventType } from '#contracts';
import { Rejected } from '#database';
import type { NewEvent } from '#events';
import type {
  CreditMemoRecord, InvoiceRecord, MoneyKind, PaymentFactRecord, PaymentRecord, StoreCreditRecord,
} from './finance.entity.js';
import {
  authorisationLegs, captureLegs, channelSaleLegs, contraLegs, goodsSoldLegs, refundLegs, revenueLegs, voidLegs,
  type Entry,
} from './ledger.policy.js';
import {
  defer, hearDispute, issueCreditMemo, issueStoreCredit, owed, passControl, recordPayout, returnGoods, revenueLeft,
  type AfterSaleBook, type Standing,
} from './money-after-sale.policy.js';
import {
  conflict, refuse, type About, type IssueInvoice, type MoneyCommand, type MoneyOutcome, type MoveMoney,
  type OpenPayment, type Origin, type ProviderNews, type RecordChannelSale, type SettleAuthorisation, type SettleMove,
} from './money.command.js';
import { isUnsettled, moneyOf, movable, pending, stepOf, voidable } from './money-limits.policy.js';
import { isOpen, toPayment } from './payment.states.js';

/** The rows a batch has locked. */
export interface MoneyRows {
  readonly payments: readonly PaymentRecord[];
  readonly facts: readonly PaymentFactRecord[];
  readonly invoices: readonly InvoiceRecord[];
  /** Last invoice number of the year; locked when the batch has invoices. */
  readonly counter: { readonly year: number; readonly last: number; readonly now: Date };
  readonly memos?: readonly CreditMemoRecord[];
  /** Last credit memo number of the year; locked when the batch has credit memos. */
  readonly memoCounter?: MoneyRows['counter'];
  readonly storeCredits?: readonly StoreCreditRecord[];
}

export interface PostedEntry extends Entry {
  readonly id: string;
  readonly orderId: string;
  readonly currency: string;
}

type Decision = Omit<MoneyOutcome, 'payment'>;

const SOURCE = '/system/finance';
const STRIPE = 'stripe';
const VOID = 'void';
const ORDINAL_DIGITS = 6;

export class MoneyBook implements AfterSaleBook {
  readonly entries: PostedEntry[] = [];
  readonly events: NewEvent[] = [];
  readonly issued: InvoiceRecord[] = [];
  readonly changedPayments = new Set<PaymentRecord>();
  readonly changedFacts = new Set<PaymentFactRecord>();
  readonly memos: CreditMemoRecord[];
  readonly issuedMemos: CreditMemoRecord[] = [];
  readonly storeCredits: StoreCreditRecord[];
  readonly issuedCredits: StoreCreditRecord[] = [];
  readonly memoCounter: MoneyRows['counter'];
  lastMemo: number;
  private readonly standings: Map<string, Standing>;
  private readonly invoices: InvoiceRecord[];
  private readonly counter: MoneyRows['counter'];
  private ordinal: number;

  constructor(rows: MoneyRows) {
    this.standings = new Map(rows.payments.map((payment) => [payment.orderId, { payment, facts: [] }]));
    for (const fact of rows.facts) this.standings.get(fact.orderId)!.facts.push(fact);
    this.invoices = [...rows.invoices];
    this.counter = rows.counter;
    this.ordinal = rows.counter.last;
    this.memos = [...rows.memos ?? []];
    this.memoCounter = rows.memoCounter ?? rows.counter;
    this.lastMemo = this.memoCounter.last;
    this.storeCredits = [...rows.storeCredits ?? []];
  }

  /** Last invoice number given. */
  get lastOrdinal(): number {
    return this.ordinal;
  }

  decide(command: MoneyCommand): MoneyOutcome | Rejected {
    const standing = this.standings.get(command.orderId);
    if (!standing) return refuse(problems.notFound, `There is no payment of order ${command.orderId}.`);
    const { payment, facts } = standing;
    if ('currency' in command && payment.currency !== null && payment.currency !== command.currency) {
      return conflict(`The money of this order is in ${payment.currency}, not ${command.currency}.`);
    }
    const decision = this.apply(standing, command);
    return decision instanceof Rejected ? decision : { payment: toPayment(payment, facts), ...decision };
  }

  private apply(standing: Standing, command: MoneyCommand): Decision | Rejected {
    switch (command.kind) {
      case 'open': return this.open(standing, command);
      case 'settleAuthorisation': return this.settleAuthorisation(standing, command);
      case 'move': return this.move(standing, command);
      case 'settleMove': return this.settleMove(standing, command);
      case 'channelSale': return this.recordChannelSale(standing, command);
      case 'invoice': return this.invoice(standing, command);
      case 'news': return this.hear(standing, command);
      case 'passControl': return passControl(this, standing, command);
      case 'creditMemo': return issueCreditMemo(this, standing, command);
      case 'storeCredit': return issueStoreCredit(this, standing, command);
      case 'goodsReturned': return returnGoods(this, standing, command);
      case 'payout': return recordPayout(this, standing, command);
    }
  }

  private open({ payment }: Standing, wanted: About<OpenPayment>): Decision | Rejected {
    if (payment.provider !== null && payment.provider !== STRIPE) {
      return conflict(`Channel ${payment.provider} has taken the money of this order.`);
    }
    const sameAmount = payment.requested === wanted.amount;
    const same = sameAmount && payment.token === wanted.token;
    if (payment.authorisation === 'applied') {
      return sameAmount ? stepOf('nothing', payment) : conflict('The order has a payment of another amount.');
    }
    if (isUnsettled(payment)) {
      return same ? stepOf('lookUp', payment) : conflict('Another payment of this order is not settled yet.');
    }
    if (payment.authorisation === 'refused' && same) return stepOf('nothing', payment);
    Object.assign(payment, {
      provider: STRIPE, currency: wanted.currency, requested: wanted.amount, token: wanted.token,
      attempt: payment.attempt + 1, authorisation: 'asked', reason: null,
    } satisfies Partial<PaymentRecord>);
    this.changedPayments.add(payment);
    return stepOf('ask', payment);
  }

  private settleAuthorisation({ payment }: Standing, command: About<SettleAuthorisation>): Decision {
    const { attempt, outcome, reference = null, reason = null, multicapture = false, origin } = command;
    if (!isUnsettled(payment) || payment.attempt !== attempt) return {};
    this.changedPayments.add(payment);
    payment.authorisation = outcome;
    if (outcome === 'refused') {
      payment.reason = reason;
      this.announce(payment, origin, 'payment.failed.v1', { reason: reason ?? 'declined' });
    }
    if (outcome !== 'applied') return {};
    const amount = payment.requested;
    Object.assign(payment, { reference, multicapture, authorised: amount } satisfies Partial<PaymentRecord>);
    this.post(payment, origin, { kind: 'authorisation', fact: reference!, legs: authorisationLegs(amount) });
    const data = { amount: moneyOf(payment, amount), reference: reference! };
    this.announce(payment, origin, 'payment.authorized.v1', data);
    if (payment.confirmed) this.announce(payment, origin, 'payment.confirmed.v1', data);
    return {};
  }

  private move(standing: Standing, command: About<MoveMoney>): Decision | Rejected {
    const { payment, facts } = standing;
    const { what, fact, amount } = command;
    if (payment.provider === null) {
      return refuse(problems.notFound, `There is no payment of order ${command.orderId}.`);
    }
    if (amount && amount.currency !== payment.currency) {
      return conflict(`The money of this order is in ${payment.currency}, not ${amount.currency}.`);
    }
    const known = facts.find((one) => one.kind === what && one.fact === fact);
    if (known && amount && known.amount !== amount.minor) {
      return conflict(`Fact ${fact} has been used for a ${what} of ${moneyOf(payment, known.amount).amount}.`);
    }
    if (known?.outcome === 'applied') return stepOf('nothing', payment, known);
    if (known && isOpen(known)) return stepOf('lookUp', payment, known);
    if (payment.provider !== STRIPE && what === 'capture') return stepOf('nothing', payment);
    const allowed = what === 'void' ? voidable(standing) : movable(standing, what, amount!.minor);
    if (typeof allowed !== 'bigint') return allowed;
    const asked = this.ask(standing, { ...command, amount: allowed }, known);
    if (payment.provider === STRIPE) return stepOf('ask', payment, asked);
    this.settle(standing, asked, command.origin);
    return stepOf('nothing', payment, asked);
  }

  /** Notes what we are about to ask the provider for; a refused fact may be asked for again, under a new key. */
  private ask(
    { payment, facts }: Standing,
    { what, fact, amount, reason, origin }: { amount: bigint } & Omit<About<MoveMoney>, 'amount' | 'orderId'>,
    known: PaymentFactRecord | undefined,
  ): PaymentFactRecord {
    const left = payment.authorised - payment.voided - payment.captured - pending(facts, 'capture');
    const onlyOne = pending(facts, 'capture') === 0n && amount === left;
    const asked = known ?? { orderId: payment.orderId, kind: what, fact, attempt: 0 } as PaymentFactRecord;
    Object.assign(asked, {
      amount, final: what === 'capture' && (!payment.multicapture || onlyOne), attempt: asked.attempt + 1,
      outcome: 'asked', reason: reason ?? null, reference: null, fromDeposit: 0n, fromCredit: 0n,
    } satisfies Partial<PaymentFactRecord>);
    if (!known) facts.push(asked);
    this.changedFacts.add(asked);
    if (what === 'refund') {
      this.announce(payment, origin, 'refund.requested.v1', { amount: moneyOf(payment, amount), fact });
    }
    return asked;
  }

  private settleMove(standing: Standing, command: About<SettleMove>): Decision {
    const { what, fact, attempt, outcome, origin } = command;
    const asked = standing.facts.find((one) => one.kind === what && one.fact === fact);
    if (!asked || asked.attempt !== attempt || !isOpen(asked)) return {};
    if (command.reference !== undefined) asked.reference = command.reference;
    if (outcome === 'applied') {
      this.settle(standing, asked, origin);
    } else {
      if (outcome === 'refused') asked.reason = command.reason ?? null;
      asked.outcome = outcome;
      this.changedFacts.add(asked);
      if (what === 'refund' && outcome === 'refused') this.tellRefundFailed(standing.payment, asked, origin);
    }
    return stepOf('nothing', standing.payment, asked);
  }

  /** Moves the money of a fact, in the counters, the journal and the events. */
  private settle({ payment }: Standing, fact: PaymentFactRecord, origin: Origin): void {
    fact.outcome = 'applied';
    this.changedFacts.add(fact);
    this.changedPayments.add(payment);
    const { amount } = fact;
    const kind = fact.kind as MoneyKind;
    const entry = { kind, fact: fact.attempt === 1 ? fact.fact : `${fact.fact}#${fact.attempt}` };
    if (kind === 'void') return this.release(payment, amount, { fact: entry.fact, reason: fact.reason, origin });
    const data = { amount: moneyOf(payment, amount), fact: fact.fact };
    if (kind === 'capture') {
      payment.captured += amount;
      this.post(payment, origin, { ...entry, legs: captureLegs(amount) });
      this.announce(payment, origin, 'payment.captured.v1', data);
      const rest = payment.authorised - payment.captured - payment.voided;
      if (fact.final && rest > 0n) {
        this.release(payment, rest, { fact: `rest of ${fact.fact}`, reason: 'released with the only capture', origin });
      }
      return;
    }
    // What credit memos owe first; most other refunds after an invoice are returns of what it sold: contra revenue.
    const debt = owed(payment);
    fact.fromCredit = debt < amount ? debt : amount;
    const left = revenueLeft(payment);
    const rest = amount - fact.fromCredit;
    const fromRevenue = left < rest ? left : rest;
    fact.fromDeposit = rest - fromRevenue;
    payment.refunded += amount;
    payment.refundedDeposit += fact.fromDeposit;
    payment.refundedCredit += fact.fromCredit;
    const { fromCredit, fromDeposit } = fact;
    const legs = refundLegs({ fromCredit, fromDeposit, fromRevenue }, payment.provider !== STRIPE);
    this.post(payment, origin, { ...entry, legs });
    this.announce(payment, origin, 'refund.posted.v1', data);
  }

  private release(
    payment: PaymentRecord, amount: bigint,
    { fact, reason, origin }: { fact: string; reason: string | null; origin: Origin },
  ): void {
    payment.voided += amount;
    this.changedPayments.add(payment);
    this.post(payment, origin, { kind: 'void', fact, legs: voidLegs(amount) });
    this.announce(payment, origin, 'payment.voided.v1', { reason: reason ?? 'given back' });
  }

  private recordChannelSale({ payment }: Standing, sale: About<RecordChannelSale>): Decision | Rejected {
    if (payment.provider !== null) {
      return payment.provider === sale.channel && payment.requested === sale.amount ? {}
        : conflict(`The money of this order is already with ${payment.provider}.`);
    }
    const { channel, amount, currency, origin } = sale;
    Object.assign(payment, {
      provider: channel, currency, requested: amount, authorisation: 'applied', authorised: amount, captured: amount,
    } satisfies Partial<PaymentRecord>);
    this.changedPayments.add(payment);
    this.post(payment, origin, { kind: 'channelSale', fact: channel, legs: channelSaleLegs(amount) });
    this.announce(payment, origin, 'payment.captured.v1', { amount: moneyOf(payment, amount), fact: channel });
    return {};
  }

  private invoice(standing: Standing, command: About<IssueInvoice>): Decision | Rejected {
    const { payment } = standing;
    const { orderId, fact, total, tax, currency, origin } = command;
    const known = this.invoices.find((one) => one.orderId === orderId && one.fact === fact);
    if (known) {
      return known.total === total && known.tax === tax ? { invoice: known }
        : conflict(`Invoice ${known.number} of fact ${fact} has other amounts.`);
    }
    const { year, now } = this.counter;
    const ordinal = ++this.ordinal;
    const invoice: InvoiceRecord = {
      id: derivedId('inv', orderId, fact), orderId, fact, year, ordinal,
      number: `INV-${year}-${String(ordinal).padStart(ORDINAL_DIGITS, '0')}`, total, tax, currency, issuedAt: now,
    };
    const deposit = payment.authorised - payment.voided - payment.refundedDeposit - payment.invoiced;
    const fromDeposit = deposit < 0n ? 0n : deposit < total ? deposit : total;
    payment.currency = currency;
    payment.invoiced += fromDeposit;
    payment.openItems += total - fromDeposit;
    payment.taxed += tax;
    this.changedPayments.add(payment);
    this.invoices.push(invoice);
    this.issued.push(invoice);
    const deferred = command.deferred === true && total > tax;
    const legs = revenueLegs(fromDeposit, total - fromDeposit, tax, deferred);
    this.post(payment, origin, { kind: 'revenue', fact, legs });
    if (deferred) defer(this, standing, fact, total - tax);
    const { cost = 0n } = command;
    payment.goodsSold += cost;
    if (cost > 0n) this.post(payment, origin, { kind: 'goods', fact, legs: goodsSoldLegs(cost) });
    const data = { invoiceId: invoice.id, number: invoice.number, total: moneyOf(payment, total) };
    this.announce(payment, origin, 'invoice.issued.v1', data);
    return { invoice };
  }

  /** Corroborates what we know, or takes in a late failure; it never undoes what is known to have happened later. */
  private hear(standing: Standing, command: About<ProviderNews>): Decision {
    const { payment, facts } = standing;
    const { origin } = command;
    switch (command.news) {
      case 'authorised': {
        if (payment.confirmed) return {};
        payment.confirmed = true;
        this.changedPayments.add(payment);
        const reference = payment.reference;
        // Before the answer to our own request there is nothing to confirm yet; it will be announced with it.
        if (payment.authorisation !== 'applied' || reference !== command.reference) return {};
        const data = { amount: moneyOf(payment, payment.authorised), reference };
        this.announce(payment, origin, 'payment.confirmed.v1', data);
        return {};
      }
      case 'ended': return this.end(standing, command);
      case 'refundFailed': {
        const refund = facts.find((one) => one.kind === 'refund' && one.fact === command.fact);
        if (!refund || refund.attempt !== command.attempt || refund.outcome === 'failed') return {};
        const wasApplied = refund.outcome === 'applied';
        if (wasApplied) this.takeBack(payment, refund, command);
        Object.assign(refund, { outcome: 'failed', reason: command.reason } satisfies Partial<PaymentFactRecord>);
        this.changedFacts.add(refund);
        if (!wasApplied) this.tellRefundFailed(payment, refund, origin);
        else {
          const { fact, reason } = command;
          const data = { amount: moneyOf(payment, refund.amount), fact, reason };
          this.announce(payment, origin, 'refund.reversed.v1', data);
        }
        return {};
      }
      case 'disputed': return hearDispute(this, standing, command);
    }
  }

  /** The provider has ended the authorisation: as we asked, or on its own accord, e.g. because it expired. */
  private end(
    standing: Standing, { reference, reason, origin }: About<ProviderNews & { news: 'ended' }>,
  ): Decision {
    const { payment, facts } = standing;
    const asked = facts.find(({ kind }) => kind === 'void');
    if (asked && isOpen(asked)) this.settle(standing, asked, origin);
    const left = payment.authorised - payment.voided - payment.captured - pending(facts, 'capture');
    if (asked?.outcome === 'applied' || left <= 0n || payment.reference !== reference) return {};
    const ended = this.ask(standing, { kind: 'move', what: 'void', fact: VOID, amount: left, reason, origin }, asked);
    this.settle(standing, ended, origin);
    this.announce(payment, origin, 'payment.failed.v1', { reason });
    return {};
  }

  private takeBack(
    payment: PaymentRecord, refund: PaymentFactRecord, { reference, origin }: About<ProviderNews>,
  ): void {
    const { amount, fromDeposit, fromCredit } = refund;
    payment.refunded -= amount;
    payment.refundedDeposit -= fromDeposit;
    payment.refundedCredit -= fromCredit;
    this.changedPayments.add(payment);
    const fromRevenue = amount - fromDeposit - fromCredit;
    const posted = refundLegs({ fromCredit, fromDeposit, fromRevenue }, payment.provider !== STRIPE);
    this.post(payment, origin, { kind: 'refund', fact: `${reference} failed`, legs: contraLegs(posted) });
  }

  private tellRefundFailed(payment: PaymentRecord, { amount, fact, reason }: PaymentFactRecord, origin: Origin): void {
    const data = { amount: moneyOf(payment, amount), fact, reason: reason ?? 'no reason given' };
    this.announce(payment, origin, 'refund.failed.v1', data);
  }

  post(payment: PaymentRecord, origin: Origin, entry: Entry): void {
    if (entry.legs.length === 0) return;
    const { orderId } = payment;
    const { kind, fact } = entry;
    const id = derivedId('jrn', orderId, kind, fact);
    this.entries.push({ ...entry, id, orderId, currency: payment.currency! });
    this.announce(payment, origin, 'journal.posted.v1', { entryId: id, kind, fact });
  }

  announce<Type extends EventType>(
    { orderId }: PaymentRecord, { time, traceparent }: Origin, type: Type, data: Omit<EventData[Type], 'orderId'>,
  ): void {
    this.events.push({
      type, source: SOURCE, subject: orderId, partitionKey: orderId, correlationId: orderId, time, traceparent,
      data: { orderId, ...data } as EventData[Type],
    });
  }
}
