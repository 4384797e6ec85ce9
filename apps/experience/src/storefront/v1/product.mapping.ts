// Between the canonical catalogue and what a shop shows of it.
import type { Availability, CatalogueEntry, CataloguePage, CatalogueProduct } from '#contracts';
import type { StorefrontAvailability, StorefrontProduct, StorefrontProductPage } from './product.contract.js';

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
