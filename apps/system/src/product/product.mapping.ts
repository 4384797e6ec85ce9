// Between the canonical product and promotion and the rows of this domain.
import { fromMinor, type Product, type Promotion } from '#contracts';

/** A product with its current prices, as the queries of this domain return it. */
export interface ProductRow {
  readonly sku: string;
  readonly gtin: string;
  readonly name: string;
  readonly category: string;
  readonly unit: string;
  readonly weightGrams: number;
  readonly withdrawn: boolean;
  /** `minor`: amount in minor units as text, which no JSON parser rounds. */
  readonly prices: readonly { readonly currency: string; readonly minor: string }[];
}

export interface PromotionRow {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly rate: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

export function toProduct(row: ProductRow): Product {
  const { sku, gtin, name, category, unit, weightGrams } = row;
  const prices = row.prices.map(({ currency, minor }) => fromMinor(BigInt(minor), currency));
  return { sku, gtin, name, category, unit, weightGrams, prices, ...(row.withdrawn ? { withdrawn: true } : {}) };
}

export function toPromotion(row: PromotionRow): Promotion {
  const { id, name, category, rate } = row;
  return { id, name, category, rate, startsAt: row.startsAt.toISOString(), endsAt: row.endsAt.toISOString() };
}
