// Hands what warehouses say about goods on their way back to their returns; a fact about a return we do not know, or
// one
// that is closed, ends as an orphan and not in silence.
import { Injectable } from '@nestjs/common';
import type { EventData, EventType } from '#contracts';
import { Database } from '#database';
import { consume, EventLog, type StoredEvent } from '#events';
import { LoopBackground } from '#governance';
import type { Report } from './custody-book.policy.js';
import { ReceiveReturn } from './receive-return.command.js';

const KINDS: Partial<Record<EventType, Report['kind']>> = {
  'return-parcel.in-transit.v1': 'inTransit', 'return-parcel.received.v1': 'received',
  'return-parcel.inspected.v1': 'inspected',
};
const WAREHOUSE = 'warehouse';
const CONCURRENCY = 32;

@Injectable()
export class GoodsFacts extends LoopBackground {
  constructor(
    private readonly database: Database, private readonly log: EventLog, private readonly receive: ReceiveReturn,
  ) {
    super();
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/returns goods facts', types: Object.keys(KINDS), signal,
      concurrency: CONCURRENCY, handler: (event) => this.forward(event),
    });
  }

  private async forward(event: StoredEvent): Promise<void> {
    const { returnId, factId, occurredAt, locationId, trackingNumber, lines } =
      event.data as EventData['return-parcel.received.v1'];
    await this.receive.take({
      kind: KINDS[event.type as EventType]!, source: WAREHOUSE, factId, occurredAt, locationId, lines,
      ...(returnId === 'unknown' ? {} : { reference: returnId }), ...(trackingNumber ? { trackingNumber } : {}),
    });
  }
}
