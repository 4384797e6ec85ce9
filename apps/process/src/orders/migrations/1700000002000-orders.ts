// Orders as counters and facts: no status column; the database itself refuses a line whose counters do not add up.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Orders1700000002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create schema if not exists orders');
    await runner.query(`
      create table orders."order" (
        id text primary key, order_number text not null unique,
        brand text not null, region text not null, channel text not null, currency text not null,
        customer_id text, customer jsonb not null, shipping_address jsonb, totals jsonb not null,
        consumer text not null, fingerprint text not null, reservation_id text not null,
        placed_at timestamptz not null, promised_at timestamptz, cancelled_at timestamptz, completed_at timestamptz,
        version int not null default 1)`);
    await runner.query('create index order_newest on orders."order" (placed_at desc, id desc)');
    await runner.query(
      'create index order_customer on orders."order" (customer_id, placed_at desc) where customer_id is not null',
    );
    await runner.query(
      'create index order_open on orders."order" (placed_at desc, id desc) where completed_at is null and ' +
        'cancelled_at is null',
    );
    await runner.query(`
      create table orders.line (
        order_id text not null references orders."order", line_id text not null, place int not null,
        sku text not null, name text not null, unit_price jsonb not null, discounts jsonb not null, tax jsonb not null,
        total jsonb not null, method text not null, location_id text not null,
        ordered int not null check (ordered > 0),
        cancelled int not null default 0 check (cancelled >= 0),
          backordered int not null default 0 check (backordered >= 0),
        reserved int not null default 0 check (reserved >= 0), released int not null default 0 check (released >= 0),
        picked int not null default 0 check (picked between 0 and released),
          packed int not null default 0 check (packed between 0 and picked),
        shipped int not null default 0 check (shipped between 0 and packed),
          delivered int not null default 0 check (delivered between 0 and shipped),
        return_requested int not null default 0 check (return_requested >= 0),
          received int not null default 0 check (received >= 0),
        restocked int not null default 0 check (restocked >= 0), scrapped int not null default 0 check (scrapped >= 0),
        refunded int not null default 0 check (refunded >= 0),
        primary key (order_id, line_id),
        constraint units_conserved check (ordered = cancelled + backordered + reserved + released))
      with (fillfactor = 80)`);
    await runner.query(`
      create table orders.external_reference (
        system text not null, external_id text not null,
          order_id text not null references orders."order" deferrable initially deferred,
        primary key (system, external_id))`);
    await runner.query('create index external_reference_order on orders.external_reference (order_id)');
    await runner.query(`
      create table orders.system_reference (
        order_id text not null references orders."order", system text not null, reference text not null,
        since timestamptz not null default now(), primary key (order_id, system, reference))`);
    await runner.query(`
      create table orders.hold (
        id text primary key, order_id text not null references orders."order", kind text not null, reason text not null,
        placed_by text not null, placed_at timestamptz not null, released_by text, released_at timestamptz)`);
    await runner.query('create index hold_order on orders.hold (order_id)');
    await runner.query(`
      create table orders.payment (
        order_id text primary key references orders."order", method text not null, currency text not null,
          reference text,
        authorised bigint not null default 0 check (authorised >= 0),
        captured bigint not null default 0 check (captured between 0 and authorised),
        refunded bigint not null default 0 check (refunded between 0 and captured),
        voided_at timestamptz, failed_at timestamptz)`);
    await runner.query(`
      create table orders.shipment (
        id text primary key, order_id text not null references orders."order", location_id text not null, carrier text,
        tracking_number text, shipped_at timestamptz not null, delivered_at timestamptz)`);
    await runner.query('create index shipment_order on orders.shipment (order_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema orders cascade');
  }
}
