// What a partner sends and is shown of orders: the edge shapes of partner v1.
import {
  ACCEPTANCE_OUTCOMES, Address, ChannelMoney, Choice, ExternalReference, Integer, Many, Money, NewOrderLine, One,
  ORDER_STATUS, OrderCustomer, Shape, Text, Timestamp,
} from '#contracts';

@Shape('An order of a partner.')
export class NewPartnerOrder {
  @One(() => ExternalReference, { doc: 'Your number of this order: the system it is from and its id there.' })
  externalReference: ExternalReference;

  @One(() => OrderCustomer, { doc: 'Customer id, or name and e-mail of a guest.' })
  customer: OrderCustomer;

  @Text({ doc: 'ISO 4217 code.', pattern: /^[A-Z]{3}$/, min: 3, max: 3, example: 'EUR' })
  currency: string;

  @Text({ doc: 'Region; follows from currency and address when absent.', optional: true, max: 20, example: 'EU' })
  region?: string;

  @Many(() => NewOrderLine, { doc: 'Lines, by our SKU or by your item number.', min: 1, max: 200 })
  lines: NewOrderLine[];

  @One(() => Address, { doc: 'Where it is shipped to; required when a line is shipped.', optional: true })
  shippingAddress?: Address;

  @One(() => ChannelMoney, {
    doc: 'What the customer paid, where you set the prices; every line then has its `unitPrice`.',
    optional: true,
  })
  channelMoney?: ChannelMoney;
}

@Shape("A line of a partner's order.")
export class PartnerOrderLine {
  @Text({ doc: 'Line id within the order.', max: 60 })
  lineId: string;

  @Text({ doc: 'Our SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Name of the product.' })
  name: string;

  @Integer({ doc: 'Quantity.', min: 1, max: 100_000 })
  quantity: number;

  @Integer({ doc: 'Units shipped.', optional: true })
  shipped?: number;

  @Integer({ doc: 'Units cancelled.', optional: true })
  cancelled?: number;

  @Integer({ doc: 'Units refunded.', optional: true })
  refunded?: number;
}

@Shape('A parcel for a partner to tell its customer of.')
export class PartnerShipment {
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

@Shape('An order taken from a partner.')
export class PartnerOrder {
  @Text({ doc: 'Order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  id: string;

  @Text({ doc: 'Number for people.', max: 20, example: 'TL-7K3M-9QX2-40AB' })
  orderNumber: string;

  @One(() => ExternalReference, { doc: 'Your number of this order.', optional: true })
  externalReference?: ExternalReference;

  @Choice(ORDER_STATUS, { doc: 'Where the order stands, in one word.' })
  status: string;

  @Text({ doc: 'Why it waits, when it does.', optional: true, max: 500 })
  holdReason?: string;

  @Many(() => PartnerOrderLine, { doc: 'Lines.', min: 1 })
  lines: PartnerOrderLine[];

  @One(() => Money, { doc: 'What the customer pays.' })
  total: Money;

  @Timestamp({ doc: 'When it was taken.' })
  placedAt: string;

  @Timestamp({ doc: 'When it is promised.', optional: true })
  promisedAt?: string;

  @Choice(ACCEPTANCE_OUTCOMES, { doc: 'Whether we take it on; pending until that is decided.', optional: true })
  acceptance?: string;

  @Timestamp({ doc: 'Until when we accept or refuse it, by the terms agreed with you.', optional: true })
  acceptBy?: string;

  @Many(() => PartnerShipment, { doc: 'Parcels that left.', optional: true, max: 200 })
  shipments?: PartnerShipment[];

  @One(() => Money, { doc: 'What was refunded so far, when anything was.', optional: true })
  refunded?: Money;

  @Text({ doc: 'Entity tag of this state; as header ETag too.', optional: true, max: 80 })
  etag?: string;
}

@Shape('Which order of a partner.')
export class PartnerOrderId {
  @Text({ doc: 'Order id or order number.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;
}

@Shape('Which orders of a partner.')
export class PartnerOrderQuery {
  @Text({ doc: 'Your system, together with `externalId`; without it all orders you placed.', optional: true, max: 40 })
  externalSystem?: string;

  @Text({ doc: 'Your number of the order.', optional: true, max: 100 })
  externalId?: string;

  @Text({ doc: 'Opaque cursor of the next page, from `next`.', optional: true, max: 200 })
  cursor?: string;

  @Integer({ doc: 'Orders a page.', optional: true, min: 1, max: 100, example: 20 })
  limit?: number;
}

@Shape('A page of orders, newest first.')
export class PartnerOrderPage {
  @Many(() => PartnerOrder, { doc: 'Orders.', max: 100 })
  orders: PartnerOrder[];

  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 200 })
  next?: string;
}
