// How far the journal has reached the ERP: counts, the age of the oldest entry that waits, and the entries themselves.
import type { ErpPostings } from '#contracts';
import type { Sql } from '#database';
import type { PostingState } from './finance.entity.js';

interface PostingRow {
  readonly entryId: string;
  readonly orderId: string;
  readonly kind: string;
  readonly fact: string;
  readonly state: PostingState;
  readonly document: string | null;
  readonly attempts: number;
  readonly reason: string | null;
  readonly since: Date;
  readonly due: Date;
}

const WAITING = "state in ('queued', 'sent', 'uncertain')";

const COUNTS = `
  select count(*) filter (where ${WAITING})::int as waiting,
    count(*) filter (where state = 'rejected')::int as rejected,
    coalesce(floor(extract(epoch from clock_timestamp() - min(since) filter (where ${WAITING}))), 0)::int
      as "oldestSeconds"
  from finance.erp_posting where state <> 'posted' and ($1::text is null or order_id = $1)`;
const ROWS = `
  select entry_id as "entryId", posting.order_id as "orderId", kind, fact, state, document, attempts, reason, since, due
  from finance.erp_posting as posting join finance.journal_entry as entry on entry.id = entry_id
  where ($1::text is null or posting.order_id = $1) and ($2::bool is not true or state <> 'posted')
  order by posting.position limit $3`;

export async function listPostings(
  sql: Sql, { orderId, open, limit }: { readonly orderId?: string; readonly open?: boolean; readonly limit: number },
): Promise<ErpPostings> {
  const [[counts], rows] = await Promise.all([
    sql.query<Omit<ErpPostings, 'postings'>>(COUNTS, [orderId ?? null]),
    sql.query<PostingRow>(ROWS, [orderId ?? null, open ?? null, limit]),
  ]);
  return { ...counts!, postings: rows.map(({ document, reason, since, due, ...row }) => ({
    ...row, since: since.toISOString(),
    ...(document === null ? {} : { document }), ...(reason === null ? {} : { reason }),
    ...(row.state === 'posted' || row.state === 'rejected' ? {} : { nextTryAt: due.toISOString() }),
  })) };
}
