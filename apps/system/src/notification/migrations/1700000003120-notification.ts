// Messages to customers, one row per id: what was asked for and what became of it.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Notification1700000003120 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create schema notification');
    await runner.query(`
      create table notification.message (
        id text primary key, subject text not null, message jsonb not null,
        state text not null default 'pending' check (state in ('pending', 'sent', 'rejected', 'uncertain')),
        attempts int not null default 0, reason text, updated_at timestamptz not null default now())`);
    await runner.query('create index message_subject on notification.message (subject)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema notification cascade');
  }
}
