// Carries what stores tell about stock to the ledger. The facts are rows until it has answered, so that a ledger which
// is down delays and never loses one; each counts once there, so telling it twice is harmless.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { inventoryApi, serviceContext, type StockFactResults } from '#contracts';
import { Database } from '#database';
import type { Background } from '#governance';
import { createLogger, metrics } from '#telemetry';

const BATCH = 500;
const IDLE_MS = 1_000;
const FAILURE_MS = 2_000;
const DEADLINE_MS = 15_000;
const RETRY_SECONDS = 5;
/** Tries of a fact the ledger cannot take yet; then a person must look at it. */
const ATTEMPTS_MAX = 200;

const PENDING = `
  select fact, sku, store_id as "storeId", reason, quantity, occurred_at as "occurredAt"
  from stores.stock_fact where next_at <= clock_timestamp() order by next_at, place limit $1`;
const SETTLE = `
  update stores.stock_fact as kept set attempts = kept.attempts + 1, detail = told.detail,
    outcome = case when told.again and kept.attempts + 1 < $2::int then 'pending' else told.outcome end,
    next_at = case when told.again and kept.attempts + 1 < $2::int
      then clock_timestamp() + make_interval(secs => $3::int) end
  from jsonb_to_recordset($1::jsonb) as told (fact text, sku text, outcome text, detail text, again boolean)
  where kept.fact = told.fact and kept.sku = told.sku`;

const logger = createLogger('stores.stock-feed');
const facts = metrics.counter('throughline_store_stock_facts_total', 'Facts of stores about stock, by outcome.',
  ['outcome']);

interface Pending {
  readonly fact: string;
  readonly sku: string;
  readonly storeId: string;
  readonly reason: string;
  readonly quantity: number;
  readonly occurredAt: Date;
}

@Injectable()
export class StockFeed implements Background {
  private stopped = false;
  private wake: (() => void) | undefined;
  private done: Promise<void> = Promise.resolve();

  constructor(private readonly database: Database, private readonly clients: Clients) {}

  async start(): Promise<void> {
    this.done = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake?.();
    await this.done;
  }

  /** There is something to carry. */
  nudge(): void {
    this.wake?.();
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      let pauseMs = 0;
      try {
        if ((await this.carry()) === 0) pauseMs = IDLE_MS;
      } catch (error) {
        logger.warn({ err: error }, 'the stock ledger was not told; it is told again');
        pauseMs = FAILURE_MS;
      }
      if (pauseMs > 0 && !this.stopped) await this.pause(pauseMs);
    }
  }

  private async carry(): Promise<number> {
    const pending = await this.database.query<Pending>(PENDING, [BATCH]);
    if (pending.length === 0) return 0;
    const body = { facts: pending.map(({ storeId: locationId, occurredAt, quantity, ...rest }) =>
      ({ ...rest, locationId, quantity: Number(quantity), occurredAt: occurredAt.toISOString() })) };
    const call = serviceContext('process/stores', { deadline: Date.now() + DEADLINE_MS });
    const { results } = await this.clients.of(inventoryApi).recordStockFacts({ body }, call);
    await this.settle(pending, results);
    return pending.length;
  }

  private async settle(pending: readonly Pending[], results: StockFactResults['results']): Promise<void> {
    const told = pending.map(({ fact, sku }, index) => {
      const { outcome, reason, retryable } = results[index]!;
      facts.inc({ outcome });
      if (outcome === 'rejected') logger.error({ fact, sku, reason }, 'the stock ledger rejects a fact of a store');
      return { fact, sku, outcome, detail: reason ?? null, again: outcome === 'rejected' && (retryable ?? false) };
    });
    await this.database.query(SETTLE, [JSON.stringify(told), ATTEMPTS_MAX, RETRY_SECONDS]);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
