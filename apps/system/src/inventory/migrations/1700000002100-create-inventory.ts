// Creates schema `inventory`. The laws that must hold whatever the code does are constraints here: no figure is ever
// negative, and no more is promised than is there.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const POSITIONS = `
  create schema inventory;

  create table inventory.location (
    id text primary key,
    name text not null,
    kind text not null check (kind in ('warehouse', 'store')),
    region text not null,
    gln text not null unique check (gln ~ '^[0-9]{13}$'),
    country text not null check (country ~ '^[A-Z]{2}$'),
    ships_from_store boolean not null
  );

  create table inventory.position (
    sku text not null,
    location_id text not null references inventory.location,
    on_hand bigint not null default 0,
    reserved bigint not null default 0,
    unavailable bigint not null default 0,
    safety_stock bigint not null default 0,
    primary key (sku, location_id),
    constraint position_never_negative
      check (on_hand >= 0 and reserved >= 0 and unavailable >= 0 and safety_stock >= 0),
    constraint position_never_oversold check (reserved + unavailable <= on_hand)
  ) with (fillfactor = 70);`;

const RESERVATIONS = `
  create table inventory.reservation (
    id text primary key,
    owner text not null,
    state text not null check (state in ('held', 'confirmed', 'released', 'consumed', 'expired')),
    content text not null,
    expires_at timestamptz,
    created_at timestamptz not null default now(),
    constraint reservation_held_until check (state <> 'held' or expires_at is not null),
    constraint reservation_confirmed_never_expires check (state <> 'confirmed' or expires_at is null)
  ) with (fillfactor = 85);
  create index reservation_expiry on inventory.reservation (expires_at) where state = 'held';

  create table inventory.reservation_line (
    reservation_id text not null references inventory.reservation,
    line_id text not null,
    place integer not null,
    sku text not null,
    location_id text not null,
    quantity bigint not null check (quantity > 0),
    consumed bigint not null default 0 check (consumed >= 0),
    released bigint not null default 0 check (released >= 0),
    primary key (reservation_id, line_id),
    constraint reservation_line_conserves check (consumed + released <= quantity)
  ) with (fillfactor = 85);`;

const LEDGER = `
  create table inventory.movement (
    id uuid primary key default uuidv7(),
    at timestamptz not null default clock_timestamp(),
    sku text not null,
    location_id text not null,
    quantity bigint not null check (quantity > 0),
    from_bucket text not null,
    to_bucket text not null,
    fact text not null,
    reason text not null,
    constraint movement_moves check (from_bucket <> to_bucket
      and from_bucket in ('onHand', 'reserved', 'unavailable', 'supplier', 'customer', 'writtenOff', 'count')
      and to_bucket in ('onHand', 'reserved', 'unavailable', 'supplier', 'customer', 'writtenOff', 'count'))
  );
  create index movement_by_sku on inventory.movement (sku, id desc);

  create table inventory.applied_fact (
    scope text not null,
    fact text not null,
    content text not null,
    primary key (scope, fact)
  );`;

export class CreateInventory1700000002100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const tables of [POSITIONS, RESERVATIONS, LEDGER]) await runner.query(tables);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema inventory cascade');
  }
}
