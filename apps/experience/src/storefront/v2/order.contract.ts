// What a shop sends and shows of quotes and orders: the edge shapes of storefront v2. Against v1: one currency for all
// amounts of a document, an item that says by itself where it stands, a customer that is registered or a guest.
import {
  Address, Choice, Flag, Freshness, Fulfilment, ExternalReference, Integer, Many, One, ORDER_STATUS, PAYMENT, Shape,
  Text, Texts, Timestamp,
} from '#contracts';
import { LINE_STATUS } from '../../order-words.policy.js';
import { StorefrontHold, StorefrontOrderLinks, StorefrontPayment, StorefrontShipment } from
  '../v1/order.contract.js';

const AMOUNT = { pattern: /^-?\d{1,13}(\.\d{1,3})?$/, max: 18, example: '12.34' } as const;
const CURRENCY = { doc: 'ISO 4217 code of every amount in this document.', pattern: /^[A-Z]{3}$/, min: 3, max: 3,
  example: 'EUR' } as const;

@Shape('What a document costs, in one currency.')
export class ShopMoney {
  @Text(CURRENCY) currency: string;
  @Text({ doc: 'Unit prices times quantities.', ...AMOUNT }) items: string;
  @Text({ doc: 'All discounts.', ...AMOUNT }) discount: string;
  @Text({ doc: 'All tax, included or added.', ...AMOUNT }) tax: string;
  @Text({ doc: 'Shipping.', ...AMOUNT }) shipping: string;
  @Text({ doc: 'What the customer pays.', ...AMOUNT }) total: string;
}

@Shape('What an item costs, in the currency of the document.')
export class ShopItemPrice {
  @Text({ doc: 'One unit before discounts.', ...AMOUNT }) unit: string;
  @Text({ doc: 'Discounts on the item.', ...AMOUNT }) discount: string;
  @Text({ doc: 'What the customer pays for the item.', ...AMOUNT }) total: string;
}

@Shape('An item of a basket.')
export class ShopBasketItem {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' }) sku: string;
  @Integer({ doc: 'Quantity.', min: 1, max: 100_000, example: 1 }) quantity: number;
  @Text({ doc: 'Unit price the customer was shown; a stale one is refused with the right one.', optional: true,
    ...AMOUNT }) shownPrice?: string;
  @One(() => Fulfilment, { doc: 'How it reaches the customer; shipped when absent.', optional: true })
  fulfilment?: Fulfilment;
  @Flag({ doc: 'The customer waits for units that are short, when supply is announced.', optional: true })
  allowBackorder?: boolean;
  @Flag({ doc: 'The customer may be asked to take a substitute for units that are short.', optional: true })
  allowSubstitution?: boolean;
}

@Shape('A guest.')
export class ShopContact {
  @Text({ doc: 'Name.', example: 'Ada Lovelace' }) name: string;
  @Text({ doc: 'E-mail.', format: 'email', max: 254, pattern: /^[^@\s]+@[^@\s]+$/, example: 'ada@example.com' })
  email: string;
}

@Shape('Who orders: a registered customer by id, or a guest.')
export class NewShopCustomer {
  @Text({ doc: 'Customer id.', optional: true, max: 60, example: 'CUS-0001' }) customerId?: string;
  @One(() => ShopContact, { doc: 'A guest, when there is no customer id.', optional: true }) guest?: ShopContact;
}

@Shape('A basket to be quoted.')
export class NewShopQuote {
  @Text(CURRENCY) currency: string;
  @Text({ doc: 'Region; follows from the currency when absent.', optional: true, max: 20, example: 'EU' })
  region?: string;
  @Text({ doc: "Customer id, for prices of one's own.", optional: true, max: 60, example: 'CUS-0001' })
  customerId?: string;
  @Many(() => ShopBasketItem, { doc: 'Items.', min: 1, max: 200 }) items: ShopBasketItem[];
  @Texts({ doc: 'Coupon codes.', optional: true, max: 5, maxLength: 40, example: ['WELCOME10'] })
  coupons?: string[];
}

@Shape('An item with its price.')
export class ShopQuoteItem {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' }) sku: string;
  @Text({ doc: 'Name of the product.' }) name: string;
  @Integer({ doc: 'Quantity.', min: 1, max: 100_000, example: 1 }) quantity: number;
  @One(() => ShopItemPrice, { doc: 'Price.' }) price: ShopItemPrice;
}

@Shape('Prices of a basket, promised until they expire.')
export class ShopQuote {
  @Text({ doc: 'Quote id.', max: 60 }) quoteId: string;
  @Many(() => ShopQuoteItem, { doc: 'Items.', min: 1 }) items: ShopQuoteItem[];
  @One(() => ShopMoney, { doc: 'Sums.' }) money: ShopMoney;
  @Timestamp({ doc: 'Until when the prices hold.' }) expiresAt: string;
  @Text({ doc: 'Send it as `quoteToken` of the order.', max: 16_000 }) quoteToken: string;
  @One(() => Freshness, { doc: 'Age of the prices.' }) freshness: Freshness;
  @Texts({ doc: 'Coupons the prices depend on.', optional: true, max: 5, maxLength: 40 })
  coupons?: string[];
}

