// Deliveries as rows: which events become deliveries of which endpoint, which of them are due, and how each ended. Any
// number of processes work on them at once; per endpoint and key only the oldest open delivery may be tried.
import type { Database } from '#database';
import type { StoredEvent } from '../event.js';
import { toStored, type EventRow } from '../log.js';
import type { Sent } from './sender.js';
import type { Verdict } from './delivery.policy.js';

/** Positions of the log looked at for one endpoint in one go. */
const WINDOW_POSITIONS = 1_000;
/** An endpoint with so many open deliveries gets no new ones; its cursor waits. */
const OPEN_MAX = 10_000;
/** After so long an attempt counts as lost with its process; well above the time-out of an attempt. */
const CLAIM_MS = 60_000;

export interface Endpoint {
  readonly id: string;
  readonly consumer: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly scopes: readonly string[];
  readonly revision: string | null;
  readonly secretVersion: number;
  readonly previousSecretUntil: Date | null;
  readonly failures: number;
}

/** What an endpoint may get: types by how far its consumer sees their events. */
export interface Reach { readonly id: string; readonly all: readonly string[]; readonly own: readonly string[] }

export interface Due extends StoredEvent { readonly attempt: number; readonly failures: number }

const ENDPOINTS = `
  select id, consumer, url, types, scopes, revision, secret_version as "secretVersion",
    previous_secret_until as "previousSecretUntil", failures
  from events.webhook_endpoint where enabled order by id`;

// Whoever fans an endpoint out holds its row, so its positions are taken once. Replayed events come again.
const FAN_OUT = `
  with due as materialized (
    select e.id, e.consumer, e.position as after, least(e.position + ${WINDOW_POSITIONS}, s.last_position) as upto,
      w.all_types, w.own_types
    from events.webhook_endpoint e
    join jsonb_to_recordset($1::jsonb) as w (id text, all_types jsonb, own_types jsonb) on w.id = e.id
    cross join events.sequencer s
    where e.enabled and e.position < s.last_position
      and (select count(*) from (select from events.webhook_delivery d
        where d.endpoint_id = e.id and d.state = 'pending' limit ${OPEN_MAX}) as open) < ${OPEN_MAX}
    for update of e skip locked
  ), added as (
    insert into events.webhook_delivery as d (endpoint_id, position, event_id, type, partition_key)
    select due.id, l.position, l.id, l.type, l.partition_key
    from due
    join events.event_log l on l.position > due.after and l.position <= due.upto
    left join events.key_owner o on o.partition_key = l.partition_key
    where due.all_types ? l.type or (due.own_types ? l.type and o.consumer = due.consumer)
    on conflict (endpoint_id, position) do update
      set state = 'pending', attempts = 0, next_at = clock_timestamp(), cause = null, updated_at = clock_timestamp()
      where d.state <> 'pending'
    returning d.endpoint_id
  ), moved as (
    update events.webhook_endpoint e set position = due.upto from due where e.id = due.id
  )
  select due.id, (select count(*) from added where endpoint_id = due.id)::int as added from due`;

const CLAIM = `
  with head as (
    select d.position from events.webhook_delivery d
    join events.webhook_endpoint e on e.id = d.endpoint_id
    where d.endpoint_id = $1 and d.state = 'pending' and d.next_at <= clock_timestamp()
      and e.enabled and e.throttled_until <= clock_timestamp()
      and not exists (select from events.webhook_delivery b where b.endpoint_id = $1 and b.state = 'pending'
        and b.partition_key = d.partition_key and b.position < d.position)
    order by d.next_at limit $2 for update of d skip locked
  ), claimed as (
    update events.webhook_delivery d
    set attempts = attempts + 1, next_at = clock_timestamp() + interval '${CLAIM_MS} milliseconds'
    from head where d.endpoint_id = $1 and d.position = head.position and d.state = 'pending'
    returning d.position, d.attempts
  )
  select l.*, c.attempts as attempt, e.failures from claimed c
  join events.event_log l on l.position = c.position
  join events.webhook_endpoint e on e.id = $1
  order by c.position`;

