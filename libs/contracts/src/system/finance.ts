// Contract of system/finance: payments at the provider, invoices, and the journal that explains every amount.
import { Choice, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Money } from '../canonical/money.js';
import { Acknowledgement, InvariantReport, Payment } from '../canonical/outcome.js';
import { financeFigureOperations } from '../figure-operations.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';
import { afterSaleOperations } from './finance-after-sale.js';

@Shape('A payment to be authorised.')
export class AuthorizePayment {
  @Text({ doc: 'Order; one payment per order and key.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;

  @One(() => Money, { doc: 'Amount.' })
  amount: Money;

  @Text({ doc: 'Payment method at the provider.', max: 200, example: 'pm_card_visa' })
  token: string;
}

@Shape("Which order's payment.")
export class PaymentOrderId {
  @Text({ doc: 'Order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;
}

@Shape('An amount to capture or refund, named by the fact behind it.')
export class PaymentAmount {
  @Text({
    doc: 'Fact, e.g. the shipment; the same fact moves money once.',
    max: 100,
    example: 'shp_0197c0de00007000800000000000000a',
  })
  fact: string;

  @One(() => Money, { doc: 'Amount.' })
  amount: Money;
}

@Shape('Why a payment is given back.')
export class VoidPayment {
  @Text({ doc: 'Reason.', max: 100, example: 'order cancelled' })
  reason: string;
}

@Shape('An invoice to be issued.')
export class NewInvoice {
  @Text({ doc: 'Order.', max: 60 })
  orderId: string;

  @Text({ doc: 'Fact that makes it due, e.g. the shipment; one invoice per fact.', max: 100 })
  fact: string;

  @One(() => Money, { doc: 'Gross amount.' })
  total: Money;

  @One(() => Money, { doc: 'Tax in it.' })
  tax: Money;

  @Choice(['ship', 'pickup', 'shipFromStore'], {
    doc: 'How the goods reach the customer: decides when revenue counts; at once when absent.',
    optional: true,
  })
  method?: string;

  @Text({ doc: 'Region, whose law may say otherwise.', optional: true, max: 20, example: 'EU' })
  region?: string;
}

@Shape('An invoice.')
export class Invoice extends NewInvoice {
  @Text({ doc: 'Invoice id.', max: 60 })
  id: string;

  @Text({ doc: 'Gapless number.', max: 30, example: 'INV-2026-000001' })
  number: string;

  @Timestamp({ doc: 'When it was issued.' })
  issuedAt: string;
}

@Shape('One leg of a journal entry; debits and credits of an entry balance per currency.')
export class JournalLeg {
  @Choice([
    'receivable', 'cash', 'customerDeposit', 'revenue', 'taxPayable', 'channelClearing', 'refunds', 'deferredRevenue',
    'customerPayable', 'storeCredit', 'feeRevenue', 'disputes', 'disputeLosses', 'bank', 'paymentFees', 'inventory',
    'costOfGoods', 'writeOffs', 'supplierClaims',
  ], { doc: 'Account.' })
  account: string;

  @Choice(['debit', 'credit'], { doc: 'Side.' })
  side: string;

  @One(() => Money, { doc: 'Amount, positive.' })
  amount: Money;
}

@Shape('A journal entry.')
export class JournalEntry {
  @Text({ doc: 'Entry id.', max: 60 })
  id: string;

  @Text({ doc: 'Order.', max: 60 })
  orderId: string;

  @Choice([
    'authorisation', 'capture', 'void', 'refund', 'revenue', 'channelSale', 'controlTransfer', 'creditMemo',
    'storeCredit', 'dispute', 'payout', 'goods',
  ], { doc: 'Kind of fact.' })
  kind: string;

  @Text({ doc: 'Fact it posts.', max: 100 })
  fact: string;

  @Timestamp({ doc: 'When.' })
  at: string;

  @Many(() => JournalLeg, { doc: 'Legs.', min: 2, max: 20 })
  legs: JournalLeg[];
}

@Shape('Journal of an order, oldest first.')
export class Journal {
  @Many(() => JournalEntry, { doc: 'Entries.', max: 500 })
  entries: JournalEntry[];
}

@Shape('Money a channel has already taken for an order.')
export class ChannelSale {
  @Text({ doc: 'Order.', max: 60 })
  orderId: string;

  @Text({ doc: 'Channel.', max: 40 })
  channel: string;

  @One(() => Money, { doc: 'Amount the channel owes us.' })
  amount: Money;
}

const paymentProblems = [problems.notFound, problems.stateConflict, problems.vendorUnavailable] as const;
const severalCaptures = 'Where the card allows one capture only, it releases the rest.';
const asksAgain = '503 means: not done, or not known to be done. Ask again for the same fact; it is looked up first.';

export const financeApi = defineApi({
  name: 'system/finance',
  version: 1,
  title: 'Finance',
  description: 'Payments, invoices and the money journal.',
  operations: {
    authorizePayment: operation({
      method: 'POST',
      path: '/payments',
      summary: 'Authorise a payment, once per order',
      body: AuthorizePayment,
      answer: Payment,
      status: 200,
      scope: 'finance:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.stateConflict, problems.vendorUnavailable],
      description:
        'State `declined` carries the reason, and another payment method may be tried; `uncertain` means: ask again, ' +
        'it is looked up before it is tried.',
    }),
    recordChannelSale: operation({
      method: 'POST',
      path: '/channel-sales',
      summary: 'Record money a channel holds for us, once per order',
      body: ChannelSale,
      answer: Payment,
      status: 200,
      scope: 'finance:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.stateConflict],
      description: 'It is captured already: a later capture changes nothing, a void is refused.',
    }),
    getPayment: operation({
      method: 'GET',
      path: '/payments/{orderId}',
      summary: 'Read the payment of an order',
      params: PaymentOrderId,
      answer: Payment,
      scope: 'finance:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound],
    }),
    capturePayment: operation({
      method: 'POST',
      path: '/payments/{orderId}/captures',
      summary: 'Capture for a fact',
      params: PaymentOrderId,
      body: PaymentAmount,
      answer: Payment,
      scope: 'finance:write',
      rate: 'status',
      idempotency: 'natural',
      problems: paymentProblems,
      description: `Never above what is authorised. ${severalCaptures} ${asksAgain}`,
    }),
    voidPayment: operation({
      method: 'POST',
      path: '/payments/{orderId}/void',
      summary: 'Give an authorisation back',
      params: PaymentOrderId,
      body: VoidPayment,
      answer: Payment,
      scope: 'finance:write',
      rate: 'status',
      idempotency: 'natural',
      problems: paymentProblems,
      description: `Releases all that is authorised and not captured. ${asksAgain}`,
    }),
    refundPayment: operation({
      method: 'POST',
      path: '/payments/{orderId}/refunds',
      summary: 'Refund for a fact, never above what was captured',
      params: PaymentOrderId,
      body: PaymentAmount,
      answer: Payment,
      scope: 'finance:write',
      rate: 'status',
      idempotency: 'natural',
      problems: paymentProblems,
      description: `Money of a channel is only recorded: the channel pays it back. ${asksAgain}`,
    }),
    issueInvoice: operation({
      method: 'POST',
      path: '/invoices',
      summary: 'Issue an invoice and post revenue, once per fact',
      body: NewInvoice,
      answer: Invoice,
      status: 200,
      scope: 'finance:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.stateConflict],
      description: 'Draws on what the customer has deposited; what goes beyond it is an open item.',
    }),
    getJournal: operation({
      method: 'GET',
      path: '/journals/{orderId}',
      summary: 'Money journal of an order',
      params: PaymentOrderId,
      answer: Journal,
      scope: 'finance:read',
      rate: 'read',
      idempotency: 'safe',
    }),
    ...afterSaleOperations,
    ...financeFigureOperations,
    receivePaymentEvents: operation({
      method: 'POST',
      path: '/webhooks/stripe',
      summary: 'Take in a signed event of the payment provider',
      answer: Acknowledgement,
      scope: null,
      rate: 'status',
      idempotency: 'natural',
      rawBody: true,
      signature: 'Stripe-Signature',
      problems: [problems.invalidSignature],
    }),
    checkInvariants: operation({
      method: 'GET',
      path: '/invariants',
      summary: 'Check the invariants of money',
      answer: InvariantReport,
      scope: 'platform:read',
      rate: 'batch',
      idempotency: 'safe',
    }),
  },
});
