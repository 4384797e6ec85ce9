// Retention: ended runs leave the hot table for the archive, together with their signals, in small transactions.
import type { Sql } from '#database';

const BATCH = 1_000;
const MAX_BATCHES = 1_000;

const MOVE = `
  WITH gone AS (
    DELETE FROM workflow.run WHERE id IN (
      SELECT id FROM workflow.run WHERE finished_at < clock_timestamp() - $1::float8 * interval '1 ms'
      ORDER BY finished_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
    RETURNING *
  ), signals AS (
    DELETE FROM workflow.signal s USING gone g WHERE s.run_id = g.id
  )
  INSERT INTO workflow.run_archive SELECT g.* FROM gone g RETURNING id`;

/** Moves runs that ended more than `olderThanMs` ago. From then on their ids may be started again. Returns how many. */
export async function archiveDone(sql: Sql, olderThanMs: number): Promise<number> {
  let moved = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const rows = await sql.query(MOVE, [olderThanMs]);
    moved += rows.length;
    if (rows.length < BATCH) break;
  }
  return moved;
}
