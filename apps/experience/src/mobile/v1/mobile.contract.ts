// Contract of the mobile API v1: small answers, copies kept by what has changed, and orders that tell by themselves how
// they go on.
import { Acknowledgement, defineApi, operation, problems, TrackedOrder } from '#contracts';
import {
  CancelMobileOrder, Device, DeviceKey, DevicePath, MobileOrder, MobileOrderId, MobileOrderPage, MobileOrderQuery,
  MobileTracking, MobileTrackingQuery, NewDevice, NewMobileOrder,
} from './order.contract.js';
import {
  MobileBarcode, MobileChanges, MobileProduct, MobileProductPage, MobileProductQuery, MobileSku, MobileStoreQuery,
  MobileStores, MobileSyncQuery,
} from './product.contract.js';

const read = { method: 'GET', rate: 'read', idempotency: 'safe' } as const;
/** Keys of a device that exists nowhere, so that the example can be sent. */
const EXAMPLE_DEVICE = {
  endpoint: 'https://push.example.com/send/device-1',
  keys: {
    p256dh: 'BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM',
    auth: 'tBHItJI5svbpez7KI4CCXg',
  },
  language: 'en',
};

export const mobileApi = defineApi({
  name: 'experience/mobile',
  version: 1,
  title: 'Mobile',
  description: 'For apps: catalogue with delta sync, scanning, nearby stores, and orders tracked by stream or push.',
  operations: {
    listProducts: operation({
      ...read, path: '/products', summary: 'List products', params: MobileProductQuery, answer: MobileProductPage,
      scope: 'products:read',
    }),
    syncProducts: operation({
      ...read, path: '/sync/products', summary: 'Keep a copy of the catalogue', params: MobileSyncQuery,
      answer: MobileChanges, scope: 'products:read',
      description:
        'Without `since` everything, page by page while `more`; afterwards what has changed or gone. 410: the token is '
        + 'too old, begin anew.',
      problems: [problems.resyncRequired],
    }),
    getProduct: operation({
      ...read, path: '/products/{sku}', summary: 'Read a product with its stock', params: MobileSku,
      answer: MobileProduct, scope: 'products:read', problems: [problems.notFound],
    }),
    lookUpBarcode: operation({
      ...read, path: '/barcodes', summary: 'Find the product behind a scanned code', params: MobileBarcode,
      answer: MobileProduct, scope: 'products:read', problems: [problems.notFound, problems.unprocessable],
    }),
    findStores: operation({
      ...read, path: '/stores', summary: 'Find the nearest stores, and which of them have a product',
      params: MobileStoreQuery, answer: MobileStores, scope: 'inventory:read',
    }),
    placeOrder: operation({
      method: 'POST', path: '/orders', summary: 'Place an order', body: NewMobileOrder, answer: MobileOrder,
      status: 201, alsoStatus: [202], scope: 'orders:write', rate: 'checkout', idempotency: 'forwarded',
      problems: [
        problems.outOfStock, problems.priceChanged, problems.unknownProduct, problems.unknownCustomer,
        problems.currencyNotSupported, problems.unprocessable,
      ],
      example: {
        customer: { customerId: 'CUS-0001' }, currency: 'EUR', lines: [{ sku: 'SKU-0001', quantity: 1 }],
        shippingAddress: {
          name: 'Ada Lovelace', line1: 'Marktplatz 1', city: 'Leipzig', postalCode: '04109', country: 'DE',
        },
        payment: { method: 'card', token: 'pm_card_visa' },
      },
    }),
    listOrders: operation({
      ...read, path: '/orders', summary: 'List the orders of a customer, newest first', params: MobileOrderQuery,
      answer: MobileOrderPage, scope: 'orders:read',
    }),
    getOrder: operation({
      ...read, path: '/orders/{orderId}', summary: 'Read an order', params: MobileOrderId, answer: MobileOrder,
      scope: 'orders:read', problems: [problems.notFound],
    }),
    cancelOrder: operation({
      method: 'POST', path: '/orders/{orderId}/cancel', summary: 'Cancel an order', params: MobileOrderId,
      body: CancelMobileOrder, answer: MobileOrder, status: 202, scope: 'orders:write', rate: 'checkout',
      idempotency: 'forwarded', ifMatch: 'optional', problems: [problems.notFound, problems.orderNotCancellable],
      example: { reason: 'customerRequest' },
    }),
    trackOrder: operation({
      ...read, path: '/orders/{orderId}/tracking', summary: 'Track an order', params: MobileTrackingQuery,
      answer: MobileTracking, scope: 'orders:read', produces: 'text/event-stream',
      description:
        'With `Accept: text/event-stream` a stream of what happens, resumed by Last-Event-ID; otherwise what has '
        + 'happened after `after`.',
      problems: [problems.notFound],
    }),
    getPushKey: operation({
      ...read, path: '/push-key', summary: 'Read the key to subscribe to pushes with', answer: DeviceKey,
      scope: 'orders:read',
    }),
    subscribePush: operation({
      method: 'POST', path: '/orders/{orderId}/push-subscriptions', summary: 'Be told by push how an order goes on',
      params: TrackedOrder, body: NewDevice, answer: Device, status: 201, scope: 'events:subscribe', rate: 'status',
      idempotency: 'natural', problems: [problems.notFound, problems.unprocessable], example: EXAMPLE_DEVICE,
    }),
    unsubscribePush: operation({
      method: 'DELETE', path: '/orders/{orderId}/push-subscriptions/{subscriptionId}', summary: 'Be told no longer',
      params: DevicePath, answer: Acknowledgement, scope: 'events:subscribe', rate: 'status', idempotency: 'natural',
      problems: [problems.notFound],
    }),
  },
});
