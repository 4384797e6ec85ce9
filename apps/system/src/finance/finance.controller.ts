// Finance as its callers meet it: what moves money is noted first, asked for at the provider, and settled with the
// answer, each in a commit shared with other orders, so that nothing that happened there can be missing here.
import { Controller } from '@nestjs/common';
import Stripe from 'stripe';
import {
  financeApi, Problem, problems, type Acknowledgement, type CallContext, type InputOf, type Invoice,
  type InvariantReport, type Journal, type Payment, type PaymentAmount, type RawBody,
} from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { Implements } from '#governance';
import { inboxOf, TAKEN_IN_BEFORE } from '../webhook-inbox.js';
import { commitMoney } from './commit-money.command.js';
import { toNews } from './connectors/stripe/stripe-wire.mapping.js';
import { StripePayments } from './connectors/stripe/stripe-payments.connector.js';
import { JournalEntryRecord, PaymentRecord, type MoneyKind } from './finance.entity.js';
import { minorOf, originNow, toInvoice, toJournalEntry } from './finance.mapping.js';
import { checkMoney } from './money-invariants.reader.js';
import type { NextStep } from './money.command.js';
import { moneyWriter } from './money.writer.js';
import { toPayment } from './payment.states.js';
import { costOf, isDeferred, revenuePolicy } from './revenue.policy.js';

const { operations } = financeApi;
const ENTRIES_MAX = 500;
const VOID = 'void';
const REASON_MAX = 500;
const UNCERTAIN_RETRY_AFTER_SECONDS = 2;
/** A void settles an authorisation of unknown outcome first, then voids what it has found. */
const VOID_STEPS_MAX = 2;
const inbox = inboxOf('finance');

@Controller()
export class FinanceController {
  constructor(
    private readonly database: Database, private readonly groupCommit: GroupCommit,
    private readonly stripe: StripePayments,
  ) {}

  @Implements(operations.authorizePayment)
  async authorizePayment({ body }: InputOf<typeof operations.authorizePayment>, call: CallContext): Promise<Payment> {
    const { orderId, token, amount: { currency } } = body;
    const amount = minorOf(body.amount, '#/amount', 1n);
    const { payment, step } = await commitMoney(this.groupCommit, { kind: 'open', orderId, amount, currency, token });
    return step!.next === 'nothing' ? payment : this.authorise(step!, call);
  }

  @Implements(operations.recordChannelSale)
  async recordChannelSale(
    { body }: InputOf<typeof operations.recordChannelSale>, _call: CallContext,
  ): Promise<Payment> {
    const { orderId, channel, amount: { currency } } = body;
    const amount = minorOf(body.amount, '#/amount', 1n);
    return (await commitMoney(this.groupCommit, { kind: 'channelSale', orderId, channel, amount, currency })).payment;
  }

  @Implements(operations.getPayment)
  async getPayment({ params }: InputOf<typeof operations.getPayment>, _call: CallContext): Promise<Payment> {
    const { orderId } = params;
    const record = await this.database.dataSource.getRepository(PaymentRecord)
      .findOne({ where: { orderId }, relations: { facts: true } });
    if (record === null || record.provider === null) {
      throw new Problem(problems.notFound, { detail: `There is no payment of order ${orderId}.` });
    }
    return toPayment(record, record.facts!);
  }

  @Implements(operations.capturePayment)
  capturePayment({ params, body }: InputOf<typeof operations.capturePayment>, call: CallContext): Promise<Payment> {
    return this.move('capture', params.orderId, body, call);
  }

  @Implements(operations.voidPayment)
  async voidPayment({ params, body }: InputOf<typeof operations.voidPayment>, call: CallContext): Promise<Payment> {
    const { orderId } = params;
    const wish = { kind: 'move', what: VOID, fact: VOID, orderId, reason: body.reason } as const;
    for (let steps = 1; ; steps++) {
      const { payment, step } = await commitMoney(this.groupCommit, wish);
      if (step!.next !== 'authorise') return this.carryOut(VOID, step!, payment, call);
      const { state } = await this.authorise({ ...step!, next: 'lookUp' }, call);
      if (state === 'uncertain' || steps === VOID_STEPS_MAX) throw notKnown(VOID);
    }
  }

  @Implements(operations.refundPayment)
  refundPayment({ params, body }: InputOf<typeof operations.refundPayment>, call: CallContext): Promise<Payment> {
    return this.move('refund', params.orderId, body, call);
  }

