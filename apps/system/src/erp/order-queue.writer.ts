// The queue in front of the ERP, in the database, so that all processes keep one order: an order that could not be
// written, or must not be yet, has its place there until it is through.
import { Injectable } from '@nestjs/common';
import { Problem, problems, type NewSalesOrder } from '#contracts';
import { Database } from '#database';
import { VendorLineFull, VendorThrottled } from '../vendor-line.js';
import { reasonToWait, type Situation } from './order-queue.policy.js';

/** Whoever waits is called when it is its turn; asking without having been called is the second net. */
export const ASK_AGAIN_SECONDS = 300;
/** A reason is told, not archived. */
const REASON_MAX = 500;
/** One order that fails so often in a row says what the circuit breaker of a busier line says: the ERP is down. */
const DOWN_AFTER_TRIES = 3;
/** Longest pause after failures of one order; it doubles from a second on. */
const PAUSE_MAX_SECONDS = 30;
const DEFAULT_WAIT_SECONDS = 2;

const SITUATION = `
  select own.reference is not null as waits, own.released_at is not null as released,
    exists (select from erp.waiting_order as earlier where earlier.order_key = $2
      and earlier.reference <> $1 and earlier.position < coalesce(own.position, 9223372036854775807)) as behind,
    queue.draining as queue, queue.paused, queue.down_since is not null as down
  from erp.queue left join erp.waiting_order as own on own.reference = $1 where queue.vendor = $3`;
const HOLD = `
  insert into erp.waiting_order as own (reference, order_key, order_number, locations, cause, reason)
  values ($1, $2, $3, $4::text[], $5, $6)
  on conflict (reference) do update set tries = own.tries + 1, seen_at = clock_timestamp(),
    released_at = case when $5 = 'behind' then own.released_at end`;
const FAILED = `
  insert into erp.waiting_order as own
    (reference, order_key, order_number, locations, cause, reason, not_before, released_at)
  values ($1, $2, $3, $4::text[], $5, $6, clock_timestamp() + interval '1 s',
    case when $5 = 'uncertain' then clock_timestamp() end)
  on conflict (reference) do update set tries = own.tries + 1, seen_at = clock_timestamp(), cause = excluded.cause,
    reason = excluded.reason, released_at = excluded.released_at,
    not_before = clock_timestamp() + least(${PAUSE_MAX_SECONDS}, power(2, least(own.tries, 9))) * interval '1 s'
  returning tries`;
const DOWN = `
  update erp.queue set down_since = coalesce(down_since, clock_timestamp()), down_reason = $2, draining = true,
    probe_at = greatest(probe_at, clock_timestamp() + $3 * interval '1 s')
  where vendor = $1`;
const LEAVE = 'delete from erp.waiting_order where reference = $1';
const UP = `
  with up as (update erp.queue set down_since = null, down_reason = null where vendor = $1 and down_since is not null
    returning vendor)
  update erp.waiting_order set not_before = '-infinity' where not_before > clock_timestamp()
    and exists (select from up)`;

/** What the queue knows of the ERP's line. */
export interface Line {
  readonly vendor: string;
  /** Calls are held back, because none was answered lately. */
  readonly open: boolean;
}

@Injectable()
export class OrderQueue {
  constructor(private readonly database: Database) {}

  /**
   * Where an order stands before it is written.
   * @throws Problem vendor-unavailable when it has to wait: it has its place then, and is called
   */
  async admit(order: NewSalesOrder, line: Line, onHold: (reason: string) => void): Promise<Situation> {
    const [situation] = await this.database.query<Situation>(
      SITUATION, [order.reference, keyOf(order), line.vendor]);
    const cause = reasonToWait(situation!);
    if (cause === undefined) return situation!;
    const reason = WORDS[cause]!;
    await this.database.query(HOLD, [...placeOf(order), cause, reason]);
    if (!situation!.waits) onHold(reason);
    throw new Problem(problems.vendorUnavailable, {
      detail: `${line.vendor}: ${reason}.`, retryAfterSeconds: ASK_AGAIN_SECONDS, vendor: line.vendor,
    });
  }

  /** The order was not written, or nobody knows. */
  async failed(order: NewSalesOrder, line: Line, failure: 'uncertain' | Problem): Promise<void> {
    const cause = failure === 'uncertain' ? failure : causeOf(failure);
    const reason = failure === 'uncertain' ? 'It may have been written: it is looked up' : failure.details.detail;
    const [own] = await this.database.query<{ tries: number }>(
      FAILED, [...placeOf(order), cause, reason.slice(0, REASON_MAX)]);
    const throttled = failure !== 'uncertain' && failure.cause instanceof VendorThrottled;
    if (line.open || throttled || (cause === 'down' && own!.tries >= DOWN_AFTER_TRIES)) {
      const wait = throttled ? failure.details.retryAfterSeconds : undefined;
      await this.database.query(DOWN, [line.vendor, reason.slice(0, REASON_MAX), wait ?? DEFAULT_WAIT_SECONDS]);
    }
  }

  /** The ERP has answered about the order: it waits no more, and the ERP is there. */
  async passed(reference: string, line: Line, { waits, down }: Pick<Situation, 'waits' | 'down'>): Promise<void> {
    if (waits) await this.database.query(LEAVE, [reference]);
    if (down) await this.database.query(UP, [line.vendor]);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  behind: 'an earlier order of the customer waits',
  paused: 'operations have paused the queue',
  down: 'it did not answer lately; orders wait for it in their order',
  draining: 'orders that came before are being let through',
};

/** Orders of one customer keep their order; guests have nobody to be compared with. */
function keyOf({ customerId, reference }: NewSalesOrder): string {
  return customerId ?? reference;
}

function placeOf(order: NewSalesOrder): unknown[] {
  const locations = new Set(order.items.flatMap(({ locationId }) => (locationId === undefined ? [] : [locationId])));
  return [order.reference, keyOf(order), order.orderNumber, [...locations]];
}

function causeOf({ cause }: Problem): string {
  return cause instanceof VendorThrottled || cause instanceof VendorLineFull ? 'throttled' : 'down';
}
