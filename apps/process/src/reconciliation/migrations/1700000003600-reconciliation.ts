// Schema `reconciliation`: runs, what each side told during one (unlogged: asked again after a crash), differences with
// their evidence, settlement files with every row, the effort of people, and the repair policy.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { firstRepairDocument } from '../repair-document.policy.js';

const RUNS = `
  create schema reconciliation;

  create table reconciliation.run (
    id text primary key, trigger text not null check (trigger in ('continuous', 'asked')),
    state text not null check (state in ('running', 'finished', 'failed')), window_from timestamptz,
    window_until timestamptz, order_ids text[], quiescence_seconds int not null, stock boolean not null,
    started_at timestamptz not null default clock_timestamp(), finished_at timestamptz, policy_version int not null,
    counts jsonb not null default '{}', reason text);
  create index run_newest on reconciliation.run (started_at desc);

  create table reconciliation.watermark (
    single boolean primary key default true check (single), position bigint not null, until timestamptz not null,
    leased_until timestamptz not null default '-infinity');
  insert into reconciliation.watermark (position, until)
    select coalesce(max(last_position), 0), clock_timestamp() from events.sequencer;

  create unlogged table reconciliation.sighting (
    run_id text not null, side text not null, key text not null, order_id text, currency text, amount bigint,
    total bigint, captured bigint, refunded bigint, held bigint, invoiced bigint, units bigint, shipped bigint,
    cancelled bigint, version int, state text, at timestamptz, detail jsonb,
    primary key (run_id, side, key)) with (autovacuum_enabled = false);
  create index sighting_order on reconciliation.sighting (run_id, side, order_id);`;

const DIFFERENCES = `
  create table reconciliation.difference (
    id text primary key, kind text not null, key text not null, order_id text,
    state text not null check (state in ('open', 'queued', 'repairing', 'repaired', 'accepted', 'vanished')),
    ours jsonb not null, theirs jsonb not null, evidence_hash text not null, amount bigint, currency text,
    found_by text not null, since timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(), ended_at timestamptz, ended_by text, note text);
  create unique index difference_unsettled on reconciliation.difference (kind, key)
    where state in ('open', 'queued', 'repairing');
  create index difference_accepted on reconciliation.difference (kind, key, evidence_hash) where state = 'accepted';
  create index difference_since on reconciliation.difference (since, id);
  create index difference_order on reconciliation.difference (order_id) where order_id is not null;

  create table reconciliation.effort (
    id bigint generated always as identity primary key, difference_id text not null references
      reconciliation.difference, at timestamptz not null default clock_timestamp(), by text not null,
    action text not null, minutes int not null check (minutes >= 0), assumed boolean not null);
  create index effort_at on reconciliation.effort (at);
  create index effort_difference on reconciliation.effort (difference_id);

  create table reconciliation.policy (
    version int primary key check (version > 0), document jsonb not null, set_by text not null,
    set_at timestamptz not null default now(), note text);`;

const SETTLEMENTS = `
  create table reconciliation.settlement (
    id text primary key, provider text not null, file_name text not null, content_hash text not null,
    imported_at timestamptz not null default clock_timestamp(), imported_by text not null, rows int not null,
    accepted int not null, repeated int not null, unique (provider, content_hash));

  create table reconciliation.settlement_line (
    provider text not null, line_key text not null, settlement_id text not null references reconciliation.settlement,
    line int not null, payout_id text not null, payment_id text, category text not null, currency text not null,
    gross bigint not null, fee bigint not null, net bigint not null, at timestamptz, order_id text,
    posted_at timestamptz, raw jsonb not null, primary key (provider, line_key), check (gross - fee = net));
  create index settlement_line_file on reconciliation.settlement_line (settlement_id, line);
  create index settlement_line_payment on reconciliation.settlement_line (payment_id);
  create index settlement_line_order on reconciliation.settlement_line (order_id) where order_id is not null;

  create table reconciliation.settlement_fault (
    settlement_id text not null references reconciliation.settlement, line int not null, "column" text not null,
    detail text not null, value text not null, raw jsonb not null, primary key (settlement_id, line, "column"));`;

export class Reconciliation1700000003600 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const part of [RUNS, DIFFERENCES, SETTLEMENTS]) await runner.query(part);
    await runner.query(`
      insert into reconciliation.policy (version, document, set_by, note)
      values (1, $1, 'throughline', 'As delivered')`, [JSON.stringify(firstRepairDocument)]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema reconciliation cascade');
  }
}
