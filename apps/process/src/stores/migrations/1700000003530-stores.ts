// Schema `stores`: who may act for which store, and the manifests with which parcels left.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Stores1700000003530 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema if not exists stores;
      create table stores.access (
        consumer text not null,
        -- A store, or * for all.
        store_id text not null,
        primary key (consumer, store_id)
      );
      create table stores.associate (
        id text primary key,
        name text not null,
        store_id text not null,
        active boolean not null default true
      );
      create index associate_store on stores.associate (store_id);
      create table stores.manifest (
        id text primary key,
        store_id text not null,
        carrier text not null,
        associate text not null,
        task_ids text[] not null,
        closed_at timestamptz not null default clock_timestamp()
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema stores cascade');
  }
}
