// The order: lines with counters (the truth), holds as rows, axes and status derived from them, never stored.
import { Choice, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Discount, Tax, Totals } from './catalogue.js';
import { Money } from './money.js';
import { Address, ExternalReference, Freshness, OrderCustomer } from './party.js';

export const COMMERCIAL = ['received', 'onHold', 'accepted', 'completed', 'cancelled'] as const;
export const FULFILMENT = [
  'unfulfilled',
  'released',
  'inProgress',
  'partiallyShipped',
  'shipped',
  'delivered',
  'cancelled',
] as const;
export const PAYMENT = [
  'pending',
  'authorised',
  'partiallyCaptured',
  'captured',
  'partiallyRefunded',
  'refunded',
  'voided',
  'failed',
] as const;
export const RETURN_CUSTODY = [
  'none',
  'requested',
  'inTransit',
  'received',
  'inspected',
  'disposed',
  'notReturned',
] as const;
export const RETURN_MONEY = ['none', 'notRefundable', 'pending', 'triggered', 'refunded', 'denied', 'inDoubt'] as const;
export const ORDER_STATUS = [
  'received',
  'onHold',
  'accepted',
  'inFulfilment',
  'partiallyShipped',
  'shipped',
  'delivered',
  'completed',
  'cancelled',
] as const;

@Shape('How a line reaches the customer.')
export class Fulfilment {
  @Choice(['ship', 'pickup', 'shipFromStore'], { doc: 'Method.', example: 'ship' })
  method: string;

  @Text({
    doc: 'Location that fulfils it; for pickup the store the customer chose.',
    optional: true,
    max: 40,
    example: 'ST-001',
  })
  locationId?: string;
}

@Shape('Quantity counters of a line: ordered = cancelled + backordered + reserved + (released - shipped) + shipped.')
export class LineCounters {
  @Integer({ doc: 'Ordered.' }) ordered: number;
  @Integer({ doc: 'Cancelled.' }) cancelled: number;
  @Integer({ doc: 'Waiting for supply.' }) backordered: number;
  @Integer({ doc: 'Reserved, not yet released to a location.' }) reserved: number;
  @Integer({ doc: 'Released to a location, shipped or not.' }) released: number;
  @Integer({ doc: 'Picked.' }) picked: number;
  @Integer({ doc: 'Packed.' }) packed: number;
  @Integer({ doc: 'Shipped.' }) shipped: number;
  @Integer({ doc: 'Delivered or collected.' }) delivered: number;
  @Integer({ doc: 'Asked to be returned.' }) returnRequested: number;
  @Integer({ doc: 'Received back.' }) received: number;
  @Integer({ doc: 'Restocked.' }) restocked: number;
  @Integer({ doc: 'Scrapped.' }) scrapped: number;
  @Integer({ doc: 'Refunded.' }) refunded: number;
}

@Shape('One line of an order.')
export class OrderLine {
  @Text({ doc: 'Line id within the order.', max: 60, example: '1' })
  lineId: string;

  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Name of the product when ordered.' })
  name: string;

  @Integer({ doc: 'Quantity ordered.', min: 1, max: 100_000, example: 1 })
  quantity: number;

  @One(() => Money, { doc: 'Price of one unit before discounts.' })
  unitPrice: Money;

  @Many(() => Discount, { doc: 'Discounts.', max: 20 })
  discounts: Discount[];

  @One(() => Tax, { doc: 'Tax.' })
  tax: Tax;

  @One(() => Money, { doc: 'What the customer pays for the line.' })
  total: Money;

  @One(() => Fulfilment, { doc: 'How it reaches the customer.' })
  fulfilment: Fulfilment;

  @One(() => LineCounters, { doc: 'Counters.' })
  counters: LineCounters;
}

@Shape('Something that keeps an order from going on.')
export class Hold {
  @Text({ doc: 'Hold id.', max: 60 })
  id: string;

  @Choice(['fraud', 'payment', 'address', 'credit', 'customer', 'total', 'manual'], { doc: 'Kind.' })
  kind: string;

  @Text({ doc: 'Why.', max: 500 })
  reason: string;

  @Text({ doc: 'Who placed it.', max: 100 })
  placedBy: string;

  @Timestamp({ doc: 'When.' })
  placedAt: string;

  @Text({ doc: 'Who released it.', optional: true, max: 100 })
  releasedBy?: string;

  @Timestamp({ doc: 'When it was released.', optional: true })
  releasedAt?: string;
}

@Shape('Money of an order: authorised, captured and refunded so far.')
export class OrderPayment {
  @Text({ doc: 'Means of payment, e.g. card.', max: 40, example: 'card' })
  method: string;

  @Text({ doc: 'Payment at the provider.', optional: true, max: 100 })
  reference?: string;

  @One(() => Money, { doc: 'Authorised.' })
  authorised: Money;

  @One(() => Money, { doc: 'Captured.' })
  captured: Money;

  @One(() => Money, { doc: 'Refunded.' })
  refunded: Money;

