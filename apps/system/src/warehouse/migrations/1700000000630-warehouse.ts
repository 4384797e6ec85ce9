// Schema `warehouse`: what we have asked each location to fulfil, how far it was when we last heard of it, and the
// messages that told us.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Warehouse1700000000630 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema if not exists warehouse;
      create table warehouse.fulfilment_order (
        id text primary key,
        order_id text not null,
        location_id text not null,
        method text not null,
        lines jsonb not null,
        ship_to jsonb,
        reference text,
        state text check (state in ('accepted', 'picked', 'packed', 'shipped', 'delivered', 'cancelled', 'rejected')),
        cancel_asked boolean not null default false,
        updated_at timestamptz not null,
        as_of timestamptz
      );
      create table warehouse.inbox (
        id text primary key,
        type text not null,
        received_at timestamptz not null default clock_timestamp()
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema warehouse cascade');
  }
}
