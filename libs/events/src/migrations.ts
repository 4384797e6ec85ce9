// Creates schema `events`. The move from outbox to log is a function in the database: the server runs it to its end
// whatever becomes of the process that called it, so a stopped process can never hold the log.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = `
  create schema events;

  create table events.outbox (
    id bigint generated always as identity primary key,
    event_id uuid not null,
    type text not null,
    source text not null,
    subject text not null,
    partition_key text not null,
    data jsonb not null,
    time timestamptz not null,
    correlation_id text,
    causation_id text,
    traceparent text
  ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

  create table events.event_log (
    position bigint primary key,
    id uuid not null unique,
    type text not null,
    source text not null,
    subject text not null,
    partition_key text not null,
    data jsonb not null,
    time timestamptz not null,
    recorded_time timestamptz not null,
    correlation_id text,
    causation_id text,
    traceparent text
  );
  create index event_log_subject on events.event_log (subject, position);
  create index event_log_type on events.event_log (type, position);

  create table events.sequencer (
    single boolean primary key default true check (single),
    last_position bigint not null,
    holder text,
    moved_at timestamptz
  );
  insert into events.sequencer (last_position) values (0);

  create table events.cursor (
    name text primary key,
    position bigint not null check (position >= 0),
    holder text,
    epoch bigint not null default 0,
    leased_until timestamptz not null default '-infinity'
  );

  create table events.dead_letter (
    consumer text not null,
    position bigint not null,
    event_id uuid not null,
    type text not null,
    subject text not null,
    attempts int not null,
    cause text not null,
    cause_group text not null,
    failed_at timestamptz not null default now(),
    primary key (consumer, position)
  );

  create table events.journey (
    subject text not null,
    seq bigint generated always as identity,
    at timestamptz not null,
    kind text not null check (kind in ('command', 'decision', 'vendorCall', 'event', 'step', 'person')),
    system text not null,
    name text not null,
    outcome text not null,
    duration_ms double precision,
    attempt int,
    reason text,
    detail jsonb,
    traceparent text,
    primary key (subject, seq)
  );`;

// Each statement of a volatile function sees what was committed before that statement: the rows are chosen after the
// lock is held. An id is drawn while the row of its aggregate is locked, so a visible event implies that all earlier
// ones of its key are visible too, and ascending ids are commit order per key. The outbox is looked at before the
// lock, because locking a row costs a write and idle polls must cost none.
const MOVE = `
  create function events.sequence_outbox(batch int, mover text, channel text,
    out moved int, out head bigint, out oldest timestamptz) language plpgsql as $$
  begin
    moved := 0;
    if not exists (select from events.outbox) then
      return;
    end if;
    select last_position into head from events.sequencer for update skip locked;
    if head is null then
      moved := null;
      return;
    end if;
    with taken as (
      delete from events.outbox
      where ctid = any (array(select ctid from events.outbox order by id limit batch))
      returning *
    ), placed as (
      insert into events.event_log
        (position, id, type, source, subject, partition_key, data, time, recorded_time,
         correlation_id, causation_id, traceparent)
      select head + row_number() over (order by id), event_id, type, source, subject, partition_key, data, time,
             clock_timestamp(), correlation_id, causation_id, traceparent
      from taken
      returning time
    )
    select count(*), min(time) into moved, oldest from placed;
    if moved > 0 then
      head := head + moved;
      update events.sequencer set last_position = head, holder = mover, moved_at = clock_timestamp();
      perform pg_notify(channel, head::text);
    end if;
  end $$`;

export class CreateEvents1700000000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(MOVE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema events cascade');
  }
}