  @Choice(PAYMENT, { doc: 'Derived state.' })
  state: string;
}

@Shape('A parcel that left a location.')
export class Shipment {
  @Text({ doc: 'Shipment id.', max: 60 })
  id: string;

  @Text({ doc: 'Location it left.', max: 40 })
  locationId: string;

  @Text({ doc: 'Carrier.', optional: true, max: 60 })
  carrier?: string;

  @Text({ doc: 'Tracking number.', optional: true, max: 60 })
  trackingNumber?: string;

  @Timestamp({ doc: 'When it left.' })
  shippedAt: string;

  @Timestamp({ doc: 'When it arrived.', optional: true })
  deliveredAt?: string;
}

export const PICKUP_STATES =
  ['preparing', 'ready', 'collected', 'expired', 'converted', 'cancelled'] as const;

@Shape('Lines of an order that the customer collects at a store.')
export class OrderPickup {
  @Text({ doc: 'Pickup id.', max: 60, example: 'ful_0197c0de00007000800000000000000a' })
  id: string;

  @Text({ doc: 'Store.', max: 40, example: 'ST-001' })
  locationId: string;

  @Choice(PICKUP_STATES, { doc: 'Where it stands, derived from what has happened.', example: 'ready' })
  state: string;

  @Timestamp({ doc: 'When it is promised to be ready.' })
  readyBy: string;

  @Timestamp({ doc: 'When it was ready.', optional: true })
  readyAt?: string;

  @Timestamp({ doc: 'Until when it waits for the customer.', optional: true })
  collectBy?: string;

  @Timestamp({ doc: 'When it was collected.', optional: true })
  collectedAt?: string;

  @Text({ doc: 'One-time code the customer shows at the counter; absent once the pickup has ended.', optional: true,
    max: 20, example: '482915' })
  code?: string;
}

@Shape('Orthogonal states of an order, all derived from counters, holds and payments.')
export class OrderAxes {
  @Choice(COMMERCIAL, { doc: 'Commercial.' }) commercial: string;
  @Choice(FULFILMENT, { doc: 'Fulfilment.' }) fulfilment: string;
  @Choice(PAYMENT, { doc: 'Payment.' }) payment: string;
  @Choice(RETURN_CUSTODY, { doc: 'Custody of returned goods.' }) returnCustody: string;
  @Choice(RETURN_MONEY, { doc: 'Money of returns.' }) returnMoney: string;
}

@Shape('An order as the process layer knows it.')
export class Order {
  @Text({ doc: 'Order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  id: string;

  @Text({ doc: 'Number for people.', max: 20, example: 'TL-7K3M9QX2' })
  orderNumber: string;

  @Text({ doc: 'Brand.', max: 40, example: 'throughline' })
  brand: string;

  @Text({ doc: 'Region that selects price list, tax, locations and policies.', max: 20, example: 'EU' })
  region: string;

  @Text({ doc: 'Channel it came by.', max: 40, example: 'storefront' })
  channel: string;

  @One(() => ExternalReference, { doc: 'Order id of the channel.', optional: true })
  externalReference?: ExternalReference;

  @One(() => OrderCustomer, { doc: 'Customer.' })
  customer: OrderCustomer;

  @Text({ doc: 'ISO 4217 code.', min: 3, max: 3, example: 'EUR' })
  currency: string;

  @Many(() => OrderLine, { doc: 'Lines.', min: 1 })
  lines: OrderLine[];

  @One(() => Address, { doc: 'Where it is shipped to.', optional: true })
  shippingAddress?: Address;

  @Many(() => OrderPayment, { doc: 'Payments.', max: 20 })
  payments: OrderPayment[];

  @One(() => Totals, { doc: 'Sums.' })
  totals: Totals;

  @Many(() => Hold, { doc: 'Holds, released ones included.', max: 50 })
  holds: Hold[];

  @Many(() => Shipment, { doc: 'Shipments.', max: 200 })
  shipments: Shipment[];

  @Many(() => OrderPickup, { doc: 'Pickups, when lines are collected at a store.', max: 50, optional: true })
  pickups?: OrderPickup[];

  @Many(() => ExternalReference, { doc: 'Ids of this order in connected systems.', max: 20 })
  references: ExternalReference[];

  @One(() => OrderAxes, { doc: 'Axes.' })
  axes: OrderAxes;

  @Choice(ORDER_STATUS, { doc: 'One word for people, derived from the axes.' })
  status: string;

  @Timestamp({ doc: 'When it was placed.' })
  placedAt: string;

  @Text({ doc: 'Consumer that placed it.', optional: true, max: 100, example: 'storefront-demo' })
  placedBy?: string;

  @Timestamp({ doc: 'When it is promised.', optional: true })
  promisedAt?: string;

  @Many(() => Freshness, { doc: 'Age of what connected systems said.', max: 20 })
  freshness: Freshness[];

  @Integer({ doc: 'Rises by one with each change.' })
  version: number;
}
