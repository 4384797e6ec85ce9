// What an app sends and shows of orders, and how one is tracked: the edge shapes of mobile v1.
import {
  Address, CancelOrder, Choice, Flag, Freshness, Fulfilment, Integer, Many, Money, NewPushSubscription, One,
  OrderCustomer, ORDER_STATUS, OrderPickup, PAYMENT, PushKey, PushSubscription, PushSubscriptionPath, Shape, Text,
  Timestamp,
} from '#contracts';
import { LINE_STATUS } from '../../order-words.policy.js';

export {
  CancelOrder as CancelMobileOrder, NewPushSubscription as NewDevice, PushKey as DeviceKey,
  PushSubscription as Device, PushSubscriptionPath as DevicePath,
};

@Shape('A line an app orders.')
export class NewMobileLine {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Integer({ doc: 'Quantity.', min: 1, max: 100_000, example: 1 })
  quantity: number;

  @One(() => Money, { doc: 'Unit price the customer was shown; a stale one is refused.', optional: true })
  unitPrice?: Money;

  @One(() => Fulfilment, { doc: 'How it reaches the customer; shipped when absent.', optional: true })
  fulfilment?: Fulfilment;
}

@Shape("How an app's customer pays.")
export class MobilePayment {
  @Choice(['card'], { doc: 'Means of payment.', example: 'card' })
  method: string;

  @Text({ doc: "Payment method from the provider's client library.", max: 200, example: 'pm_card_visa' })
  token: string;
}

@Shape('An order of an app.')
export class NewMobileOrder {
  @One(() => OrderCustomer, { doc: 'Customer id, or name and e-mail of a guest.' })
  customer: OrderCustomer;

  @Text({ doc: 'ISO 4217 code.', pattern: /^[A-Z]{3}$/, min: 3, max: 3, example: 'EUR' })
  currency: string;

  @Text({ doc: 'Region; follows from currency and address when absent.', optional: true, max: 20, example: 'EU' })
  region?: string;

  @Many(() => NewMobileLine, { doc: 'Lines.', min: 1, max: 200 })
  lines: NewMobileLine[];

  @One(() => Address, { doc: 'Where it is shipped to; required when a line is shipped.', optional: true })
  shippingAddress?: Address;

  @One(() => MobilePayment, { doc: 'Payment.' })
  payment: MobilePayment;
}

@Shape('Which order of an app.')
export class MobileOrderId {
  @Text({ doc: 'Order id or order number.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;
}

@Shape('Whose orders.')
export class MobileOrderQuery {
  @Text({ doc: 'Customer id.', max: 60, example: 'CUS-0001' })
  customerId: string;

  @Flag({ doc: 'Only orders that are neither completed nor cancelled.', optional: true })
  open?: boolean;

  @Text({ doc: 'Opaque cursor of the next page, from `next`.', optional: true, max: 200 })
  cursor?: string;

  @Integer({ doc: 'Orders a page.', optional: true, min: 1, max: 50, example: 10 })
  limit?: number;
}

@Shape('An order in a list.')
export class MobileOrderSummary {
  @Text({ doc: 'Order id.', max: 60 })
  id: string;

  @Text({ doc: 'Number for people.', max: 20, example: 'TL-7K3M-9QX2-40AB' })
  orderNumber: string;

  @Choice(ORDER_STATUS, { doc: 'Where the order stands, in one word.' })
  status: string;

  @One(() => Money, { doc: 'What the customer pays.' })
  total: Money;

  @Integer({ doc: 'Units ordered.' })
  units: number;

  @Timestamp({ doc: 'When it was placed.' })
  placedAt: string;
}

@Shape('A page of orders, newest first.')
export class MobileOrderPage {
  @Many(() => MobileOrderSummary, { doc: 'Orders.', max: 50 })
  orders: MobileOrderSummary[];

  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 200 })
  next?: string;

  @Text({ doc: 'Entity tag of this page; as header ETag too.', optional: true, max: 80 })
  etag?: string;
}

@Shape('A line of an order.')
export class MobileOrderLine {
  @Text({ doc: 'Line id within the order.', max: 60, example: '1' })
  lineId: string;

