// Contract of process/catalogue: what channels show people: products with what is available of them, and who a customer
// is, each with the age of what every system said.
import { Choice, Flag, Integer, Many, One, Shape, Text, Texts } from '../field.js';
import { Customer, Freshness } from '../canonical/party.js';
import { Availability } from '../canonical/stock.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';
import { CatalogueProduct } from './catalogue-product.js';
import { catalogueSyncOperations } from './catalogue-sync.js';

@Shape('Which products of the catalogue.')
export class CatalogueQuery {
  @Text({ doc: 'Words in name or category.', optional: true, max: 100, example: 'beanie' })
  search?: string;

  @Text({ doc: 'Category.', optional: true, example: 'Headwear' })
  category?: string;

  @Flag({ doc: 'With what is available of each.', optional: true, example: true })
  availability?: boolean;

  @Text({ doc: 'Channel that asks: its thresholds count.', optional: true, max: 40, example: 'storefront' })
  channel?: string;

  @Text({ doc: 'Opaque cursor of the next page, from `next`.', optional: true, max: 200 })
  cursor?: string;

  @Integer({ doc: 'Products a page.', optional: true, min: 1, max: 100, example: 20 })
  limit?: number;
}

@Shape('A page of the catalogue, by SKU.')
export class CataloguePage {
  @Many(() => CatalogueProduct, { doc: 'Products.', max: 100 })
  products: CatalogueProduct[];

  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 200 })
  next?: string;

  @Many(() => Freshness, { doc: 'Age of what each system said.', max: 5 })
  freshness: Freshness[];
}

@Shape('Which product of the catalogue.')
export class CatalogueSku {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Channel that asks: its thresholds count.', optional: true, max: 40, example: 'storefront' })
  channel?: string;
}

@Shape('One product of the catalogue.')
export class CatalogueEntry {
  @One(() => CatalogueProduct, { doc: 'Product.' })
  product: CatalogueProduct;

  @Many(() => Freshness, { doc: 'Age of what each system said.', max: 5 })
  freshness: Freshness[];
}

@Shape('Whose availability.')
export class CatalogueStockQuery {
  @Texts({ doc: 'SKUs, comma-separated.', min: 1, max: 500, maxLength: 40, example: ['SKU-0001', 'SKU-0002'] })
  skus: string[];

  @Choice(['warehouse', 'store'], { doc: 'Only this kind of location.', optional: true })
  kind?: string;

  @Choice(['ship', 'pickup'], { doc: 'Only locations that ship, or that hand over to customers.', optional: true })
  method?: string;

  @Text({ doc: 'Channel it is for: its thresholds count.', optional: true, max: 40, example: 'storefront' })
  channel?: string;
}

@Shape('Whose profile.')
export class ProfileKey {
  @Text({ doc: 'Customer id.', max: 60, example: 'CUS-0001' })
  customerId: string;
}

@Shape('What is known of a customer.')
export class CustomerProfile {
  @Text({ doc: 'Customer id.', max: 60, example: 'CUS-0001' })
  customerId: string;

  @One(() => Customer, {
    doc: 'Profile; absent while the customer system does not answer and nothing is kept of it.',
    optional: true,
  })
  customer?: Customer;

  @One(() => Freshness, { doc: 'Age of the profile.' })
  freshness: Freshness;
}

export const catalogueApi = defineApi({
  name: 'process/catalogue',
  version: 1,
  title: 'Catalogue',
  description:
    'Products joined with their availability, and customer profiles: degraded and said so when a system is down.',
  operations: {
    listProducts: operation({
      method: 'GET',
      path: '/products',
      summary: 'List products',
      params: CatalogueQuery,
      answer: CataloguePage,
      scope: 'products:read',
      rate: 'read',
      idempotency: 'safe',
    }),
    getProduct: operation({
      method: 'GET',
      path: '/products/{sku}',
      summary: 'Read a product with its availability',
      params: CatalogueSku,
      answer: CatalogueEntry,
      scope: 'products:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound],
    }),
    getAvailability: operation({
      method: 'GET',
      path: '/availability',
      summary: 'Availability to promise of several SKUs',
      params: CatalogueStockQuery,
      answer: Availability,
      scope: 'inventory:read',
      rate: 'read',
      idempotency: 'safe',
      description: 'While inventory does not answer, what it last said, marked stale; 503 when it said nothing yet.',
    }),
    ...catalogueSyncOperations,
    getCustomerProfile: operation({
      method: 'GET',
      path: '/customers/{customerId}',
      summary: 'Read a customer profile',
      params: ProfileKey,
      answer: CustomerProfile,
      scope: 'customers:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound],
    }),
  },
});
