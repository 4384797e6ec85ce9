/*
 * Platform events: published like records, kept for three days, never read back through the REST API. Checkers read
 * them in the vendor state.
 */
import { randomUUID } from 'node:crypto';
import type { Store } from '../store.js';
import { completeRecord, readInput, type Input } from './input.js';
import type { Org } from './org.js';
import { makeId, salesforceTime, type Value } from './record.js';
import type { SObjectType } from './schema.js';

const KEPT_EVENTS = 50_000;

export interface PublishResult {
  id: string;
  success: true;
  errors: { statusCode: string; message: string; fields: string[] }[];
}

/** Published events, oldest first. */
export function publishedEvents(store: Store): IterableIterator<Record<string, Value>> {
  return store.collection<Record<string, Value>>('PlatformEvent').values();
}

/**
 * Publishes an event. Salesforce says `success: true` and still lists an "error": OPERATION_ENQUEUED with the event's
 * uuid as its message. @throws SalesforceError as for a record
 */
export function publish(org: Org, store: Store, type: SObjectType, input: Input): PublishResult {
  const values = completeRecord(type, readInput(type, input, true, org.findByExternalId), undefined, () => true);
  const replayId = store.next('PlatformEvent');
  const uuid = randomUUID();
  const events = store.collection<Record<string, Value>>('PlatformEvent');
  events.put(String(replayId), {
    ...values,
    Type: type.name,
    ReplayId: replayId,
    EventUuid: uuid,
    CreatedDate: salesforceTime(org.now()),
    CreatedById: org.userId,
  });
  events.delete(String(replayId - KEPT_EVENTS));
  const errors = [{ statusCode: 'OPERATION_ENQUEUED', message: uuid, fields: [] }];
  return { id: makeId(type.keyPrefix, replayId), success: true, errors };
}
