// The price book in memory: checkout asks for prices with every basket, so an answer must not cost a query. Changed
// prices come in by the event log, and everything is read again every few seconds in case an event is late.
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import {
  Problem, problems, type EventData, type Freshness, type PriceBook, type PriceEntry, type Product, type Promotion,
} from '#contracts';
import { EventLog } from '#events';
import { LoopBackground } from '#governance';
import { createLogger } from '#telemetry';
import { ProductReader } from './product.reader.js';

/** Products kept; the least asked for go first. */
const PRODUCTS_MAX = 10_000;
const PROMOTIONS_MAX = 500;
const REFRESH_EVERY_MS = 10_000;
/** Within so many seconds every channel sells at a price that was changed: what a lost event costs at most. */
export const EVERYWHERE_WITHIN_SECONDS = 30;
/** Older than this, the book is read again before it answers, or says that it is stale. */
const MAX_AGE_MS = EVERYWHERE_WITHIN_SECONDS * 1_000;
/** Longest a call waits for the database when there is an older price to answer with. */
const PATIENCE_MS = 250;
const RETRY_MS = 1_000;
const CHANGES = ['price.changed.v1', 'price-list.changed.v1', 'product.offer-changed.v1'] as const;

const logger = createLogger('product.price-book');

/** A product with its list prices, and the entries of price lists for it. */
interface Priced {
  readonly product: Product;
  readonly entries: readonly PriceEntry[];
}

@Injectable()
export class PriceBookReader extends LoopBackground {
  private readonly kept = new LRUCache<string, Priced>({ max: PRODUCTS_MAX });
  private promotions: readonly Promotion[] = [];
  /** Epoch milliseconds before the oldest of what is kept was read; 0: nothing yet. */
  private readAt = 0;
  private askedAt = 0;
  private readonly wanted = new Set<string>();
  private queued: Promise<void> | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly reader: ProductReader, private readonly log: EventLog) {
    super();
  }

  /** Products with prices and the promotions that run now; throws vendorUnavailable for prices never read yet. */
  async read(skus: readonly string[]): Promise<PriceBook> {
    if (Date.now() - this.readAt > MAX_AGE_MS && this.readAt > 0) await this.tryRefresh();
    const missing = skus.filter((sku) => !this.kept.has(sku));
    if (missing.length > 0 || this.readAt === 0) await this.loadMissing(missing);
    const now = new Date().toISOString();
    const found = [...new Set(skus)].flatMap((sku) => this.kept.get(sku) ?? []);
    return {
      products: found.map(({ product }) => product),
      entries: found.flatMap(({ entries }) => entries),
      promotions: this.promotions.filter(({ startsAt, endsAt }) => startsAt <= now && now < endsAt),
      freshness: this.freshness(),
    };
  }

  /** Reads these SKUs again, after they have changed. */
  reload(skus: readonly string[]): Promise<void> {
    return this.load(skus);
  }

  protected run(signal: AbortSignal): Promise<unknown> {
    return Promise.all([this.refreshOnTime(signal), this.followChanges(signal)]);
  }

  private freshness(): Freshness {
    const asOf = new Date(this.readAt).toISOString();
    if (Date.now() - this.readAt <= MAX_AGE_MS) return { source: 'product', asOf, stale: false };
    const nextCheckAt = new Date(Math.max(Date.now(), this.askedAt + RETRY_MS)).toISOString();
    return { source: 'product', asOf, stale: true, reason: 'The product database does not answer', nextCheckAt };
  }

  private async loadMissing(skus: readonly string[]): Promise<void> {
    try {
      await this.load(skus);
    } catch (error) {
      const details = { detail: 'The product database does not answer', retryAfterSeconds: RETRY_MS / 1_000 };
      throw new Problem(problems.vendorUnavailable, details, { cause: error });
    }
  }

  /** Refreshes if that is quick; what fails or takes longer leaves the older prices, which then say so. */
  private async tryRefresh(): Promise<void> {
    if (Date.now() - this.askedAt < RETRY_MS) return;
    this.askedAt = Date.now();
    await Promise.race([this.refresh().catch(() => undefined), delay(PATIENCE_MS, undefined, { ref: false })]);
  }

  private refresh(): Promise<void> {
    return this.load([...this.kept.keys()]);
  }

  /**
   * Loads are done one after another, so that an older answer never replaces a newer one; what is asked for while one
   * runs is read together by the next.
   */
  private load(skus: readonly string[]): Promise<void> {
    for (const sku of skus) this.wanted.add(sku);
    this.queued ??= this.last = this.last.catch(() => undefined).then(() => {
      const next = [...this.wanted];
      this.wanted.clear();
      this.queued = undefined;
      return this.fetch(next);
    });
    return this.queued;
  }

  private async fetch(skus: readonly string[]): Promise<void> {
    const startedAt = Date.now();
    const [products, entries, promotions] = await Promise.all([
      this.reader.bySku(skus), this.reader.entries(skus), this.reader.promotions(PROMOTIONS_MAX),
    ]);
    const bySku = Map.groupBy(entries, ({ sku }) => sku);
    const gone = new Set(skus);
    for (const product of products.filter(({ withdrawn }) => !withdrawn)) {
      gone.delete(product.sku);
      this.kept.set(product.sku, frozen({ product, entries: bySku.get(product.sku) ?? [] }));
    }
    for (const sku of gone) this.kept.delete(sku);
    this.promotions = promotions.map((promotion) => Object.freeze(promotion));
    const everything = new Set(skus);
    if ([...this.kept.keys()].every((sku) => everything.has(sku))) this.readAt = startedAt;
  }

  private async refreshOnTime(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(REFRESH_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted || this.readAt === 0) continue;
      await this.refresh().catch((error: unknown) => logger.warn({ err: error }, 'prices could not be read again'));
    }
  }

  private async followChanges(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const after = await this.log.head();
        if (this.readAt > 0) await this.refresh();
        for await (const event of this.log.follow({ after, types: CHANGES, signal })) {
          const { sku } = event.data as EventData[(typeof CHANGES)[number]];
          if (this.kept.has(sku)) await this.load([sku]);
        }
      } catch (error) {
        logger.warn({ err: error }, 'changes of prices are not followed, trying again');
      }
      await delay(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}

/** In one process callers share these objects; none may change them. */
function frozen({ product, entries }: Priced): Priced {
  for (const price of product.prices) Object.freeze(price);
  Object.freeze(product.prices);
  for (const entry of entries) {
    Object.freeze(entry.unitPrice);
    Object.freeze(entry);
  }
  return { product: Object.freeze(product), entries };
}
