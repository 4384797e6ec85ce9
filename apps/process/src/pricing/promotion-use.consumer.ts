// Follows what orders tell of coupons and budgets, so that a quote does not promise what is used up. It may be a moment
// late; the order itself takes its use in its own commit and never takes more than there is.
import { Injectable } from '@nestjs/common';
import type { EventData } from '#contracts';
import { Database } from '#database';
import { consume, EventLog, type StoredEvent } from '#events';
import type { Background } from '#governance';

const FRESH_MS = 1_000;
const CONCURRENCY = 16;
const ENDED_MAX = 100_000;
const SET = `
  insert into pricing.ended (key, since) values ($1, $2) on conflict (key) do update set since = excluded.since`;

@Injectable()
export class PromotionUse implements Background {
  private readonly stopping = new AbortController();
  private done: Promise<void> = Promise.resolve();
  private known: { readonly until: number; readonly keys: Promise<ReadonlySet<string>> } | undefined;

  constructor(private readonly database: Database, private readonly log: EventLog) {}

  async start(): Promise<void> {
    this.done = consume(this.database, this.log, {
      name: 'process/pricing promotion use',
      types: ['promotion.exhausted.v1', 'promotion.available.v1'],
      signal: this.stopping.signal, concurrency: CONCURRENCY,
      handler: (event) => this.take(event),
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  /** Keys of coupons and budgets that are used up. */
  ended(): Promise<ReadonlySet<string>> {
    if (this.known && this.known.until > Date.now()) return this.known.keys;
    const keys = this.database.query<{ key: string }>(`select key from pricing.ended limit ${ENDED_MAX}`)
      .then((rows) => new Set(rows.map(({ key }) => key)));
    this.known = { until: Date.now() + FRESH_MS, keys };
    keys.catch(() => (this.known = undefined));
    return keys;
  }

  private async take(event: StoredEvent): Promise<void> {
    const { key } = event.data as EventData['promotion.exhausted.v1'];
    if (event.type === 'promotion.exhausted.v1') await this.database.query(SET, [key, event.time]);
    else await this.database.query('delete from pricing.ended where key = $1', [key]);
    this.known = undefined;
  }
}
