// Reads the queue in front of the ERP for operations: how it stands, who waits, and which cut-offs that endangers.
import { Injectable } from '@nestjs/common';
import type { CarrierCutOff, ErpQueue, WaitingOrder, WaitingOrderPage, WaitingOrderQuery } from '#contracts';
import { Database, type Sql } from '#database';
import { forecastOf, type Told } from './order-queue.policy.js';

const PAGE = 50;
/** Orders the forecast looks at; a queue that is longer is in danger whatever comes behind. */
const FORECAST_MAX = 50_000;

export interface QueueRow {
  readonly vendor: string;
  readonly paused: boolean;
  readonly drainPerMinute: number;
  readonly alertAfterSeconds: number;
  readonly cutOffs: CarrierCutOff[];
  readonly version: number;
  readonly draining: boolean;
  readonly downSince: Date | null;
  readonly downReason: string | null;
  readonly probeAt: Date | number;
  readonly usedUntil: Date | number;
  readonly degradedSince: Date | null;
  readonly told: Told | null;
  readonly now: Date;
}

export const QUEUE_COLUMNS = `vendor, paused, drain_per_minute as "drainPerMinute",
  alert_after_seconds as "alertAfterSeconds", cut_offs as "cutOffs", version, draining, down_since as "downSince",
  down_reason as "downReason", probe_at as "probeAt", used_until as "usedUntil", degraded_since as "degradedSince",
  told, clock_timestamp() as now`;
const COUNTS = `
  select count(*) filter (where released_at is null)::int as waiting,
    count(*) filter (where released_at is not null)::int as released, min(since) as "oldestSince"
  from erp.waiting_order`;
const QUEUED = `select locations from erp.waiting_order order by position limit ${FORECAST_MAX}`;
const LIST = `
  select reference, order_number as "orderNumber", order_key as key, position::float8 as position, locations, cause,
    reason, since, tries, released_at as "releasedAt"
  from erp.waiting_order where position > $1 and ($2::text is null or cause = $2) order by position limit $3`;

export interface Counts {
  readonly waiting: number;
  readonly released: number;
  readonly oldestSince: Date | null;
}

type WaitingRow = Omit<WaitingOrder, 'reason' | 'since' | 'releasedAt'>
  & { readonly reason: string | null; readonly since: Date; readonly releasedAt: Date | null };

@Injectable()
export class OrderQueueReader {
  constructor(private readonly database: Database) {}

  async queue(vendor: string): Promise<ErpQueue> {
    const [row] = await this.database.query<QueueRow>(
      `select ${QUEUE_COLUMNS} from erp.queue where vendor = $1`, [vendor]);
    return describe(this.database, row!, await countsOf(this.database));
  }

  async list({ cause, after = 0, limit = PAGE }: WaitingOrderQuery): Promise<WaitingOrderPage> {
    const rows = await this.database.query<WaitingRow>(LIST, [after, cause ?? null, limit]);
    const orders = rows.map(({ reason, since, releasedAt, ...row }) => ({
      ...row, since: since.toISOString(), ...(reason === null ? {} : { reason }),
      ...(releasedAt === null ? {} : { releasedAt: releasedAt.toISOString() }),
    }));
    return { orders, ...(orders.length === limit ? { next: orders.at(-1)!.position } : {}) };
  }
}

export async function countsOf(sql: Sql): Promise<Counts> {
  return (await sql.query<Counts>(COUNTS))[0]!;
}

/** The queue in our words, with the forecast. */
export async function describe(sql: Sql, row: QueueRow, counts: Counts): Promise<ErpQueue> {
  const { waiting, released, oldestSince } = counts;
  const { vendor, paused, drainPerMinute, alertAfterSeconds, cutOffs, version, downSince, downReason, probeAt } = row;
  const forecasts = waiting + released > 0 && cutOffs.length > 0;
  const queued = forecasts ? await sql.query<{ locations: string[] }>(QUEUED) : [];
  const state = paused ? 'paused' : downSince !== null ? 'down' : waiting > 0 ? 'draining' : 'open';
  return {
    vendor, state, paused, drainPerMinute, alertAfterSeconds, cutOffs, version, waiting, released,
    ...(downSince === null ? {} : { downSince: downSince.toISOString() }),
    ...(downReason === null ? {} : { reason: downReason }),
    ...(downSince === null || !(probeAt instanceof Date) ? {} : { nextProbeAt: probeAt.toISOString() }),
    ...(oldestSince === null ? {} : { oldestSince: oldestSince.toISOString() }),
    forecast: forecastOf(queued, cutOffs, drainPerMinute, row.now),
  };
}
