// Joins products with their stock in one bulk call, and says how old each part is; a system that is down takes away its
// part of the answer, never the answer.
import { Injectable } from '@nestjs/common';
import {
  Problem, problems, type AvailabilityItem, type CallContext, type CatalogueProduct, type Freshness, type Product,
} from '#contracts';
import { StockReader } from './stock.reader.js';

@Injectable()
export class ShownStock {
  constructor(private readonly figures: StockReader) {}

  /** Products with what a channel may promise of each; without, and said so, while inventory does not answer. */
  async join(
    products: readonly Product[],
    channel: string | undefined,
    call: CallContext,
  ): Promise<{ products: CatalogueProduct[]; freshness: Freshness[] }> {
    if (products.length === 0) return { products: [], freshness: [] };
    try {
      const { items, freshness } = await this.figures.read(
        products.map(({ sku }) => sku),
        channel === undefined ? {} : { channel },
        call,
      );
      const bySku = new Map(items.map((item) => [item.sku, item]));
      return {
        products: products.map((product) => withStockOf(product, bySku.get(product.sku))),
        freshness: [freshness],
      };
    } catch (error) {
      return { products: [...products], freshness: [silence('inventory', error)] };
    }
  }
}

function withStockOf(product: Product, item: AvailabilityItem | undefined): CatalogueProduct {
  if (item === undefined) return product;
  const { available, availableFrom } = item;
  return { ...product, stock: { available, inStock: available > 0, ...(availableFrom ? { availableFrom } : {}) } };
}

/** The catalogue is our own data, read now. */
export function catalogueAge(asOf: string): Freshness {
  return { source: 'product', asOf, stale: false };
}

/** A source that does not answer at all; anything but silence is thrown on. */
export function silence(source: string, error: unknown): Freshness {
  if (!(error instanceof Problem) || error.type.status < 500 || error.type === problems.notSupported) throw error;
  return { source, asOf: new Date().toISOString(), stale: true, reason: error.details.detail.slice(0, 500) };
}
