// Between our fulfilment orders and the 3PL's, and from its facts to our events: pure functions.
import {
  derivedId, type EventData, type EventType, type FulfilmentFact, type FulfilmentLine, type FulfilmentOrder,
  type NewFulfilmentOrder,
} from '#contracts';
import { FULFILMENT_STATES, type FulfilmentOrderRecord, type FulfilmentState } from '../../fulfilment-order.entity.js';
import type { Sighting } from '../../fulfilment-order.writer.js';
import type { WmsFact, WmsFulfilmentOrder } from './wms-fulfilment.wire.js';

interface WmsLine { readonly lineId: string; readonly sku: string; readonly quantity: number }

const SOURCE = 'wms';
const TYPE = /^fulfilment-order\.(\w+)$/;

export function toWmsOrder({ id, locationId, method, lines, shipTo }: NewFulfilmentOrder) {
  return {
    externalId: id, location: locationId, method, shipTo: { ...shipTo },
    lines: lines.flatMap(toWmsLines),
  };
}

export function toSighting({ externalId: id, id: reference, status: state, updatedAt }: WmsFulfilmentOrder): Sighting {
  return { id, reference, state, updatedAt, asOf: new Date().toISOString() };
}

/** @param record what we asked for; an order that somebody else has given to the warehouse has no order of ours */
export function fromWmsOrder(order: WmsFulfilmentOrder, record: FulfilmentOrderRecord | null): FulfilmentOrder {
  return {
    id: order.externalId, orderId: record?.orderId ?? order.externalId,
    locationId: order.location, method: order.method,
    lines: fromWmsLines(order.lines, record).map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity })),
    ...(record?.shipTo ? { shipTo: record.shipTo } : {}),
    state: order.status, reference: order.id, updatedAt: order.updatedAt,
    freshness: { source: SOURCE, asOf: new Date().toISOString(), stale: false },
  };
}

/** The last that the warehouse has told us, while it cannot be asked. */
export function toStaleOrder(
  record: FulfilmentOrderRecord & { state: FulfilmentState }, reason: string, nextCheckAt: Date,
): FulfilmentOrder {
  const { id, orderId, locationId, method, lines, shipTo, state, reference, updatedAt, asOf } = record;
  return {
    id, orderId, locationId, method, lines, ...(shipTo ? { shipTo } : {}), state, reference: reference ?? id,
    updatedAt: updatedAt.toISOString(),
    freshness: {
      source: SOURCE, asOf: (asOf ?? updatedAt).toISOString(), stale: true, reason: reason.slice(0, 500),
      nextCheckAt: nextCheckAt.toISOString(),
    },
  };
}

/** State that a fact says its order has reached; undefined for facts we do not know. */
export function stateOf({ type }: WmsFact): FulfilmentState | undefined {
  const name = TYPE.exec(type)?.[1];
  return FULFILMENT_STATES.find((state) => state === name);
}

/** A 3PL knows no bundles: it gets a line for each component, which it names back to us in its facts. */
function toWmsLines({ lineId, sku, quantity, components = [] }: FulfilmentLine): WmsLine[] {
  if (components.length === 0) return [{ lineId, sku, quantity }];
  return components.map((component, index) => ({
    lineId: componentLine(lineId, index), sku: component.sku, quantity: quantity * component.quantity,
  }));
}

/** Lines as we asked for them: of a bundle as many as its components make whole. */
function fromWmsLines<Line extends WmsLine & { readonly ordered?: number }>(
  lines: readonly Line[], record: FulfilmentOrderRecord | null,
): Line[] {
  const bundles = (record?.lines ?? []).filter(({ components = [] }) => components.length > 0);
  if (bundles.length === 0) return [...lines];
  const told = new Map(lines.map((line) => [line.lineId, line]));
  const parts = new Set<string>();
  const whole = bundles.flatMap(({ lineId, sku, components = [] }): Line[] => {
    const found = components.map((component, index) => {
      const id = componentLine(lineId, index);
      parts.add(id);
      return { per: component.quantity, line: told.get(id) };
    });
    const first = found.find(({ line }) => line !== undefined)?.line;
    if (first === undefined) return [];
    const units = (count: (line: Line) => number): number =>
      Math.min(...found.map(({ per, line }) => (line === undefined ? 0 : Math.floor(count(line) / per))));
    const reason = found.map(({ line }) => (line as { shortReason?: string } | undefined)?.shortReason).find(Boolean);
    return [{
      ...first, lineId, sku, quantity: units(({ quantity }) => quantity),
      ...(first.ordered === undefined ? {} : { ordered: units(({ ordered = 0 }) => ordered) }),
      ...(reason === undefined ? {} : { shortReason: reason }),
    }];
  });
  return [...lines.filter(({ lineId }) => !parts.has(lineId)), ...whole];
}

const componentLine = (lineId: string, index: number): string => `${lineId}.${index + 1}`;

type ShipmentEvent = { [Type in EventType & `shipment.${string}`]: { type: Type; data: EventData[Type] } }[
  EventType & `shipment.${string}`];

/**
 * The event a fact is announced as, if any. A pick that misses units is a short pick, and so is an order that the
 * warehouse gives up before picking; its lines carry what was really picked.
 */
export function toShipmentEvent(fact: WmsFact, record: FulfilmentOrderRecord | null): ShipmentEvent | undefined {
  const { id: factId, occurredAt, data: { externalId, location, shipment, reason } } = fact;
  const lines = fromWmsLines(fact.data.lines, record);
  const about: FulfilmentFact = {
    orderId: record?.orderId ?? externalId, fulfilmentOrderId: externalId, locationId: location, factId, occurredAt,
    lines: lines.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity })),
  };
  const shipmentId = derivedId('shp', externalId, shipment?.id ?? '');
  switch (stateOf(fact)) {
    case 'accepted': return { type: 'shipment.created.v1', data: about };
    case 'picked': {
      const short = lines.filter(({ ordered, quantity }) => quantity < ordered);
      if (short.length === 0) return { type: 'shipment.picked.v1', data: about };
      // Cancelled because nothing was found, and told before.
      if (record?.state === 'cancelled' && lines.every(({ quantity }) => quantity === 0)) return undefined;
      const why = [...new Set(short.map(({ shortReason }) => shortReason ?? 'short'))].join('; ');
      return { type: 'shipment.short-picked.v1', data: { ...about, reason: why } };
    }
    case 'packed': return { type: 'shipment.packed.v1', data: about };
    case 'shipped': return { type: 'shipment.dispatched.v1', data: {
      ...about, shipmentId, ...(shipment?.carrier === undefined ? {} : { carrier: shipment.carrier }),
      ...(shipment?.trackingNumber === undefined ? {} : { trackingNumber: shipment.trackingNumber }),
    } };
    case 'delivered': return { type: 'shipment.delivered.v1', data: { ...about, shipmentId } };
    case 'cancelled': {
      // Taken back by us, or a pick that found nothing and has said so already.
      if (record?.cancelAsked || record?.state === 'picked') return undefined;
      const none = about.lines.map((line) => ({ ...line, quantity: 0 }));
      const why = reason ?? 'cancelled by the warehouse';
      return { type: 'shipment.short-picked.v1', data: { ...about, lines: none, reason: why } };
    }
    default: return undefined;
  }
}
