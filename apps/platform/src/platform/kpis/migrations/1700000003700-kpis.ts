// Schema `kpi`: the samples of the key figures, rolled up from the event log a piece at a time, and how far.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Kpis1700000003700 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema kpi;
      create table kpi.sample (
        kpi text not null, subject text not null, part text not null, at timestamptz not null, value numeric not null,
        primary key (kpi, subject, part, at));
      create index sample_at on kpi.sample (kpi, at);
      create table kpi.watermark (
        single boolean primary key default true check (single), position bigint not null, until timestamptz not null);
      insert into kpi.watermark (position, until) values (0, '-infinity');
      create index journey_at on events.journey using brin (at);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema kpi cascade; drop index events.journey_at');
  }
}
