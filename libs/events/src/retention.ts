// How long the log reaches back: what is older than it has to be goes, a bounded number at a time, and never what a
// reader that still works has ahead of it.
import type { Database } from '#database';

const BATCH_EVENTS = 5_000;
const BATCHES_MAX = 100;
const DELIVERIES_KEPT_DAYS = 30;
/** A cursor nobody has held for so long belongs to a reader that is gone. */
const ABANDONED_DAYS = 30;

// Below every reader that works: cursors, enabled endpoints and their open deliveries, and dead letters to be decided.
const FLOOR = `
  select least(
    (select max(position) from events.event_log where recorded_time < now() - $1 * interval '1 day'),
    (select min(position) from events.cursor where leased_until > now() - interval '${ABANDONED_DAYS} days'),
    (select min(position) from events.webhook_endpoint where enabled),
    (select min(position) - 1 from events.webhook_delivery where state = 'pending'),
    (select min(position) - 1 from events.dead_letter where state in ('dead', 'retrying'))) as floor,
    (select max(position) from events.event_log where recorded_time < now() - $1 * interval '1 day') as old`;
const DELETE = `
  delete from events.event_log where position in
    (select position from events.event_log where position <= $1 order by position limit ${BATCH_EVENTS})
  returning position`;
const SETTLED = `
  delete from events.webhook_delivery where (endpoint_id, position) in
    (select endpoint_id, position from events.webhook_delivery
     where state <> 'pending' and updated_at < now() - interval '${DELIVERIES_KEPT_DAYS} days' limit ${BATCH_EVENTS})
  returning position`;

/** Deletes events older than so many days that no reader needs; returns how many it was. */
export async function trimLog(database: Database, keptDays: number): Promise<number> {
  const [row] = await database.query<{ floor: number | null; old: number | null }>(FLOOR, [keptDays]);
  let deleted = 0;
  if (row!.old !== null && row!.floor !== null) {
    for (let batch = 0; batch < BATCHES_MAX; batch++) {
      const { length } = await database.query(DELETE, [row!.floor]);
      deleted += length;
      if (length < BATCH_EVENTS) break;
    }
  }
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    if ((await database.query(SETTLED)).length < BATCH_EVENTS) break;
  }
  return deleted;
}
