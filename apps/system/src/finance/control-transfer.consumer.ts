// Tells finance when control of goods has passed to the customer: at a delivery for what that shipment invoiced, and at
// the end of an order for all of it, so that no revenue stays deferred because nobody reported a parcel.
import { Injectable } from '@nestjs/common';
import { Database, GroupCommit } from '#database';
import { consume, EventLog, type StoredEvent } from '#events';
import type { EventData } from '#contracts';
import { LoopBackground } from '#governance';
import { commitMoney } from './commit-money.command.js';

const TYPES = ['order.delivered.v1', 'order.completed.v1'] as const;
const CONCURRENCY = 32;
const DEFERRED = `
  select 1 from finance.payment_fact where order_id = $1 and kind = 'controlTransfer' and outcome = 'asked' limit 1`;

@Injectable()
export class ControlTransfers extends LoopBackground {
  constructor(
    private readonly database: Database, private readonly log: EventLog, private readonly groupCommit: GroupCommit,
  ) {
    super();
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'system/finance control transfer', types: TYPES, signal, concurrency: CONCURRENCY,
      handler: (event) => this.handle(event),
    });
  }

  private async handle(event: StoredEvent): Promise<void> {
    const { orderId, shipmentId } = event.data as EventData['order.completed.v1'] & { shipmentId?: string };
    if ((await this.database.query(DEFERRED, [orderId])).length === 0) return;
    const fact = shipmentId === undefined ? {} : { fact: shipmentId };
    await commitMoney(this.groupCommit, { kind: 'passControl', orderId, ...fact });
  }
}
