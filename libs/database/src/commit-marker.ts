// The table behind "did that COMMIT take effect?". A transaction id does not answer it: after a crash PostgreSQL hands
// out ids again that had not reached the WAL, so a lost transaction could look committed. A row with our token cannot.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CommitMarker1700000000000 implements MigrationInterface {
  readonly name = 'CommitMarker1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS database');
    await runner.query(`CREATE TABLE database.commit_marker (
      token uuid PRIMARY KEY,
      at timestamptz NOT NULL DEFAULT now()
    ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE database.commit_marker');
    await runner.query('DROP SCHEMA database');
  }
}
