// What returns have told of their orders, and the counters that follow: a line may never have more units coming back,
// received or refunded than were shipped.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OrderReturns1700000003520 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table orders.return_progress (
        order_id text not null references orders."order", return_id text not null, line_id text not null,
        sequence int not null, requested int not null, in_transit int not null, received int not null,
        inspected int not null, restocked int not null, scrapped int not null, not_returned int not null,
        refunded int not null, denied int not null, primary key (order_id, return_id, line_id))`);
    await runner.query(`
      alter table orders.line
        add column return_in_transit int not null default 0 check (return_in_transit >= 0),
        add column inspected int not null default 0 check (inspected >= 0),
        add column not_returned int not null default 0 check (not_returned >= 0),
        add column refund_denied int not null default 0 check (refund_denied >= 0),
        add constraint returns_legal check (return_requested <= shipped and received <= return_requested
          and inspected <= received and restocked + scrapped <= received
          and received + not_returned <= return_requested and refunded + refund_denied <= return_requested)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table orders.line drop constraint returns_legal');
    await runner.query(`alter table orders.line drop column return_in_transit, drop column inspected,
      drop column not_returned, drop column refund_denied`);
    await runner.query('drop table orders.return_progress');
  }
}
