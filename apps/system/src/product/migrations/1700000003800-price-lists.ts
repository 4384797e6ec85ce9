// Price lists beside the list prices: entries are kept for ever, so that what was valid when can always be told. List
// prices that begin later wait in a table of their own until their time comes.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PriceLists1700000003800 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table product.price_entry (
        id text primary key,
        price_list text not null,
        sku text not null references product.product,
        currency text not null references product.currency,
        channel text not null default '',
        segment text not null default '',
        customer_id text not null default '',
        min_quantity integer not null check (min_quantity > 0),
        valid_from timestamptz not null,
        valid_to timestamptz,
        amount_minor bigint not null check (amount_minor >= 0),
        source text not null,
        changed_at timestamptz not null default now(),
        constraint price_entry_lasts check (valid_from < valid_to),
        unique (sku, price_list, currency, channel, segment, customer_id, min_quantity, valid_from)
      );

      create table product.scheduled_price (
        sku text not null references product.product,
        currency text not null references product.currency,
        valid_from timestamptz not null,
        amount_minor bigint not null check (amount_minor >= 0),
        source text not null,
        primary key (sku, currency, valid_from)
      );
      create index scheduled_price_due on product.scheduled_price (valid_from);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table product.price_entry, product.scheduled_price');
  }
}
