// Pickups of orders: what was promised to the customer and what became of it; the state follows from the times.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Pickups1700000003520 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table orders.pickup (
        id text primary key,
        order_id text not null references orders."order",
        location_id text not null,
        line_ids text[] not null,
        code text not null,
        ready_by timestamptz not null,
        created_at timestamptz not null default now(),
        ready_at timestamptz,
        collect_by timestamptz,
        collected_at timestamptz,
        expired_at timestamptz,
        converted_at timestamptz,
        cancelled_at timestamptz
      ) with (fillfactor = 80);
      create index pickup_order on orders.pickup (order_id);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table orders.pickup');
  }
}
