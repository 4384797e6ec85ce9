// Connected systems that say nothing now, as the event log told it, beside the orders whose answers must say so.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SilentSystems1700000003720 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table orders.silent_system (
        system text primary key,
        since timestamptz not null,
        reason text not null,
        check_every_seconds int not null
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table orders.silent_system');
  }
}
