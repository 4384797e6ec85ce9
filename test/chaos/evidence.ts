// What the checker judges by: everything our database and the sandbox vendors know of the accepted orders, gathered at
// one time, after the house has come to rest.
import { setTimeout as pause } from 'node:timers/promises';
import type { HouseProcesses, Json } from '#testing';
import type { Attempt } from './traffic.js';

const POLL_MS = 200;

export interface OrderRow {
  readonly id: string;
  readonly version: number;
  readonly status: 'completed' | 'cancelled' | 'open';
  readonly captured: number;
  readonly refunded: number;
  readonly shipped: number;
  readonly consumed: number;
  /** Units that its reservations still hold. */
  readonly held: number;
  /** Events that tell of its beginning and end, in their order. */
  readonly told: readonly string[];
  readonly openHolds: number;
  readonly openTasks: number;
  /** Why people are asked about it. */
  readonly questions: readonly string[];
  readonly locations: readonly string[];
  readonly runStatus: string | null;
  readonly steps: readonly string[];
}

export interface Evidence {
  readonly house: HouseProcesses;
  readonly attempts: readonly Attempt[];
  readonly orders: ReadonlyMap<string, OrderRow>;
  readonly sap: Json;
  readonly salesforce: Json;
  readonly wms: Json;
  readonly stripe: Json;
  /** Length of the event log. */
  readonly events: number;
}

/** Money is in minor units; `consumed` are units that left the stock, `steps` names and outcomes of the journey. */
const ORDERS = `
  select o.id, o.version, r.status as "runStatus",
    case when o.completed_at is not null then 'completed' when o.cancelled_at is not null then 'cancelled'
      else 'open' end as status,
    p.captured::float8 as captured, p.refunded::float8 as refunded,
    (select sum(shipped)::int from orders.line where order_id = o.id) as shipped,
    (select array_agg(distinct location_id) from orders.line where order_id = o.id) as locations,
    (select coalesce(sum(l.consumed), 0)::int from inventory.reservation
      join inventory.reservation_line l on l.reservation_id = reservation.id where owner = o.id) as consumed,
    (select coalesce(sum(l.quantity - l.consumed - l.released), 0)::int from inventory.reservation
      join inventory.reservation_line l on l.reservation_id = reservation.id
      where owner = o.id and state in ('held', 'confirmed')) as held,
    (select coalesce(array_agg(type order by position), '{}') from events.event_log where subject = o.id
      and type in ('order.captured.v1', 'order.cancelled.v1', 'order.completed.v1')) as told,
    (select count(*)::int from orders.hold where order_id = o.id and released_at is null) as "openHolds",
    (select count(*)::int from workflow.task where run_id = o.id and decided_at is null) as "openTasks",
    (select coalesce(array_agg(cause || ' ' || reason), '{}') from workflow.task
      where run_id = o.id and decided_at is null) as questions,
    (select coalesce(array_agg(name || ': ' || outcome order by seq), '{}') from events.journey
      where subject = o.id and kind in ('command', 'decision', 'step')) as steps
  from orders."order" o join orders.payment p on p.order_id = o.id
    left join workflow.run r on r.id = o.id
  order by o.placed_at`;

/** What still moves: runs that can go on, events on their way, consumers behind the log. */
const MOVING = `
  select (select count(*)::int from workflow.run where status in ('ready', 'running')) as runs,
    (select count(*)::int from workflow.run where status = 'waiting'
      and not exists (select from orders.hold where order_id = run.id and released_at is null)) as waiting,
    (select count(*)::int from events.outbox) as outbox,
    (select coalesce(sum(last_position - position), 0)::int from events.cursor, events.sequencer) as behind`;

export interface Moving {
  readonly runs: number;
  readonly waiting: number;
  readonly outbox: number;
  readonly behind: number;
}

export async function moving(house: HouseProcesses): Promise<Moving> {
  return (await house.storage.database.query<Moving & Record<string, number>>(MOVING))[0]!;
}

/**
 * Waits until nothing moves any more: every run is over, on hold or with a person, and every consumer has seen all.
 * @throws Error that says what still moves when time is up
 */
export async function comeToRest(house: HouseProcesses, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last: Moving | undefined;
  while (Date.now() < deadline) {
    last = await moving(house);
    if (Object.values(last).every((count) => count === 0)) return;
    await pause(POLL_MS);
  }
  const stuck = await house.storage.database.query(`
    select id, status, wait_for, error, due - now() as due_in,
      (select string_agg(name || ' ' || outcome || coalesce(' (' || reason || ')', ''), ' > ' order by seq)
       from (select * from events.journey where subject = run.id order by seq desc limit 4) as last) as last
    from workflow.run where status in ('ready', 'running', 'waiting') limit 5`);
  const cursors = await house.storage.database.query('select name, position, leased_until from events.cursor');
  throw new Error(`Not at rest after ${timeoutMs / 1000} s: ${JSON.stringify({ ...last, stuck, cursors }, null, 1)}`
    + house.gateways.map(({ tail }) => tail).join('\n'));
}

export async function gather(house: HouseProcesses, attempts: readonly Attempt[]): Promise<Evidence> {
  const [rows, sap, salesforce, wms, stripe, log] = await Promise.all([
    house.storage.database.query<OrderRow & Record<string, unknown>>(ORDERS),
    house.vendor('sap'), house.vendor('salesforce', 'Order'), house.vendor('wms', 'orders'),
    house.vendor('stripe', 'intents'),
    house.storage.database.query<{ events: number }>('select count(*)::int as events from events.event_log'),
  ]);
  const orders = new Map(rows.map((row) => [row.id, row]));
  return { house, attempts, orders, sap, salesforce, wms, stripe, events: log[0]!.events };
}
