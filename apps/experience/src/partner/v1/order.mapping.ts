// Between a partner's plain order and ours, and what a partner is told of the order taken.
import type { NewOrder, Order } from '#contracts';
import { BRAND, regionOf } from '../../market.policy.js';
import { openHold } from '../../order-hold.policy.js';
import type { NewPartnerOrder, PartnerOrder } from './partner.contract.js';

const CHANNEL = 'partner';

/** Partners collect the money from their customers; they owe it to us, the customer does not. */
export function fromPartner(order: NewPartnerOrder): NewOrder {
  const { externalReference, customer, currency, lines, shippingAddress, channelMoney } = order;
  return {
    brand: BRAND,
    channel: CHANNEL,
    region: order.region ?? regionOf(currency, shippingAddress?.country),
    externalReference,
    customer,
    currency,
    lines,
    ...(shippingAddress ? { shippingAddress } : {}),
    payment: { method: 'channel' },
    ...(channelMoney ? { channelMoney } : {}),
  };
}

export function toPartnerOrder(order: Order): PartnerOrder {
  const { id, orderNumber, status, placedAt, promisedAt, externalReference } = order;
  const hold = openHold(order);
  return {
    id,
    orderNumber,
    ...(externalReference ? { externalReference } : {}),
    status,
    ...(hold ? { holdReason: hold.reason } : {}),
    lines: order.lines.map(({ lineId, sku, name, quantity }) => ({ lineId, sku, name, quantity })),
    total: order.totals.total,
    placedAt,
    ...(promisedAt ? { promisedAt } : {}),
  };
}
