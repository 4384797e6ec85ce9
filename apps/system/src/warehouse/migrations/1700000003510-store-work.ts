// Stores beside warehouses: how each works (every version is kept), and the work of its people, whose state the
// database derives from what has happened, so that nobody can write it.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class StoreWork1700000003510 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table warehouse.store (
        id text primary key,
        version int not null,
        settings jsonb not null
      );
      create table warehouse.store_version (
        store_id text not null references warehouse.store,
        version int not null,
        settings jsonb not null,
        by text not null,
        valid_from timestamptz not null default clock_timestamp(),
        primary key (store_id, version)
      );
      create table warehouse.store_task (
        id text primary key,
        order_id text not null,
        store_id text not null references warehouse.store,
        method text not null,
        lines jsonb not null,
        handling jsonb,
        ship_to jsonb,
        due_at timestamptz not null,
        work_day date not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        assignee text,
        accepted_at timestamptz,
        picked_at timestamptz,
        packed_at timestamptz,
        ready_at timestamptz,
        collect_by timestamptz,
        extensions int not null default 0,
        collected_at timestamptz,
        shipped_at timestamptz,
        delivered_at timestamptz,
        closed_at timestamptz,
        closed_as text check (closed_as in ('cancelled', 'rejected', 'expired')),
        close_reason text,
        wrong_codes int not null default 0,
        parcel jsonb,
        proof jsonb,
        state text not null generated always as (case
          when closed_at is not null then closed_as
          when delivered_at is not null and collected_at is null then 'delivered'
          when collected_at is not null then 'collected'
          when shipped_at is not null then 'shipped'
          when ready_at is not null then 'ready'
          when packed_at is not null then 'packed'
          when picked_at is not null then 'picked'
          when accepted_at is not null then 'accepted'
          else 'open' end) stored,
        check ((closed_at is null) = (closed_as is null)),
        check (closed_at is null or (collected_at is null and shipped_at is null))
      ) with (fillfactor = 80);
      create index store_task_due on warehouse.store_task (store_id, due_at, id)
        where closed_at is null and collected_at is null and shipped_at is null;
      create index store_task_day on warehouse.store_task (store_id, work_day) where method <> 'pickup';
      create index store_task_order on warehouse.store_task (order_id);
      create sequence warehouse.parcel_serial maxvalue 9999999999 cycle;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table warehouse.store_task, warehouse.store_version, warehouse.store;
      drop sequence warehouse.parcel_serial`);
  }
}
