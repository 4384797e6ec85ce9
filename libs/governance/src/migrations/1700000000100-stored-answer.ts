// Idempotent answers: one row per consumer, operation and key; the primary key is what makes a retry harmless.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class StoredAnswer1700000000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create schema if not exists governance');
    await runner.query(`
      create table governance.stored_answer (
        consumer text not null, operation text not null, key text not null,
        fingerprint text not null, status int not null, body json not null,
        stored_at timestamptz not null default now(),
        primary key (consumer, operation, key))`);
    await runner.query('create index stored_answer_age on governance.stored_answer using brin (stored_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table governance.stored_answer');
  }
}
