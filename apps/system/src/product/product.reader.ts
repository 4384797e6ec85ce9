// The queries of the catalogue: products always come with the prices that are valid at the moment of asking.
import { Injectable } from '@nestjs/common';
import {
  Problem, problems, type PriceEntry, type Product, type ProductPage, type ProductQuery, type Promotion,
} from '#contracts';
import { Database } from '#database';
import { createLogger } from '#telemetry';
import {
  toPriceEntry, toProduct, toPromotion, type PriceEntryRow, type ProductRow, type PromotionRow,
} from './product.mapping.js';

const PRODUCTS_PER_PAGE = 20;

const logger = createLogger('product.reader');

const SELECT = `
  select product.sku, gtin, name, category, unit, weight_grams as "weightGrams",
    withdrawn_at is not null as withdrawn,
    coalesce(current.prices, '[]') as prices
  from product.product as product
  left join lateral (
    select json_agg(json_build_object('currency', currency, 'minor', amount_minor::text) order by currency) as prices
    from (
      select distinct on (currency) currency, amount_minor from product.price
      where price.sku = product.sku and valid_from <= now() order by currency, valid_from desc) as valid
  ) as current on true`;
const BY_SKU = `${SELECT} where product.sku = any($1::text[])`;
// The page starts after a SKU, not at an offset: products that come or go meanwhile shift nothing.
const PAGE = `${SELECT}
  where product.sku > $1 and ($2::text is null or category = $2)
    and ($3::text is null or words @@ to_tsquery('simple', $3))
    and ($5::text[] is null or product.sku = any($5)) and withdrawn_at is null
  order by product.sku limit $4`;
/** Entries of one question: beyond it the price lists have grown past what one process can keep. */
const ENTRIES_MAX = 50_000;
const ENTRIES_PER_PRODUCT = 500;
const ENTRY = `
  select id, price_list as "priceList", sku, currency, amount_minor::text as minor, channel, segment,
    customer_id as "customerId", min_quantity as "minQuantity", valid_from as "validFrom", valid_to as "validTo"
  from product.price_entry`;
const ENTRIES = `${ENTRY}
  where sku = any($1::text[]) and (valid_to is null or valid_to > now()) order by sku, valid_from desc limit $2`;
const ENTRIES_AT = `${ENTRY}
  where sku = $1 and (valid_to is null or valid_to > coalesce($2::timestamptz, now()))
    and ($2::timestamptz is null or valid_from <= $2) order by valid_from desc, id limit $3`;
const PROMOTIONS = `
  select id, name, category, trim_scale(rate)::text as rate, starts_at as "startsAt", ends_at as "endsAt"
  from product.promotion where ends_at > now() order by id limit $1`;

@Injectable()
export class ProductReader {
  constructor(private readonly database: Database) {}

  /** Those of the SKUs that exist, in any order. */
  async bySku(skus: readonly string[]): Promise<Product[]> {
    return (await this.database.query<ProductRow>(BY_SKU, [skus])).map(toProduct);
  }

  async page(query: ProductQuery): Promise<ProductPage> {
    const limit = query.limit ?? PRODUCTS_PER_PAGE;
    const after = query.cursor === undefined ? '' : readCursor(query.cursor);
    const rows = await this.database.query<ProductRow>(PAGE, [
      after, query.category ?? null, toWords(query.search ?? ''), limit + 1, query.skus ?? null,
    ]);
    const products = rows.slice(0, limit).map(toProduct);
    return { products, ...(rows.length > limit ? { next: writeCursor(products.at(-1)!.sku) } : {}) };
  }

  /** Entries of price lists that run or will run. */
  async entries(skus: readonly string[]): Promise<PriceEntry[]> {
    const rows = await this.database.query<PriceEntryRow>(ENTRIES, [skus, ENTRIES_MAX]);
    if (rows.length === ENTRIES_MAX) {
      logger.error({ products: skus.length, entries: ENTRIES_MAX }, 'price lists are not read to their end');
    }
    return rows.map(toPriceEntry);
  }

  /** Entries of one product: those that are valid at a time, or all of today and later. */
  async entriesOf(sku: string, at?: string): Promise<PriceEntry[]> {
    const rows = await this.database.query<PriceEntryRow>(ENTRIES_AT, [sku, at ?? null, ENTRIES_PER_PRODUCT]);
    return rows.map(toPriceEntry);
  }

  /** Promotions that run or will run, at most `limit`. */
  async promotions(limit: number): Promise<Promotion[]> {
    return (await this.database.query<PromotionRow>(PROMOTIONS, [limit])).map(toPromotion);
  }
}

/** All words of a search, each as the beginning of a word; null when there is none. */
function toWords(search: string): string | null {
  const words = search.toLowerCase().match(/[\p{L}\p{N}]+/gu);
  return words === null ? null : words.map((word) => `${word}:*`).join(' & ');
}

const CURSOR_PREFIX = 'sku:';

const writeCursor = (sku: string): string => Buffer.from(CURSOR_PREFIX + sku).toString('base64url');

function readCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (text.startsWith(CURSOR_PREFIX)) return text.slice(CURSOR_PREFIX.length);
  const errors = [{ parameter: 'cursor', detail: 'is not a cursor of this list' }];
  throw new Problem(problems.invalidRequest, { detail: 'Use the `next` of the page before', errors });
}
