// Whether the connected warehouse answers: what is said of work there is as old as its last answer.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class WarehouseWatch1700000003710 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table warehouse.watch (
        vendor text primary key,
        heard_at timestamptz not null default clock_timestamp(),
        silent_since timestamptz,
        next_check_at timestamptz not null default '-infinity'
      );
      insert into warehouse.watch (vendor) values ('wms')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table warehouse.watch');
  }
}
