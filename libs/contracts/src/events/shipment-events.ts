// Events of fulfilment: what a warehouse says has happened to one fulfilment order. Their partition key is the order.
import { Many, Shape, Text, Timestamp } from '../field.js';
import { event } from './event-spec.js';
import { LineQuantity } from './line-quantity.js';

const SINCE = '0.1.0';
const LINES_MAX = 500;

/**
 * Quantities are totals of the fulfilment order so far, not increments; those of a short pick are what was really
 * picked (0: nothing). A pick is announced as picked or as short-picked, never as both. `orderId` is the fulfilment
 * order's id when the warehouse speaks of one we do not know.
 */
@Shape('What a warehouse says has happened to one fulfilment order.')
export class FulfilmentFact {
  @Text({ doc: 'Order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' }) orderId: string;
  @Text({ doc: 'Fulfilment order id.', max: 60 }) fulfilmentOrderId: string;
  @Text({ doc: 'Where.', max: 40, example: 'WH-EU' }) locationId: string;
  @Text({ doc: 'Id the warehouse gave the fact.', max: 200 }) factId: string;
  @Timestamp({ doc: 'When it happened there.' }) occurredAt: string;
  @Many(() => LineQuantity, { doc: 'Totals by line so far.', max: LINES_MAX }) lines: LineQuantity[];
}

@Shape('A pick that found fewer units than ordered.')
class ShortPicked extends FulfilmentFact {
  @Text({ doc: 'What the warehouse gave as the reason.', max: 1000, min: 0 }) reason: string;
}

@Shape('A location that will not fulfil.')
class ShipmentRejected extends FulfilmentFact {
  @Text({ doc: 'Why, as a code of the exception policy.', max: 60, example: 'tooBusy' }) reasonCode: string;
  @Text({ doc: 'Why, in words.', max: 1000, min: 0 }) reason: string;
}

@Shape('A shipment and what it carries.')
class ShipmentDelivered extends FulfilmentFact {
  @Text({ doc: 'Shipment id.', max: 60 }) shipmentId: string;
}

@Shape('A shipment on its way.')
class ShipmentDispatched extends ShipmentDelivered {
  @Text({ doc: 'Carrier.', max: 100, optional: true }) carrier?: string;
  @Text({ doc: 'Tracking number.', max: 100, optional: true }) trackingNumber?: string;
}

export const shipmentEvents = {
  'shipment.created.v1': event({
    title: 'Fulfilment order accepted', since: SINCE, partitionKey: 'orderId', data: FulfilmentFact,
    doc: 'The warehouse accepted a fulfilment order.',
  }),
  'shipment.picked.v1': event({
    title: 'Picked', since: SINCE, partitionKey: 'orderId', data: FulfilmentFact,
    doc: 'All units of a fulfilment order were picked.',
  }),
  'shipment.short-picked.v1': event({
    title: 'Picked short', since: SINCE, partitionKey: 'orderId', data: ShortPicked,
    doc: 'Units are missing at the shelf, or the warehouse gave the fulfilment order up.',
  }),
  'shipment.rejected.v1': event({
    title: 'Fulfilment rejected', since: SINCE, partitionKey: 'orderId', data: ShipmentRejected,
    doc: 'A location will not fulfil; lines say what it had picked. What is missing is sourced from elsewhere.',
    revisions: [{
      date: '2026-11-24', change: '`reasonCode` says why as a code of the exception policy.',
      before: ({ reasonCode: _later, ...data }) => data,
    }],
  }),
  'shipment.packed.v1': event({
    title: 'Packed', since: SINCE, partitionKey: 'orderId', data: FulfilmentFact,
    doc: 'What was picked is packed.',
  }),
  'shipment.dispatched.v1': event({
    title: 'Shipment dispatched', since: SINCE, partitionKey: 'orderId', data: ShipmentDispatched,
    doc: 'The carrier has the shipment.',
  }),
  'shipment.delivered.v1': event({
    title: 'Shipment delivered', since: SINCE, partitionKey: 'orderId', data: ShipmentDelivered,
    doc: 'The carrier says the shipment was delivered.',
  }),
};
