// What a run writes when something has become true of its order: counters, references, money, journey and the event
// that announces it, added to one unit so that they commit together with the run's step.
import { UnitOfWork } from '#database';
import { announce, recordJourney, type JourneyEntry } from '#events';
import {
  toMinor,
  type EventData,
  type EventType,
  type FulfilmentFact,
  type LineQuantity,
  type Payment,
} from '#contracts';
import { allowances } from './allowance.writer.js';
import type { FulfilOrderInput } from './fulfil-order.contract.js';
import { ERP } from './order.mapping.js';
import { lineChanges, orderChanges, paymentChanges, shipmentChanges, systemReferences } from './order.writer.js';

/** A fact of the warehouse as the run receives it. */
export type FactSignal = FulfilmentFact & {
  readonly type: EventType;
  readonly shipmentId?: string;
  readonly carrier?: string;
  readonly trackingNumber?: string;
  readonly reason?: string;
  readonly reasonCode?: string;
};

function tell<T extends EventType>(unit: UnitOfWork, order: { orderId: string }, type: T, data: EventData[T]): void {
  announce(unit, {
    type,
    source: '/process/orders',
    subject: order.orderId,
    partitionKey: order.orderId,
    correlationId: order.orderId,
    data,
  });
}

function note(
  unit: UnitOfWork,
  order: { orderId: string },
  entry: Omit<JourneyEntry, 'subject' | 'system'> & { system?: string },
): void {
  recordJourney(unit, { subject: order.orderId, system: 'throughline', ...entry });
}

export function noteHoldReleased(
  unit: UnitOfWork,
  order: { orderId: string },
  holdId: string,
  by: string,
  reason: string,
): void {
  unit.add(orderChanges, { orderId: order.orderId });
  note(unit, order, {
    kind: by === 'process/orders' ? 'decision' : 'person',
    name: 'releaseHold',
    outcome: 'released',
    reason,
    detail: { holdId, by },
  });
  tell(unit, order, 'order.hold-released.v1', { orderId: order.orderId, holdId, releasedBy: by });
}

export function notePayment(unit: UnitOfWork, order: FulfilOrderInput, payment: Payment): void {
  unit.add(orderChanges, { orderId: order.orderId });
  unit.add(paymentChanges, {
    orderId: order.orderId,
    reference: payment.reference,
    authorised: toMinor(payment.authorised),
    captured: toMinor(payment.captured),
    refunded: toMinor(payment.refunded),
    voided: payment.state === 'voided',
    failed: payment.state === 'declined',
  });
}

export function noteSourced(unit: UnitOfWork, order: FulfilOrderInput, policyVersion: string): void {
  const allocations = (order.parts ?? order.lines).map(({ lineId, sku, quantity, locationId }) => ({
    lineId,
    sku,
    quantity,
    locationId,
  }));
  tell(unit, order, 'order.sourced.v1', { orderId: order.orderId, allocations, policyVersion });
}

export function noteAccepted(unit: UnitOfWork, order: FulfilOrderInput, erpNumber: string): void {
  unit.add(orderChanges, { orderId: order.orderId });
  unit.add(systemReferences, { orderId: order.orderId, system: ERP, reference: erpNumber });
  tell(unit, order, 'order.accepted.v1', { orderId: order.orderId, erpNumber });
}

export function noteReleased(
  unit: UnitOfWork,
  order: FulfilOrderInput,
  fulfilmentOrderId: string,
  lines: readonly LineQuantity[],
): void {
  unit.add(orderChanges, { orderId: order.orderId });
  for (const { lineId, quantity } of lines)
    {unit.add(lineChanges, { orderId: order.orderId, lineId, release: quantity });}
  tell(unit, order, 'order.released.v1', { orderId: order.orderId, fulfilmentOrderIds: [fulfilmentOrderId] });
}

