/*
 * Query results that wait for their next page. As on the real service they expire, and there are only so many.
 */
import { invalid } from './errors.js';
import type { QueryOutcome, Row } from './query.js';
import { makeId } from './record.js';

const IDLE_MS = 15 * 60_000;
const MAX_CURSORS = 50;
const MIN_BATCH = 200;
const MAX_BATCH = 2_000;

type Rows = Extract<QueryOutcome, { records: unknown }>;

export interface Page {
  totalSize: number;
  done: boolean;
  nextRecordsUrl?: string;
  records: Row[];
}

export class Cursors {
  private readonly open = new Map<string, { rows: Rows; batch: number; usedAt: number }>();
  private opened = 0;

  constructor(private readonly now: () => Date) {}

  /** The first page. @param options the header `Sforce-Query-Options`, e.g. `batchSize=500` (200 to 2,000) */
  first(outcome: QueryOutcome, options: string | undefined, version: string): Page {
    if ('count' in outcome) return { totalSize: outcome.count, done: true, records: [] };
    const asked = Number(/batchSize\s*=\s*(\d+)/i.exec(options ?? '')?.[1] ?? MAX_BATCH);
    const batch = Math.min(Math.max(asked, MIN_BATCH), MAX_BATCH);
    if (outcome.records.length <= batch) return this.page(outcome, 0, batch, '', version);
    this.forgetOld();
    const id = makeId('01g', ++this.opened);
    this.open.set(id, { rows: outcome, batch, usedAt: this.now().getTime() });
    return this.page(outcome, 0, batch, id, version);
  }

  /** A later page by its locator, e.g. `01g5g0000000001AAA-2000`. @throws INVALID_QUERY_LOCATOR */
  next(locator: string, version: string): Page {
    this.forgetOld();
    const [id = '', from] = locator.split('-');
    const cursor = this.open.get(id);
    const start = Number(from);
    if (!cursor || !Number.isInteger(start)) throw invalid('INVALID_QUERY_LOCATOR', 'invalid query locator');
    cursor.usedAt = this.now().getTime();
    return this.page(cursor.rows, start, cursor.batch, id, version);
  }

  private page(rows: Rows, from: number, batch: number, id: string, version: string): Page {
    const totalSize = rows.records.length;
    const to = from + batch;
    const records = rows.records.slice(from, to).map((record) => rows.render(record));
    if (to >= totalSize) return { totalSize, done: true, records };
    return { totalSize, done: false, nextRecordsUrl: `/services/data/${version}/query/${id}-${to}`, records };
  }

  private forgetOld(): void {
    const oldest = this.now().getTime() - IDLE_MS;
    for (const [id, { usedAt }] of this.open) {
      if (usedAt < oldest || this.open.size >= MAX_CURSORS) this.open.delete(id);
    }
  }
}
