// What a run writes when an order takes another course: counters, rows, the journey, the event and the one message to
// the customer, all in the unit of its step.
import { derivedId, type MessageFacts } from '#contracts';
import type { UnitOfWork } from '#database';
import { announce, recordJourney } from '#events';
import type { CustomerException, ExceptionsDocument } from './exceptions-document.policy.js';
import type { FulfilOrderInput } from './fulfil-order.contract.js';
import {
  backorders, customerMessages, proposals, unitMoves, type NewBackorder, type NewProposal,
} from './order-exceptions.writer.js';
import { orderChanges } from './order.writer.js';
import type { Units } from './order-units.states.js';

/** The order as messages and events need it. */
export type ToldOrder = Pick<FulfilOrderInput, 'orderId' | 'orderNumber' | 'customer' | 'shippingAddress' | 'region'>;

/** Adds the message of an exception; the same one is told once. */
export function tellCustomer(
  unit: UnitOfWork, order: ToldOrder, rules: ExceptionsDocument,
  [exception, key]: readonly [exception: CustomerException, key: string],
  facts: Omit<MessageFacts, 'orderNumber'>,
): void {
  const { orderId, customer, orderNumber } = order;
  const { tell, languages, defaultLanguage } = rules.messages;
  if (!tell.includes(exception)) return;
  const language = languages[order.shippingAddress?.country ?? ''] ?? languages[order.region ?? ''] ?? defaultLanguage;
  const id = derivedId('msg', orderId, exception, key);
  unit.add(customerMessages, {
    id, orderId, exception, key, language, recipient: customer.email ?? null, name: customer.name ?? null,
    facts: { orderNumber, ...facts },
  });
  announce(unit, {
    type: 'notification.requested.v1', ...about(orderId), data: { orderId, messageId: id, exception, language },
  });
}

/** What the journey calls it, by reason code. */
const LOST: Readonly<Record<string, string>> = { notFound: 'shortPick', notCollected: 'notCollected' };

/** Units that a location will not send stand as backordered until it is decided what becomes of them. */
export function noteLost(
  unit: UnitOfWork, orderId: string, lost: readonly Units[], why: { reason: string; locationId: string; code: string },
): void {
  unit.add(orderChanges, { orderId });
  for (const { lineId, quantity } of lost) {
    unit.add(unitMoves, { orderId, lineId, quantity, from: 'released', to: 'backordered' });
  }
  journal(unit, orderId, [LOST[why.code] ?? 'rejectFulfilment', 'missing'], why.reason, {
    ...why, missing: lost.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity })),
  });
}

export function noteUnitsCancelled(
  unit: UnitOfWork, order: ToldOrder, rules: ExceptionsDocument, cancelled: readonly Units[],
  why: { reason: string; exception: CustomerException; key: string },
): void {
  const { orderId } = order;
  unit.add(orderChanges, { orderId });
  for (const { lineId, quantity } of cancelled) {
    unit.add(unitMoves, { orderId, lineId, quantity, from: 'backordered', to: 'cancelled' });
  }
  const lines = cancelled.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity }));
  journal(unit, orderId, ['cancelUnits', 'cancelledUnits'], why.reason, { lines });
  announce(unit, { type: 'order.units-cancelled.v1', ...about(orderId), data: { orderId, lines, reason: why.reason } });
  const told = lines.map(({ sku, quantity }) => ({ sku, quantity }));
  tellCustomer(unit, order, rules, [why.exception, why.key], { lines: told });
}

export function noteBackordered(
  unit: UnitOfWork, order: ToldOrder, rules: ExceptionsDocument, row: NewBackorder,
): void {
  const { orderId, lineId, sku, quantity, promisedAt } = row;
  unit.add(orderChanges, { orderId, ...(promisedAt ? { promisedAt } : {}) });
  unit.add(backorders, row);
  const why = promisedAt ? `Promised for ${promisedAt}` : 'No supply is announced yet';
  journal(unit, orderId, ['backorder', 'waiting'], why,
    { lineId, sku, quantity, promisedAt, cancelAfterSeconds: row.cancelAfterSeconds });
  announce(unit, {
    type: 'order.backordered.v1', ...about(orderId),
    data: { orderId, lineId, sku, quantity, ...(promisedAt ? { promisedAt } : {}) },
  });
  tellCustomer(unit, order, rules, ['backordered', row.id], 
    { lines: [{ sku, quantity }], ...(promisedAt ? { promisedAt } : {}) });
}

export function noteProposed(
  unit: UnitOfWork, order: ToldOrder, rules: ExceptionsDocument, proposal: NewProposal,
): void {
  const { orderId, id: proposalId, lineId, sku, substituteSku, quantity, expiresAt } = proposal;
  unit.add(orderChanges, { orderId });
  unit.add(proposals, proposal);
  journal(unit, orderId, ['proposeSubstitute', 'asked'], `${substituteSku} instead of ${sku}`, { ...proposal });
  announce(unit, {
    type: 'order.substitution-proposed.v1', ...about(orderId),
    data: { orderId, proposalId, lineId, sku, substituteSku, quantity, expiresAt },
  });
  tellCustomer(unit, order, rules, ['substitutionProposed', proposalId], 
    { lines: [{ sku, quantity }], substitute: proposal.substituteName, until: expiresAt });
}

export function journal(
  unit: UnitOfWork, orderId: string, [name, outcome]: readonly [name: string, outcome: string], reason: string,
  detail: object,
): void {
  recordJourney(unit, { subject: orderId, system: 'throughline', kind: 'decision', name, outcome, reason, detail });
}

export function about(orderId: string): {
  source: string; subject: string; partitionKey: string; correlationId: string;
} {
  return { source: '/process/orders', subject: orderId, partitionKey: orderId, correlationId: orderId };
}