  @Implements(operations.issueInvoice)
  async issueInvoice({ body }: InputOf<typeof operations.issueInvoice>, _call: CallContext): Promise<Invoice> {
    const { orderId, fact, total: { currency } } = body;
    const total = minorOf(body.total, '#/total', 0n);
    const tax = minorOf(body.tax, '#/tax', 0n);
    if (body.tax.currency !== currency || tax > total) {
      const errors = [{ pointer: '#/tax', detail: 'must be part of the total, in its currency' }];
      throw new Problem(problems.invalidRequest, { detail: 'The tax does not fit the total.', errors });
    }
    const deferred = isDeferred(revenuePolicy, body);
    const cost = costOf(revenuePolicy, total - tax);
    const { invoice } = await commitMoney(this.groupCommit,
      { kind: 'invoice', orderId, fact, total, tax, currency, deferred, cost });
    return toInvoice(invoice!);
  }

  @Implements(operations.getJournal)
  async getJournal({ params }: InputOf<typeof operations.getJournal>, _call: CallContext): Promise<Journal> {
    const { orderId } = params;
    const records = await this.database.dataSource.getRepository(JournalEntryRecord)
      .find({ where: { orderId }, relations: { legs: true }, order: { position: 'ASC' }, take: ENTRIES_MAX });
    return { entries: records.map(toJournalEntry) };
  }

  @Implements(operations.receivePaymentEvents)
  async receivePaymentEvents(
    input: InputOf<typeof operations.receivePaymentEvents>, _call: CallContext,
  ): Promise<Acknowledgement> {
    const event = this.verified((input as { body: RawBody }).body);
    const heard = toNews(event);
    const unit = new UnitOfWork();
    unit.add(inbox, { id: event.id, type: event.type });
    const orderId = heard && (heard.orderId ?? await this.orderOf(heard.payment));
    if (heard && orderId) unit.add(moneyWriter, { ...heard.news, orderId, origin: originNow() });
    const result = await this.groupCommit.commit(unit);
    if (result.committed) return { accepted: true };
    // An event about a payment of somebody else on the same account is none of ours.
    return { accepted: result.rejected.reason !== TAKEN_IN_BEFORE };
  }

  @Implements(operations.checkInvariants)
  checkInvariants(_input: object, _call: CallContext): Promise<InvariantReport> {
    return checkMoney(this.database);
  }

  /** The order of a payment at the provider; some of its messages name nothing else. */
  private async orderOf(payment: string | undefined): Promise<string | undefined> {
    if (payment === undefined) return undefined;
    const record = await this.database.dataSource.getRepository(PaymentRecord)
      .findOne({ where: { reference: payment }, select: { orderId: true } });
    return record?.orderId;
  }

  private async move(
    what: 'capture' | 'refund', orderId: string, { fact, amount }: PaymentAmount, call: CallContext,
  ): Promise<Payment> {
    const minor = minorOf(amount, '#/amount', 1n);
    const { payment, step } = await commitMoney(this.groupCommit, 
      { kind: 'move', what, orderId, fact, amount: { minor, currency: amount.currency } });
    return this.carryOut(what, step!, payment, call);
  }

  private async authorise({ next, request }: NextStep, call: CallContext): Promise<Payment> {
    const { orderId, attempt } = request;
    const answer = await this.stripe.authorise(request, next === 'lookUp', call);
    const settled = { kind: 'settleAuthorisation', orderId, attempt, ...bounded(answer) } as const;
    return (await commitMoney(this.groupCommit, settled)).payment;
  }

  private async carryOut(
    what: MoneyKind, { next, request }: NextStep, payment: Payment, call: CallContext,
  ): Promise<Payment> {
    if (next === 'nothing') return payment;
    const { orderId, fact, attempt } = request;
    const answer = await this.stripe[what](request, next === 'lookUp', call);
    const { payment: settled, step } = await commitMoney(this.groupCommit, 
      { kind: 'settleMove', what, orderId, fact, attempt, ...bounded(answer) });
    const outcome = step?.request.outcome;
    if (outcome === 'refused' || outcome === 'failed') {
      const reason = step!.request.reason ?? 'no reason given';
      throw new Problem(problems.stateConflict, { detail: `The provider refuses the ${what}: ${reason}.` });
    }
    if (outcome === 'uncertain') throw notKnown(what);
    return settled;
  }

  private verified(message: RawBody): Stripe.Event {
    try {
      return this.stripe.verify(message);
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError) {
        throw new Problem(problems.invalidSignature, { detail: 'The Stripe-Signature does not fit the body.' });
      }
      throw new Problem(problems.malformedBody, { detail: 'The body is not a Stripe event.' });
    }
  }
}

/** Said as a failure, so that no caller takes it for done; the same fact is looked up when it is asked for again. */
function notKnown(what: MoneyKind): Problem {
  return new Problem(problems.vendorUnavailable, {
    detail: `It is not known yet whether the ${what} took place; ask again for the same, it is looked up first.`,
    retryAfterSeconds: UNCERTAIN_RETRY_AFTER_SECONDS, uncertain: true,
  });
}

function bounded<Answer extends { readonly reason?: string }>(answer: Answer): Answer {
  return answer.reason === undefined ? answer : { ...answer, reason: answer.reason.slice(0, REASON_MAX) };
}
