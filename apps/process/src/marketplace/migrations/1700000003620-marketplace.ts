// Schema `marketplace`: versions of each partner's terms, the deadlines of its orders, and what its inventory feed has
// last said of each product.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Marketplace1700000003620 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema if not exists marketplace;
      create table marketplace.terms (
        partner text not null,
        version integer not null check (version > 0),
        document jsonb not null,
        set_by text not null,
        set_at timestamptz not null default now(),
        primary key (partner, version)
      );
      create table marketplace.acceptance (
        order_id text primary key,
        partner text not null,
        accept_by timestamptz not null,
        when_late text not null check (when_late in ('refuse', 'accept')),
        outcome text check (outcome in ('accepted', 'refused', 'acceptedLate')),
        decided_at timestamptz
      );
      create index acceptance_due on marketplace.acceptance (accept_by) where outcome is null;
      create table marketplace.feed (
        partner text primary key,
        -- Rises with each refresh that changed something; part of every token.
        revision bigint not null default 0,
        as_of timestamptz not null default '-infinity'
      );
      create table marketplace.offer (
        partner text not null references marketplace.feed,
        sku text not null,
        quantity integer not null check (quantity >= 0),
        listed boolean not null,
        revision bigint not null,
        primary key (partner, sku)
      );
      create index offer_by_revision on marketplace.offer (partner, revision, sku);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema marketplace cascade');
  }
}
