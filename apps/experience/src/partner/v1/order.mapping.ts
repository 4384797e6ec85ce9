// Between a partner's plain order and ours, and what a partner is told of the order taken.
import { sum, toMinor, type NewOrder, type Order, type PartnerAcceptance } from '#contracts';
import { BRAND, regionOf } from '../../market.policy.js';
import { openHold } from '../../order-hold.policy.js';
import type { NewPartnerOrder, PartnerOrder } from './order.contract.js';

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

/** @param acceptance whether it is taken on, and until when that is said; absent in lists */
export function toPartnerOrder(
  order: Order, acceptance?: Pick<PartnerAcceptance, 'outcome' | 'acceptBy'>,
): PartnerOrder {
  const { id, orderNumber, status, placedAt, promisedAt, externalReference } = order;
  const hold = openHold(order);
  const refunded = sum(order.payments.map((payment) => payment.refunded), order.currency);
  return {
    id,
    orderNumber,
    ...(externalReference ? { externalReference } : {}),
    status,
    ...(hold ? { holdReason: hold.reason } : {}),
    lines: order.lines.map(({ lineId, sku, name, quantity, counters }) => ({
      lineId, sku, name, quantity, shipped: counters.shipped, cancelled: counters.cancelled,
      refunded: counters.refunded,
    })),
    total: order.totals.total,
    placedAt,
    ...(promisedAt ? { promisedAt } : {}),
    ...(acceptance ? { acceptance: acceptance.outcome, acceptBy: acceptance.acceptBy } : {}),
    shipments: order.shipments.map(({ locationId: _locationId, ...shipment }) => shipment),
    ...(toMinor(refunded) > 0n ? { refunded } : {}),
  };
}
