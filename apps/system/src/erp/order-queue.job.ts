// Lets waiting orders through to the ERP, in their order and not faster than operations allow; asks with a single one
// while the ERP is down; and tells the house when orders wait, whom that concerns and when it is over.
import { Injectable } from '@nestjs/common';
import { ALERT_ORDERS_MAX } from '#contracts';
import { Database, type Sql } from '#database';
import { outbox, type NewEvent } from '#events';
import { PeriodicBackground } from '#governance';
import { createLogger, metrics } from '#telemetry';
import { degradedEvent, queueReleasedEvent, recoveredEvent } from '../backbone-event.mapping.js';
import { creditOf, mustTell, type Told } from './order-queue.policy.js';
import { countsOf, describe, QUEUE_COLUMNS, type QueueRow } from './order-queue.reader.js';

const LOOK_EVERY_MS = 250;
const PROBE_EVERY_SECONDS = 2;
/** Orders let through in one look, and most that are on their way to the ERP at the same time. */
const RELEASE_MAX = 500;
const ON_THEIR_WAY_MAX = 500;
/** Who was called and does not come is called again; who never comes is taken out, so that it stops nobody. */
const CALL_AGAIN_SECONDS = 5;
const GONE_SECONDS = 900;
const SOURCE = '/system/erp';

const IDLE = `
  select exists (select from erp.waiting_order)
    or exists (select from erp.queue where draining or degraded_since is not null) as busy`;
const CLAIM = `select ${QUEUE_COLUMNS} from erp.queue order by vendor limit 1 for update skip locked`;
const HEADS = `
  select reference from erp.waiting_order as own
  where released_at is null and ($2 or not_before <= clock_timestamp()) and not exists (
    select from erp.waiting_order as earlier
    where earlier.order_key = own.order_key and earlier.position < own.position)
  order by position limit $1 for update skip locked`;
const RELEASE = `update erp.waiting_order set released_at = clock_timestamp() where reference = any($1::text[])`;
// Also whoever was let through together with an earlier order of the same customer, came first, and is the next now.
const CALL_AGAIN = `
  update erp.waiting_order set released_at = clock_timestamp() where reference in (
    select reference from erp.waiting_order as own where released_at is not null and (
      (seen_at < released_at and released_at < clock_timestamp() - interval '${CALL_AGAIN_SECONDS} s')
      or (seen_at >= released_at and cause <> 'uncertain' and not exists (
        select from erp.waiting_order as earlier
        where earlier.order_key = own.order_key and earlier.position < own.position)))
    order by position limit ${RELEASE_MAX})
  returning reference`;
const GONE = `
  delete from erp.waiting_order where released_at is not null
    and seen_at < clock_timestamp() - interval '${GONE_SECONDS} s' returning reference`;

const logger = createLogger('erp.queue');
const waitingOrders = metrics.gauge('throughline_erp_queue_orders', 'Orders that wait for the ERP.');
const releasedOrders = metrics.counter('throughline_erp_queue_released_total', 'Orders let through to the ERP.');

@Injectable()
export class OrderQueueJob extends PeriodicBackground {
  constructor(private readonly database: Database) {
    super('erp.queue', LOOK_EVERY_MS);
  }

  async lookOnce(): Promise<void> {
    const [idle] = await this.database.query<{ busy: boolean }>(IDLE);
    if (!idle!.busy) return;
    await this.database.transaction(async (tx) => {
      const [row] = await tx.query<QueueRow>(CLAIM);
      // Another process looks already.
      if (!row) return;
      const called = await this.release(tx, row);
      if (called.length > 0) {
        releasedOrders.inc(called.length);
        await outbox.write(tx, [releasedEvent(row.vendor, called)]);
      }
      await this.tell(tx, row);
    });
  }

