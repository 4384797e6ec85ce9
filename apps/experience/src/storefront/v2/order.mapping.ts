// Between what a shop sends and shows in v2 and the canonical basket, quote and order.
import {
  sum, Problem, problems, type Basket, type NewOrder, type NewOrderLine, type Order, type OrderCustomer,
  type OrderLine, type PricedLine, type Quote, type Totals,
} from '#contracts';
import { BRAND, regionOf } from '../../market.policy.js';
import { openHold } from '../../order-hold.policy.js';
import { CANCELLABLE, lineStatus } from '../../order-words.policy.js';
import { CHANNEL } from '../visible-order.reader.js';
import type {
  NewShopCustomer, NewShopOrder, NewShopQuote, ShopBasketItem, ShopCustomer, ShopItem, ShopItemPrice, ShopMoney,
  ShopOrder, ShopQuote,
} from './order.contract.js';

export function toBasket({ currency, region, customerId, items, coupons }: NewShopQuote): Basket {
  return {
    currency, region: region ?? regionOf(currency, undefined), channel: CHANNEL,
    ...(customerId ? { customerId } : {}), ...(coupons ? { coupons } : {}),
    lines: items.map((item) => {
      const { sku = item.sku, quantity, unitPrice } = toLine(item, currency);
      return { sku, quantity, ...(unitPrice ? { unitPrice } : {}) };
    }),
  };
}

export function toShopQuote(
  { quoteId, currency, lines, totals, expiresAt, token, freshness, coupons }: Quote,
): ShopQuote {
  return {
    quoteId, expiresAt, quoteToken: token, freshness, money: toMoney(totals, currency),
    items: lines.map((line) => ({ sku: line.sku, name: line.name, quantity: line.quantity, price: toPrice(line) })),
    ...(coupons && coupons.length > 0 ? { coupons: coupons.map(({ code }) => code) } : {}),
  };
}

/** @throws Problem invalid-request when it is neither a customer nor a guest */
export function toNewOrder(order: NewShopOrder): NewOrder {
  const { currency, items, delivery, quoteToken, externalReference, payment, coupons, shipComplete } = order;
  const address = delivery?.address;
  return {
    brand: BRAND, channel: CHANNEL, currency, region: order.region ?? regionOf(currency, address?.country),
    customer: toCustomer(order.customer), lines: items.map((item) => toLine(item, currency)),
    payment: { method: payment.method, token: payment.token },
    ...(address ? { shippingAddress: address } : {}), ...(quoteToken ? { quoteToken } : {}),
    ...(externalReference ? { externalReference } : {}), ...(coupons ? { coupons } : {}),
    ...(shipComplete ? { shipComplete } : {}),
  };
}

/** @param basePath where the links of this version begin */
export function toShopOrder(order: Order, basePath: string): ShopOrder {
  const { id, orderNumber: number, status, axes, currency, totals, placedAt, promisedAt, shippingAddress } = order;
  const hold = openHold(order);
  const self = `${basePath}/orders/${id}`;
  return {
    id, number, placedAt, freshness: order.freshness,
    state: {
      order: status, payment: axes.payment,
      ...(hold ? { hold: { reason: hold.reason, since: hold.placedAt } } : {}),
    },
    customer: toShopCustomer(order.customer), items: order.lines.map(toItem), money: toMoney(totals, currency),
    delivery: {
      ...(shippingAddress ? { address: shippingAddress } : {}), ...(promisedAt ? { promisedAt } : {}),
      parcels: order.shipments.map(({ locationId: _locationId, ...parcel }) => parcel),
    },
    ...(order.externalReference ? { externalReference: order.externalReference } : {}),
    links: { self, ...(CANCELLABLE.has(status) ? { cancel: `${self}/cancel` } : {}) },
  };
}

function toLine(item: ShopBasketItem, currency: string): NewOrderLine {
  const { sku, quantity, shownPrice, fulfilment, allowBackorder, allowSubstitution } = item;
  return {
    sku, quantity, ...(shownPrice ? { unitPrice: { amount: shownPrice, currency } } : {}),
    ...(fulfilment ? { fulfilment } : {}), ...(allowBackorder ? { allowBackorder } : {}),
    ...(allowSubstitution ? { allowSubstitution } : {}),
  };
}

function toCustomer({ customerId, guest }: NewShopCustomer): OrderCustomer {
  if (customerId) return { customerId };
  if (guest) return { name: guest.name, email: guest.email };
  const detail = 'A customerId or a guest is expected.';
  throw new Problem(problems.invalidRequest, {
    detail: `#/customer: ${detail}`, errors: [{ pointer: '#/customer', detail }],
  });
}

function toShopCustomer({ customerId, name, email }: OrderCustomer): ShopCustomer {
  return {
    kind: customerId ? 'registered' : 'guest', ...(customerId ? { customerId } : {}), ...(name ? { name } : {}),
    ...(email ? { email } : {}),
  };
}

function toItem(line: OrderLine): ShopItem {
  const { lineId: itemId, sku, name, quantity, fulfilment, counters } = line;
  const { ordered, cancelled, backordered, shipped, delivered } = counters;
  return {
    itemId, sku, name, quantity, fulfilment, price: toPrice(line),
    state: {
      status: lineStatus(line), open: ordered - cancelled - delivered, backordered, shipped, delivered, cancelled,
    },
  };
}

function toPrice({ unitPrice, discounts, total }: PricedLine | OrderLine): ShopItemPrice {
  const discount = sum(discounts.map(({ amount }) => amount), unitPrice.currency);
  return { unit: unitPrice.amount, discount: discount.amount, total: total.amount };
}

function toMoney({ items, discount, tax, shipping, total }: Totals, currency: string): ShopMoney {
  return {
    currency, items: items.amount, discount: discount.amount, tax: tax.amount, shipping: shipping.amount,
    total: total.amount,
  };
}
