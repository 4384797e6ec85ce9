// Continuous reconciliation: every few minutes what has come to rest since the last time is compared. One process does
// it at a time; the mark moves when a comparison has ended, so that a crash repeats it and skips nothing.
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { PeriodicBackground } from '#governance';
import { Reconcile } from './reconcile.command.js';
import { RepairPolicy } from './repair-policy.reader.js';

/** Time between two rounds, whichever process does them. */
const INTERVAL_MS = 300_000;
const LOOK_EVERY_MS = 60_000;
/** Longest a comparison may take before another process may begin one. */
const LEASE_SECONDS = 1_800;
/** Orders touched that one round looks at; for more the next one begins at once. */
const TOUCHED_MAX = 5_000;
/** Events of the log that one round reads to find them; an order has a dozen or two. */
const SCANNED_MAX = 200_000;
/** Rounds one after the other until the next look. */
const ROUNDS_MAX = 100;
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
/** Orders that something happened to, up to the moment until which is compared and to where the round looks. */
const TOUCHED = `
  with scanned as materialized (
    select position, coalesce(correlation_id, subject) as id from events.event_log
    where position > $1::bigint and recorded_time < $2 order by position limit ${SCANNED_MAX}),
  touched as (
    select id, min(position) as position, row_number() over (order by min(position)) as place
    from scanned where id like 'ord\\_%' group by id)
  select coalesce((select position - 1 from touched where place = ${TOUCHED_MAX + 1}),
      (select max(position) from scanned), $1::bigint)::text as position,
    array(select id from touched where place <= ${TOUCHED_MAX}) as ids,
    (select count(*) from scanned) = ${SCANNED_MAX} or exists (select from touched where place > ${TOUCHED_MAX})
      as more`;
const ABANDONED = `
  update reconciliation.run set state = 'failed', finished_at = clock_timestamp(), reason = 'Its process has ended.'
  where state = 'running' and started_at < clock_timestamp() - make_interval(secs => ${LEASE_SECONDS})`;

@Injectable()
export class ReconciliationJob extends PeriodicBackground {
  private stopped = false;
  private rounds = 0;

  constructor(
    private readonly database: Database, private readonly reconcile: Reconcile, private readonly policy: RepairPolicy,
  ) {
    super('reconciliation.job', LOOK_EVERY_MS);
  }

  override async start(): Promise<void> {
    this.stopped = false;
    await super.start();
  }

  override async stop(): Promise<void> {
    this.stopped = true;
    await super.stop();
    await this.reconcile.settle();
  }

  /** One round when it is due, and as many more as there are orders left that something happened to. */
  protected async lookOnce(): Promise<void> {
    await this.database.query(ABANDONED);
    let more = await this.compareDue(INTERVAL_MS);
    for (let round = 1; more && round < ROUNDS_MAX && !this.stopped; round += 1) more = await this.compareDue(0);
  }

  /** Compares what is due, if nobody else does. @returns whether more has been touched than one round looks at */
  private async compareDue(afterMs: number): Promise<boolean> {
    const [mark] = await this.database.query<{ position: string; until: Date }>(TAKE);
    if (!mark) return false;
    let reached = { position: mark.position, until: mark.until };
    try {
      const { document } = await this.policy.inForce();
      const rest = Date.now() - document.quiescenceSeconds * 1_000;
      const until = new Date(Math.min(rest, mark.until.getTime() + WINDOW_MAX_MS));
      if (until <= mark.until || until.getTime() - mark.until.getTime() < afterMs) return false;
      const [touched] = await this.database.query<{ position: string; ids: string[]; more: boolean }>(
        TOUCHED, [mark.position, until]);
      const stock = afterMs > 0 && this.rounds++ % STOCK_EVERY === 0;
      const { done } = await this.reconcile.begin({
        trigger: 'continuous', from: mark.until.toISOString(), until: until.toISOString(), stock,
      }, touched!.ids);
      await done;
      reached = { position: touched!.position, until };
      return touched!.more;
    } finally {
      await this.database.query(RELEASE, [reached.position, reached.until]);
    }
  }
}
