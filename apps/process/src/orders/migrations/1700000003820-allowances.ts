// What orders take of coupons and of the budgets of promotions, and what each order was priced with.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Allowances1700000003820 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table orders.allowance (
        key text primary key, promotion_id text not null, code text, announced boolean not null,
        taken bigint not null default 0 check (taken >= 0), bound bigint not null, exhausted_at timestamptz);
      create table orders.allowance_use (
        order_id text not null, key text not null references orders.allowance, amount bigint not null,
        taken_at timestamptz not null default now(), consumed_at timestamptz, released_at timestamptz,
        primary key (order_id, key), check (consumed_at is null or released_at is null));
      create index allowance_use_key on orders.allowance_use (key);
      create table orders.price_decision (
        order_id text primary key, decided_at timestamptz not null default now(), policy_version text not null,
        basis text not null, totals jsonb not null, inputs jsonb);
      create index price_decision_at on orders.price_decision (decided_at desc);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table orders.price_decision, orders.allowance_use, orders.allowance');
  }
}
