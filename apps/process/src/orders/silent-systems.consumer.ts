// Keeps which connected systems say nothing now, so that every order that depends on one says how old its state is.
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { consume, EventLog, type StoredEvent } from '#events';
import { LoopBackground } from '#governance';
import type { EventData, EventType } from '#contracts';

const TYPES: readonly EventType[] = ['backbone.degraded.v1', 'backbone.recovered.v1'];
const CHECK_EVERY_SECONDS = 5;
const NOTE = `
  insert into orders.silent_system (system, since, reason, check_every_seconds) values ($1, $2, $3, $4)
  on conflict (system) do update set since = excluded.since, reason = excluded.reason,
    check_every_seconds = excluded.check_every_seconds`;
const FORGET = 'delete from orders.silent_system where system = $1';

@Injectable()
export class SilentSystems extends LoopBackground {
  constructor(private readonly database: Database, private readonly log: EventLog) {
    super();
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/orders silent systems', types: TYPES, signal, concurrency: 1,
      handler: (event) => this.keep(event),
    });
  }

  private async keep({ type, data }: StoredEvent): Promise<void> {
    if (type === 'backbone.recovered.v1') {
      await this.database.query(FORGET, [(data as EventData['backbone.recovered.v1']).vendor]);
      return;
    }
    const { vendor, since, reason, checkEverySeconds } = data as EventData['backbone.degraded.v1'];
    await this.database.query(NOTE, [vendor, since, reason, checkEverySeconds ?? CHECK_EVERY_SECONDS]);
  }
}
