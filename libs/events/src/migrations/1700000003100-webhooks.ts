// Adds what delivering events to others needs: whose a key is, webhook endpoints with their deliveries and attempts,
// and dead letters that can be edited, tried again and discarded.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
  create table events.key_owner (
    partition_key text primary key,
    consumer text not null
  );

  create table events.webhook_endpoint (
    id text primary key,
    consumer text not null,
    url text not null,
    description text not null,
    types text[] not null,
    revision text,
    scopes text[] not null,
    enabled boolean not null,
    disabled_reason text,
    secret_version int not null default 1,
    previous_secret_until timestamptz,
    position bigint not null check (position >= 0),
    failures int not null default 0,
    throttled_until timestamptz not null default '-infinity',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (consumer, url)
  );

  create table events.webhook_delivery (
    endpoint_id text not null references events.webhook_endpoint (id) on delete cascade,
    position bigint not null,
    event_id uuid not null,
    type text not null,
    partition_key text not null,
    state text not null default 'pending' check (state in ('pending', 'delivered', 'dead', 'discarded')),
    attempts int not null default 0,
    next_at timestamptz not null default now(),
    cause text,
    updated_at timestamptz not null default now(),
    primary key (endpoint_id, position)
  ) with (autovacuum_vacuum_scale_factor = 0.02);
  create index webhook_delivery_due on events.webhook_delivery (endpoint_id, next_at) where state = 'pending';
  create index webhook_delivery_key on events.webhook_delivery (endpoint_id, partition_key, position)
    where state = 'pending';

  create table events.webhook_attempt (
    endpoint_id text not null,
    position bigint not null,
    seq bigint generated always as identity,
    at timestamptz not null default now(),
    outcome text not null,
    status int,
    duration_ms int not null,
    detail text,
    primary key (endpoint_id, position, seq),
    foreign key (endpoint_id, position) references events.webhook_delivery (endpoint_id, position) on delete cascade
  );

  alter table events.dead_letter add column state text not null default 'dead'
      check (state in ('dead', 'retrying', 'resolved', 'discarded')),
    add column data jsonb,
    add column decided_by text,
    add column decided_at timestamptz;
  create index dead_letter_retrying on events.dead_letter (consumer, position) where state = 'retrying';`;

const DOWN = `
  drop table events.webhook_attempt, events.webhook_delivery, events.webhook_endpoint, events.key_owner;
  alter table events.dead_letter drop column state, drop column data, drop column decided_by, drop column decided_at;`;

export class Webhooks1700000003100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
