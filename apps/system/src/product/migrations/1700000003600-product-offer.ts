// A product may be withdrawn from sale without being forgotten: what was ordered of it still goes on.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ProductOffer1700000003600 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table product.product add column withdrawn_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table product.product drop column withdrawn_at');
  }
}
