// Puts list prices in force when their time has come, with the event that tells every channel; a price that is due
// while nothing runs is put in force by whoever starts next.
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { PeriodicBackground } from '#governance';
import { PriceBookReader } from './price-book.reader.js';
import { priceWriter } from './price.writer.js';

const EVERY_MS = 1_000;
const DUE_MAX = 500;

const TAKE_DUE = `
  delete from product.scheduled_price where (sku, currency, valid_from) in (
    select sku, currency, valid_from from product.scheduled_price where valid_from <= now()
    order by valid_from limit ${DUE_MAX} for update skip locked)
  returning sku, currency, amount_minor::text as minor, valid_from`;

interface Due { readonly sku: string; readonly currency: string; readonly minor: string; readonly valid_from: Date }

@Injectable()
export class ScheduledPriceJob extends PeriodicBackground {
  constructor(private readonly database: Database, private readonly book: PriceBookReader) {
    super('product.scheduled-price', EVERY_MS);
  }

  protected async lookOnce(): Promise<void> {
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
