// Where each version of each API stands, as data: its state, its announced end and its black-outs, every step it took,
// the revision each consumer is pinned to, and who still calls what.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tell } from './1700000003100-consumers.js';

const VERSIONS = `
  create table governance.api_version (
    api text primary key,
    state text not null check (state in ('draft', 'published', 'deprecated', 'retired', 'blocked')),
    published_at timestamptz, deprecated_at timestamptz, sunset_at timestamptz, retired_at timestamptz,
    resumes text, successor text, black_outs jsonb not null default '[]', version int not null default 1,
    check (sunset_at is null or deprecated_at is not null), check (sunset_at >= deprecated_at))`;

const TRANSITIONS = `
  create table governance.api_transition (
    id text primary key, api text not null, name text not null, at timestamptz not null, actor text not null,
    action text not null, from_state text not null, to_state text not null, reason text not null,
    forced boolean not null, sunset_at timestamptz, successor text, black_out jsonb, request_id text not null);
  create index on governance.api_transition (api, id);
  create trigger append_only before update or delete on governance.api_transition
    for each row execute function governance.refuse_change()`;

const PINS = `
  create table governance.revision_pin (
    consumer text not null, api text not null, revision date not null, set_by text not null,
    set_at timestamptz not null default now(), primary key (consumer, api))`;

const USAGE = `
  create table governance.usage (
    day date not null, consumer text not null, api text not null, operation text not null, field text not null,
    calls bigint not null, last_at timestamptz not null,
    primary key (day, consumer, api, operation, field)) with (fillfactor = 70);
  create index on governance.usage (api, last_at)`;

export class Lifecycles1700000003200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const part of [VERSIONS, TRANSITIONS, PINS, USAGE]) await runner.query(part);
    for (const table of ['api_version', 'revision_pin']) await runner.query(tell(table, 'lifecycles'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop table governance.usage, governance.revision_pin, governance.api_transition, governance.api_version');
  }
}
