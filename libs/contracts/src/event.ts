// The catalogue of events: every type the house announces (noun.past-tense.v1) as a value. Writers of the outbox are
// typed by it, and the AsyncAPI document, webhook filters and deprecation notices are read from it.
import { apiEvents } from './events/api-events.js';
import { backboneEvents } from './events/backbone-events.js';
import { exceptionEvents } from './events/exception-events.js';
import { availabilityEvents } from './events/availability-events.js';
import { moneyEvents } from './events/money-events.js';
import { orderEvents } from './events/order-events.js';
import { pickupEvents } from './events/pickup-events.js';
import { reconciliationEvents } from './events/reconciliation-events.js';
import { returnEvents } from './events/return-events.js';
import { shipmentEvents } from './events/shipment-events.js';
import { stockEvents } from './events/stock-events.js';
import type { EventSpec } from './events/event-spec.js';

/** To add a type: declare it with `event({...})` in the file of its noun (or a new one) and spread that file here. */
export const eventCatalogue = {
  ...apiEvents,
  ...backboneEvents,
  ...orderEvents,
  ...moneyEvents,
  ...stockEvents,
  ...availabilityEvents,
  ...shipmentEvents,
  ...exceptionEvents,
  ...pickupEvents,
  ...returnEvents,
  ...reconciliationEvents,
};

export type EventType = keyof typeof eventCatalogue;

/** Data of every event type, by type. */
export type EventData = {
  [Type in EventType]: (typeof eventCatalogue)[Type] extends EventSpec<infer Data> ? Data : never;
};

/** All types of the catalogue, sorted. */
export const eventTypes = Object.keys(eventCatalogue).sort() as EventType[];

/** The declaration of a type; undefined for one that this version of the house does not know. */
export function eventSpecOf(type: string): EventSpec<object> | undefined {
  return Object.hasOwn(eventCatalogue, type)
    ? eventCatalogue[type as EventType] as unknown as EventSpec<object> : undefined;
}

/**
 * Data of an event as a revision of the events has it: each change that came later is undone, the newest first.
 * @param revision `YYYY-MM-DD`; null: the latest
 */
export function eventDataAt(type: string, data: unknown, revision: string | null): unknown {
  const later = (eventSpecOf(type)?.revisions ?? []).filter(({ date }) => revision !== null && date > revision);
  return [...later].sort((one, other) => other.date.localeCompare(one.date))
    .reduce((now, { before }) => before(now as Record<string, unknown>), data);
}
