// Events of an order's commercial life, from captured to completed or cancelled. Their partition key is the order.
import { Money } from '../canonical/money.js';
import { Flag, Many, One, Shape, Text, Texts } from '../field.js';
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

export const orderEvents = {
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
