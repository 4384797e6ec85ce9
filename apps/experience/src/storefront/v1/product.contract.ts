// What a shop shows of products: the edge shapes of storefront v1's catalogue.
import { Choice, Flag, Freshness, Integer, Many, Money, One, Shape, Text, Texts, Timestamp } from '#contracts';

@Shape('What a shop may promise of a product.')
export class StorefrontStock {
  @Integer({ doc: 'Units available to promise over all locations.' })
  available: number;

  @Flag({ doc: 'True when at least one unit is.' })
  inStock: boolean;

  @Timestamp({ doc: 'When more is expected; absent when nothing is on its way.', optional: true })
  availableFrom?: string;
}

@Shape('A product as a shop shows it.')
export class StorefrontProduct {
  @Text({ doc: 'Stock keeping unit.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'GS1 GTIN.', pattern: /^\d{8,14}$/, min: 8, max: 14 })
  gtin: string;

  @Text({ doc: 'Name.', example: 'Merino beanie' })
  name: string;

  @Text({ doc: 'Category.', example: 'Headwear' })
  category: string;

  @Text({ doc: 'Unit of quantity, UN/ECE Rec 20.', max: 3, example: 'EA' })
  unit: string;

  @Many(() => Money, { doc: 'Current list prices, one per currency.', max: 10 })
  prices: Money[];

  @One(() => StorefrontStock, { doc: 'Stock; absent when not asked for or not known now.', optional: true })
  availability?: StorefrontStock;

  @Many(() => Freshness, { doc: 'Age of what each system said; given with a single product.', optional: true, max: 5 })
  freshness?: Freshness[];

  @Text({ doc: 'Entity tag of a single product; as header ETag too.', optional: true, max: 80 })
  etag?: string;
}

@Shape('A page of products, by SKU.')
export class StorefrontProductPage {
  @Many(() => StorefrontProduct, { doc: 'Products.', max: 100 })
  products: StorefrontProduct[];

  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 200 })
  next?: string;

  @Many(() => Freshness, { doc: 'Age of what each system said.', max: 5 })
  freshness: Freshness[];
}

@Shape('Which products a shop lists.')
export class StorefrontProductQuery {
  @Text({ doc: 'Words in name or category.', optional: true, max: 100, example: 'beanie' })
  search?: string;

  @Text({ doc: 'Category.', optional: true, example: 'Headwear' })
  category?: string;

  @Flag({ doc: 'With the stock of each product.', optional: true, example: true })
  availability?: boolean;

  @Text({ doc: 'Opaque cursor of the next page, from `next`.', optional: true, max: 200 })
  cursor?: string;

  @Integer({ doc: 'Products a page.', optional: true, min: 1, max: 100, example: 20 })
  limit?: number;
}

@Shape('Which product.')
export class StorefrontSku {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;
}

@Shape('Whose stock.')
export class StorefrontAvailabilityQuery {
  @Texts({ doc: 'SKUs, comma-separated.', min: 1, max: 500, maxLength: 40, example: ['SKU-0001', 'SKU-0002'] })
  skus: string[];

  @Choice(['warehouse', 'store'], {
    doc: 'Only this kind of location, e.g. stores for click and collect.',
    optional: true,
  })
  kind?: string;

  @Choice(['ship', 'pickup'], { doc: 'Only locations that ship, or where customers collect.', optional: true })
  method?: string;
}

@Shape('Stock of a product at one location.')
export class StorefrontLocationStock {
  @Text({ doc: 'Warehouse or store.', max: 40, example: 'ST-001' })
  locationId: string;

  @Choice(['warehouse', 'store'], { doc: 'Kind of location.' })
  kind: string;

  @Integer({ doc: 'Units available to promise.' })
  available: number;

  @Flag({ doc: 'Customers can collect here.' })
  pickup: boolean;
}

@Shape('Units that are expected on a date.')
export class StorefrontSupply {
  @Timestamp({ doc: 'When.' })
  expectedAt: string;

  @Text({ doc: 'Where they arrive.', max: 40, example: 'WH-EU' })
  locationId: string;

  @Integer({ doc: 'Units.' })
  quantity: number;
}

@Shape('Stock of one product.')
export class StorefrontAvailabilityItem extends StorefrontStock {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Flag({ doc: 'False when there is no such SKU.' })
  known: boolean;

  @Many(() => StorefrontLocationStock, { doc: 'Locations that have at least one unit.', max: 500 })
  locations: StorefrontLocationStock[];

  @Many(() => StorefrontSupply, { doc: 'What is on its way, soonest first.', max: 50 })
  incoming: StorefrontSupply[];
}

@Shape('Stock of several products.')
export class StorefrontAvailability {
  @Many(() => StorefrontAvailabilityItem, { doc: 'By product, in the order asked.', max: 500 })
  items: StorefrontAvailabilityItem[];

  @One(() => Freshness, { doc: 'Age of the figures.' })
  freshness: Freshness;
}
