// Continuous reconciliation: every few minutes what has come to rest since the last time is compared. One process does
// it at a time; the mark moves when a comparison has ended, so that a crash repeats it and skips nothing.
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Background } from '#governance';
import { createLogger } from '#telemetry';
import { Reconcile } from './reconcile.command.js';
import { RepairPolicy } from './repair-policy.reader.js';

const INTERVAL_MS = 300_000;
/** Longest a comparison may take before another process may begin one. */
const LEASE_SECONDS = 1_800;
/** Orders touched that one round looks at; more wait for the next. */
const TOUCHED_MAX = 5_000;
/** Longest window of one round, so that a house that slept for a week catches up in parts. */
const WINDOW_MAX_MS = 86_400_000;
/** The stock of all warehouses is counted once in so many rounds. */
const STOCK_EVERY = 12;

const TAKE = `
  update reconciliation.watermark set leased_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
  where leased_until < clock_timestamp() returning position, until`;
const RELEASE = `
  update reconciliation.watermark set leased_until = '-infinity', position = greatest(position, $1::bigint),
    until = greatest(until, $2::timestamptz)`;
/** Orders that something happened to, up to the moment until which is compared. */
const TOUCHED = `
  select coalesce(max(position), $1::bigint) as position,
    array(select distinct coalesce(correlation_id, subject) from events.event_log
      where position > $1 and position <= max(few.position) and coalesce(correlation_id, subject) like 'ord\\_%') as ids
  from (select position from events.event_log where position > $1 and recorded_time < $2
    order by position limit ${TOUCHED_MAX}) as few`;
const ABANDONED = `
  update reconciliation.run set state = 'failed', finished_at = clock_timestamp(), reason = 'Its process has ended.'
  where state = 'running' and started_at < clock_timestamp() - make_interval(secs => ${LEASE_SECONDS})`;

const logger = createLogger('reconciliation.job');

@Injectable()
export class ReconciliationJob implements Background {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private rounds = 0;

  constructor(
    private readonly database: Database, private readonly reconcile: Reconcile, private readonly policy: RepairPolicy,
  ) {}

  async start(): Promise<void> {
    this.timer = setInterval(() => {
      this.round = this.round.then(() => this.once()).catch((error: unknown) =>
        logger.warn({ err: error }, 'a round of reconciliation did not begin; the next one tries again'));
    }, INTERVAL_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.round;
    await this.reconcile.settle();
  }

  /** Compares what is due, if nobody else does. */
  private async once(): Promise<void> {
    await this.database.query(ABANDONED);
    const [mark] = await this.database.query<{ position: string; until: Date }>(TAKE);
    if (!mark) return;
    let reached = { position: mark.position, until: mark.until };
    try {
      const { document } = await this.policy.inForce();
      const rest = Date.now() - document.quiescenceSeconds * 1_000;
      const until = new Date(Math.min(rest, mark.until.getTime() + WINDOW_MAX_MS));
      if (until <= mark.until) return;
      const [touched] = await this.database.query<{ position: string; ids: string[] }>(TOUCHED, [mark.position, until]);
      const stock = this.rounds++ % STOCK_EVERY === 0;
      const { done } = await this.reconcile.begin({
        trigger: 'continuous', from: mark.until.toISOString(), until: until.toISOString(), stock,
      }, touched!.ids);
      await done;
      reached = { position: touched!.position, until };
    } finally {
      await this.database.query(RELEASE, [reached.position, reached.until]);
    }
  }
}
