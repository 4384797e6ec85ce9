// Partners list the orders they placed themselves, newest first.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OrderConsumer1700000003630 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index order_of_consumer on orders."order" (consumer, placed_at desc, id desc)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index orders.order_of_consumer');
  }
}