  @Text({ doc: 'SKU.', max: 40 })
  sku: string;

  @Text({ doc: 'Name of the product.' })
  name: string;

  @Integer({ doc: 'Quantity.', min: 1 })
  quantity: number;

  @One(() => Money, { doc: 'What the customer pays for the line.' })
  total: Money;

  @Choice(LINE_STATUS, { doc: 'Where the line stands.' })
  status: string;
}

@Shape('A parcel of an order.')
export class MobileParcel {
  @Text({ doc: 'Shipment id.', max: 60 })
  id: string;

  @Text({ doc: 'Carrier.', optional: true, max: 60 })
  carrier?: string;

  @Text({ doc: 'Tracking number.', optional: true, max: 60 })
  trackingNumber?: string;

  @Timestamp({ doc: 'When it left.' })
  shippedAt: string;

  @Timestamp({ doc: 'When it arrived.', optional: true })
  deliveredAt?: string;
}

@Shape('An order as an app shows it.')
export class MobileOrder extends MobileOrderSummary {
  @Choice(PAYMENT, { doc: 'Where its payment stands.' })
  paymentStatus: string;

  @Many(() => MobileOrderLine, { doc: 'Lines.', min: 1 })
  lines: MobileOrderLine[];

  @Many(() => MobileParcel, { doc: 'Parcels that left.', max: 200 })
  parcels: MobileParcel[];

  @Many(() => OrderPickup, { doc: 'Pickups at stores, with the code to show there.', max: 50, optional: true })
  pickups?: OrderPickup[];

  @Timestamp({ doc: 'When it is promised.', optional: true })
  promisedAt?: string;

  @Text({ doc: 'Why it waits, when it does.', optional: true, max: 500 })
  waitsFor?: string;

  @Flag({ doc: 'Whether it can still be cancelled.' })
  cancellable: boolean;

  @Many(() => Freshness, { doc: 'Age of what connected systems said.', max: 20 })
  freshness: Freshness[];

  @Text({ doc: 'Entity tag of this state; as header ETag too.', optional: true, max: 80 })
  etag?: string;
}

@Shape('Since when an order is tracked.')
export class MobileTrackingQuery extends MobileOrderId {
  @Integer({ doc: 'Position of the last event one has; a stream may say Last-Event-ID instead.', optional: true,
    max: Number.MAX_SAFE_INTEGER })
  after?: number;
}

@Shape('Something that happened to an order.')
export class MobileTrackingEvent {
  @Integer({ doc: 'Position; id of the event in a stream.', max: Number.MAX_SAFE_INTEGER })
  position: number;

  @Text({ doc: 'What: an event type.', max: 100, example: 'shipment.dispatched.v1' })
  type: string;

  @Timestamp({ doc: 'When.' })
  at: string;

  @Text({ doc: 'Parcel it is about.', optional: true, max: 60 })
  shipmentId?: string;

  @Text({ doc: 'Carrier.', optional: true, max: 100 })
  carrier?: string;

  @Text({ doc: 'Tracking number.', optional: true, max: 100 })
  trackingNumber?: string;

  @Text({ doc: 'Store or warehouse.', optional: true, max: 40 })
  locationId?: string;

  @Timestamp({ doc: 'When units that wait are promised.', optional: true })
  promisedAt?: string;

  @Timestamp({ doc: 'Until when a pickup is kept.', optional: true })
  collectBy?: string;

  @Text({ doc: 'Why.', optional: true, max: 1_000 })
  reason?: string;
}

@Shape('How an order has gone on.')
export class MobileTracking {
  @Text({ doc: 'Order id.', max: 60 })
  orderId: string;

  @Choice(ORDER_STATUS, { doc: 'Where the order stands now.' })
  status: string;

  @Many(() => MobileTrackingEvent, { doc: 'What happened, oldest first.', max: 100 })
  events: MobileTrackingEvent[];

  @Integer({ doc: 'Send it as `after` the next time.', max: Number.MAX_SAFE_INTEGER })
  position: number;

  @Text({ doc: 'Entity tag; as header ETag too.', optional: true, max: 80 })
  etag?: string;
}
