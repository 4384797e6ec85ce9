// Up to which limit a coupon or budget was used up, so that a raised limit opens it again. What was told before has
// none and stays used up until an order gives some of it back.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class EndedBound1700000003900 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table pricing.ended add column bound bigint');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table pricing.ended drop column bound');
  }
}
