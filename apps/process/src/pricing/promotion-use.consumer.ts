// Follows what orders tell of coupons and budgets, so that a quote does not promise what is used up. It may be a moment
// late; the order itself takes its use in its own commit and never takes more than there is.
import { Injectable } from '@nestjs/common';
import type { EventData } from '#contracts';
import { Database } from '#database';
import { consume, EventLog, type StoredEvent } from '#events';
import { LoopBackground } from '#governance';
import type { Ended } from './pricing.policy.js';

const FRESH_MS = 1_000;
const CONCURRENCY = 16;
const ENDED_MAX = 100_000;
const READ = `select key, bound::text from pricing.ended limit ${ENDED_MAX}`;
const SET = `
  insert into pricing.ended (key, since, bound) values ($1, $2, $3)
  on conflict (key) do update set since = excluded.since, bound = excluded.bound`;

@Injectable()
export class PromotionUse extends LoopBackground {
  private known: { readonly until: number; readonly keys: Promise<Ended> } | undefined;

  constructor(private readonly database: Database, private readonly log: EventLog) {
    super();
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/pricing promotion use',
      types: ['promotion.exhausted.v1', 'promotion.available.v1'],
      signal, concurrency: CONCURRENCY,
      handler: (event) => this.take(event),
    });
  }

  /** Coupons and budgets that are used up, and up to which limit. */
  ended(): Promise<Ended> {
    if (this.known && this.known.until > Date.now()) return this.known.keys;
    const keys = this.database.query<{ key: string; bound: string | null }>(READ)
      .then((rows) => new Map(rows.map(({ key, bound }) => [key, bound === null ? undefined : BigInt(bound)])));
    this.known = { until: Date.now() + FRESH_MS, keys };
    keys.catch(() => (this.known = undefined));
    return keys;
  }

  private async take(event: StoredEvent): Promise<void> {
    const { key, bound } = event.data as EventData['promotion.exhausted.v1'];
    if (event.type === 'promotion.exhausted.v1') await this.database.query(SET, [key, event.time, bound ?? null]);
    else await this.database.query('delete from pricing.ended where key = $1', [key]);
    this.known = undefined;
  }
}
