// Between what an app sends and shows and the canonical order; brand and channel are ours to say.
import type { NewOrder, Order, OrderEvent } from '#contracts';
import { BRAND, regionOf } from '../../market.policy.js';
import { openHold } from '../../order-hold.policy.js';
import { CANCELLABLE, lineStatus } from '../../order-words.policy.js';
import type { MobileOrder, MobileOrderSummary, MobileTrackingEvent, NewMobileOrder } from './order.contract.js';

export const CHANNEL = 'mobile';

/** Members of an event's data that an app is told. */
const TOLD = [
  'shipmentId', 'carrier', 'trackingNumber', 'locationId', 'promisedAt', 'collectBy', 'reason',
] as const satisfies readonly (keyof MobileTrackingEvent)[];

export function toNewOrder(order: NewMobileOrder): NewOrder {
  const { currency, customer, shippingAddress, payment } = order;
  return {
    brand: BRAND, channel: CHANNEL, region: order.region ?? regionOf(currency, shippingAddress?.country),
    currency, customer,
    lines: order.lines.map(({ sku, quantity, unitPrice, fulfilment }) => ({
      sku, quantity, ...(unitPrice ? { unitPrice } : {}), ...(fulfilment ? { fulfilment } : {}),
    })),
    payment: { method: payment.method, token: payment.token },
    ...(shippingAddress ? { shippingAddress } : {}),
  };
}

export function toSummary({ id, orderNumber, status, totals, lines, placedAt }: Order): MobileOrderSummary {
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  return { id, orderNumber, status, total: totals.total, units, placedAt };
}

export function toMobileOrder(order: Order): MobileOrder {
  const hold = openHold(order);
  return {
    ...toSummary(order),
    paymentStatus: order.axes.payment,
    lines: order.lines.map((line) => ({
      lineId: line.lineId, sku: line.sku, name: line.name, quantity: line.quantity, total: line.total,
      status: lineStatus(line),
    })),
    parcels: order.shipments.map(({ locationId: _locationId, ...parcel }) => parcel),
    ...(order.pickups ? { pickups: order.pickups } : {}),
    ...(order.promisedAt ? { promisedAt: order.promisedAt } : {}),
    ...(hold ? { waitsFor: hold.reason } : {}),
    cancellable: CANCELLABLE.has(order.status),
    freshness: order.freshness,
  };
}

export function toTrackingEvent({ position, type, time, data }: OrderEvent): MobileTrackingEvent {
  const told = TOLD.flatMap((name) => (typeof data[name] === 'string' && data[name] !== ''
    ? [[name, data[name]] as const] : []));
  return { position, type, at: time, ...Object.fromEntries(told) };
}
