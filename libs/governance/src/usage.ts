// Who calls what: counted in memory per consumer, API version, operation and deprecated field, and written in sets, so
// that a call costs an addition and an owner still knows whom a retirement would hit.
import { documentName, type Operation } from '#contracts';
import type { Database } from '#database';
import { createLogger, metrics } from '#telemetry';

const EVERY_MS = 1_000;
/** Distinct counters kept between two writes; past it new ones are not counted, which the metric tells. */
const COUNTERS_MAX = 50_000;
const ROWS_A_WRITE = 5_000;

const WRITE = `
  insert into governance.usage as usage (day, consumer, api, operation, field, calls, last_at)
  select (last_at at time zone 'UTC')::date, consumer, api, operation, field, calls, last_at
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[])
         as counted (consumer, api, operation, field, calls, last_at)
   order by consumer, api, operation, field
  on conflict (day, consumer, api, operation, field) do update
    set calls = usage.calls + excluded.calls, last_at = greatest(usage.last_at, excluded.last_at)`;

const logger = createLogger('usage');
const lost = metrics.counter('throughline_usage_lost_total', 'Calls that were not counted because too much waited.');

interface Counter {
  readonly consumer: string;
  readonly api: string;
  readonly operation: string;
  readonly field: string;
  calls: number;
  lastAt: number;
}

export class UsageRecorder {
  private counters = new Map<string, Counter>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly database: Database) {}

  start(): void {
    this.timer = setInterval(() => void this.flush(), EVERY_MS).unref();
  }

  /** Counts one call. @param fields deprecated fields it used */
  count(consumer: string, operation: Operation, fields: readonly string[] = []): void {
    this.add(consumer, operation, '');
    for (const field of fields) this.add(consumer, operation, field);
  }

  /** Writes what was counted until now; what cannot be written is counted again with the next write. */
  flush(): Promise<void> {
    return (this.writing = this.writing.then(() => this.write()));
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  private add(consumer: string, operation: Operation, field: string): void {
    const { api: contract, id } = operation;
    const key = `${consumer}\u0000${contract.name}\u0000${contract.version}\u0000${id}\u0000${field}`;
    const known = this.counters.get(key);
    if (known) {
      known.calls += 1;
      known.lastAt = Date.now();
    } else if (this.counters.size < COUNTERS_MAX) {
      const api = documentName(contract);
      this.counters.set(key, { consumer, api, operation: id, field, calls: 1, lastAt: Date.now() });
    } else {
      lost.inc();
    }
  }

  private async write(): Promise<void> {
    const counted = this.counters;
    if (counted.size === 0) return;
    this.counters = new Map();
    const rows = [...counted];
    for (let start = 0; start < rows.length; start += ROWS_A_WRITE) {
      const part = rows.slice(start, start + ROWS_A_WRITE);
      try {
        await this.database.query(WRITE, columns(part.map(([, counter]) => counter)));
      } catch (error) {
        logger.warn({ err: error }, 'usage could not be written; it is tried again');
        this.keep(rows.slice(start));
        return;
      }
    }
  }

  /** Puts counters back that were not written. */
  private keep(rows: readonly (readonly [string, Counter])[]): void {
    for (const [key, counter] of rows) {
      const newer = this.counters.get(key);
      if (newer) newer.calls += counter.calls;
      else if (this.counters.size < COUNTERS_MAX) this.counters.set(key, counter);
      else lost.inc({}, counter.calls);
    }
  }
}

function columns(counters: readonly Counter[]): unknown[] {
  return [
    counters.map(({ consumer }) => consumer), counters.map(({ api }) => api),
    counters.map(({ operation }) => operation), counters.map(({ field }) => field),
    counters.map(({ calls }) => calls), counters.map(({ lastAt }) => new Date(lastAt).toISOString()),
  ];
}
