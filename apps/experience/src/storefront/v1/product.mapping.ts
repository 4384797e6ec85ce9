// Between the canonical catalogue and what a shop shows of it.
import { Answer, type Availability, type CatalogueEntry, type CataloguePage, type CatalogueProduct } from '#contracts';
import type {
  StorefrontAvailability, StorefrontProduct, StorefrontProductPage, StorefrontProductQuery,
} from './product.contract.js';

export function toStorefrontProduct({ product, freshness }: CatalogueEntry): StorefrontProduct {
  return { ...shown(product), freshness };
}

export function toStorefrontPage(page: CataloguePage): StorefrontProductPage {
  return { products: page.products.map(shown), ...(page.next ? { next: page.next } : {}), freshness: page.freshness };
}

export function toStorefrontAvailability({ items, freshness }: Availability): StorefrontAvailability {
  return {
    items: items.map(({ sku, known, available, locations, availableFrom, incoming }) => ({
      sku,
      known,
      available,
      inStock: available > 0,
      ...(availableFrom ? { availableFrom } : {}),
      incoming: incoming.map(({ expectedAt, locationId, quantity }) => ({ expectedAt, locationId, quantity })),
      locations: locations
        .filter((location) => location.available > 0)
        .map((location) => ({
          locationId: location.locationId,
          kind: location.locationKind,
          available: location.available,
          pickup: location.allowsPickup,
        })),
    })),
    freshness,
  };
}

function shown({ sku, gtin, name, category, unit, prices, stock }: CatalogueProduct): StorefrontProduct {
  return { sku, gtin, name, category, unit, prices, ...(stock ? { availability: stock } : {}) };
}

/** A page with the link to the next one, under the version that shows it. */
export function pageAnswer(
  page: StorefrontProductPage, params: StorefrontProductQuery, basePath: string,
): Answer<StorefrontProductPage> {
  if (!page.next) return new Answer(200, page);
  const query = new URLSearchParams(
    Object.entries({ ...params, cursor: page.next }).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return new Answer(200, page, { link: `<${basePath}/products?${query.toString()}>; rel="next"` });
}
