// What the CRM API keeps itself: customer profiles with their age, and the newest version of each order it has sent.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Crm1700000000610 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create schema if not exists crm');
    await runner.query(`
      create table crm.customer_profile (
        customer_id text primary key,
        profile jsonb not null,
        as_of timestamptz not null)`);
    await runner.query(`
      create table crm.order_version (
        order_id text primary key,
        version int not null,
        record_id text)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema crm cascade');
  }
}
