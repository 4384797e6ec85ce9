// Splits what is unavailable by kind, books every movement at the time it happened, and adds shortfalls, counts, dated
// supply, bundles, thresholds of channels and what locations take part in.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const BUCKETS = `('onHand', 'reserved', 'damaged', 'quality', 'quarantine', 'shortfall', 'supplier', 'customer', 'pos',
  'transit', 'shrinkage', 'writtenOff', 'count')`;
/** Buckets whose units stand for goods on the shelf; the same list as in the ledger's policy. */
const THERE = `('onHand', 'reserved', 'damaged', 'quality', 'quarantine', 'shortfall')`;

// on_hand counts free, reserved and unavailable units; of them `shortfall` are not really there. So what is physically
// there is on_hand - shortfall, and while anything is short nothing is free.
const POSITIONS = `
  alter table inventory.position
    add column damaged bigint not null default 0,
    add column quality bigint not null default 0,
    add column quarantine bigint not null default 0,
    add column shortfall bigint not null default 0,
    add column counted_at timestamptz,
    add column counted_fact text;
  update inventory.position set damaged = unavailable where unavailable <> 0;
  alter table inventory.position
    add constraint position_kinds_never_negative check (least(damaged, quality, quarantine, shortfall) >= 0),
    add constraint position_unavailable_by_kind check (unavailable = damaged + quality + quarantine),
    add constraint position_short_means_none_free check (shortfall = 0 or on_hand = reserved + unavailable);
  create index position_by_location on inventory.position (location_id, sku);`;

const MOVEMENTS = `
  alter table inventory.movement drop constraint movement_moves;
  update inventory.movement set from_bucket = 'damaged' where from_bucket = 'unavailable';
  update inventory.movement set to_bucket = 'damaged' where to_bucket = 'unavailable';
  alter table inventory.movement
    add constraint movement_moves
      check (from_bucket <> to_bucket and from_bucket in ${BUCKETS} and to_bucket in ${BUCKETS}),
    add column occurred_at timestamptz;
  update inventory.movement set occurred_at = at;
  alter table inventory.movement
    alter column occurred_at set not null, alter column occurred_at set default clock_timestamp();
  create index movement_of_goods on inventory.movement (sku, location_id, occurred_at)
    where (from_bucket in ${THERE}) <> (to_bucket in ${THERE});`;

const RESERVATION_LINES = `
  alter table inventory.reservation_line
    drop constraint reservation_line_pkey,
    add primary key (reservation_id, place),
    add column bundle_sku text,
    add column per_bundle bigint not null default 1 check (per_bundle > 0);`;

const SUPPLY = `
  create table inventory.supply (
    id text primary key,
    kind text not null check (kind in ('purchase', 'transfer')),
    sku text not null,
    location_id text not null references inventory.location,
    from_location_id text,
    expected_at timestamptz not null,
    quantity bigint not null check (quantity > 0),
    received bigint not null default 0 check (received >= 0),
    cancelled boolean not null default false,
    stated_at timestamptz not null,
    open bigint generated always as (case when cancelled then 0 else greatest(0, quantity - received) end) stored
  );
  create index supply_open on inventory.supply (sku, expected_at) where open > 0;
  create index supply_by_sku on inventory.supply (sku);`;

const RULES = `
  alter table inventory.location
    add column allows_pickup boolean,
    add column daily_capacity integer check (daily_capacity > 0);
  update inventory.location set allows_pickup = kind = 'store';
  alter table inventory.location alter column allows_pickup set not null, alter column allows_pickup set default true;

  create table inventory.bundle_component (
    bundle_sku text not null,
    sku text not null,
    quantity bigint not null check (quantity > 0),
    primary key (bundle_sku, sku)
  );
  create index bundle_component_by_sku on inventory.bundle_component (sku);

  -- The empty SKU stands for every SKU that has no threshold of its own.
  create table inventory.channel_threshold (
    channel text not null,
    sku text not null default '',
    units bigint not null check (units > 0),
    primary key (channel, sku)
  );
  create index channel_threshold_by_sku on inventory.channel_threshold (sku);

  -- SKUs whose stock crossed zero or a threshold somewhere; a job tells the world, each SKU once a round.
  create table inventory.availability_signal (
    id bigint generated always as identity primary key,
    sku text not null
  );
  -- What was last told: whether a channel can sell the SKU; the empty channel has no threshold.
  create table inventory.availability_told (
    sku text not null,
    channel text not null,
    in_stock boolean not null,
    primary key (sku, channel)
  );`;

export class ExplainStock1700000003100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const change of [POSITIONS, MOVEMENTS, RESERVATION_LINES, SUPPLY, RULES]) await runner.query(change);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table inventory.availability_told, inventory.availability_signal, inventory.channel_threshold,
        inventory.bundle_component, inventory.supply;
      alter table inventory.location drop column allows_pickup, drop column daily_capacity;
      alter table inventory.reservation_line drop column bundle_sku, drop column per_bundle;
      drop index inventory.movement_of_goods;
      alter table inventory.movement drop column occurred_at;
      drop index inventory.position_by_location;
      alter table inventory.position
        drop column damaged, drop column quality, drop column quarantine, drop column shortfall,
        drop column counted_at, drop column counted_fact`);
  }
}
