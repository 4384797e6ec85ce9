// Events of an order's commercial life, from captured to completed or cancelled. Their partition key is the order.
import { Money } from '../canonical/money.js';
import { Flag, Integer, Many, One, Shape, Text, Texts, Timestamp } from '../field.js';
import { event } from './event-spec.js';
import { LineAtLocation, LineQuantity } from './line-quantity.js';

const SINCE = '0.1.0';
const LINES_MAX = 500;

@Shape('The order an event is about.')
class AboutOrder {
  @Text({ doc: 'Order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;
}

@Shape('An order was captured.')
class OrderCaptured extends AboutOrder {
  @Text({ doc: 'Number people use.', max: 40, example: 'TL-100001' }) orderNumber: string;
  @Text({ doc: 'Selling channel.', max: 40, example: 'storefront' }) channel: string;
  @One(() => Money, { doc: 'What the customer pays.' }) total: Money;
  @Many(() => LineQuantity, { doc: 'Ordered units by line.', max: LINES_MAX }) lines: LineQuantity[];
}

@Shape('A hold was released.')
class OrderHoldReleased extends AboutOrder {
  @Text({ doc: 'Hold id.', max: 60 }) holdId: string;
  @Text({ doc: 'Consumer or person who released it.', max: 100 }) releasedBy: string;
}

@Shape('It was decided from where the order ships.')
class OrderSourced extends AboutOrder {
  @Many(() => LineAtLocation, { doc: 'Which location fulfils what.', max: LINES_MAX }) allocations: LineAtLocation[];
  @Text({ doc: 'Version of the sourcing policy that decided.', max: 60 }) policyVersion: string;
}

@Shape('The ERP has the order.')
class OrderAccepted extends AboutOrder {
  @Text({ doc: 'Sales order number in the ERP.', max: 40, example: '4500001' }) erpNumber: string;
}

@Shape('The order was released to its warehouses.')
class OrderReleased extends AboutOrder {
  @Texts({ doc: 'Fulfilment orders it became.', max: 100 }) fulfilmentOrderIds: string[];
}

@Shape('Units of the order left a location.')
class OrderShipped extends AboutOrder {
  @Text({ doc: 'Shipment id.', max: 60 }) shipmentId: string;
  @Flag({ doc: 'True when nothing is left to ship.' }) complete: boolean;
  @Many(() => LineQuantity, { doc: 'Units in this shipment.', max: LINES_MAX }) lines: LineQuantity[];
}

@Shape('Units of the order reached the customer.')
class OrderDelivered extends AboutOrder {
  @Text({ doc: 'Shipment id.', max: 60 }) shipmentId: string;
  @Many(() => LineQuantity, { doc: 'Units delivered.', max: LINES_MAX }) lines: LineQuantity[];
}

@Shape('The order was cancelled.')
class OrderCancelled extends AboutOrder {
  @Text({ doc: 'Why.', max: 1000, min: 0 }) reason: string;
}

@Shape('The order is done.')
class OrderCompleted extends AboutOrder {}

@Shape('Units of the order wait for supply.')
class OrderBackordered extends AboutOrder {
  @Text({ doc: 'Line.', max: 60 }) lineId: string;
  @Text({ doc: 'SKU.', max: 40 }) sku: string;
  @Integer({ doc: 'Units.' }) quantity: number;
  @Timestamp({ doc: 'When they are promised.', optional: true }) promisedAt?: string;
}

@Shape('What was waited for ended.')
class OrderBackorderEnded extends AboutOrder {
  @Text({ doc: 'Line.', max: 60 }) lineId: string;
  @Text({ doc: 'SKU.', max: 40 }) sku: string;
  @Integer({ doc: 'Units.' }) quantity: number;
  @Text({ doc: 'allocated or cancelled.', max: 40 }) outcome: string;
}

@Shape('A customer is asked to take a substitute.')
class SubstitutionProposed extends AboutOrder {
  @Text({ doc: 'Proposal.', max: 60 }) proposalId: string;
  @Text({ doc: 'Line.', max: 60 }) lineId: string;
  @Text({ doc: 'SKU that is short.', max: 40 }) sku: string;
  @Text({ doc: 'SKU that is offered.', max: 40 }) substituteSku: string;
  @Integer({ doc: 'Units.' }) quantity: number;
  @Timestamp({ doc: 'Until when an answer counts.' }) expiresAt: string;
}

@Shape('A proposal was answered.')
class SubstitutionAnswered extends AboutOrder {
  @Text({ doc: 'Proposal.', max: 60 }) proposalId: string;
  @Flag({ doc: 'Whether it was accepted.' }) accepted: boolean;
  @Text({ doc: 'Who answered; policy: nobody did in time.', max: 100 }) answeredBy: string;
}

@Shape('Units were cancelled while the rest of the order goes on.')
class OrderUnitsCancelled extends AboutOrder {
  @Many(() => LineQuantity, { doc: 'Units.', max: LINES_MAX }) lines: LineQuantity[];
  @Text({ doc: 'Why.', max: 1000, min: 0 }) reason: string;
}

@Shape('A partner is told whether its order is taken on.')
class OrderAcknowledged extends AboutOrder {
  @Text({ doc: 'accepted, refused or acceptedLate.', max: 40 }) outcome: string;
  @Text({ doc: 'Why.', max: 1000, min: 0 }) reason: string;
}

export const orderEvents = {
  'order.acknowledged.v1': event({
    title: 'Order acknowledged', since: '0.2.0', partitionKey: 'orderId', data: OrderAcknowledged,
    doc: 'The order of a partner was taken on or refused, at the latest when the agreed time had passed.',
  }),
  'order.backordered.v1': event({
    title: 'Order backordered', since: SINCE, partitionKey: 'orderId', data: OrderBackordered,
    doc: 'Units are short and wait for supply.',
  }),
  'order.repromised.v1': event({
    title: 'Order repromised', since: SINCE, partitionKey: 'orderId', data: OrderBackordered,
    doc: 'Supply has moved, and with it the date that waiting units are promised for.',
  }),
  'order.backorder-ended.v1': event({
    title: 'Backorder ended', since: SINCE, partitionKey: 'orderId', data: OrderBackorderEnded,
    doc: 'Waiting units were allocated to supply that arrived, or cancelled because it did not arrive in time.',
  }),
  'order.substitution-proposed.v1': event({
    title: 'Substitution proposed', since: SINCE, partitionKey: 'orderId', data: SubstitutionProposed,
    doc: 'Units are short and the customer is asked to take another product, never at a higher price.',
  }),
  'order.substitution-answered.v1': event({
    title: 'Substitution answered', since: SINCE, partitionKey: 'orderId', data: SubstitutionAnswered,
    doc: 'The customer, or the policy when the customer was silent, has decided about a substitute.',
  }),
  'order.units-cancelled.v1': event({
    title: 'Units cancelled', since: SINCE, partitionKey: 'orderId', data: OrderUnitsCancelled,
    doc: 'Units that nobody can deliver left the order; they are not charged.',
  }),
  'order.captured.v1': event({
    title: 'Order captured', since: SINCE, partitionKey: 'orderId', data: OrderCaptured,
    doc: 'An order was taken: customer, prices and stock are verified and reserved, and its run has begun.',
  }),
  'order.hold-released.v1': event({
    title: 'Order hold released', since: SINCE, partitionKey: 'orderId', data: OrderHoldReleased,
    doc: 'Somebody released a hold; the order goes on when it was the last one.',
  }),
  'order.sourced.v1': event({
    title: 'Order sourced', since: SINCE, partitionKey: 'orderId', data: OrderSourced,
    doc: 'The sourcing policy decided which location fulfils which units.',
  }),
  'order.accepted.v1': event({
    title: 'Order accepted', since: SINCE, partitionKey: 'orderId', data: OrderAccepted,
    doc: 'The ERP created its sales order.',
  }),
  'order.released.v1': event({
    title: 'Order released', since: SINCE, partitionKey: 'orderId', data: OrderReleased,
    doc: 'The locations that fulfil the order were told to pick it.',
  }),
  'order.shipped.v1': event({
    title: 'Order shipped', since: SINCE, partitionKey: 'orderId', data: OrderShipped,
    doc: 'A shipment left, with all or part of what is to be shipped; ownership passes here.',
  }),
  'order.delivered.v1': event({
    title: 'Order delivered', since: SINCE, partitionKey: 'orderId', data: OrderDelivered,
    doc: 'The carrier delivered a shipment of the order.',
  }),
  'order.cancelled.v1': event({
    title: 'Order cancelled', since: SINCE, partitionKey: 'orderId', data: OrderCancelled,
    doc: 'The order ended without being fulfilled; what was done for it is undone.',
  }),
  'order.completed.v1': event({
    title: 'Order completed', since: SINCE, partitionKey: 'orderId', data: OrderCompleted,
    doc: 'Everything that was ordered is shipped or cancelled, paid and invoiced.',
  }),
};
