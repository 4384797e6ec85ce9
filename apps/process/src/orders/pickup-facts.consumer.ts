// Hands what happens to pickups from the event log to the runs that follow them; once each, whatever order it comes in.
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { consume, EventLog, type StoredEvent } from '#events';
import { LoopBackground } from '#governance';
import type { EventData, EventType, FulfilmentFact } from '#contracts';
import { Engine } from '#workflow';
import { PICKUP_ENDED, PICKUP_READY, type EndedSignal, type ReadySignal } from './follow-pickup.contract.js';
import { PickupRecord } from './order.entity.js';

const FACTS: readonly EventType[] = [
  'pickup.ready.v1', 'pickup.collected.v1', 'pickup.expired.v1', 'shipment.short-picked.v1',
];
const CONCURRENCY = 32;

@Injectable()
export class PickupFacts extends LoopBackground {
  constructor(
    private readonly database: Database, private readonly log: EventLog, private readonly engine: Engine,
  ) {
    super();
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/orders pickup facts', types: FACTS, signal, concurrency: CONCURRENCY,
      handler: (event) => this.forward(event),
    });
  }

  private async forward(event: StoredEvent): Promise<void> {
    const fact = event.data as FulfilmentFact & { reason?: string };
    const { fulfilmentOrderId, factId, occurredAt: at } = fact;
    if (event.type === 'pickup.ready.v1') {
      const { collectBy } = event.data as EventData['pickup.ready.v1'];
      const ready: ReadySignal = { readyAt: at, collectBy };
      await this.engine.signal(fulfilmentOrderId, PICKUP_READY, factId, ready);
      return;
    }
    const as = endOf(event.type, fact);
    if (as === undefined || !(await this.isPickup(fulfilmentOrderId))) return;
    const ended: EndedSignal = { as, at, reason: fact.reason ?? as };
    await this.engine.signal(fulfilmentOrderId, PICKUP_ENDED, factId, ended);
  }

  /** Facts of other work have no run of their own here. */
  private isPickup(id: string): Promise<boolean> {
    return this.database.dataSource.getRepository(PickupRecord).existsBy({ id });
  }
}

function endOf(type: string, fact: FulfilmentFact): EndedSignal['as'] | undefined {
  if (type === 'pickup.collected.v1') return 'collected';
  if (type === 'pickup.expired.v1') return 'expired';
  // A pick that found something leaves something to be collected.
  if (type === 'shipment.short-picked.v1' && fact.lines.some(({ quantity }) => quantity > 0)) return undefined;
  return 'cancelled';
}
