// Schema `pricing`: policies as rows that are only ever added, with version 1 of each, and which coupons and budgets
// are used up, as orders have told.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { firstPricingDocument } from '../pricing-document.policy.js';
import { firstPromotionsDocument } from '../promotions-document.policy.js';

const SEED = `
  insert into pricing.policy (kind, version, document, set_by, note)
  values ('pricing', 1, $1, 'throughline', 'As delivered'), ('promotions', 1, $2, 'throughline', 'As delivered')`;

export class Pricing1700000003810 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema pricing;
      create table pricing.policy (
        kind text not null, version int not null check (version > 0), document jsonb not null, set_by text not null,
        set_at timestamptz not null default now(), note text, primary key (kind, version));
      create table pricing.ended (key text primary key, since timestamptz not null);`);
    await runner.query(SEED, [JSON.stringify(firstPricingDocument), JSON.stringify(firstPromotionsDocument)]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema pricing cascade');
  }
}
