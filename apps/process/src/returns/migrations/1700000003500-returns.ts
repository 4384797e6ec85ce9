// Schema `returns`: units with what happened to them, refunds, reports, orphans and policies; no status column. What
// must
// never happen is refused by the database: a unit claimed twice, a report taken twice, more money than was decided.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { firstReturnPolicies } from '../return-policy-document.policy.js';

const RETURNS = `
  create schema if not exists returns;

  create table returns.policy (
    brand text not null, jurisdiction text not null, version int not null check (version > 0), document jsonb not null,
    set_by text not null, set_at timestamptz not null default now(), note text,
    primary key (brand, jurisdiction, version));

  create table returns.claim (
    order_id text not null, line_id text not null, claimed int not null default 0 check (claimed >= 0),
    deliverable int not null, primary key (order_id, line_id), check (claimed <= deliverable));

  create table returns.return (
    id text primary key, return_number text not null unique, order_id text not null, order_number text not null,
    brand text not null, region text not null, channel text not null, consumer text not null, customer_id text,
    currency text not null, method text not null check (method in ('mail', 'store', 'pickup', 'keep')),
    policy_version text not null, preview_hash text not null, decision jsonb not null, return_to text,
    advance boolean not null, note text, requested_at timestamptz not null, due_at timestamptz,
    authorised_at timestamptz, erp_reference text, declined_at timestamptz, decline_reason text, label jsonb,
    exchange_order_id text, exchange_failure text, advance_settlement text, closed_at timestamptz);
  create index return_order on returns.return (order_id);
  create index return_customer on returns.return (customer_id, requested_at desc) where customer_id is not null;
  create index return_open on returns.return (requested_at desc) where closed_at is null;

  create table returns.unit (
    return_id text not null references returns.return, line_id text not null, unit int not null, sku text not null,
    reason text not null, amount bigint not null check (amount >= 0), tax bigint not null check (tax >= 0),
    fee bigint not null check (fee between 0 and amount), fee_tax bigint not null,
    in_transit_at timestamptz, received_at timestamptz, reported_by text[] not null default '{}', location_id text,
    inspected_at timestamptz, grade text, disposition text, disposed_at timestamptz, not_returned_at timestamptz,
    kept_at timestamptz, refund_fact text,
    primary key (return_id, line_id, unit),
    check (disposed_at is null or received_at is not null),
    check (not_returned_at is null or received_at is null));

  create table returns.refund (
    return_id text not null references returns.return, fact text primary key, total bigint not null check (total >= 0),
    fee bigint not null check (fee between 0 and total), original bigint not null default 0 check (original >= 0),
    store_credit bigint not null default 0 check (store_credit >= 0), asked_at timestamptz not null,
    refunded_at timestamptz, denied_at timestamptz, reversed_at timestamptz, settled_at timestamptz, memo text,
    store_credit_code text, reason text,
    check (original + store_credit <= total - fee));
  create index refund_return on returns.refund (return_id);`;

const REPORTS = `
  create table returns.report (
    source text not null, fact text not null, return_id text, taken_at timestamptz not null default now(),
    primary key (source, fact));

  create table returns.orphan (
    id text primary key, source text not null, fact text not null, sku text not null,
    quantity int not null check (quantity > 0), location_id text not null, reference text, reason text not null,
    received_at timestamptz not null, grade text, return_id text, matched_by text, matched_at timestamptz,
    check ((return_id is null) = (matched_at is null)));
  create index orphan_open on returns.orphan (received_at) where matched_at is null;`;

export class Returns1700000003500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const part of [RETURNS, REPORTS]) await runner.query(part);
    for (const [jurisdiction, document] of Object.entries(firstReturnPolicies)) {
      await runner.query(`
        insert into returns.policy (brand, jurisdiction, version, document, set_by, note)
        values ('*', $1, 1, $2, 'throughline', 'As delivered')`, [jurisdiction, JSON.stringify(document)]);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema returns cascade');
  }
}
