// What an app shows of products: the small edge shapes of mobile v1, of which a caller may ask for even less.
import { Flag, Freshness, Integer, Many, Money, One, OpeningHours, Shape, Text, Texts, Timestamp } from '#contracts';

/** Members a caller may choose from with `fields`; `sku` always comes. */
export const PRODUCT_FIELDS = ['name', 'category', 'gtin', 'unit', 'price', 'inStock', 'available', 'availableFrom'];
const PAGE_MAX = 100;
const CURRENCY = /^[A-Z]{3}$/;

@Shape('A product as an app shows it.')
export class MobileProduct {
  @Text({ doc: 'Stock keeping unit.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Name.', optional: true, example: 'Merino beanie' })
  name?: string;

  @Text({ doc: 'Category.', optional: true, example: 'Headwear' })
  category?: string;

  @Text({ doc: 'GS1 GTIN.', optional: true, pattern: /^\d{8,14}$/, min: 8, max: 14 })
  gtin?: string;

  @Text({ doc: 'Unit of quantity, UN/ECE Rec 20.', optional: true, max: 3, example: 'EA' })
  unit?: string;

  @One(() => Money, { doc: 'List price in the currency asked for; absent when there is none.', optional: true })
  price?: Money;

  @Flag({ doc: 'True when at least one can be had; absent while that is not known.', optional: true })
  inStock?: boolean;

  @Integer({ doc: 'Units available to promise; absent while that is not known.', optional: true })
  available?: number;

  @Timestamp({ doc: 'When more is expected.', optional: true })
  availableFrom?: string;

  @One(() => Freshness, { doc: 'Age of the oldest part; given with a single product.', optional: true })
  freshness?: Freshness;

  @Text({ doc: 'Entity tag of a single product; as header ETag too.', optional: true, max: 80 })
  etag?: string;
}

@Shape('How much of a product is wanted.')
export class MobileView {
  @Text({ doc: 'Currency of the price, ISO 4217; EUR when absent.', optional: true, pattern: CURRENCY, min: 3, max: 3,
    example: 'EUR' })
  currency?: string;

  @Texts({ doc: `Only these members, comma-separated, beside \`sku\`: ${PRODUCT_FIELDS.join(', ')}.`, optional: true,
    max: PRODUCT_FIELDS.length, maxLength: 40, example: ['name', 'price'] })
  fields?: string[];
}

@Shape('Which products an app lists.')
export class MobileProductQuery extends MobileView {
  @Text({ doc: 'Words in name or category.', optional: true, max: 100, example: 'beanie' })
  search?: string;

  @Text({ doc: 'Category.', optional: true, example: 'Headwear' })
  category?: string;

  @Text({ doc: 'Opaque cursor of the next page, from `next`.', optional: true, max: 200 })
  cursor?: string;

  @Integer({ doc: 'Products a page.', optional: true, min: 1, max: PAGE_MAX, example: 20 })
  limit?: number;
}

@Shape('A page of products, by SKU.')
export class MobileProductPage {
  @Many(() => MobileProduct, { doc: 'Products.', max: PAGE_MAX })
  products: MobileProduct[];

  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 200 })
  next?: string;

  @One(() => Freshness, { doc: 'Age of the oldest part.' })
  freshness: Freshness;

  @Text({ doc: 'Entity tag of this page; as header ETag too.', optional: true, max: 80 })
  etag?: string;
}

@Shape('What an app has of the catalogue already.')
export class MobileSyncQuery extends MobileView {
  @Text({ doc: '`token` of the last answer; absent: send everything.', optional: true, max: 200 })
  since?: string;

  @Integer({ doc: 'Products an answer.', optional: true, min: 1, max: PAGE_MAX, example: 50 })
  limit?: number;
}

@Shape('What has changed in the catalogue.')
export class MobileChanges {
  @Many(() => MobileProduct, { doc: 'Products that are new or have changed, as they are now.', max: PAGE_MAX })
  products: MobileProduct[];

  @Texts({ doc: 'SKUs to be dropped.', max: PAGE_MAX, maxLength: 40 })
  deleted: string[];

  @Text({ doc: 'Keep it; send it as `since` the next time.', max: 200 })
  token: string;

  @Flag({ doc: 'True when there is more: ask again at once.' })
  more: boolean;

  @One(() => Freshness, { doc: 'Age of the oldest part.' })
  freshness: Freshness;

  @Text({ doc: 'Entity tag: the same as long as nothing has changed; as header ETag too.', optional: true, max: 80 })
  etag?: string;
}

@Shape('Which product an app shows.')
export class MobileSku extends MobileView {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;
}

@Shape('What an app has scanned.')
export class MobileBarcode extends MobileView {
  @Text({ doc: 'GTIN-8, 12, 13 or 14, or a GS1 Digital Link that holds one.', max: 2_000, min: 8,
    example: '9521000000018' })
  code: string;
}

@Shape('Where an app is, and what is wanted.')
export class MobileStoreQuery {
  @Text({ doc: 'Latitude and longitude in degrees.',
    pattern: /^-?(?:90(?:\.0+)?|[1-8]?\d(?:\.\d+)?),-?(?:180(?:\.0+)?|(?:1[0-7]|\d)?\d(?:\.\d+)?)$/, max: 40,
    example: '52.520,13.405' })
  position: string;

  @Text({ doc: 'SKU that is wanted; then only stores that have it.', optional: true, max: 40, example: 'SKU-0001' })
  sku?: string;

  @Integer({ doc: 'Units that are wanted; 1 when absent.', optional: true, min: 1, max: 1_000, example: 1 })
  quantity?: number;

  @Integer({ doc: 'Only stores within so many kilometres.', optional: true, min: 1, max: 20_000, example: 100 })
  radiusKm?: number;

  @Integer({ doc: 'Most stores.', optional: true, min: 1, max: 20, example: 5 })
  limit?: number;
}

@Shape('A store near an app.')
export class MobileStore {
  @Text({ doc: 'Store.', max: 40, example: 'ST-001' })
  id: string;

  @Integer({ doc: 'Kilometres away.', max: 25_000 })
  distanceKm: number;

  @Text({ doc: 'Latitude and longitude in degrees.', max: 40 })
  coordinates: string;

  @Flag({ doc: 'Whether it is open now.' })
  openNow: boolean;

  @Text({ doc: 'IANA time zone of the hours.', max: 60 })
  timeZone: string;

  @Many(() => OpeningHours, { doc: 'Opening hours; always open when empty.', max: 21 })
  hours: OpeningHours[];

  @Timestamp({ doc: 'When an order placed now can be collected.' })
  readyBy: string;

  @Integer({ doc: 'Units of the SKU that can be had there; absent when none was asked for.', optional: true })
  available?: number;
}

@Shape('Stores, nearest first.')
export class MobileStores {
  @Many(() => MobileStore, { doc: 'Stores.', max: 20 })
  stores: MobileStore[];

  @One(() => Freshness, { doc: 'Age of the figures.' })
  freshness: Freshness;
}
