// Hands the warehouse's facts from the event log to the run of their order: late, doubled or early facts are the
// mailbox's business, which keeps each once and waits for runs that do not exist yet.
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { consume, EventLog, type StoredEvent } from '#events';
import { LoopBackground } from '#governance';
import type { EventType } from '#contracts';
import { Engine } from '#workflow';
import { FACT } from './fulfil-order.contract.js';
import type { FactSignal } from './order-facts.writer.js';

const FACTS: readonly EventType[] = [
  'shipment.picked.v1',
  'shipment.short-picked.v1',
  'shipment.rejected.v1',
  'shipment.packed.v1',
  'shipment.dispatched.v1',
  'shipment.delivered.v1',
  'pickup.ready.v1',
  'pickup.collected.v1',
  'pickup.expired.v1',
];
const CONCURRENCY = 64;

@Injectable()
export class FulfilmentFacts extends LoopBackground {
  constructor(
    private readonly database: Database,
    private readonly log: EventLog,
    private readonly engine: Engine,
  ) {
    super();
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/orders fulfilment facts',
      types: FACTS,
      signal,
      concurrency: CONCURRENCY,
      handler: (event) => this.forward(event),
    });
  }

  private async forward(event: StoredEvent): Promise<void> {
    const data = event.data as FactSignal;
    await this.engine.signal(data.orderId, FACT, data.factId, { ...data, type: event.type });
  }
}
