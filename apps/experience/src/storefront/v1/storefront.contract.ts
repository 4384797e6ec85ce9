// Contract of the storefront API v1: what a web shop or app needs, from the product page to the cancelled order.
import { defineApi, operation, problems } from '#contracts';
import {
  CancelStorefrontOrder, NewStorefrontOrder, NewStorefrontQuote, StorefrontOrder, StorefrontOrderId, StorefrontQuote,
} from './order.contract.js';
import {
  StorefrontAvailability, StorefrontAvailabilityQuery, StorefrontProduct, StorefrontProductPage, StorefrontProductQuery,
  StorefrontSku,
} from './product.contract.js';

export const storefrontApi = defineApi({
  name: 'experience/storefront', version: 1, title: 'Storefront',
  description: 'For web shops and apps: products, availability, quotes and orders; also as GraphQL at /storefront/graphql.',
  operations: {
    listProducts: operation({
      method: 'GET', path: '/products', summary: 'List products', params: StorefrontProductQuery, answer: StorefrontProductPage,
      scope: 'products:read', rate: 'read', idempotency: 'safe',
    }),
    getProduct: operation({
      method: 'GET', path: '/products/{sku}', summary: 'Read a product with its stock', params: StorefrontSku,
      answer: StorefrontProduct, scope: 'products:read', rate: 'read', idempotency: 'safe', problems: [problems.notFound],
    }),
    getAvailability: operation({
      method: 'GET', path: '/availability', summary: 'Stock of several products', params: StorefrontAvailabilityQuery,
      answer: StorefrontAvailability, scope: 'inventory:read', rate: 'read', idempotency: 'safe',
    }),
    createQuote: operation({
      method: 'POST', path: '/quotes', summary: 'Quote a basket', body: NewStorefrontQuote, answer: StorefrontQuote, status: 201,
      scope: 'pricing:read', rate: 'checkout', idempotency: 'natural',
      description: 'Prices that hold until `expiresAt` when the order carries the `quoteToken`.',
      problems: [problems.unknownProduct, problems.currencyNotSupported, problems.priceChanged, problems.unprocessable],
      example: { currency: 'EUR', lines: [{ sku: 'SKU-0001', quantity: 2 }] },
    }),
    placeOrder: operation({
      method: 'POST', path: '/orders', summary: 'Place an order', body: NewStorefrontOrder, answer: StorefrontOrder,
      status: 201, alsoStatus: [202], scope: 'orders:write', rate: 'checkout', idempotency: 'forwarded',
      description: 'Stock of all lines is reserved or none. 202: taken, but on hold until the customer system answers.',
      problems: [
        problems.outOfStock, problems.priceChanged, problems.quoteExpired, problems.invalidQuote, problems.unknownProduct,
        problems.unknownCustomer, problems.currencyNotSupported, problems.externalReferenceTaken, problems.unprocessable,
      ],
      example: {
        customer: { customerId: 'CUS-0001' }, currency: 'EUR', lines: [{ sku: 'SKU-0001', quantity: 1 }],
        shippingAddress: { name: 'Ada Lovelace', line1: 'Marktplatz 1', city: 'Leipzig', postalCode: '04109', country: 'DE' },
        payment: { method: 'card', token: 'pm_card_visa' },
      },
    }),
    getOrder: operation({
      method: 'GET', path: '/orders/{orderId}', summary: 'Read an order', params: StorefrontOrderId, answer: StorefrontOrder,
      scope: 'orders:read', rate: 'read', idempotency: 'safe', problems: [problems.notFound],
    }),
    cancelOrder: operation({
      method: 'POST', path: '/orders/{orderId}/cancel', summary: 'Cancel an order', params: StorefrontOrderId,
      body: CancelStorefrontOrder, answer: StorefrontOrder, status: 202, scope: 'orders:write', rate: 'checkout',
      idempotency: 'forwarded', description: 'Refused once the warehouse works on it; the payment is voided or refunded.',
      problems: [problems.notFound, problems.orderNotCancellable], example: { reason: 'customerRequest' },
    }),
  },
});
