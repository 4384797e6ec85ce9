// Between the record of store work and what callers see of it, and from its facts to our events: pure functions.
import {
  derivedId, type EventData, type FulfilmentFact, type FulfilmentOrder, type StoreFact, type StoreTask,
} from '#contracts';
import type { FulfilmentState } from '../../fulfilment-order.entity.js';
import type { StoreTaskRecord } from './store-task.entity.js';

type StoreEventType = 'shipment.created.v1' | 'shipment.picked.v1' | 'shipment.short-picked.v1' | 'shipment.packed.v1'
  | 'shipment.dispatched.v1' | 'shipment.delivered.v1' | 'pickup.ready.v1'
  | 'pickup.collected.v1' | 'pickup.expired.v1';
/** Events that tell what the people of a store did. */
export type StoreEvent = { [Type in StoreEventType]: { type: Type; data: EventData[Type] } }[StoreEventType];

const SOURCE = 'store';

const iso = (moment: Date | null): string | undefined => moment?.toISOString();
const given = <K extends string, T>(name: K, value: T | null | undefined) =>
  (value === null || value === undefined ? {} : { [name]: value }) as { [P in K]?: T };

export function toStoreTask(record: StoreTaskRecord): StoreTask {
  return {
    id: record.id, orderId: record.orderId, ...given('orderNumber', record.handling?.orderNumber),
    storeId: record.storeId, method: record.method, state: record.state, lines: record.lines,
    ...given('customerName', record.handling?.customerName), ...given('shipTo', record.shipTo),
    dueAt: record.dueAt.toISOString(), createdAt: record.createdAt.toISOString(), ...given('assignee', record.assignee),
    ...given('readyAt', iso(record.readyAt)), ...given('collectBy', iso(record.collectBy)),
    extensions: record.extensions, ...given('parcel', record.parcel),
    ...given('leftAt', iso(record.collectedAt ?? record.shippedAt)), ...given('closeReason', record.closeReason),
    updatedAt: record.updatedAt.toISOString(),
  };
}

/** How far store work is, in the words of a fulfilment order. */
export function fulfilmentStateOf(record: StoreTaskRecord): FulfilmentState {
  if (record.closedAs === 'rejected') return 'rejected';
  if (record.closedAs !== null) return 'cancelled';
  if (record.collectedAt ?? record.deliveredAt) return 'delivered';
  if (record.shippedAt) return 'shipped';
  if (record.readyAt ?? record.packedAt) return 'packed';
  return record.pickedAt ? 'picked' : 'accepted';
}

export function toFulfilmentOrder(record: StoreTaskRecord): FulfilmentOrder {
  return {
    id: record.id, orderId: record.orderId, locationId: record.storeId, method: record.method,
    lines: record.lines.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity })),
    ...(record.shipTo ? { shipTo: record.shipTo } : {}), state: fulfilmentStateOf(record), reference: record.id,
    updatedAt: record.updatedAt.toISOString(),
    freshness: { source: SOURCE, asOf: new Date().toISOString(), stale: false },
  };
}

/** The event a fact is announced as, if any; `record` is the work as the fact has left it. */
export function toStoreEvent(record: StoreTaskRecord, fact: Pick<StoreFact, 'fact' | 'kind' | 'reason'>, at: Date):
StoreEvent | undefined {
  const about: FulfilmentFact = {
    orderId: record.orderId, fulfilmentOrderId: record.id, locationId: record.storeId, factId: fact.fact,
    occurredAt: at.toISOString(),
    lines: record.lines.map(({ lineId, sku, picked }) => ({ lineId, sku, quantity: picked })),
  };
  const none = { ...about, lines: about.lines.map((line) => ({ ...line, quantity: 0 })) };
  const shipmentId = derivedId('shp', record.id, SOURCE);
  switch (fact.kind) {
    case 'pick': {
      const short = record.lines.filter(({ picked, quantity }) => picked < quantity);
      if (short.length === 0) return { type: 'shipment.picked.v1', data: about };
      const reason = [...new Set(short.map(({ shortReason }) => shortReason ?? 'notFound'))].join('; ');
      return { type: 'shipment.short-picked.v1', data: { ...about, reason } };
    }
    case 'pack': return { type: 'shipment.packed.v1', data: about };
    case 'ready': return { type: 'pickup.ready.v1', data: { ...about, collectBy: record.collectBy!.toISOString() } };
    case 'collect': return { type: 'pickup.collected.v1', data: { ...about, shipmentId } };
    case 'ship': return { type: 'shipment.dispatched.v1', data: {
      ...about, shipmentId, carrier: record.parcel!.carrier, trackingNumber: record.parcel!.trackingNumber,
    } };
    case 'deliver': return { type: 'shipment.delivered.v1', data: { ...about, shipmentId } };
    // Given back: nothing of it will come from here.
    case 'reject': return { type: 'shipment.short-picked.v1', data: { ...none, reason: fact.reason ?? 'other' } };
    case 'expire': return { type: 'pickup.expired.v1', data: { ...none, reason: 'notCollected' } };
    default: return undefined;
  }
}
