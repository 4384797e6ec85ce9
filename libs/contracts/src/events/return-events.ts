// Events of returns: what customers give back, what becomes of the goods and of the money. Those of money have the
// order as their partition key, those of goods the return.
import { Money } from '../canonical/money.js';
import { Choice, Integer, Many, One, Shape, Text, Texts, Timestamp } from '../field.js';
import { event } from './event-spec.js';
import { LineQuantity } from './line-quantity.js';

const SINCE = '0.2.0';
const LINES_MAX = 200;
const UNITS_MAX = 1_000;

@Shape('An amount to be paid back and the fact behind it.')
class RefundRequested {
  @Text({ doc: 'Order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' }) orderId: string;
  @One(() => Money, { doc: 'Amount.' }) amount: Money;
  @Text({ doc: 'The fact it is paid for, once: a return.', max: 200 }) fact: string;
}

@Shape('A refund that did not reach the customer.')
class RefundEnded extends RefundRequested {
  @Text({ doc: 'Why.', max: 1000, min: 0 }) reason: string;
}

@Shape('A card holder disputes a payment.')
class PaymentDisputed {
  @Text({ doc: 'Order id.', max: 60 }) orderId: string;
  @Text({ doc: 'Dispute at the provider.', max: 100 }) disputeId: string;
  @One(() => Money, { doc: 'Amount.' }) amount: Money;
  @Choice(['open', 'won', 'lost'], { doc: 'How it stands.' }) state: string;
  @Text({ doc: 'Why.', max: 1000, min: 0 }) reason: string;
}

@Shape('A credit memo was issued.')
class CreditMemoIssued {
  @Text({ doc: 'Order id.', max: 60 }) orderId: string;
  @Text({ doc: 'Credit memo id.', max: 60 }) creditMemoId: string;
  @Text({ doc: 'Credit memo number.', max: 60 }) number: string;
  @One(() => Money, { doc: 'What is owed to the customer for it.' }) total: Money;
  @Text({ doc: 'The fact it credits.', max: 200 }) fact: string;
}

@Shape('Units of a return, in one condition.')
export class ReturnedUnits extends LineQuantity {
  @Texts({ doc: 'Numbers of the units within the line, when they are told apart.', optional: true, max: UNITS_MAX })
  units?: string[];

  @Text({ doc: 'Grade the inspection gave.', optional: true, max: 20, example: 'A' }) grade?: string;
  @Text({ doc: 'What becomes of them.', optional: true, max: 40, example: 'restock' }) disposition?: string;
}

@Shape('What a warehouse says has happened to the goods of one return.')
export class ReturnParcelFact {
  @Text({ doc: 'Return id; another text when the warehouse speaks of none of ours.', max: 80 }) returnId: string;
  @Text({ doc: 'Id the warehouse gave the fact.', max: 200 }) factId: string;
  @Timestamp({ doc: 'When it happened there.' }) occurredAt: string;
  @Text({ doc: 'Where.', max: 40, example: 'WH-EU' }) locationId: string;
  @Text({ doc: 'Tracking number.', optional: true, max: 100 }) trackingNumber?: string;
  @Many(() => ReturnedUnits, { doc: 'Units the fact is about.', max: LINES_MAX }) lines: ReturnedUnits[];
}

@Shape('The return an event is about.')
class OfReturn {
  @Text({ doc: 'Return id.', max: 60 }) returnId: string;
  @Text({ doc: 'Order id.', max: 60 }) orderId: string;
}

@Shape('A return was asked for.')
class ReturnRequested extends OfReturn {
  @Text({ doc: 'Number for people.', max: 20 }) returnNumber: string;
  @Text({ doc: 'Channel it was asked for by.', max: 40 }) channel: string;
  @Choice(['mail', 'store', 'pickup', 'keep'], { doc: 'How the goods come back.' }) method: string;
  @Many(() => LineQuantity, { doc: 'Units by line.', max: LINES_MAX }) lines: LineQuantity[];
}

@Shape('A return was authorised.')
class ReturnAuthorized extends OfReturn {
  @Text({ doc: 'Return in the ERP.', max: 60 }) erpReference: string;
}

@Shape('A return was declined, and why.')
class ReturnDeclined extends OfReturn {
  @Text({ doc: 'Why.', max: 1000 }) reason: string;
}

@Shape('Units of a return have moved on.')
class ReturnMoved extends OfReturn {
  @Text({ doc: 'Who says so: the warehouse, a store, the carrier.', max: 60 }) source: string;
  @Text({ doc: 'Where.', max: 40 }) locationId: string;
  @Many(() => ReturnedUnits, { doc: 'Units by line.', max: LINES_MAX }) lines: ReturnedUnits[];
}

