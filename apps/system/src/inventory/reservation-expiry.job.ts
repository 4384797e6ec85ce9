// Gives back stock that was held and never confirmed: of all processes one sweeps at a time, in small batches, so that
// an expiry never stands in the way of a reservation for long.
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { PeriodicBackground } from '#governance';
import { metrics } from '#telemetry';
import { originOf } from './inventory.mapping.js';
import type { StockCommand } from './stock-command.mapping.js';
import { applyStock } from './stock.writer.js';

const SWEEP_EVERY_MS = 1_000;
/** Reservations freed in one transaction. */
const BATCH_MAX = 500;
/** Batches in one sweep, after which others may take their turn. */
const BATCHES_PER_SWEEP_MAX = 20;
/** Arbitrary constant, the same in every process: key of the advisory lock of the one active sweep. */
const SWEEP_LOCK_KEY = 7_482_160_332;

const CLAIM_SWEEP = 'select pg_try_advisory_xact_lock($1) as claimed';
const CLAIM_RESERVATIONS = `
  select id from inventory.reservation where state = 'held' and expires_at <= clock_timestamp()
  order by expires_at limit $1 for update skip locked`;

const expired = metrics.counter('throughline_reservations_expired_total', 'Reservations whose hold ended unconfirmed.');

@Injectable()
export class ReservationExpiry extends PeriodicBackground {
  constructor(private readonly database: Database) {
    super('inventory.expiry', SWEEP_EVERY_MS);
  }

  /** Frees what is overdue now; returns how many reservations it ended. */
  async sweep(): Promise<number> {
    let total = 0;
    for (let batch = 0; batch < BATCHES_PER_SWEEP_MAX; batch++) {
      const ended = await this.sweepBatch();
      total += ended;
      if (ended < BATCH_MAX) break;
    }
    expired.inc(total);
    return total;
  }

  private sweepBatch(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const [sweep] = await tx.query<{ claimed: boolean }>(CLAIM_SWEEP, [SWEEP_LOCK_KEY]);
      if (sweep?.claimed !== true) return 0;
      const overdue = await tx.query<{ id: string }>(CLAIM_RESERVATIONS, [BATCH_MAX]);
      if (overdue.length === 0) return 0;
      const origin = originOf();
      const commands = overdue.map(({ id }): StockCommand => ({ kind: 'expire', reservationId: id, origin }));
      await applyStock(tx, commands);
      return overdue.length;
    });
  }

  protected lookOnce(): Promise<number> {
    return this.sweep();
  }
}
