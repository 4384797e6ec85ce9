// The tables of durable runs. A run is one row that is rewritten at every step, so its pages keep room for new versions
// (fillfactor) and no index has a column that a step changes: such updates stay within the page.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateWorkflow1700000000200 implements MigrationInterface {
  readonly name = 'CreateWorkflow1700000000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA workflow');
    await runner.query(`CREATE TABLE workflow.run (
      id text PRIMARY KEY,
      kind text NOT NULL,
      version integer NOT NULL,
      status text NOT NULL CHECK (status IN
        ('ready', 'running', 'waiting', 'stuck', 'completed', 'failed', 'cancelled')),
      owner text,
      epoch integer NOT NULL,
      due timestamptz,
      wait_for text[],
      input jsonb,
      input_hash text NOT NULL,
      journal jsonb NOT NULL DEFAULT '{}',
      result jsonb,
      error jsonb,
      traceparent text,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      finished_at timestamptz
    ) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)`);
    await runner.query(`CREATE INDEX run_due ON workflow.run (kind, version, due)
      WHERE status IN ('ready', 'waiting')`);
    await runner.query(`CREATE INDEX run_owner ON workflow.run (owner) WHERE status = 'running'`);
    await runner.query('CREATE INDEX run_finished ON workflow.run (finished_at) WHERE finished_at IS NOT NULL');
    await runner.query(`CREATE TABLE workflow.run_archive (
      LIKE workflow.run, archived_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (id, created_at)
    )`);
    await runner.query(`CREATE TABLE workflow.signal (
      run_id text NOT NULL,
      name text NOT NULL,
      key text NOT NULL,
      position bigint GENERATED ALWAYS AS IDENTITY,
      payload jsonb,
      received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      used_at timestamptz,
      PRIMARY KEY (run_id, name, key)
    ) WITH (fillfactor = 80)`);
    await runner.query('CREATE INDEX signal_unused ON workflow.signal (run_id, name) WHERE used_at IS NULL');
    await runner.query(`CREATE INDEX signal_cancel ON workflow.signal (run_id)
      WHERE name = 'cancel' AND used_at IS NULL`);
    await runner.query(`CREATE TABLE workflow.worker (
      id text PRIMARY KEY,
      lease_until timestamptz NOT NULL
    ) WITH (fillfactor = 50)`);
    await runner.query(`CREATE TABLE workflow.task (
      id text PRIMARY KEY,
      run_id text NOT NULL,
      kind text NOT NULL,
      reason text NOT NULL,
      entry text,
      error jsonb,
      owner text NOT NULL,
      due_at timestamptz NOT NULL,
      actions text[] NOT NULL,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      decided_at timestamptz,
      decided_by text,
      decision text,
      note text
    )`);
    await runner.query('CREATE UNIQUE INDEX task_open ON workflow.task (run_id) WHERE decided_at IS NULL');
    await runner.query('CREATE INDEX task_due ON workflow.task (due_at) WHERE decided_at IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA workflow CASCADE');
  }
}