@Shape('Nothing more will happen to a return.')
class ReturnClosed extends OfReturn {
  @Text({ doc: 'Custody axis.', max: 40 }) custody: string;
  @Text({ doc: 'Money axis.', max: 40 }) money: string;
}

@Shape('Goods came back that belong to no return we know.')
class OrphanReceived {
  @Text({ doc: 'Orphan id.', max: 60 }) orphanId: string;
  @Text({ doc: 'SKU.', max: 40 }) sku: string;
  @Integer({ doc: 'Units.' }) quantity: number;
  @Text({ doc: 'Where they are.', max: 40 }) locationId: string;
}

export const returnEvents = {
  'payment.disputed.v1': event({
    title: 'Payment disputed', since: SINCE, partitionKey: 'orderId', data: PaymentDisputed,
    doc: 'The card scheme has taken the money while it decides, has given it back (won) or keeps it (lost).',
  }),
  'refund.requested.v1': event({
    title: 'Refund requested', since: SINCE, partitionKey: 'orderId', data: RefundRequested,
    doc: 'The provider is asked to pay back.',
  }),
  'refund.failed.v1': event({
    title: 'Refund failed', since: SINCE, partitionKey: 'orderId', data: RefundEnded,
    doc: 'The provider refused to pay back; nothing was paid.',
  }),
  'refund.reversed.v1': event({
    title: 'Refund reversed', since: SINCE, partitionKey: 'orderId', data: RefundEnded,
    doc: 'A refund that had been paid came back from the customer\'s bank; the debt stands again.',
  }),
  'credit-memo.issued.v1': event({
    title: 'Credit memo issued', since: SINCE, partitionKey: 'orderId', data: CreditMemoIssued,
    doc: 'What came back, or was given up, is credited.',
  }),
  'return-parcel.in-transit.v1': event({
    title: 'Return on its way', since: SINCE, partitionKey: 'returnId', data: ReturnParcelFact,
    doc: 'The carrier has the parcel; the warehouse\'s word, the return counts it in `return.in-transit.v1`.',
  }),
  'return-parcel.received.v1': event({
    title: 'Return parcel received', since: SINCE, partitionKey: 'returnId', data: ReturnParcelFact,
    doc: 'The warehouse has unpacked it.',
  }),
  'return-parcel.inspected.v1': event({
    title: 'Return parcel inspected', since: SINCE, partitionKey: 'returnId', data: ReturnParcelFact,
    doc: 'The warehouse has graded units.',
  }),
  'return.requested.v1': event({
    title: 'Return requested', since: SINCE, partitionKey: 'returnId', data: ReturnRequested,
    doc: 'A customer gives units back, under a decision they have seen.',
  }),
  'return.authorized.v1': event({
    title: 'Return authorised', since: SINCE, partitionKey: 'returnId', data: ReturnAuthorized,
    doc: 'The ERP has the return.',
  }),
  'return.declined.v1': event({
    title: 'Return declined', since: SINCE, partitionKey: 'returnId', data: ReturnDeclined,
    doc: 'The ERP or a person refused the return.',
  }),
  'return.in-transit.v1': event({
    title: 'Return in transit', since: SINCE, partitionKey: 'returnId', data: ReturnMoved,
    doc: 'Units are on their way back.',
  }),
  'return.received.v1': event({
    title: 'Return received', since: SINCE, partitionKey: 'returnId', data: ReturnMoved,
    doc: 'Units are back, each counted once whoever says so.',
  }),
  'return.inspected.v1': event({
    title: 'Return inspected', since: SINCE, partitionKey: 'returnId', data: ReturnMoved,
    doc: 'Units have a grade.',
  }),
  'return.disposed.v1': event({
    title: 'Return disposed', since: SINCE, partitionKey: 'returnId', data: ReturnMoved,
    doc: 'Units are stock again, go to be refurbished or to the supplier, or are written off.',
  }),
  'return.closed.v1': event({
    title: 'Return closed', since: SINCE, partitionKey: 'returnId', data: ReturnClosed,
    doc: 'Goods and money of a return are settled.',
  }),
  'return.orphan-received.v1': event({
    title: 'Orphan received', since: SINCE, partitionKey: 'orphanId', data: OrphanReceived,
    doc: 'Goods without a return: nothing is refunded or restocked until a person has matched them.',
  }),
};
