// Keeps the order's money axis true when a refund comes back from the customer's bank, however late: what is refunded
// is then again what finance says it is, in absolute figures, so that a repeated message changes nothing.
import { Injectable } from '@nestjs/common';
import type { EventData } from '#contracts';
import { Database } from '#database';
import { consume, EventLog, type StoredEvent } from '#events';
import { LoopBackground } from '#governance';
import { CorrectRefundTotal } from './refund-total.command.js';

const ATTEMPTS = 40;

@Injectable()
export class RefundReversed extends LoopBackground {
  constructor(
    private readonly database: Database, private readonly log: EventLog, private readonly total: CorrectRefundTotal,
  ) {
    super();
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/orders refund reversals', types: ['refund.reversed.v1'], signal,
      attempts: ATTEMPTS, handler: (event) => this.take(event),
    });
  }

  private async take(event: StoredEvent): Promise<void> {
    const { orderId } = event.data as EventData['refund.reversed.v1'];
    await this.total.execute(orderId, event.id);
  }
}
