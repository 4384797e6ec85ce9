// Between the canonical catalogue and the little of it that an app shows: one price, and only the members asked for.
import {
  Problem, problems, type Availability, type CatalogueProduct, type Freshness, type NearbyStores,
} from '#contracts';
import {
  PRODUCT_FIELDS, type MobileProduct, type MobileStore, type MobileStoreQuery, type MobileStores, type MobileView,
} from './product.contract.js';

const CURRENCY = 'EUR';
const STORES = 5;

/** @throws Problem invalid-request for a member that does not exist */
export function viewOf({ currency = CURRENCY, fields = PRODUCT_FIELDS }: MobileView) {
  const unknown = fields.filter((name) => !PRODUCT_FIELDS.includes(name));
  if (unknown.length > 0) {
    const detail = `There is no ${unknown.join(', ')}; choose from ${PRODUCT_FIELDS.join(', ')}.`;
    throw new Problem(problems.invalidRequest, { detail, errors: [{ parameter: 'fields', detail }] });
  }
  const wanted = new Set(fields);
  return (product: CatalogueProduct): MobileProduct => {
    const { sku, name, category, gtin, unit, prices, stock } = product;
    const price = prices.find((each) => each.currency === currency);
    const whole: MobileProduct = {
      sku, name, category, gtin, unit, ...(price ? { price } : {}),
      ...(stock ? { inStock: stock.inStock, available: stock.available } : {}),
      ...(stock?.availableFrom ? { availableFrom: stock.availableFrom } : {}),
    };
    return Object.fromEntries(
      Object.entries(whole).filter(([member]) => member === 'sku' || wanted.has(member))) as unknown as MobileProduct;
  };
}

/** The age of the oldest part; a part that is late speaks for all. */
export function ageOf(freshness: readonly Freshness[]): Freshness {
  const [first] = [...freshness].sort((a, b) =>
    Number(b.stale) - Number(a.stale) || (a.asOf < b.asOf ? -1 : 1));
  return first ?? { source: 'product', asOf: new Date().toISOString(), stale: false };
}

/** Stores that have what is wanted, nearest first; without a wish all of them. */
export function toMobileStores(
  { stores }: NearbyStores, { sku, quantity = 1, limit = STORES }: MobileStoreQuery, stock: Availability | undefined,
): MobileStores {
  const units = new Map(stock?.items.find((item) => item.sku === sku)?.locations
    .filter(({ allowsPickup }) => allowsPickup).map(({ locationId, available }) => [locationId, available]));
  const shown = stores.map((store): MobileStore => ({
    ...store, ...(sku === undefined ? {} : { available: units.get(store.id) ?? 0 }),
  }));
  return {
    stores: shown.filter(({ available }) => available === undefined || available >= quantity).slice(0, limit),
    freshness: stock?.freshness ?? { source: 'warehouse', asOf: new Date().toISOString(), stale: false },
  };
}
