// Keeps the order's money axis true when a refund comes back from the customer's bank, however late: what is refunded
// is then again what finance says it is, in absolute figures, so that a repeated message changes nothing.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { financeApi, serviceContext, toMinor, type EventData } from '#contracts';
import { Database } from '#database';
import { consume, EventLog, type StoredEvent } from '#events';
import type { Background } from '#governance';

const DEADLINE_MS = 20_000;
const ATTEMPTS = 40;
const REFUNDED = 'update orders.payment set refunded = $2 where order_id = $1 and $2 <= captured';

@Injectable()
export class RefundReversed implements Background {
  private stopping = new AbortController();
  private done: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database, private readonly log: EventLog, private readonly clients: Clients,
  ) {}

  async start(): Promise<void> {
    this.stopping = new AbortController();
    this.done = consume(this.database, this.log, {
      name: 'process/orders refund reversals', types: ['refund.reversed.v1'], signal: this.stopping.signal,
      attempts: ATTEMPTS, handler: (event) => this.take(event),
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  private async take(event: StoredEvent): Promise<void> {
    const { orderId } = event.data as EventData['refund.reversed.v1'];
    const call = serviceContext('process/orders', {
      deadline: Date.now() + DEADLINE_MS, subject: orderId, requestId: event.id,
    });
    const { refunded } = await this.clients.of(financeApi).getOrderMoney({ params: { orderId } }, call);
    await this.database.query(REFUNDED, [orderId, toMinor(refunded).toString()]);
  }
}
