// Finds the work that is still open at the warehouse, and the work of an order, without reading all there ever was.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OpenWork1700000003830 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index fulfilment_order_open on warehouse.fulfilment_order (as_of nulls first)
        where state is null or state in ('accepted', 'picked', 'packed');
      create index fulfilment_order_order on warehouse.fulfilment_order (order_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index warehouse.fulfilment_order_open;
      drop index warehouse.fulfilment_order_order`);
  }
}