/** Counters of a fact; facts say how far a line is at least, so that a late or repeated one changes nothing. */
export function noteFact(
  unit: UnitOfWork, order: { orderId: string }, fact: FactSignal, complete: boolean,
  totals: readonly LineQuantity[] = fact.lines,
): void {
  const { orderId } = order;
  unit.add(orderChanges, { orderId });
  for (const { lineId, quantity } of totals) {
    unit.add(lineChanges, { orderId, lineId, ...progress(fact.type, quantity) });
  }
  note(unit, order, {
    kind: 'event',
    system: fact.type.startsWith('pickup.') ? 'store' : 'wms',
    name: fact.type,
    outcome: 'received',
    at: fact.occurredAt,
    reason: fact.reason,
    detail: {
      fulfilmentOrderId: fact.fulfilmentOrderId,
      locationId: fact.locationId,
      trackingNumber: fact.trackingNumber,
    },
  });
  if (fact.shipmentId === undefined) return;
  unit.add(shipmentChanges, {
    id: fact.shipmentId,
    orderId,
    locationId: fact.locationId,
    carrier: fact.carrier,
    trackingNumber: fact.trackingNumber,
    at: fact.occurredAt,
    delivered: isArrival(fact.type),
  });
  const { shipmentId, lines } = fact;
  if (isArrival(fact.type)) tell(unit, order, 'order.delivered.v1', { orderId, shipmentId, lines });
  else tell(unit, order, 'order.shipped.v1', { orderId, shipmentId, complete, lines });
}

/** Who collects takes the units with him: they have left and arrived in one. */
const isArrival = (type: EventType): boolean => type === 'shipment.delivered.v1' || type === 'pickup.collected.v1';

function progress(type: EventType, quantity: number): object {
  switch (type) {
    case 'shipment.picked.v1':
      return { pickedAtLeast: quantity };
    case 'shipment.packed.v1':
      return { packedAtLeast: quantity };
    case 'shipment.dispatched.v1':
      return { shippedAtLeast: quantity };
    case 'pickup.ready.v1':
      return { packedAtLeast: quantity };
    case 'shipment.delivered.v1':
    case 'pickup.collected.v1':
      return { deliveredAtLeast: quantity };
    default:
      return {};
  }
}

/** Units the location could not find leave the order: the customer is not charged for them. */
export function noteShort(
  unit: UnitOfWork,
  order: FulfilOrderInput,
  fact: FactSignal,
  missing: readonly LineQuantity[],
): void {
  unit.add(orderChanges, { orderId: order.orderId });
  for (const { lineId, quantity } of missing) {
    unit.add(lineChanges, { orderId: order.orderId, lineId, cancel: quantity });
  }
  for (const { lineId, quantity } of fact.lines) {
    unit.add(lineChanges, { orderId: order.orderId, lineId, pickedAtLeast: quantity });
  }
  note(unit, order, {
    kind: 'decision',
    name: fact.type === 'pickup.expired.v1' ? 'notCollected' : 'shortPick',
    outcome: 'cancelledUnits',
    reason: fact.reason ?? 'Not found at the location',
    detail: { missing },
  });
}

export function noteCancelled(
  unit: UnitOfWork, order: Pick<FulfilOrderInput, 'orderId' | 'lines' | 'promoted'>, reason: string,
): void {
  unit.add(orderChanges, { orderId: order.orderId, cancelled: true });
  if (order.promoted) unit.add(allowances, { orderId: order.orderId, end: 'released' });
  for (const { lineId } of order.lines) {
    unit.add(lineChanges, { orderId: order.orderId, lineId, cancelRest: true });
  }
  note(unit, order, { kind: 'decision', name: 'cancelOrder', outcome: 'cancelled', reason });
  tell(unit, order, 'order.cancelled.v1', { orderId: order.orderId, reason });
}

export function noteCompleted(unit: UnitOfWork, order: FulfilOrderInput): void {
  unit.add(orderChanges, { orderId: order.orderId, completed: true });
  if (order.promoted) unit.add(allowances, { orderId: order.orderId, end: 'consumed' });
  note(unit, order, { kind: 'decision', name: 'completeOrder', outcome: 'completed' });
  tell(unit, order, 'order.completed.v1', { orderId: order.orderId });
}
