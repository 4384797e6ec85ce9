// Schema `erp`: orders that wait for the ERP in the order in which they came, and how operations steer that queue.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OrderQueue1700000003700 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema if not exists erp;
      create table erp.queue (
        vendor text primary key,
        paused boolean not null default false,
        drain_per_minute int not null default 6000 check (drain_per_minute > 0),
        alert_after_seconds int not null default 5,
        cut_offs jsonb not null default '[]',
        version int not null default 1,
        draining boolean not null default false,
        down_since timestamptz,
        down_reason text,
        probe_at timestamptz not null default '-infinity',
        used_until timestamptz not null default '-infinity',
        degraded_since timestamptz,
        told jsonb
      );
      create table erp.waiting_order (
        reference text primary key,
        position bigint generated always as identity,
        order_key text not null,
        order_number text not null,
        locations text[] not null,
        cause text not null,
        reason text,
        since timestamptz not null default clock_timestamp(),
        tries int not null default 1,
        seen_at timestamptz not null default clock_timestamp(),
        not_before timestamptz not null default '-infinity',
        released_at timestamptz
      ) with (fillfactor = 70);
      create index waiting_order_position on erp.waiting_order (position);
      create index waiting_order_key on erp.waiting_order (order_key, position);
      insert into erp.queue (vendor) values ('sap')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table erp.waiting_order, erp.queue');
  }
}
