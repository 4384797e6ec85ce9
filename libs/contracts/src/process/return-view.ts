// A return as the process layer shows it: every unit with what happened to it, every refund, and the two axes, custody
// and money, derived from them and never collapsed.
import { Choice, Flag, Integer, Many, One, Shape, Text, Texts, Timestamp } from '../field.js';
import { Money } from '../canonical/money.js';
import { RETURN_CUSTODY, RETURN_MONEY } from '../canonical/order.js';
import { Freshness } from '../canonical/party.js';

export const RETURN_METHODS = ['mail', 'store', 'pickup', 'keep'] as const;
export const RETURN_REASONS = [
  'unwanted', 'defective', 'damagedInTransit', 'notAsDescribed', 'wrongItem', 'sizeTooSmall', 'sizeTooLarge', 'colour',
  'style', 'arrivedLate', 'unknown', 'other',
] as const;
export const RETURN_GRADES = ['A', 'B', 'C', 'D'] as const;
export const DISPOSITIONS = ['restock', 'refurbish', 'writeOff', 'returnToSupplier'] as const;

@Shape('One unit of a return and what happened to it.')
export class ReturnUnit {
  @Integer({ doc: 'Number within the line.', min: 1 }) unit: number;
  @Choice([...RETURN_CUSTODY, 'kept'], { doc: 'Where it is.' }) custody: string;
  @Timestamp({ doc: 'On its way since.', optional: true }) inTransitAt?: string;
  @Timestamp({ doc: 'Received.', optional: true }) receivedAt?: string;
  @Texts({ doc: 'Who reported the receipt; it counts once whoever does.', optional: true,
    max: 10 }) reportedBy?: string[];
  @Text({ doc: 'Where it was received.', optional: true, max: 40 }) locationId?: string;
  @Text({ doc: 'Grade of the inspection.', optional: true, max: 20 }) grade?: string;
  @Text({ doc: 'What becomes of it.', optional: true, max: 40 }) disposition?: string;
  @Text({ doc: 'Refund it is part of.', optional: true, max: 100 }) refundFact?: string;
}

@Shape('A line of a return.')
export class ReturnLine {
  @Text({ doc: 'Line of the order.', max: 60 }) lineId: string;
  @Text({ doc: 'SKU.', max: 40 }) sku: string;
  @Integer({ doc: 'Units.', min: 1 }) quantity: number;
  @Choice(RETURN_REASONS, { doc: 'Why.' }) reason: string;
  @One(() => Money, { doc: 'Expected refund, after fees.' }) refund: Money;
  @Many(() => ReturnUnit, { doc: 'Units.', max: 1_000 }) units: ReturnUnit[];
}

@Shape('A refund of a return.')
export class ReturnRefund {
  @Text({ doc: 'Fact.', max: 100 }) fact: string;
  @Choice(['pending', 'triggered', 'refunded', 'denied', 'inDoubt'], { doc: 'How it stands.' }) state: string;
  @One(() => Money, { doc: 'What is owed for it, after fees.' }) amount: Money;
  @One(() => Money, { doc: 'Part that goes to the original means of payment.' }) original: Money;
  @One(() => Money, { doc: 'Part given as store credit.' }) storeCredit: Money;
  @One(() => Money, { doc: 'Fee withheld.' }) fee: Money;
  @Text({ doc: 'Credit memo.', optional: true, max: 40 }) creditMemo?: string;
  @Text({ doc: 'Code of the store credit.', optional: true, max: 40 }) storeCreditCode?: string;
  @Text({ doc: 'Why it was denied or came back.', optional: true, max: 500 }) reason?: string;
  @Timestamp({ doc: 'When it was triggered.' }) at: string;
}

@Shape('A label for sending goods back.')
export class ReturnLabel {
  @Text({ doc: 'Carrier.', max: 60 }) carrier: string;
  @Text({ doc: 'Tracking number.', max: 60 }) trackingNumber: string;
  @Text({ doc: 'Where the parcel can be followed.', optional: true, max: 500 }) trackingUrl?: string;
  @Text({ doc: 'Media type of the label.', max: 60, example: 'application/zpl' }) mediaType: string;
  @Text({ doc: 'Label, base64.', max: 20_000 }) data: string;
}

@Shape('A return: goods that come back, or are kept, and the money for them.')
export class Return {
  @Text({ doc: 'Return id.', max: 60, example: 'ret_0197c0de00007000800000000000000a' }) id: string;
  @Text({ doc: 'Number for people.', max: 20, example: 'RMA-7K3M9QX2' }) returnNumber: string;
  @Text({ doc: 'Order.', max: 60 }) orderId: string;
  @Text({ doc: 'Order number.', max: 20 }) orderNumber: string;
  @Text({ doc: 'Customer.', optional: true, max: 60 }) customerId?: string;
  @Text({ doc: 'Channel it was asked for by.', max: 40 }) channel: string;
  @Choice(RETURN_METHODS, { doc: 'How the goods come back.' }) method: string;
  @Choice(RETURN_CUSTODY, { doc: 'Where the goods are; derived.' }) custody: string;
  @Choice(RETURN_MONEY, { doc: 'Where the money is; derived.' }) money: string;
  @Many(() => ReturnLine, { doc: 'Lines.', max: 200 }) lines: ReturnLine[];
  @One(() => Money, { doc: 'Expected refund.' }) expectedRefund: Money;
  @Many(() => ReturnRefund, { doc: 'Refunds.', max: 1_000 }) refunds: ReturnRefund[];
  @One(() => ReturnLabel, { doc: 'Label, once there is one.', optional: true }) label?: ReturnLabel;
  @Text({ doc: 'Where the goods go.', optional: true, max: 40 }) returnTo?: string;
  @Text({ doc: 'Return in the ERP.', optional: true, max: 40 }) erpReference?: string;
  @Flag({ doc: 'True when the refund does not wait for the goods.' }) advanceRefund: boolean;
  @Text({ doc: 'Order that replaces the goods.', optional: true, max: 60 }) exchangeOrderId?: string;
  @Text({ doc: 'Why there is no replacement.', optional: true, max: 500 }) exchangeFailure?: string;
  @Text({ doc: 'Policy version of the decision.', max: 100 }) policyVersion: string;
  @Text({ doc: 'Hash of the decision the customer has seen.', max: 80 }) previewHash: string;
  @Timestamp({ doc: 'When it was asked for.' }) requestedAt: string;
  @Timestamp({ doc: 'Until when the goods must be on their way.', optional: true }) dueAt?: string;
  @Timestamp({ doc: 'When it was authorised.', optional: true }) authorisedAt?: string;
  @Text({ doc: 'Why it was declined.', optional: true, max: 1000 }) declineReason?: string;
  @Timestamp({ doc: 'When goods and money were settled.', optional: true }) closedAt?: string;
  @Integer({ doc: 'Journal entries of its order that the ERP does not have yet.', optional: true })
  erpPostingsWaiting?: number;

  @Many(() => Freshness, { doc: 'Age of what connected systems said.', max: 10 }) freshness: Freshness[];
}
