// What tills have told, what came back over the counter, and the facts about stock that follow from both and from
// counts: written here first, so that nothing is lost while the stock ledger does not answer.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Tills1700000003531 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table stores.pos_transaction (
        store_id text not null,
        id text not null,
        kind text not null check (kind in ('sale', 'return', 'void', 'noSale')),
        occurred_at timestamptz not null,
        received_at timestamptz not null default clock_timestamp(),
        voids text,
        content jsonb not null,
        primary key (store_id, id)
      );
      create index pos_transaction_voids on stores.pos_transaction (store_id, voids) where voids is not null;
      create table stores.stock_fact (
        fact text not null,
        sku text not null,
        store_id text not null,
        origin text not null,
        reason text not null,
        quantity int not null check (quantity >= 0),
        occurred_at timestamptz not null,
        place bigint generated always as identity,
        outcome text not null default 'pending',
        detail text,
        attempts int not null default 0,
        next_at timestamptz default clock_timestamp(),
        primary key (fact, sku)
      );
      create index stock_fact_pending on stores.stock_fact (next_at, place) where next_at is not null;
      create index stock_fact_origin on stores.stock_fact (store_id, origin);
      create index stock_fact_newest on stores.stock_fact (store_id, place desc);
      create table stores.store_return (
        id text primary key,
        store_id text not null,
        origin_kind text not null check (origin_kind in ('order', 'sale')),
        origin_id text not null,
        lines jsonb not null,
        tenders jsonb not null,
        associate text not null,
        received_at timestamptz not null default clock_timestamp()
      );
      create index store_return_origin on stores.store_return (origin_kind, origin_id);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table stores.pos_transaction, stores.stock_fact, stores.store_return');
  }
}
