// What a task needs to be worked on: its cause for grouping, what a running order asks a person, the answer, and
// whether it was escalated. A run that asks goes on meanwhile, so only a stuck run has at most one open task.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TaskLife1700000003160 implements MigrationInterface {
  readonly name = 'TaskLife1700000003160';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE workflow.task
      ADD COLUMN cause text NOT NULL DEFAULT 'unknown',
      ADD COLUMN asks boolean NOT NULL DEFAULT false,
      ADD COLUMN detail jsonb,
      ADD COLUMN answer jsonb,
      ADD COLUMN escalated_at timestamptz,
      ADD COLUMN escalate_after timestamptz NOT NULL DEFAULT '-infinity',
      ADD COLUMN escalation_tries integer NOT NULL DEFAULT 0,
      ADD COLUMN case_id text,
      ADD COLUMN case_closed_at timestamptz`);
    await runner.query('DROP INDEX workflow.task_open');
    await runner.query(`CREATE UNIQUE INDEX task_open ON workflow.task (run_id) WHERE decided_at IS NULL AND NOT asks`);
    await runner.query('CREATE INDEX task_run ON workflow.task (run_id)');
    await runner.query('CREATE INDEX task_cause ON workflow.task (cause) WHERE decided_at IS NULL');
    await runner.query(`CREATE INDEX task_case ON workflow.task (case_id)
      WHERE case_id IS NOT NULL AND case_closed_at IS NULL AND decided_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE workflow.task DROP COLUMN cause, DROP COLUMN asks, DROP COLUMN detail,
      DROP COLUMN answer, DROP COLUMN escalated_at, DROP COLUMN escalate_after, DROP COLUMN escalation_tries,
      DROP COLUMN case_id, DROP COLUMN case_closed_at`);
    await runner.query('DROP INDEX workflow.task_run');
    await runner.query('CREATE UNIQUE INDEX task_open ON workflow.task (run_id) WHERE decided_at IS NULL');
  }
}
