// Creates schema `product` and the currencies we sell in. Prices are only ever added, so that what was valid when can
// always be told.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateProduct1700000002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema product;

      create table product.product (
        sku text primary key,
        gtin text not null unique check (gtin ~ '^[0-9]{8,14}$'),
        name text not null,
        category text not null,
        unit text not null default 'EA',
        weight_grams integer not null check (weight_grams >= 0),
        words tsvector generated always as (to_tsvector('simple', name || ' ' || category)) stored
      );
      create index product_words on product.product using gin (words);
      create index product_by_category on product.product (category, sku);

      create table product.currency (code text primary key check (code ~ '^[A-Z]{3}$'));
      insert into product.currency (code) values ('EUR'), ('USD'), ('JPY');

      create table product.price (
        sku text not null references product.product,
        currency text not null references product.currency,
        valid_from timestamptz not null,
        amount_minor bigint not null check (amount_minor >= 0),
        primary key (sku, currency, valid_from)
      );

      create table product.promotion (
        id text primary key,
        name text not null,
        category text not null,
        rate numeric(5, 4) not null check (rate > 0 and rate < 1),
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        constraint promotion_lasts check (starts_at < ends_at)
      );

      create table product.item_reference (
        system text not null,
        id text not null,
        sku text not null references product.product,
        primary key (system, id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema product cascade');
  }
}
