// Where an event goes that somebody could not handle: a row with the cause in full, and without the ids and numbers
// that differ from event to event, so that what failed alike can be decided alike.
import type { Database } from '#database';
import type { StoredEvent } from './event.js';
import { toStored, type EventRow } from './log.js';

const CAUSE_CHARS_MAX = 4_000;
const CAUSE_GROUP_CHARS_MAX = 200;

/** Dead letters read at once. */
const REDELIVERED_MAX = 100;

const BURY = `insert into events.dead_letter
    (consumer, position, event_id, type, subject, attempts, cause, cause_group)
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict (consumer, position) do update
  set attempts = excluded.attempts, cause = excluded.cause, cause_group = excluded.cause_group, failed_at = now(),
    state = 'dead'`;

// What a person put in place of an event's data is delivered instead of it.
const RETRYING = `
  select l.position, l.id, l.type, l.source, l.subject, l.partition_key, coalesce(d.data, l.data) as data, l.time,
    l.recorded_time, l.correlation_id, l.causation_id, l.traceparent, d.attempts
  from events.dead_letter d join events.event_log l on l.position = d.position
  where d.consumer = $1 and d.state = 'retrying' and d.position > $2 order by d.position limit ${REDELIVERED_MAX}`;
const RESOLVE = `update events.dead_letter set state = 'resolved', attempts = $3
  where consumer = $1 and position = $2 and state = 'retrying'`;

/** Puts an event aside for a consumer. */
export async function bury(
  database: Database, consumer: string, event: Pick<StoredEvent, 'position' | 'id' | 'type' | 'subject'>,
  attempts: number, error: unknown,
): Promise<void> {
  const { cause, causeGroup } = describe(error);
  await database.query(BURY,
    [consumer, event.position, event.id, event.type, event.subject, attempts, cause, causeGroup]);
}

export interface Redelivery {
  readonly signal: AbortSignal;
  /** Handles an event once more; its failure is the cause of the next burial. */
  attempt(event: StoredEvent, attempts: number): Promise<void>;
  bury(event: StoredEvent, attempts: number, error: unknown): Promise<void>;
  /** False for what another reader under the same name looks after. */
  mine?(event: StoredEvent): boolean;
}

/** Gives the events that somebody wants tried again by a consumer one more try each. */
export async function redeliver(
  database: Database, consumer: string, { signal, attempt, bury: again, mine = () => true }: Redelivery,
): Promise<void> {
  let after = 0;
  while (!signal.aborted) {
    const rows = await database.query<EventRow & { attempts: number }>(RETRYING, [consumer, after]);
    for (const row of rows) {
      const [event, attempts] = [toStored(row), row.attempts + 1];
      after = event.position;
      if (signal.aborted) return;
      if (!mine(event)) continue;
      try {
        await attempt(event, attempts);
      } catch (error) {
        if (!signal.aborted) await again(event, attempts, error);
        continue;
      }
      await database.query(RESOLVE, [consumer, event.position, attempts]);
    }
    if (rows.length < REDELIVERED_MAX) return;
  }
}

function describe(error: unknown): { cause: string; causeGroup: string } {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const headline = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const causeGroup = headline.replace(/[\w-]*\d[\w-]*|"[^"]*"|'[^']*'/g, '*').slice(0, CAUSE_GROUP_CHARS_MAX);
  return { cause: cause.slice(0, CAUSE_CHARS_MAX), causeGroup };
}