// Only the latest attempt may say how it ended: a lost one that comes back has nothing to say any more.
const SETTLE = `
  with settled as (
    update events.webhook_delivery set state = $4, cause = $5, updated_at = clock_timestamp(),
      next_at = clock_timestamp() + $6 * interval '1 millisecond'
    where endpoint_id = $1 and position = $2 and attempts = $3 and state = 'pending'
    returning endpoint_id, position, event_id, type, attempts
  ), logged as (
    insert into events.webhook_attempt (endpoint_id, position, outcome, status, duration_ms, detail)
    select endpoint_id, position, $7, $8, $9, $10 from settled
  ), endpoint as (
    update events.webhook_endpoint e set
      failures = case when $4 = 'delivered' then 0 else e.failures + 1 end,
      throttled_until = case when $11::float8 > 0
        then greatest(throttled_until, clock_timestamp() + $11 * interval '1 millisecond') else throttled_until end,
      enabled = e.enabled and not $12,
      disabled_reason = case when $12 then $5 else e.disabled_reason end
    from settled where e.id = settled.endpoint_id and ($4 <> 'delivered' or e.failures > 0)
  ), resolved as (
    update events.dead_letter d set state = 'resolved', attempts = s.attempts from settled s
    where $4 = 'delivered' and d.consumer = 'webhook ' || s.endpoint_id and d.position = s.position
      and d.state = 'retrying'
  )
  insert into events.dead_letter (consumer, position, event_id, type, subject, attempts, cause, cause_group)
  select 'webhook ' || s.endpoint_id, s.position, s.event_id, s.type, l.subject, s.attempts,
    coalesce($10, $5, 'unknown'), $5
  from settled s join events.event_log l on l.position = s.position where $4 = 'dead'
  on conflict (consumer, position) do update set attempts = excluded.attempts, cause = excluded.cause,
    cause_group = excluded.cause_group, failed_at = now(), state = 'dead'`;

const NEXT_DUE = `
  select greatest(0, extract(epoch from greatest(min(d.next_at), e.throttled_until) - clock_timestamp()) * 1000)::float8
    as ms
  from events.webhook_endpoint e join events.webhook_delivery d on d.endpoint_id = e.id
  where e.id = $1 and e.enabled and d.state = 'pending' group by e.throttled_until`;

export class DeliveryBook {
  constructor(private readonly database: Database) {}

  endpoints(): Promise<Endpoint[]> {
    return this.database.query<Endpoint>(ENDPOINTS);
  }

  /** Makes deliveries of what the log has for these endpoints; answers which endpoints moved, and by how many. */
  fanOut(reaches: readonly Reach[]): Promise<{ id: string; added: number }[]> {
    const rows = reaches.map(({ id, all, own }) => ({ id, all_types: all, own_types: own }));
    return this.database.query(FAN_OUT, [JSON.stringify(rows)]);
  }

  /** Deliveries of an endpoint whose turn it is, claimed for this process. */
  async claim(endpointId: string, most: number): Promise<Due[]> {
    const rows = await this.database.query<EventRow & { attempt: number; failures: number }>(CLAIM, [endpointId, most]);
    return rows.map((row) => ({ ...toStored(row), attempt: row.attempt, failures: row.failures }));
  }

  async settle(endpointId: string, { position, attempt }: Due, sent: Sent, verdict: Verdict): Promise<void> {
    const { state, cause, pauseMs, throttleMs, disable } = verdict;
    await this.database.query(SETTLE, [
      endpointId, position, attempt, state, cause ?? null, pauseMs, sent.outcome, sent.status ?? null, sent.durationMs,
      sent.detail ?? null, throttleMs, disable,
    ]);
  }

  /** Milliseconds until the next delivery of an endpoint may be tried; undefined when it has none. */
  async nextDueMs(endpointId: string): Promise<number | undefined> {
    return (await this.database.query<{ ms: number }>(NEXT_DUE, [endpointId]))[0]?.ms;
  }
}
