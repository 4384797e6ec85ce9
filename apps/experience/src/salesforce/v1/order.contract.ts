// An order as Salesforce sees it, with the age of what is known: shapes that several operations answer with.
import { Choice, Flag, Integer, Many, ORDER_STATUS, PAYMENT, Shape, Text, Timestamp } from '#contracts';

@Shape('Age of what one system said.')
export class SalesforceFreshness {
  @Text({ doc: 'System of record.', example: 'salesforce' })
  sourceSystem: string;

  @Timestamp({ doc: 'Moment at which it said so.' })
  asOf: string;

  @Flag({ doc: 'True when it is late or down and older data is shown.' })
  stale: boolean;

  @Text({ doc: 'Why it is stale.', optional: true, max: 500 })
  reason?: string;

  @Timestamp({ doc: 'When it is asked again.', optional: true })
  nextCheckAt?: string;
}

/** What a flow reads in the body, since Salesforce shows it no header. */
@Shape('What every answer says besides its subject.')
export class SalesforceAnswer {
  @Flag({ doc: 'True when this version of the API is deprecated: move to its successor.' })
  deprecated: boolean;

  @Timestamp({ doc: 'When this version ends, once that is announced.', optional: true })
  sunsetAt?: string;
}

@Shape('An order in a list.')
export class SalesforceOrderSummary {
  @Text({ doc: 'Order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;

  @Text({ doc: 'Number for people.', max: 20, example: 'TL-7K3M-9QX2-40AB' })
  orderNumber: string;

  @Choice(ORDER_STATUS, { doc: 'Where the order stands.' })
  status: string;

  @Text({ doc: 'Channel it came by.', max: 40 })
  channel: string;

  @Text({ doc: 'What the customer pays, decimal.', max: 20, example: '12.34' })
  totalAmount: string;

  @Text({ doc: 'ISO 4217 code.', min: 3, max: 3, example: 'EUR' })
  currencyCode: string;

  @Timestamp({ doc: 'When it was placed.' })
  placedAt: string;
}

@Shape('A line of an order.')
export class SalesforceOrderLine {
  @Text({ doc: 'Line id.', max: 60 })
  lineId: string;

  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Name of the product.' })
  productName: string;

  @Integer({ doc: 'Ordered.' })
  quantity: number;

  @Integer({ doc: 'Backordered.' })
  backordered: number;

  @Integer({ doc: 'Shipped.' })
  shipped: number;

  @Integer({ doc: 'Delivered.' })
  delivered: number;

  @Integer({ doc: 'Cancelled.' })
  cancelled: number;

  @Text({ doc: 'What the customer pays for the line, decimal.', max: 20 })
  totalAmount: string;
}

@Shape('A parcel of an order.')
export class SalesforceShipment {
  @Text({ doc: 'Shipment id.', max: 60 })
  shipmentId: string;

  @Text({ doc: 'Carrier.', optional: true, max: 60 })
  carrier?: string;

  @Text({ doc: 'Tracking number.', optional: true, max: 60 })
  trackingNumber?: string;

  @Timestamp({ doc: 'When it left.' })
  shippedAt: string;

  @Timestamp({ doc: 'When it arrived.', optional: true })
  deliveredAt?: string;
}

@Shape('Where an order stands.')
export class SalesforceOrderStatus extends SalesforceOrderSummary {
  @Text({ doc: 'Customer id; absent for a guest.', optional: true, max: 60 })
  customerId?: string;

  @Text({ doc: 'Name of the customer.', optional: true })
  customerName?: string;

  @Text({ doc: 'Where fulfilment stands.', max: 40 })
  fulfilmentStatus: string;

  @Choice(PAYMENT, { doc: 'Where the payment stands.' })
  paymentStatus: string;

  @Text({ doc: 'Sales order in the ERP, once it has one.', optional: true, max: 100 })
  erpNumber?: string;

  @Text({ doc: 'Why it waits, when it does.', optional: true, max: 500 })
  holdReason?: string;

  @Timestamp({ doc: 'When it is promised.', optional: true })
  promisedAt?: string;

  @Many(() => SalesforceOrderLine, { doc: 'Lines.' })
  orderLines: SalesforceOrderLine[];

  @Many(() => SalesforceShipment, { doc: 'Parcels that left.' })
  shipments: SalesforceShipment[];

  @Many(() => SalesforceFreshness, { doc: 'Age of what each system said.', max: 20 })
  freshness: SalesforceFreshness[];

  @Text({ doc: 'State of the order as read; send it as If-Match to change exactly this one.', max: 80 })
  etag: string;

  @Flag({ doc: 'True when this version of the API is deprecated: move to its successor.' })
  deprecated: boolean;

  @Timestamp({ doc: 'When this version ends, once that is announced.', optional: true })
  sunsetAt?: string;
}
