// The log of every change of the control plane: who, what, before, after, why, written in the transaction of the
// change. Each entry's hash covers the hash of the one before, so that an entry that was changed, removed or put in
// between shows.
import { createHash } from 'node:crypto';
import type { BatchWriter, Sql, UnitOfWork } from '#database';
import type { CallContext } from '#contracts';

export interface AuditRow {
  readonly seq: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly reason: string;
  readonly request_id: string;
  readonly previous: string;
  readonly hash: string;
}

export type NewAuditEntry = Omit<AuditRow, 'seq' | 'previous' | 'hash'>;

export interface AuditFinding {
  readonly holds: boolean;
  readonly entries: number;
  /** Hash of the last entry. */
  readonly head: string;
  readonly brokenAt?: number;
  readonly fault?: string;
}

const FIRST_HASH = '0'.repeat(64);
/** After all that it tells of, before the events. */
const AUDIT_ORDER = 800;
const PAGE = 1_000;
const PAGES_MAX = 10_000_000;

export interface AuditedChange {
  readonly subject: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly reason: string;
}

/** Adds an entry to the unit of work of the change it tells of. */
export function recordChange(
  unit: UnitOfWork, call: CallContext, action: string,
  change: AuditedChange,
): void {
  const text = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  unit.add(auditLog, {
    at: new Date().toISOString(), actor: call.consumer, action, subject: change.subject,
    before: text(change.before), after: text(change.after), reason: change.reason, request_id: call.requestId,
  });
}

export const auditLog: BatchWriter<NewAuditEntry> = {
  name: 'governance.audit',
  order: AUDIT_ORDER,
  async write(tx: Sql, rows) {
    const [head] = await tx.query<{ seq: number; hash: string }>(
      'select seq, hash from governance.audit_head for update');
    let { seq, hash } = head!;
    const entries = rows.map((row): AuditRow => {
      const entry = { ...row, seq: (seq += 1), previous: hash };
      return { ...entry, hash: (hash = hashOf(entry)) };
    });
    await tx.query(`
      insert into governance.audit
        (seq, at, actor, action, subject, before, after, reason, request_id, previous, hash)
      select seq, at, actor, action, subject, before, after, reason, request_id, previous, hash
        from jsonb_to_recordset($1::jsonb) as entry(seq bigint, at text, actor text, action text, subject text,
          before text, after text, reason text, request_id text, previous text, hash text)`, [JSON.stringify(entries)]);
    await tx.query('update governance.audit_head set seq = $1, hash = $2', [seq, hash]);
  },
};

/** Hash of an entry: SHA-256 of the JSON array of its fields in the order of the columns, `previous` first. */
export function hashOf(entry: Omit<AuditRow, 'hash'>): string {
  const { previous, seq, at, actor, action, subject, before, after, reason, request_id: requestId } = entry;
  const text = JSON.stringify([previous, seq, at, actor, action, subject, before, after, reason, requestId]);
  return createHash('sha256').update(text).digest('hex');
}

/** Reads the whole log and follows the chain up to its head. */
export async function verifyAudit(sql: Sql): Promise<AuditFinding> {
  let [seq, hash] = [0, FIRST_HASH];
  const broken = (brokenAt: number, fault: string): AuditFinding => (
    { holds: false, entries: seq, head: hash, brokenAt, fault });
  const [head] = await sql.query<{ seq: number; hash: string }>('select seq, hash from governance.audit_head');
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const rows = await sql.query<AuditRow>(
      'select * from governance.audit where seq > $1 and seq <= $2 order by seq limit $3', [seq, head!.seq, PAGE]);
    for (const row of rows) {
      if (row.seq !== seq + 1) return broken(seq + 1, `entry ${seq + 1} is missing`);
      if (row.previous !== hash) return broken(row.seq, 'it does not follow the entry before');
      if (hashOf(row) !== row.hash) return broken(row.seq, 'it was changed');
      [seq, hash] = [row.seq, row.hash];
    }
    if (rows.length < PAGE) break;
  }
  if (seq !== head!.seq) return broken(seq + 1, `entry ${seq + 1} is missing`);
  if (hash !== head!.hash) return broken(seq, 'it is not the last one the log knows of');
  return { holds: true, entries: seq, head: hash };
}