  private async release(tx: Sql, row: QueueRow): Promise<string[]> {
    const gone = await tx.query<{ reference: string }>(GONE);
    for (const { reference } of gone) logger.warn({ reference }, 'an order was let through to the ERP and never came');
    const called = (await tx.query<{ reference: string }>(CALL_AGAIN)).map(({ reference }) => reference);
    const { count, probe } = allowance(row);
    if (count === 0) return called;
    const [{ onTheirWay } = { onTheirWay: 0 }] = await tx.query<{ onTheirWay: number }>(
      'select count(*)::int as "onTheirWay" from erp.waiting_order where released_at is not null');
    const room = probe ? 1 : Math.min(count, RELEASE_MAX, Math.max(0, ON_THEIR_WAY_MAX - onTheirWay));
    const heads = (await tx.query<{ reference: string }>(HEADS, [room, probe])).map(({ reference }) => reference);
    if (probe) {
      await tx.query(`update erp.queue set probe_at = clock_timestamp() + interval '${PROBE_EVERY_SECONDS} s'
        where vendor = $1`, [row.vendor]);
    } else if (row.draining) {
      const { usedUntil } = creditOf(row.drainPerMinute, timeOf(row.usedUntil), row.now.getTime());
      await tx.query('update erp.queue set used_until = $2 where vendor = $1', [row.vendor, new Date(usedUntil)]);
    }
    if (heads.length > 0) await tx.query(RELEASE, [heads]);
    return [...called, ...heads];
  }

  /** An alert when orders wait for longer than operations accept, again when it gets worse, and its end. */
  private async tell(tx: Sql, row: QueueRow): Promise<void> {
    const counts = await countsOf(tx);
    const { vendor } = row;
    const waiting = counts.waiting + counts.released;
    waitingOrders.set({}, waiting);
    if (waiting === 0) {
      if (row.downSince !== null || row.paused) return;
      await tx.query(`update erp.queue set draining = false, degraded_since = null, told = null where vendor = $1`,
        [vendor]);
      if (row.degradedSince === null) return;
      await outbox.write(tx, [recoveredEvent(SOURCE, vendor, row.degradedSince, row.now)]);
      return;
    }
    const since = counts.oldestSince!;
    if (row.now.getTime() - since.getTime() < row.alertAfterSeconds * 1_000) return;
    // The forecast reads the whole queue: only when it can make a difference, at worst all of them are late.
    if (!mustTell(row.told, { waiting, missed: waiting })) return;
    const { reason, forecast } = await describe(tx, row, counts);
    const now: Told = { waiting, missed: forecast.reduce((sum, { missed }) => sum + missed, 0) };
    if (!mustTell(row.told, now)) return;
    const orders = await tx.query<{ reference: string }>(
      `select reference from erp.waiting_order order by position limit ${ALERT_ORDERS_MAX}`);
    await tx.query(`update erp.queue set degraded_since = coalesce(degraded_since, $2), told = $3::jsonb
      where vendor = $1`, [vendor, since, JSON.stringify(now)]);
    await outbox.write(tx, [degradedEvent(SOURCE, {
      vendor, since: since.toISOString(), paused: row.paused,
      reason: reason ?? (row.paused ? 'Operations have paused the queue' : ''),
      waiting, orders: orders.map(({ reference }) => reference),
      drainPerMinute: row.drainPerMinute, forecast,
    })]);
  }
}

/**
 * How many may go now: none while paused, one to ask with while the ERP is down, what the rate allows while the queue
 * is drained; without any of that only single orders wait, each for the pause after its own failure.
 */
function allowance(row: QueueRow): { count: number; probe: boolean } {
  if (row.paused) return { count: 0, probe: false };
  const now = row.now.getTime();
  if (row.downSince !== null) return { count: timeOf(row.probeAt) <= now ? 1 : 0, probe: true };
  if (!row.draining) return { count: RELEASE_MAX, probe: false };
  return { count: creditOf(row.drainPerMinute, timeOf(row.usedUntil), now).count, probe: false };
}

/** pg reads `-infinity` as a number. */
function timeOf(moment: Date | number): number {
  return moment instanceof Date ? moment.getTime() : moment;
}

export function releasedEvent(vendor: string, orders: string[]): NewEvent {
  return queueReleasedEvent(SOURCE, { vendor, orders });
}
