// Schema `finance`: the money of each order, the journal that explains it, and invoices. What must never happen is
// refused by the database itself: an unbalanced entry, a changed entry, more captured than authorised.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const PAYMENTS = `
  create schema if not exists finance;

  create table finance.payment (
    order_id text primary key,
    currency text,
    provider text,
    token text,
    requested bigint not null default 0,
    attempt int not null default 0,
    authorisation text not null default 'none'
      check (authorisation in ('none', 'asked', 'uncertain', 'applied', 'refused')),
    reason text,
    reference text,
    multicapture boolean not null default false,
    confirmed boolean not null default false,
    authorised bigint not null default 0 check (authorised >= 0),
    captured bigint not null default 0 check (captured >= 0),
    voided bigint not null default 0 check (voided >= 0),
    refunded bigint not null default 0 check (refunded >= 0),
    refunded_deposit bigint not null default 0 check (refunded_deposit >= 0),
    invoiced bigint not null default 0 check (invoiced >= 0),
    open_items bigint not null default 0 check (open_items >= 0),
    check (captured + voided <= authorised),
    check (refunded <= captured),
    check (refunded_deposit <= refunded)
  );

  create table finance.payment_fact (
    order_id text not null references finance.payment,
    kind text not null check (kind in ('capture', 'void', 'refund')),
    fact text not null,
    amount bigint not null check (amount > 0),
    final boolean not null,
    attempt int not null,
    outcome text not null check (outcome in ('asked', 'uncertain', 'applied', 'refused', 'failed')),
    reason text,
    reference text,
    from_deposit bigint not null default 0,
    primary key (order_id, kind, fact)
  );`;

const JOURNAL = `
  create table finance.journal_entry (
    id text primary key,
    position bigint generated always as identity,
    order_id text not null,
    kind text not null check (kind in ('authorisation', 'capture', 'void', 'refund', 'revenue', 'channelSale')),
    fact text not null,
    at timestamptz not null default clock_timestamp(),
    unique (order_id, kind, fact)
  );

  create table finance.journal_leg (
    entry_id text not null references finance.journal_entry,
    place int not null,
    account text not null check (account in
      ('receivable', 'cash', 'customerDeposit', 'revenue', 'taxPayable', 'channelClearing', 'refunds')),
    side text not null check (side in ('debit', 'credit')),
    amount bigint not null check (amount > 0),
    currency text not null,
    primary key (entry_id, place)
  );

  create function finance.refuse_unbalanced() returns trigger language plpgsql as $$
  declare unbalanced text;
  begin
    select entry_id into unbalanced from written
    group by entry_id, currency having sum(case side when 'debit' then amount else -amount end) <> 0 limit 1;
    if found then
      raise exception 'journal entry % does not balance', unbalanced using errcode = 'check_violation';
    end if;
    return null;
  end $$;
  create trigger balanced after insert on finance.journal_leg
    referencing new table as written for each statement execute function finance.refuse_unbalanced();

  create function finance.refuse_change() returns trigger language plpgsql as $$
  begin
    raise exception 'the journal is append-only: post a contra entry' using errcode = 'check_violation';
  end $$;
  create trigger append_only before update or delete or truncate on finance.journal_entry
    for each statement execute function finance.refuse_change();
  create trigger append_only before update or delete or truncate on finance.journal_leg
    for each statement execute function finance.refuse_change();`;

const INVOICES = `
  create table finance.invoice (
    id text primary key,
    order_id text not null,
    fact text not null,
    year int not null,
    ordinal int not null check (ordinal > 0),
    number text not null unique,
    total bigint not null check (total >= 0),
    tax bigint not null check (tax >= 0 and tax <= total),
    currency text not null,
    issued_at timestamptz not null,
    unique (order_id, fact),
    unique (year, ordinal)
  );
  create table finance.invoice_counter (year int primary key, last int not null);

  create table finance.inbox (
    id text primary key,
    type text not null,
    received_at timestamptz not null default clock_timestamp()
  );`;

export class Finance1700000000620 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const part of [PAYMENTS, JOURNAL, INVOICES]) await runner.query(part);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema finance cascade');
  }
}
