// Between what a shop sends and shows and the canonical basket and order. Brand and channel are ours to say: a shop
// cannot place an order in another channel's name.
import {
  sum,
  type Basket,
  type NewOrder,
  type NewOrderLine,
  type Order,
  type OrderLine,
  type PricedLine,
  type Quote,
} from '#contracts';
import { BRAND, regionOf } from '../../market.policy.js';
import { openHold } from '../../order-hold.policy.js';
import { CANCELLABLE, lineStatus } from '../../order-words.policy.js';
import { CHANNEL } from '../visible-order.reader.js';
import type {
  NewStorefrontOrder,
  NewStorefrontQuote,
  StorefrontBasketLine,
  StorefrontOrder,
  StorefrontOrderLine,
  StorefrontPricedLine,
  StorefrontQuote,
} from './order.contract.js';

export function toBasket(quote: NewStorefrontQuote): Basket {
  return {
    currency: quote.currency,
    region: quote.region ?? regionOf(quote.currency, undefined),
    channel: CHANNEL,
    ...(quote.customerId ? { customerId: quote.customerId } : {}),
    lines: quote.lines.map(({ sku, quantity, unitPrice }) => ({ sku, quantity, ...(unitPrice ? { unitPrice } : {}) })),
    ...(quote.coupons ? { coupons: quote.coupons } : {}),
  };
}

export function toStorefrontQuote(quote: Quote): StorefrontQuote {
  const { quoteId, currency, lines, totals, expiresAt, token, freshness, coupons } = quote;
  return {
    quoteId,
    currency,
    lines: lines.map((line) => pricedLine(line, currency)),
    totals,
    expiresAt,
    quoteToken: token,
    freshness,
    ...(coupons && coupons.length > 0 ? { coupons: coupons.map(({ code }) => code) } : {}),
  };
}

export function toNewOrder(order: NewStorefrontOrder): NewOrder {
  const { currency, customer, shippingAddress, quoteToken, externalReference, payment, coupons } = order;
  return {
    brand: BRAND,
    channel: CHANNEL,
    region: order.region ?? regionOf(currency, shippingAddress?.country),
    currency,
    customer,
    lines: order.lines.map(newLine),
    payment: { method: payment.method, token: payment.token },
    ...(shippingAddress ? { shippingAddress } : {}),
    ...(quoteToken ? { quoteToken } : {}),
    ...(externalReference ? { externalReference } : {}),
    ...(coupons ? { coupons } : {}),
    ...(order.shipComplete ? { shipComplete: true } : {}),
  };
}

/** @param basePath where the storefront's links begin */
export function toStorefrontOrder(order: Order, basePath: string): StorefrontOrder {
  const { id, orderNumber, status, axes, currency, customer, totals, shippingAddress, promisedAt, version } = order;
  const hold = openHold(order);
  const self = `${basePath}/orders/${id}`;
  return {
    id,
    orderNumber,
    status,
    paymentStatus: axes.payment,
    currency,
    customer,
    totals,
    version,
    placedAt: order.placedAt,
    lines: order.lines.map((line) => orderLine(line, currency)),
    shipments: order.shipments.map(({ locationId: _locationId, ...shipment }) => shipment),
    ...(order.pickups ? { pickups: order.pickups } : {}),
    ...(shippingAddress ? { shippingAddress } : {}),
    ...(promisedAt ? { promisedAt } : {}),
    ...(order.externalReference ? { externalReference: order.externalReference } : {}),
    ...(hold ? { hold: { reason: hold.reason, since: hold.placedAt } } : {}),
    freshness: order.freshness,
    links: { self, ...(CANCELLABLE.has(status) ? { cancel: `${self}/cancel` } : {}) },
  };
}

function newLine(line: StorefrontBasketLine): NewOrderLine {
  const { sku, quantity, unitPrice, fulfilment, allowBackorder, allowSubstitution } = line;
  return {
    sku, quantity, ...(unitPrice ? { unitPrice } : {}), ...(fulfilment ? { fulfilment } : {}),
    ...(allowBackorder ? { allowBackorder } : {}), ...(allowSubstitution ? { allowSubstitution } : {}),
  };
}

function pricedLine(line: PricedLine | OrderLine, currency: string): StorefrontPricedLine {
  const { sku, name, quantity, unitPrice, discounts, total } = line;
  return {
    sku,
    name,
    quantity,
    unitPrice,
    discount: sum(
      discounts.map(({ amount }) => amount),
      currency,
    ),
    total,
  };
}

function orderLine(line: OrderLine, currency: string): StorefrontOrderLine {
  const { shipped, cancelled } = line.counters;
  return { lineId: line.lineId, ...pricedLine(line, currency), status: lineStatus(line), shipped, cancelled };
}
