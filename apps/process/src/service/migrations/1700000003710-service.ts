// Schema `service`: cases with what was told to the customer system and what agents did there, what was said on them,
// and the orders about which service has something to say. A case is untold while its version is ahead.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const SERVICE = `
  create schema if not exists service;

  create table service.case (
    case_id text primary key, kind text not null check (kind in ('exception', 'return')), subject text not null,
    order_id text, customer_id text, task_id text,
    state text not null check (state in ('open', 'escalated', 'resolved')), reason text not null,
    summary text not null, evidence jsonb not null default '{}', team text, actions text[] not null default '{}',
    priority text not null default 'medium' check (priority in ('low', 'medium', 'high')),
    opened_at timestamptz not null, resolved_at timestamptz,
    agent text, agent_status text, agent_closed boolean not null default false, agent_at timestamptz,
    version int not null default 1 check (version > 0),
    told_version int not null default 0, told_state text, told_at timestamptz, told_error text, record_id text,
    tries int not null default 0, next_try timestamptz not null default '-infinity',
    check (told_version <= version));
  create index case_untold on service.case (next_try) where told_version < version;
  create index case_subject on service.case (subject);
  create index case_order on service.case (order_id) where order_id is not null;
  create index case_customer on service.case (customer_id, opened_at desc) where customer_id is not null;
  create index case_open on service.case (opened_at desc) where state <> 'resolved';

  create table service.case_note (
    note_id text primary key, case_id text not null references service.case, at timestamptz not null,
    by text not null, side text not null check (side in ('agent', 'throughline')), text text not null);
  create index case_note_case on service.case_note (case_id, at);

  create table service.order_notes (
    order_id text primary key, version int not null default 1, told_version int not null default 0, told_text text,
    tries int not null default 0, next_try timestamptz not null, check (told_version <= version));
  create index order_notes_untold on service.order_notes (next_try) where told_version < version;`;

export class Service1700000003710 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SERVICE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema service cascade');
  }
}
