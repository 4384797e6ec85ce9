// What orders wait for, what was offered instead, and what customers were told: rows with counters and times, from
// which every state follows.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OrderExceptions1700000003180 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table orders.backorder (
        id text primary key, order_id text not null references orders."order", line_id text not null,
        sku text not null, region text not null, quantity int not null check (quantity > 0),
        waiting int not null check (waiting between 0 and quantity), allocations int not null default 0,
        priority int not null default 0, partial boolean not null, since timestamptz not null default now(),
        promised_at timestamptz, cancel_at timestamptz not null)`);
    await runner.query(
      'create index backorder_queue on orders.backorder (sku, priority desc, since) where waiting > 0');
    await runner.query('create index backorder_due on orders.backorder (cancel_at) where waiting > 0');
    await runner.query('create index backorder_order on orders.backorder (order_id)');
    await runner.query(`
      create table orders.substitute (
        sku text not null, substitute_sku text not null, rank int not null, primary key (sku, substitute_sku))`);
    await runner.query(`
      create table orders.proposal (
        id text primary key, order_id text not null references orders."order", line_id text not null,
        sku text not null, substitute_sku text not null, substitute_name text not null,
        quantity int not null check (quantity > 0), total jsonb not null, unit_price jsonb not null,
        when_silent boolean not null, expires_at timestamptz not null, answered_at timestamptz, accepted boolean,
        answered_by text)`);
    await runner.query('create index proposal_due on orders.proposal (expires_at) where answered_at is null');
    await runner.query('create index proposal_order on orders.proposal (order_id)');
    await runner.query(`
      create table orders.message (
        id text primary key, order_id text not null, exception text not null, key text not null,
        language text not null, recipient text, name text, facts jsonb not null,
        requested_at timestamptz not null default now(), settled_at timestamptz, outcome text, reason text,
        unique (order_id, exception, key))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table orders.message, orders.proposal, orders.substitute, orders.backorder');
  }
}
