// The audit log for people and auditors: read, export as lines or as a table, and verify.
import { Controller } from '@nestjs/common';
import { stringify } from 'csv-stringify/sync';
import {
  Answer, platformApi, type AuditEntry, type AuditExport, type AuditPage, type AuditQuery, type AuditRange,
  type AuditVerdict,
} from '#contracts';
import { Database } from '#database';
import { cursorOf, Implements, placeOf, verifyAudit, type AuditRow } from '#governance';

const { operations } = platformApi;
const PAGE = 50;
const EXPORT = 1_000;
const COLUMNS = [
  'seq', 'at', 'actor', 'action', 'subject', 'before', 'after', 'reason', 'request_id', 'previous', 'hash',
];

@Controller()
export class AuditController {
  constructor(private readonly database: Database) {}

  @Implements(operations.listAudit)
  async listAudit(
    { params: { subject, actor, cursor, limit = PAGE } }: { params: AuditQuery },
  ): Promise<AuditPage> {
    const [before] = placeOf(cursor, 1) ?? [String(Number.MAX_SAFE_INTEGER)];
    const rows = await this.database.query<AuditRow>(`
      select * from governance.audit
       where seq < $1::text::bigint and ($2::text is null or subject = $2) and ($3::text is null or actor = $3)
       order by seq desc limit $4`, [before, subject ?? null, actor ?? null, limit + 1]);
    const page = rows.slice(0, limit);
    return {
      entries: page.map(entryOf), ...(rows.length > limit ? { next: cursorOf(String(page.at(-1)!.seq)) } : {}),
    };
  }

  @Implements(operations.exportAuditLines)
  async exportAuditLines({ params }: { params: AuditRange }): Promise<Answer<AuditExport>> {
    const rows = await this.range(params);
    return text(rows.map((row) => `${JSON.stringify(row)}\n`).join(''), 'application/x-ndjson');
  }

  @Implements(operations.exportAuditTable)
  async exportAuditTable({ params }: { params: AuditRange }): Promise<Answer<AuditExport>> {
    const rows = await this.range(params);
    return text(stringify(rows, { header: true, columns: COLUMNS, escape_formulas: true }), 'text/csv; charset=utf-8');
  }

  @Implements(operations.verifyAudit)
  async verifyAudit(): Promise<AuditVerdict> {
    return verifyAudit(this.database);
  }

  private range({ after = 0, limit = EXPORT }: AuditRange): Promise<AuditRow[]> {
    return this.database.query<AuditRow>(
      'select * from governance.audit where seq > $1 order by seq limit $2', [after, limit]);
  }
}

function entryOf({ before, after, request_id: requestId, ...row }: AuditRow): AuditEntry {
  return { ...row, requestId, ...(before === null ? {} : { before }), ...(after === null ? {} : { after }) };
}

/** The contract describes the lines; typed clients do not call operations that produce another media type. */
function text(lines: string, type: string): Answer<AuditExport> {
  return new Answer(200, lines as unknown as AuditExport, { 'content-type': type, 'cache-control': 'no-store' });
}
