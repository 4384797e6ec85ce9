// Between the canonical product and promotion and the rows of this domain.
import { fromMinor, type PriceEntry, type Product, type Promotion } from '#contracts';

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

export interface PriceEntryRow {
  readonly id: string;
  readonly priceList: string;
  readonly sku: string;
  readonly currency: string;
  readonly minor: string;
  /** Empty: for every channel; likewise the next two. */
  readonly channel: string;
  readonly segment: string;
  readonly customerId: string;
  readonly minQuantity: number;
  readonly validFrom: Date;
  readonly validTo: Date | null;
}

export function toPriceEntry(row: PriceEntryRow): PriceEntry {
  const { id, priceList, sku, channel, segment, customerId, minQuantity, validTo } = row;
  return {
    id, priceList, sku, unitPrice: fromMinor(BigInt(row.minor), row.currency), minQuantity,
    ...(channel ? { channel } : {}), ...(segment ? { segment } : {}), ...(customerId ? { customerId } : {}),
    validFrom: row.validFrom.toISOString(), ...(validTo ? { validTo: validTo.toISOString() } : {}),
  };
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
