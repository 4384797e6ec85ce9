// Differences as rows: what a run found is merged with what is known, set-based: new ones appear, known ones stay with
// their age, those that are gone vanish, and what a person accepted is not raised again while both sides say the same.
import type { Sql } from '#database';
import type { Kind, Side } from './kind.policy.js';
import type { RepairDocument } from './repair-document.policy.js';

/** What one run did to the differences of one kind. */
export interface KindOutcome {
  readonly found: number;
  readonly appeared: number;
}

export interface Judging {
  readonly runId: string;
  readonly document: RepairDocument;
  readonly until: Date;
}

const merge = (kind: Kind): string => `
  with found as materialized (
    select distinct on (key) key, order_id, ours, theirs, amount, currency,
      md5(ours::text || theirs::text) as evidence_hash
    from (${kind.sql}) as rows order by key),
  judged as (
    select f.* from found f where not exists (
      select from reconciliation.difference a where a.kind = $4 and a.key = f.key and a.state = 'accepted'
        and a.evidence_hash = f.evidence_hash)),
  known as (
    update reconciliation.difference d set seen_at = clock_timestamp(), ours = j.ours, theirs = j.theirs,
      amount = j.amount, currency = j.currency, evidence_hash = j.evidence_hash
    from judged j where d.kind = $4 and d.key = j.key and d.state in ('open', 'queued', 'repairing')
    returning d.key),
  appeared as (
    insert into reconciliation.difference
      (id, kind, key, order_id, state, ours, theirs, evidence_hash, amount, currency, found_by)
    select 'dif_' || md5($1 || ' ' || $4 || ' ' || j.key), $4, j.key, j.order_id, 'open', j.ours, j.theirs,
      j.evidence_hash, j.amount, j.currency, $1
    from judged j where not exists (select from known k where k.key = j.key)
    on conflict do nothing returning id)
  select (select count(*) from judged)::int as found, (select count(*) from appeared)::int as appeared,
    $2::jsonb is null and $3::timestamptz is null as none`;

/** @returns what was found; run it in one transaction with `vanish` */
export async function mergeFound(tx: Sql, kind: Kind, { runId, document, until }: Judging): Promise<KindOutcome> {
  const [row] = await tx.query<{ found: number; appeared: number }>(merge(kind),
    [runId, JSON.stringify(document), until, kind.kind]);
  return row!;
}

/**
 * Ends open differences that this run looked at again and did not find: those of orders it has compared, and of
 * positions it has counted. A run that mends one hears of it.
 */
const VANISH = `
  update reconciliation.difference d set state = 'vanished', ended_at = clock_timestamp(), ended_by = $1,
    note = coalesce(note, 'Both sides agree again.')
  where d.state in ('open', 'queued') and d.kind = any($2::text[]) and d.seen_at < $3 and (
    exists (select from reconciliation.sighting s where s.run_id = $1 and s.side = 'order' and s.key = d.order_id)
    or exists (select from reconciliation.sighting s where s.run_id = $1 and s.side = 'stock' and s.key = d.key)
    or (d.order_id = any($4::text[])))
  returning id`;

/** @param named orders that were looked up everywhere, also those that exist nowhere any more */
export async function vanish(
  tx: Sql, runId: string, judged: readonly string[], startedAt: Date, named: readonly string[],
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(VANISH, [runId, judged, startedAt, named]);
  return rows.map(({ id }) => id);
}

/** A kind can be judged when every side it needs was read. */
export function canJudge(kind: Kind, unread: ReadonlyMap<Side, string>, stock: boolean): boolean {
  return kind.sides.every((name) => !unread.has(name) && (stock || (name !== 'stock' && name !== 'wmsStock')));
}

export interface Treated {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly orderId: string | null;
  readonly ours: Record<string, unknown>;
  readonly theirs: Record<string, unknown>;
  readonly repairedBefore: number;
}

/** Differences nobody works on yet, oldest first. */
export const UNTREATED = `
  select d.id, d.kind, d.key, d.order_id as "orderId", d.ours, d.theirs,
    (select count(*) from reconciliation.difference r where r.kind = d.kind and r.key = d.key
      and r.state = 'repaired')::int as "repairedBefore"
  from reconciliation.difference d where d.state = 'open' order by d.since, d.id limit $1`;

/** The run that mends a difference. */
export const mendIdOf = (differenceId: string): string => `${differenceId}:mend`;
