// Reports of goods that came back, each taken once by the id its source gave it, and the bucket of goods that belong to
// no return: they trigger nothing until a person has matched them.
import { Rejected, type BatchWriter, type Sql } from '#database';

export interface TakenReport {
  readonly source: string;
  readonly fact: string;
  readonly returnId: string | null;
}

/** Reason of the rejection of a report that was taken before. */
export const REPORTED_BEFORE = 'reported-before';

export const reports: BatchWriter<TakenReport> = {
  name: 'returns.report', order: 50, guards: true,
  async write(tx: Sql, rows) {
    const written = await tx.query<{ source: string; fact: string }>(`
      insert into returns.report (source, fact, return_id)
      select distinct on (source, fact) source, fact, return_id
      from unnest($1::text[], $2::text[], $3::text[]) as row (source, fact, return_id) order by source, fact
      on conflict do nothing returning source, fact`,
    [rows.map(({ source }) => source), rows.map(({ fact }) => fact), rows.map(({ returnId }) => returnId)]);
    const fresh = new Set(written.map(({ source, fact }) => `${source}\u0000${fact}`));
    return rows.map(({ source, fact }) =>
      (fresh.delete(`${source}\u0000${fact}`) ? undefined : new Rejected(REPORTED_BEFORE)));
  },
};

export interface NewOrphan {
  readonly id: string;
  readonly source: string;
  readonly fact: string;
  readonly sku: string;
  readonly quantity: number;
  readonly locationId: string;
  readonly reference: string | null;
  readonly reason: string;
  readonly receivedAt: string;
  readonly grade: string | null;
}

export const newOrphans: BatchWriter<NewOrphan> = {
  name: 'returns.orphan', order: 165,
  async write(tx: Sql, rows) {
    await tx.query(`
      insert into returns.orphan (id, source, fact, sku, quantity, location_id, reference, reason, received_at, grade)
      select * from json_to_recordset($1) as o (id text, source text, fact text, sku text, quantity int,
        "locationId" text, reference text, reason text, "receivedAt" timestamptz, grade text)
      on conflict (id) do nothing`, [JSON.stringify(rows)]);
  },
};

/** Reason of the rejection of a match of an orphan that was matched before. */
export const MATCHED_BEFORE = 'matched-before';

export const orphanMatches: BatchWriter<{ id: string; returnId: string; by: string }> = {
  name: 'returns.orphan_match', order: 35, guards: true,
  async write(tx: Sql, rows) {
    const matched = await tx.query<{ id: string }>(`
      update returns.orphan o set return_id = row.return_id, matched_by = row.by, matched_at = now()
      from unnest($1::text[], $2::text[], $3::text[]) as row (id, return_id, by)
      where o.id = row.id and o.matched_at is null returning o.id`,
    [rows.map(({ id }) => id), rows.map(({ returnId }) => returnId), rows.map(({ by }) => by)]);
    const ids = new Set(matched.map(({ id }) => id));
    return rows.map(({ id }) => (ids.delete(id) ? undefined : new Rejected(MATCHED_BEFORE)));
  },
};
