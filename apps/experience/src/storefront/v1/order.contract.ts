// What a shop sends and shows of quotes and orders: the edge shapes of storefront v1.
import {
  Address,
  CancelOrder,
  Choice,
  Flag,
  Freshness,
  Fulfilment,
  Integer,
  Many,
  Money,
  One,
  ExternalReference,
  OrderCustomer,
  OrderId,
  OrderPickup,
  ORDER_STATUS,
  PAYMENT,
  Shape,
  Text,
  Texts,
  Timestamp,
  Totals,
} from '#contracts';
import { LINE_STATUS } from '../../order-words.policy.js';

export { CancelOrder as CancelStorefrontOrder, OrderId as StorefrontOrderId };

@Shape('A line of a basket.')
export class StorefrontBasketLine {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Integer({ doc: 'Quantity.', min: 1, max: 100_000, example: 1 })
  quantity: number;

  @One(() => Money, {
    doc: 'Unit price the customer was shown; a stale one is refused with the right one.',
    optional: true,
  })
  unitPrice?: Money;

  @One(() => Fulfilment, { doc: 'How it reaches the customer; shipped when absent.', optional: true })
  fulfilment?: Fulfilment;

  @Flag({ doc: 'The customer waits for units that are short, when supply is announced.', optional: true })
  allowBackorder?: boolean;

  @Flag({ doc: 'The customer may be asked to take a substitute for units that are short.', optional: true })
  allowSubstitution?: boolean;
}

@Shape('A basket to be quoted.')
export class NewStorefrontQuote {
  @Text({ doc: 'ISO 4217 code.', pattern: /^[A-Z]{3}$/, min: 3, max: 3, example: 'EUR' })
  currency: string;

  @Text({ doc: 'Region; follows from the currency when absent.', optional: true, max: 20, example: 'EU' })
  region?: string;

  @Text({ doc: "Customer id, for prices of one's own.", optional: true, max: 60, example: 'CUS-0001' })
  customerId?: string;

  @Many(() => StorefrontBasketLine, { doc: 'Lines.', min: 1, max: 200 })
  lines: StorefrontBasketLine[];

  @Texts({ doc: 'Coupon codes.', optional: true, max: 5, maxLength: 40, example: ['WELCOME10'] })
  coupons?: string[];
}

@Shape('A line with its price.')
export class StorefrontPricedLine {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Name of the product.' })
  name: string;

  @Integer({ doc: 'Quantity.', min: 1, max: 100_000, example: 1 })
  quantity: number;

  @One(() => Money, { doc: 'Price of one unit before discounts.' })
  unitPrice: Money;

  @One(() => Money, { doc: 'Discounts on the line.' })
  discount: Money;

  @One(() => Money, { doc: 'What the customer pays for the line.' })
  total: Money;
}

@Shape('Prices of a basket, promised until they expire.')
export class StorefrontQuote {
  @Text({ doc: 'Quote id.', max: 60 })
  quoteId: string;

  @Text({ doc: 'ISO 4217 code.', min: 3, max: 3, example: 'EUR' })
  currency: string;

  @Many(() => StorefrontPricedLine, { doc: 'Lines.', min: 1 })
  lines: StorefrontPricedLine[];

  @One(() => Totals, { doc: 'Sums.' })
  totals: Totals;

  @Timestamp({ doc: 'Until when the prices hold.' })
  expiresAt: string;

  @Text({ doc: 'Send it as `quoteToken` of the order.', max: 16_000 })
  quoteToken: string;

  @One(() => Freshness, { doc: 'Age of the prices.' })
  freshness: Freshness;

  @Texts({ doc: 'Coupons the prices depend on.', optional: true, max: 5, maxLength: 40 })
  coupons?: string[];
}

@Shape("How a shop's customer pays.")
export class StorefrontPayment {
  @Choice(['card'], { doc: 'Means of payment.', example: 'card' })
  method: string;

  @Text({ doc: "Payment method from the provider's client library.", max: 200, example: 'pm_card_visa' })
  token: string;
}

@Shape('An order of a shop.')
export class NewStorefrontOrder {
  @One(() => OrderCustomer, { doc: 'Customer id, or name and e-mail of a guest.' })
  customer: OrderCustomer;

  @Text({ doc: 'ISO 4217 code.', pattern: /^[A-Z]{3}$/, min: 3, max: 3, example: 'EUR' })
  currency: string;

