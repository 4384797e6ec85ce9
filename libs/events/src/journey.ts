// The journey: one append-only timeline per order or return, written with the facts it tells about. It is what an
// agent, an operator and the replay read.
import { UnitOfWork, type BatchWriter, type Entry, type GroupCommit, type Sql } from '#database';
import { createLogger, currentTraceparent, metrics } from '#telemetry';

export type JourneyKind = 'command' | 'decision' | 'vendorCall' | 'event' | 'step' | 'person';

export interface JourneyEntry {
  /** Id of the order or return, `ord_…` or `ret_…`. */
  subject: string;
  /** RFC 3339 UTC; default now. */
  at?: string;
  kind: JourneyKind;
  /** Who acted: `storefront`, `process/orders`, `sap`, `salesforce`, a person's id … */
  system: string;
  /** What was done: an operation, a step, a policy. */
  name: string;
  /** How it ended, in one word of the field: `accepted`, `applied`, `rejected`, `uncertain` … */
  outcome: string;
  durationMs?: number;
  attempt?: number;
  /** Why, in words for people. */
  reason?: string;
  /** JSON for programs: policy version, inputs, payload hash. */
  detail?: unknown;
  /** W3C trace; `recordJourney` fills in the current one. */
  traceparent?: string;
}

/** An entry as it is read; `seq` grows in the order of writing and is the page cursor. */
export interface StoredJourneyEntry {
  subject: string;
  seq: number;
  at: string;
  kind: JourneyKind;
  system: string;
  name: string;
  outcome: string;
  durationMs: number | null;
  attempt: number | null;
  reason: string | null;
  detail: unknown;
  traceparent: string | null;
}

const JOURNEY_ORDER = 910;
const READ_LIMIT_DEFAULT = 500;
const READ_LIMIT_MAX = 1_000;
const RECORDER_ENTRIES_MAX = 10_000;

const INSERT = `
  insert into events.journey
    (subject, at, kind, system, name, outcome, duration_ms, attempt, reason, detail, traceparent)
  select subject, at, kind, system, name, outcome, duration_ms, attempt, reason, detail, traceparent
  from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[],
              $8::int[], $9::text[], $10::jsonb[], $11::text[])
       with ordinality as entry
         (subject, at, kind, system, name, outcome, duration_ms, attempt, reason, detail, traceparent, place)
  order by place`;

const READ = `select subject, seq, at, kind, system, name, outcome, duration_ms as "durationMs", attempt, reason,
    detail, traceparent
  from events.journey where subject = $1 and seq > $2 order by seq limit $3`;

/** Adds a journey entry to a unit of work, with the time and trace of the caller (a batch is written later). */
export function recordJourney(unit: UnitOfWork, entry: JourneyEntry): Entry<void> {
  const { at = new Date().toISOString(), traceparent = currentTraceparent() } = entry;
  return unit.add(journey, { ...entry, at, traceparent });
}

/** Writes journey entries. */
export const journey: BatchWriter<JourneyEntry> = {
  name: 'events.journey',
  order: JOURNEY_ORDER,
  pipelined: true,
  async write(tx, entries) {
    const now = new Date().toISOString();
    await tx.query(INSERT, [
      entries.map((entry) => entry.subject),
      entries.map((entry) => entry.at ?? now),
      entries.map((entry) => entry.kind),
      entries.map((entry) => entry.system),
      entries.map((entry) => entry.name),
      entries.map((entry) => entry.outcome),
      entries.map((entry) => entry.durationMs ?? null),
      entries.map((entry) => entry.attempt ?? null),
      entries.map((entry) => entry.reason ?? null),
      entries.map((entry) => (entry.detail === undefined ? null : JSON.stringify(entry.detail))),
      entries.map((entry) => entry.traceparent ?? null),
    ]);
  },
};

/** A page of one journey in the order of writing; `after` is the `seq` of the last entry the reader has. */
export async function readJourney(
  sql: Sql, subject: string, { after = 0, limit = READ_LIMIT_DEFAULT }: { after?: number; limit?: number } = {},
): Promise<StoredJourneyEntry[]> {
  if (!Number.isInteger(limit) || limit < 1 || limit > READ_LIMIT_MAX) throw new RangeError(`limit ${limit}`);
  const rows = await sql.query<Omit<StoredJourneyEntry, 'at'> & { at: Date }>(READ, [subject, after, limit]);
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

const logger = createLogger('events.journey');
const dropped = metrics.counter('throughline_journey_dropped_total', 'Journey entries lost, by reason.', ['reason']);

/** Writes entries nobody waits for, such as vendor calls: telling about a call must never make it slower or fail. */
export class JourneyRecorder {
  private readonly pending = new Set<Promise<void>>();

  /** @param entriesMax most entries not yet written; what comes beyond is dropped and counted */
  constructor(private readonly groupCommit: GroupCommit, private readonly entriesMax = RECORDER_ENTRIES_MAX) {}

  /** Never throws and never waits. */
  record(entry: JourneyEntry): void {
    if (this.pending.size >= this.entriesMax) {
      dropped.inc({ reason: 'full' });
      return;
    }
    const writing = this.write(entry);
    this.pending.add(writing);
    void writing.then(() => this.pending.delete(writing));
  }

  /** Resolves when all entries recorded so far are written or dropped. */
  async drain(): Promise<void> {
    await Promise.all(this.pending);
  }

  private async write(entry: JourneyEntry): Promise<void> {
    try {
      const unit = new UnitOfWork();
      recordJourney(unit, entry);
      await this.groupCommit.commit(unit);
    } catch (error) {
      dropped.inc({ reason: 'failed' });
      logger.warn({ err: error, subject: entry.subject, name: entry.name }, 'journey entry lost');
    }
  }
}
