// The events our flows announce: type names (noun.past-tense.v1) and what each carries.
import type { Money } from './canonical/money.js';

export interface LineQuantity {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
}

/** Data of every event type that the built flows produce, by type. */
export interface EventData {
  'order.captured.v1': { orderId: string; orderNumber: string; channel: string; total: Money; lines: LineQuantity[] };
  'order.hold-released.v1': { orderId: string; holdId: string; releasedBy: string };
  'order.sourced.v1': {
    orderId: string;
    allocations: (LineQuantity & { locationId: string })[];
    policyVersion: string;
  };
  'order.accepted.v1': { orderId: string; erpNumber: string };
  'order.released.v1': { orderId: string; fulfilmentOrderIds: string[] };
  'order.shipped.v1': { orderId: string; shipmentId: string; complete: boolean; lines: LineQuantity[] };
  'order.delivered.v1': { orderId: string; shipmentId: string; lines: LineQuantity[] };
  'order.cancelled.v1': { orderId: string; reason: string };
  'order.completed.v1': { orderId: string };
  'payment.authorized.v1': { orderId: string; amount: Money; reference: string };
  'payment.confirmed.v1': { orderId: string; amount: Money; reference: string };
  'payment.captured.v1': { orderId: string; amount: Money; fact: string };
  'payment.failed.v1': { orderId: string; reason: string };
  'payment.voided.v1': { orderId: string; reason: string };
  'refund.posted.v1': { orderId: string; amount: Money; fact: string };
  'inventory.reserved.v1': { reservationId: string; owner: string; lines: (LineQuantity & { locationId: string })[] };
  'inventory.reservation-expired.v1': { reservationId: string; owner: string };
  'inventory.released.v1': { reservationId: string; owner: string; reason: string };
  'inventory.consumed.v1': {
    reservationId: string;
    owner: string;
    fact: string;
    lines: (LineQuantity & { locationId: string })[];
  };
  'inventory.adjusted.v1': { sku: string; locationId: string; reason: string; quantity: number; fact: string };
  'shipment.created.v1': FulfilmentFact;
  'shipment.picked.v1': FulfilmentFact;
  'shipment.short-picked.v1': FulfilmentFact & { reason: string };
  'shipment.packed.v1': FulfilmentFact;
  'shipment.dispatched.v1': FulfilmentFact & { shipmentId: string; carrier?: string; trackingNumber?: string };
  'shipment.delivered.v1': FulfilmentFact & { shipmentId: string };
  'invoice.issued.v1': { orderId: string; invoiceId: string; number: string; total: Money };
  'journal.posted.v1': { orderId: string; entryId: string; kind: string; fact: string };
  'price.changed.v1': { sku: string; price: Money };
}

/**
 * What a warehouse says has happened to one fulfilment order. Quantities are totals of that order so far, not
 * increments; those of a short pick are what was really picked (0: nothing). A pick is announced as picked or as
 * short-picked, never as both. `orderId` is the fulfilment order's id when the warehouse speaks of one we do not know.
 */
export interface FulfilmentFact {
  readonly orderId: string;
  readonly fulfilmentOrderId: string;
  readonly locationId: string;
  readonly factId: string;
  readonly occurredAt: string;
  readonly lines: LineQuantity[];
}

export type EventType = keyof EventData;