  @Text({ doc: 'Region; follows from currency and address when absent.', optional: true, max: 20, example: 'EU' })
  region?: string;

  @Many(() => StorefrontBasketLine, { doc: 'Lines.', min: 1, max: 200 })
  lines: StorefrontBasketLine[];

  @Text({ doc: '`quoteToken` of a quote for exactly these lines.', optional: true, max: 16_000 })
  quoteToken?: string;

  @Texts({ doc: 'Coupon codes.', optional: true, max: 5, maxLength: 40, example: ['WELCOME10'] })
  coupons?: string[];

  @Flag({ doc: 'True: all of it is shipped together, or none of it.', optional: true })
  shipComplete?: boolean;

  @One(() => Address, { doc: 'Where it is shipped to; required when a line is shipped.', optional: true })
  shippingAddress?: Address;

  @One(() => StorefrontPayment, { doc: 'Payment.' })
  payment: StorefrontPayment;

  @One(() => ExternalReference, { doc: 'Your own number of this order; one order per reference.', optional: true })
  externalReference?: ExternalReference;
}

@Shape('A line of an order.')
export class StorefrontOrderLine extends StorefrontPricedLine {
  @Text({ doc: 'Line id within the order.', max: 60, example: '1' })
  lineId: string;

  @Choice(LINE_STATUS, { doc: 'Where the line stands.' })
  status: string;

  @Integer({ doc: 'Units shipped.' })
  shipped: number;

  @Integer({ doc: 'Units cancelled.' })
  cancelled: number;
}

@Shape('A parcel of an order.')
export class StorefrontShipment {
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

@Shape('What an order waits for.')
export class StorefrontHold {
  @Text({ doc: 'Why.', max: 500 })
  reason: string;

  @Timestamp({ doc: 'Since when.' })
  since: string;
}

@Shape('Where to go on from an order.')
export class StorefrontOrderLinks {
  @Text({ doc: 'This order.', max: 200 })
  self: string;

  @Text({ doc: 'POST here to cancel it; absent once that is too late.', optional: true, max: 200 })
  cancel?: string;
}

@Shape('An order as a shop shows it.')
export class StorefrontOrder {
  @Text({ doc: 'Order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  id: string;

  @Text({ doc: 'Number for people.', max: 20, example: 'TL-7K3M-9QX2-40AB' })
  orderNumber: string;

  @Choice(ORDER_STATUS, { doc: 'Where the order stands, in one word.' })
  status: string;

  @Choice(PAYMENT, { doc: 'Where its payment stands.' })
  paymentStatus: string;

  @Text({ doc: 'ISO 4217 code.', min: 3, max: 3, example: 'EUR' })
  currency: string;

  @One(() => OrderCustomer, { doc: 'Customer.' })
  customer: OrderCustomer;

  @Many(() => StorefrontOrderLine, { doc: 'Lines.', min: 1 })
  lines: StorefrontOrderLine[];

  @One(() => Totals, { doc: 'Sums.' })
  totals: Totals;

  @One(() => Address, { doc: 'Where it is shipped to.', optional: true })
  shippingAddress?: Address;

  @Many(() => StorefrontShipment, { doc: 'Parcels that left.', max: 200 })
  shipments: StorefrontShipment[];

  @Many(() => OrderPickup, { doc: 'Pickups at stores, with the code to show there.', max: 50, optional: true })
  pickups?: OrderPickup[];

  @One(() => ExternalReference, { doc: 'Your own number of this order.', optional: true })
  externalReference?: ExternalReference;

  @Text({
    doc: 'Why it waits, when it does; use `hold`. Given up to revision 2026-11-23.', optional: true, max: 500,
    deprecated: true, sunset: '2027-06-30',
  })
  holdReason?: string;

  @One(() => StorefrontHold, { doc: 'What it waits for, when it does.', optional: true })
  hold?: StorefrontHold;

  @Timestamp({ doc: 'When it was placed.' })
  placedAt: string;

  @Timestamp({ doc: 'When it is promised.', optional: true })
  promisedAt?: string;

  @Many(() => Freshness, { doc: 'Age of what connected systems said.', max: 20 })
  freshness: Freshness[];

  @Integer({ doc: 'Rises by one with each change.' })
  version: number;

  @One(() => StorefrontOrderLinks, { doc: 'Where to go on.' })
  links: StorefrontOrderLinks;

  @Text({ doc: 'Entity tag of this state; as header ETag too.', optional: true, max: 80 })
  etag?: string;
}
