// The repair policy is kept as versioned documents are everywhere: with its kind in the key.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RepairPolicyKind1700000003910 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table reconciliation.policy add column kind text not null default 'repair';
      alter table reconciliation.policy alter column kind drop default,
        drop constraint policy_pkey, add primary key (kind, version)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table reconciliation.policy drop constraint policy_pkey, drop column kind, add primary key (version)`);
  }
}
