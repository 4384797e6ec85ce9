// Events of an order's money: payments, refunds, invoices and postings. Their partition key is the order.
import { Money } from '../canonical/money.js';
import { One, Shape, Text } from '../field.js';
import { event } from './event-spec.js';

const SINCE = '0.1.0';

@Shape('The order whose money an event is about.')
class MoneyOfOrder {
  @Text({ doc: 'Order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;
}

@Shape('A payment and its reference at the payment provider.')
class PaymentReferenced extends MoneyOfOrder {
  @One(() => Money, { doc: 'Amount.' }) amount: Money;
  @Text({ doc: 'Reference at the payment provider.', max: 200, min: 0, example: 'pi_1' }) reference: string;
}

@Shape('An amount and the fact that moved it.')
class AmountMoved extends MoneyOfOrder {
  @One(() => Money, { doc: 'Amount.' }) amount: Money;
  @Text({ doc: 'The fact it was moved for, once: a shipment, a return.', max: 200 }) fact: string;
}

@Shape('A payment that did not come about, and why.')
class PaymentEnded extends MoneyOfOrder {
  @Text({ doc: 'Why.', max: 1000, min: 0 }) reason: string;
}

@Shape('An invoice was issued.')
class InvoiceIssued extends MoneyOfOrder {
  @Text({ doc: 'Invoice id.', max: 60 }) invoiceId: string;
  @Text({ doc: 'Invoice number.', max: 60 }) number: string;
  @One(() => Money, { doc: 'Total with tax.' }) total: Money;
}

@Shape('An entry was posted in the money ledger.')
class JournalPosted extends MoneyOfOrder {
  @Text({ doc: 'Journal entry id.', max: 60 }) entryId: string;
  @Text({ doc: 'Kind of entry: authorisation, capture, revenue, refund, ...', max: 60 }) kind: string;
  @Text({ doc: 'The fact it posts.', max: 200 }) fact: string;
}

export const moneyEvents = {
  'payment.authorized.v1': event({
    title: 'Payment authorised', since: SINCE, partitionKey: 'orderId', data: PaymentReferenced,
    doc: 'The provider holds the amount for us.',
  }),
  'payment.confirmed.v1': event({
    title: 'Payment confirmed', since: SINCE, partitionKey: 'orderId', data: PaymentReferenced,
    doc: 'The authorisation was confirmed by the provider\'s own message or look-up, not only by its answer.',
  }),
  'payment.captured.v1': event({
    title: 'Payment captured', since: SINCE, partitionKey: 'orderId', data: AmountMoved,
    doc: 'An amount was taken, for a shipment that left.',
  }),
  'payment.failed.v1': event({
    title: 'Payment failed', since: SINCE, partitionKey: 'orderId', data: PaymentEnded,
    doc: 'The payment was declined or failed for good.',
  }),
  'payment.voided.v1': event({
    title: 'Payment voided', since: SINCE, partitionKey: 'orderId', data: PaymentEnded,
    doc: 'An authorisation was given back without being used up.',
  }),
  'refund.posted.v1': event({
    title: 'Refund posted', since: SINCE, partitionKey: 'orderId', data: AmountMoved,
    doc: 'Money went back to the customer.',
  }),
  'invoice.issued.v1': event({
    title: 'Invoice issued', since: SINCE, partitionKey: 'orderId', data: InvoiceIssued,
    doc: 'The customer was invoiced for what was shipped.',
  }),
  'journal.posted.v1': event({
    title: 'Journal posted', since: SINCE, partitionKey: 'orderId', data: JournalPosted,
    doc: 'A balanced entry was posted in the money ledger.',
  }),
};
