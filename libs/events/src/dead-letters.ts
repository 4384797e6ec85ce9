// Where an event goes that somebody could not handle: a row with the cause in full, and without the ids and numbers
// that differ from event to event, so that what failed alike can be decided alike.
import type { Database } from '#database';
import type { StoredEvent } from './event.js';

const CAUSE_CHARS_MAX = 4_000;
const CAUSE_GROUP_CHARS_MAX = 200;

const BURY = `insert into events.dead_letter
    (consumer, position, event_id, type, subject, attempts, cause, cause_group)
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict (consumer, position) do update
  set attempts = excluded.attempts, cause = excluded.cause, cause_group = excluded.cause_group, failed_at = now(),
    state = 'dead'`;

/** Puts an event aside for a consumer. */
export async function bury(
  database: Database, consumer: string, event: Pick<StoredEvent, 'position' | 'id' | 'type' | 'subject'>,
  attempts: number, error: unknown,
): Promise<void> {
  const { cause, causeGroup } = describe(error);
  await database.query(BURY,
    [consumer, event.position, event.id, event.type, event.subject, attempts, cause, causeGroup]);
}

function describe(error: unknown): { cause: string; causeGroup: string } {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const headline = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const causeGroup = headline.replace(/[\w-]*\d[\w-]*|"[^"]*"|'[^']*'/g, '*').slice(0, CAUSE_GROUP_CHARS_MAX);
  return { cause: cause.slice(0, CAUSE_CHARS_MAX), causeGroup };
}
