// Policies as rows that are only ever added, with version 1 of each, and the decisions made with them: what a dry run
// replays.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { firstExceptionsDocument } from '../exceptions-document.policy.js';
import { firstSourcingDocument } from '../sourcing-document.policy.js';

const SEED = `
  insert into orders.policy (kind, version, document, set_by, note)
  values ('sourcing', 1, $1, 'throughline', 'As delivered'), ('exceptions', 1, $2, 'throughline', 'As delivered')`;

export class OrderPolicies1700000003100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table orders.policy (
        kind text not null, version int not null check (version > 0), document jsonb not null, set_by text not null,
        set_at timestamptz not null default now(), note text, primary key (kind, version))`);
    await runner.query(SEED, [JSON.stringify(firstSourcingDocument), JSON.stringify(firstExceptionsDocument)]);
    await runner.query(`
      create table orders.sourcing_decision (
        id text primary key, order_id text not null, trigger text not null,
        decided_at timestamptz not null default now(), policy_version int not null, inputs jsonb not null,
        decision jsonb not null, locations text[] not null)`);
    await runner.query('create index sourcing_decision_order on orders.sourcing_decision (order_id)');
    await runner.query('create index sourcing_decision_at on orders.sourcing_decision (decided_at desc)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table orders.sourcing_decision, orders.policy');
  }
}