@Shape('Where an order goes.')
export class NewShopDelivery {
  @One(() => Address, { doc: 'Address; required when an item is shipped.', optional: true }) address?: Address;
}

@Shape('An order of a shop.')
export class NewShopOrder {
  @One(() => NewShopCustomer, { doc: 'Who orders.' }) customer: NewShopCustomer;
  @Text(CURRENCY) currency: string;
  @Text({ doc: 'Region; follows from currency and address when absent.', optional: true, max: 20, example: 'EU' })
  region?: string;
  @Many(() => ShopBasketItem, { doc: 'Items.', min: 1, max: 200 }) items: ShopBasketItem[];
  @Text({ doc: '`quoteToken` of a quote for exactly these items.', optional: true, max: 16_000 }) quoteToken?: string;
  @Texts({ doc: 'Coupon codes.', optional: true, max: 5, maxLength: 40, example: ['WELCOME10'] })
  coupons?: string[];
  @Flag({ doc: 'True: all of it is shipped together, or none of it.', optional: true })
  shipComplete?: boolean;
  @One(() => NewShopDelivery, { doc: 'Delivery.', optional: true }) delivery?: NewShopDelivery;
  @One(() => StorefrontPayment, { doc: 'Payment.' }) payment: StorefrontPayment;
  @One(() => ExternalReference, { doc: 'Your own number of this order; one order per reference.', optional: true })
  externalReference?: ExternalReference;
}

@Shape('Where an item stands, from its counters.')
export class ShopItemState {
  @Choice(LINE_STATUS, { doc: 'In one word.' }) status: string;
  @Integer({ doc: 'Units the customer still waits for.' }) open: number;
  @Integer({ doc: 'Units waiting for supply.' }) backordered: number;
  @Integer({ doc: 'Units on their way or delivered.' }) shipped: number;
  @Integer({ doc: 'Units delivered or collected.' }) delivered: number;
  @Integer({ doc: 'Units cancelled.' }) cancelled: number;
}

@Shape('An item of an order.')
export class ShopItem extends ShopQuoteItem {
  @Text({ doc: 'Item id within the order.', max: 60, example: '1' }) itemId: string;
  @One(() => ShopItemState, { doc: 'Where it stands.' }) state: ShopItemState;
  @One(() => Fulfilment, { doc: 'How it reaches the customer.' }) fulfilment: Fulfilment;
}

@Shape('Who ordered.')
export class ShopCustomer {
  @Choice(['registered', 'guest'], { doc: 'Whether we know a profile.' }) kind: string;
  @Text({ doc: 'Customer id of a registered one.', optional: true, max: 60, example: 'CUS-0001' }) customerId?: string;
  @Text({ doc: 'Name.', optional: true }) name?: string;
  @Text({ doc: 'E-mail.', optional: true, max: 254 }) email?: string;
}

@Shape('Where an order stands.')
export class ShopOrderState {
  @Choice(ORDER_STATUS, { doc: 'The order, in one word.' }) order: string;
  @Choice(PAYMENT, { doc: 'Its payment.' }) payment: string;
  @One(() => StorefrontHold, { doc: 'What it waits for, when it does.', optional: true }) hold?: StorefrontHold;
}

@Shape('How an order reaches its customer.')
export class ShopDelivery {
  @One(() => Address, { doc: 'Where it is shipped to.', optional: true }) address?: Address;
  @Timestamp({ doc: 'When it is promised.', optional: true }) promisedAt?: string;
  @Many(() => StorefrontShipment, { doc: 'Parcels that left.', max: 200 }) parcels: StorefrontShipment[];
}

@Shape('An order as a shop shows it.')
export class ShopOrder {
  @Text({ doc: 'Order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' }) id: string;
  @Text({ doc: 'Number for people.', max: 20, example: 'TL-7K3M-9QX2-40AB' }) number: string;
  @One(() => ShopOrderState, { doc: 'Where it stands.' }) state: ShopOrderState;
  @One(() => ShopCustomer, { doc: 'Customer.' }) customer: ShopCustomer;
  @Many(() => ShopItem, { doc: 'Items.', min: 1 }) items: ShopItem[];
  @One(() => ShopMoney, { doc: 'Sums.' }) money: ShopMoney;
  @One(() => ShopDelivery, { doc: 'Delivery.' }) delivery: ShopDelivery;
  @One(() => ExternalReference, { doc: 'Your own number of this order.', optional: true })
  externalReference?: ExternalReference;
  @Timestamp({ doc: 'When it was placed.' }) placedAt: string;
  @Many(() => Freshness, { doc: 'Age of what connected systems said.', max: 20 }) freshness: Freshness[];
  @One(() => StorefrontOrderLinks, { doc: 'Where to go on.' }) links: StorefrontOrderLinks;
  @Text({ doc: 'Entity tag of this state; send it as If-Match with a change.', optional: true, max: 80 })
  etag?: string;
}
