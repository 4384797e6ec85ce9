// Contract of the partner API v1: orders from marketplaces, shops and wholesale partners, in their own documents or in
// a plain one; one order of ours per external reference, however often it is sent.
import { defineApi, OfferQuery, operation, PartnerOffers, PartnerUpdateQuery, PartnerUpdates, problems }
  from '#contracts';
import { AmazonOrderDocument } from './amazon.contract.js';
import {
  NewPartnerOrder, PartnerOrder, PartnerOrderId, PartnerOrderPage, PartnerOrderQuery,
} from './order.contract.js';
import { ShopifyOrder } from './shopify.contract.js';

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
const read = { method: 'GET', rate: 'read', idempotency: 'safe' } as const;
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
  description:
    'For marketplaces, shops and wholesale partners: send orders in the form you have them, offer what the feed says, '
    + 'and learn what becomes of orders by pull or by webhooks (`/platform/v1/webhooks`), either replayed at will.',
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
    getOrder: operation({
      ...read, path: '/orders/{orderId}', summary: 'Read an order: whether it is taken on, its parcels and money',
      params: PartnerOrderId, answer: PartnerOrder, scope: 'orders:read', problems: [problems.notFound],
    }),
    listOrders: operation({
      ...read, path: '/orders', summary: 'Find orders by your number, or list them newest first',
      params: PartnerOrderQuery, answer: PartnerOrderPage, scope: 'orders:read',
    }),
    listUpdates: operation({
      ...read, path: '/updates', summary: 'Read what became of your orders', params: PartnerUpdateQuery,
      answer: PartnerUpdates, scope: 'orders:read',
      description:
        'Accepted, refused, shipped, delivered, cancelled, refunded: oldest first, by position. Ask from an older '
        + 'position to have them replayed; webhooks carry the same events.',
    }),
    listInventory: operation({
      ...read, path: '/inventory', summary: 'Read the inventory feed', params: OfferQuery, answer: PartnerOffers,
      scope: 'inventory:read',
      description:
        'Without `since` a snapshot of all you may offer, afterwards what has changed. Quantities are what your terms '
        + 'leave you: share, buffer and most units.',
    }),
  },
});
