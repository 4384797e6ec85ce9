// Puts list prices in force when their time has come, with the event that tells every channel; a price that is due
// while nothing runs is put in force by whoever starts next.
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Background } from '#governance';
import { createLogger } from '#telemetry';
import { PriceBookReader } from './price-book.reader.js';
import { priceWriter } from './price.writer.js';

const EVERY_MS = 1_000;
const DUE_MAX = 500;

const logger = createLogger('product.scheduled-price');

const TAKE_DUE = `
  delete from product.scheduled_price where (sku, currency, valid_from) in (
    select sku, currency, valid_from from product.scheduled_price where valid_from <= now()
    order by valid_from limit ${DUE_MAX} for update skip locked)
  returning sku, currency, amount_minor::text as minor, valid_from`;

interface Due { readonly sku: string; readonly currency: string; readonly minor: string; readonly valid_from: Date }

@Injectable()
export class ScheduledPriceJob implements Background {
  private stopping = new AbortController();
  private done: Promise<void> = Promise.resolve();

  constructor(private readonly database: Database, private readonly book: PriceBookReader) {}

  async start(): Promise<void> {
    this.stopping = new AbortController();
    this.done = this.run(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.putInForce().catch((error: unknown) => logger.warn({ err: error }, 'due prices must wait'));
      await delay(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private async putInForce(): Promise<void> {
    const skus = await this.database.transaction(async (tx) => {
      const due = await tx.query<Due>(TAKE_DUE);
      if (due.length === 0) return [];
      const time = new Date().toISOString();
      const inOrder = [...due].sort((a, b) => a.valid_from.getTime() - b.valid_from.getTime());
      await priceWriter.write(tx, inOrder.map(({ sku, currency, minor }) =>
        ({ sku, currency, minor: BigInt(minor), time })));
      return [...new Set(due.map(({ sku }) => sku))];
    });
    if (skus.length > 0) await this.book.reload(skus);
  }
}
