// How far the stream of agents' changes was heard, and by whom; and the two halves of an order's one rolling summary.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CaseChanges1700000003640 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table crm.change_stream (
        channel text primary key,
        replay_id bigint not null,
        holder text,
        epoch int not null default 0,
        leased_until timestamptz not null default '-infinity',
        heard_at timestamptz)`);
    await runner.query(`alter table crm.order_version
      add column summary text, add column notes text, add column notes_version int not null default 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table crm.order_version
      drop column summary, drop column notes, drop column notes_version`);
    await runner.query('drop table crm.change_stream');
  }
}
