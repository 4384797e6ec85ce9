// The outbox: an event is a row written in the transaction of the fact it announces, so neither exists without the
// other. The sequencer takes it from here.
import { v7 as uuidv7 } from 'uuid';
import type { EventType } from '#contracts';
import type { BatchWriter, Entry, UnitOfWork } from '#database';
import { currentTraceparent } from '#telemetry';
import type { NewEvent } from './event.js';

/** After all writers of facts: an event's id in the outbox is drawn while its fact's row is locked. */
const OUTBOX_ORDER = 900;
const DATA_BYTES_MAX = 256 * 1024;

// Ids must be drawn in unit order, hence the ordinality.
const INSERT = `
  insert into events.outbox
    (event_id, type, source, subject, partition_key, data, time, correlation_id, causation_id, traceparent)
  select event_id, type, source, subject, partition_key, data, time, correlation_id, causation_id, traceparent
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::timestamptz[],
              $8::text[], $9::text[], $10::text[])
       with ordinality as event
         (event_id, type, source, subject, partition_key, data, time, correlation_id, causation_id, traceparent, place)
  order by place`;

const OWN = `
  insert into events.key_owner (partition_key, consumer)
  select distinct on (key) key, consumer from unnest($1::text[], $2::text[]) as owned (key, consumer) order by key
  on conflict do nothing`;

/**
 * Adds an event to a unit of work, with the time and trace of the caller; the outcome is the event's id. The writer
 * itself cannot know them: a batch is written later, for many callers at once.
 */
export function announce<Type extends EventType>(unit: UnitOfWork, event: NewEvent<Type>): Entry<string> {
  const { time = new Date().toISOString(), traceparent = currentTraceparent() } = event;
  return unit.add(outbox, { ...event, time, traceparent });
}

/** Writes events; the outcome is the event's id. Fails with RangeError when `data` exceeds 256 KiB. */
export const outbox: BatchWriter<NewEvent, string> = {
  name: 'events.outbox',
  order: OUTBOX_ORDER,
  pipelined: true,
  async write(tx, events) {
    const now = new Date().toISOString();
    const ids = events.map((event) => event.id ?? uuidv7());
    // Pipelined: all statements leave at once, COMMIT follows without waiting for their answers.
    const inserted = tx.query(INSERT, [
      ids,
      events.map((event) => event.type),
      events.map((event) => event.source),
      events.map((event) => event.subject),
      events.map((event) => event.partitionKey),
      events.map(serializeData),
      events.map((event) => event.time ?? now),
      events.map((event) => event.correlationId ?? null),
      events.map((event) => event.causationId ?? null),
      events.map((event) => event.traceparent ?? null),
    ]);
    const owned = events.filter(({ owner }) => owner !== undefined);
    const owners = owned.length === 0 ? undefined
      : tx.query(OWN, [owned.map(({ partitionKey }) => partitionKey), owned.map(({ owner }) => owner)]);
    await Promise.all([owners, inserted]);
    return ids;
  },
};

function serializeData(event: NewEvent): string {
  const text = JSON.stringify(event.data);
  if (Buffer.byteLength(text) > DATA_BYTES_MAX) {
    throw new RangeError(
      `Event ${event.type} of ${event.subject}: data exceeds ${DATA_BYTES_MAX} bytes; send a reference`);
  }
  return text;
}
