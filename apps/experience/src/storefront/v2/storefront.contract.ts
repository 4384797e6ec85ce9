// Contract of the storefront API v2: the products of v1, and quotes and orders in a clearer shape.
import { CancelOrder, ConvertPickup, defineApi, operation, OrderId, PickupPath, type OperationSpec } from '#contracts';
import { storefrontApi } from '../v1/storefront.contract.js';
import { NewShopOrder, NewShopQuote, ShopOrder, ShopQuote } from './order.contract.js';

const {
  listProducts, getProduct, getAvailability, createQuote, placeOrder, getOrder, cancelOrder, extendPickup,
  convertPickup, getShortage, answerSubstitution,
} = storefrontApi.operations;

export const storefrontApiV2 = defineApi({
  name: 'experience/storefront',
  version: 2,
  title: 'Storefront',
  description: 'For web shops and apps: products, availability, quotes and orders. Amounts of a document share one '
    + 'currency, each item says where it stands, and a change of an order names the state it was decided on.',
  operations: {
    listProducts: operation(listProducts),
    getProduct: operation(getProduct),
    getAvailability: operation(getAvailability),
    createQuote: operation({
      ...createQuote, body: NewShopQuote, answer: ShopQuote,
      example: { currency: 'EUR', items: [{ sku: 'SKU-0001', quantity: 2 }] },
    }),
    placeOrder: operation({
      ...placeOrder, body: NewShopOrder, answer: ShopOrder,
      example: {
        customer: { customerId: 'CUS-0001' },
        currency: 'EUR',
        items: [{ sku: 'SKU-0001', quantity: 1 }],
        delivery: {
          address: {
            name: 'Ada Lovelace', line1: 'Marktplatz 1', city: 'Leipzig', postalCode: '04109', country: 'DE',
          },
        },
        payment: { method: 'card', token: 'pm_card_visa' },
      },
    }),
    getOrder: operation({ ...getOrder, params: OrderId, answer: ShopOrder }),
    cancelOrder: operation({
      ...cancelOrder, params: OrderId, body: CancelOrder, answer: ShopOrder, ifMatch: 'required',
      example: { reason: 'customerRequest' },
    }),
    getShortage: operation(getShortage),
    answerSubstitution: operation(answerSubstitution),
    extendPickup: operation({ ...extendPickup, params: PickupPath, answer: ShopOrder }),
    convertPickup: operation({
      ...convertPickup, params: PickupPath, body: ConvertPickup, answer: ShopOrder,
    } as OperationSpec<PickupPath, ConvertPickup, ShopOrder>),
  },
});
