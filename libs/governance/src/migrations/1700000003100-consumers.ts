// Who calls us and on what terms, as data: consumers, keys, products, plans, subscriptions and policies; counters of
// the limits; the audit chain. A change of the data moves its part's revision and notifies every process.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const TELL = `
  create table governance.revision (part text primary key, value bigint not null);
  create function governance.tell() returns trigger language plpgsql as $$
    begin
      insert into governance.revision values (tg_argv[0], 1)
        on conflict (part) do update set value = governance.revision.value + 1;
      perform pg_notify('governance', tg_argv[0]);
      return null;
    end $$`;

const CONSUMERS = `
  create table governance.consumer (
    id text primary key, name text not null, owner_email text not null, purpose text not null,
    state text not null check (state in ('active', 'suspended', 'closed')),
    origin text not null check (origin in ('demo', 'file', 'portal', 'owner')),
    issuer text, scopes text[] not null, secret_hash text, jwks jsonb, limits jsonb,
    trusted_documents text[], version int not null default 1, created_at timestamptz not null default now());
  create table governance.api_key (
    id text primary key, consumer text not null references governance.consumer, name text not null,
    environment text not null check (environment in ('sandbox', 'live')),
    hash text not null unique, hint text not null, limits jsonb, expires_at timestamptz not null,
    revoked_at timestamptz, replaced_by text, created_at timestamptz not null default now());
  create index on governance.api_key (consumer, id)`;

const PRODUCTS = `
  create table governance.product (
    id text primary key, name text not null, description text not null, apis text[] not null,
    version int not null default 1, created_at timestamptz not null default now());
  create table governance.plan (
    id text primary key, product text not null references governance.product, name text not null,
    description text not null, state text not null check (state in ('staging', 'published', 'deprecated', 'closed')),
    approval text not null check (approval in ('automatic', 'manual')),
    environments text[] not null, scopes text[] not null, limits jsonb not null,
    version int not null default 1, created_at timestamptz not null default now());
  create index on governance.plan (product, id);
  create table governance.subscription (
    id text primary key, consumer text not null references governance.consumer,
    plan text not null references governance.plan, product text not null references governance.product,
    environment text not null check (environment in ('sandbox', 'live')),
    state text not null check (state in ('pending', 'accepted', 'paused', 'closed')),
    reason text not null default '', limits jsonb, decided_by text, decided_at timestamptz,
    version int not null default 1, created_at timestamptz not null default now());
  create unique index subscription_one_per_product on governance.subscription (consumer, product, environment)
    where state <> 'closed';
  create index on governance.subscription (plan, state)`;

const POLICIES = `
  create table governance.policy (
    name text not null, version int not null, document jsonb not null, reason text not null, created_by text not null,
    created_at timestamptz not null default now(), primary key (name, version))`;

const AUDIT = `
  create table governance.audit (
    seq bigint primary key, at text not null, actor text not null, action text not null, subject text not null,
    before text, after text, reason text not null, request_id text not null, previous text not null,
    hash text not null);
  create index on governance.audit (subject, seq);
  create table governance.audit_head (one boolean primary key default true check (one), seq bigint not null,
    hash text not null);
  insert into governance.audit_head (seq, hash) values (0, repeat('0', 64));
  create function governance.refuse_change() returns trigger language plpgsql as $$
    begin raise exception 'the audit log is append-only' using errcode = 'restrict_violation'; end $$;
  create trigger append_only before update or delete on governance.audit
    for each row execute function governance.refuse_change();
  create trigger never_emptied before truncate on governance.audit
    for each statement execute function governance.refuse_change();
  revoke update, delete, truncate on governance.audit from public, current_user`;

const COUNTERS = `
  create table governance.quota (
    key text primary key, asked_at timestamptz not null, ends_at timestamptz not null, used bigint not null,
    lent bigint not null, granted bigint not null) with (fillfactor = 50);
  create index quota_age on governance.quota using brin (ends_at);
  create table governance.slot (
    key text not null, process text not null, held int not null, seen_at timestamptz not null,
    primary key (key, process)) with (fillfactor = 50)`;

const TOLD = ['consumer', 'api_key', 'product', 'plan', 'subscription'];

export class Consumers1700000003100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const part of [TELL, CONSUMERS, PRODUCTS, POLICIES, AUDIT, COUNTERS]) await runner.query(part);
    for (const table of TOLD) await runner.query(tell(table, 'consumers'));
    await runner.query(tell('policy', 'policies'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table governance.slot, governance.quota, governance.audit_head, governance.audit,
      governance.policy, governance.subscription, governance.plan, governance.product, governance.api_key,
      governance.consumer, governance.revision`);
    await runner.query('drop function governance.refuse_change, governance.tell');
  }
}

/** Every change of the table is told as a change of this part of the governance data. */
export function tell(table: string, part: string): string {
  return `create trigger tell_${part} after insert or update or delete on governance.${table}
    for each statement execute function governance.tell('${part}')`;
}
