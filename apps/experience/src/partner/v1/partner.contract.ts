// Contract of the partner API v1: orders from marketplaces, shops and wholesale partners, in their own documents or in
// a plain one; one order of ours per external reference, however often it is sent.
import {
  Address,
  ChannelMoney,
  defineApi,
  ExternalReference,
  Integer,
  Many,
  Money,
  NewOrderLine,
  One,
  operation,
  ORDER_STATUS,
  OrderCustomer,
  Choice,
  problems,
  Shape,
  Text,
  Timestamp,
} from '#contracts';
import { AmazonOrderDocument } from './amazon.contract.js';
import { ShopifyOrder } from './shopify.contract.js';

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
}

const refusals = [
  problems.outOfStock,
  problems.unknownProduct,
  problems.unknownCustomer,
  problems.currencyNotSupported,
  problems.priceChanged,
  problems.externalReferenceTaken,
  problems.idempotencyKeyInUse,
  problems.idempotencyKeyReused,
  problems.unprocessable,
];
const taken = {
  method: 'POST',
  answer: PartnerOrder,
  status: 201,
  alsoStatus: [202],
  scope: 'orders:write',
  rate: 'checkout',
  problems: refusals,
} as const;

export const partnerApi = defineApi({
  name: 'experience/partner',
  version: 1,
  title: 'Partner',
  description: 'For marketplaces, shops and wholesale partners: send orders in the form you have them.',
  operations: {
    placeOrder: operation({
      ...taken,
      path: '/orders',
      summary: 'Place an order',
      body: NewPartnerOrder,
      idempotency: 'forwarded',
      example: {
        externalReference: { system: 'example-partner', id: 'PO-2026-0001' },
        currency: 'EUR',
        customer: { name: 'Ada Lovelace', email: 'ada@example.com' },
        lines: [{ lineId: '10', sku: 'SKU-0001', quantity: 2 }],
        shippingAddress: {
          name: 'Ada Lovelace',
          line1: 'Marktplatz 1',
          city: 'Leipzig',
          postalCode: '04109',
          country: 'DE',
        },
      },
    }),
    receiveShopifyOrder: operation({
      ...taken,
      path: '/shopify/orders',
      summary: 'Take a Shopify order',
      body: ShopifyOrder,
      openBody: true,
      idempotency: 'natural',
      description:
        "The order as Shopify's webhooks carry it. Sending it again answers with the order it has; the same id with " +
        'other lines, amounts or address is refused.',
      example: {
        id: 4507894690001,
        currency: 'USD',
        total_price: '210.94',
        total_tax: '11.94',
        total_discounts: '0.00',
        taxes_included: false,
        email: 'bob.norman@example.com',
        customer: { first_name: 'Bob', last_name: 'Norman' },
        shipping_address: {
          name: 'Bob Norman',
          address1: 'Chestnut Street 92',
          city: 'Louisville',
          zip: '40202',
          province_code: 'KY',
          country_code: 'US',
        },
        line_items: [{ id: 466157049, sku: 'IPOD2008GREEN', quantity: 1, price: '199.00' }],
        shipping_lines: [{ price: '0.00' }],
      },
    }),
    receiveAmazonOrder: operation({
      ...taken,
      path: '/amazon/orders',
      summary: 'Take an Amazon order',
      body: AmazonOrderDocument,
      openBody: true,
      idempotency: 'natural',
      description:
        'What the Selling Partner API answers to getOrder, getOrderItems and, for the address, getOrderAddress. ' +
        'Orders that Amazon ships itself, that are still pending or that are done are refused.',
      example: {
        order: {
          AmazonOrderId: '902-1845936-0000001',
          OrderStatus: 'Unshipped',
          FulfillmentChannel: 'MFN',
          OrderTotal: { CurrencyCode: 'USD', Amount: '11.01' },
        },
        orderItems: [
          {
            OrderItemId: '05015851154158',
            ASIN: 'B00551Q3CS',
            SellerSKU: 'NABetaASINB00551Q3CS',
            QuantityOrdered: 1,
            ItemPrice: { CurrencyCode: 'USD', Amount: '10.00' },
            ItemTax: { CurrencyCode: 'USD', Amount: '1.01' },
          },
        ],
        shippingAddress: {
          Name: 'Ada Lovelace',
          AddressLine1: '2201 Westlake Ave',
          City: 'Seattle',
          StateOrRegion: 'WA',
          PostalCode: '98121',
          CountryCode: 'US',
        },
      },
    }),
  },
});
