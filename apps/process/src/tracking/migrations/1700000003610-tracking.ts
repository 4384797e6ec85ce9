// Schema `tracking`: devices that follow an order by web push, each with how far it has been told.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Tracking1700000003610 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema if not exists tracking;
      create table tracking.push_subscription (
        id text primary key,
        order_id text not null,
        order_number text not null,
        consumer text not null,
        endpoint text not null,
        p256dh text not null,
        auth text not null,
        language text not null,
        -- Position of the last event the device was told of, or that lay before it subscribed.
        position bigint not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null,
        unique (order_id, endpoint)
      );
      create index push_subscription_expiry on tracking.push_subscription (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema tracking cascade');
  }
}
