// Calls the runs of orders that the queue in front of the ERP lets through, so that each tries again when it is its
// turn and not when its patience ends.
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { consume, EventLog } from '#events';
import { LoopBackground } from '#governance';
import type { EventData } from '#contracts';
import { Engine } from '#workflow';

@Injectable()
export class QueueReleased extends LoopBackground {
  constructor(
    private readonly database: Database,
    private readonly log: EventLog,
    private readonly engine: Engine,
  ) {
    super();
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/orders queue released',
      types: ['backbone.queue-released.v1'],
      signal,
      concurrency: 1,
      handler: ({ data }) => this.engine.hasten((data as EventData['backbone.queue-released.v1']).orders),
    });
  }
}
