// Contract of system/product: the catalogue, its prices and promotions, and how other systems call our items.
import { Flag, Integer, Many, One, Shape, Text, Texts } from '../field.js';
import { Product, Promotion } from '../canonical/catalogue.js';
import { Money } from '../canonical/money.js';
import { ExternalReference, Freshness } from '../canonical/party.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';
import { PriceEntry, priceListOperations } from './price-lists.js';

@Shape('Which products.')
export class ProductQuery {
  @Text({ doc: 'Words in name or category.', optional: true, max: 100, example: 'beanie' })
  search?: string;

  @Text({ doc: 'Category.', optional: true })
  category?: string;

  @Texts({ doc: 'Only these SKUs, comma-separated.', optional: true, max: 100, maxLength: 40 })
  skus?: string[];

  @Text({ doc: 'Opaque cursor of the next page.', optional: true, max: 200 })
  cursor?: string;

  @Integer({ doc: 'Products a page.', optional: true, min: 1, max: 100, example: 20 })
  limit?: number;
}

@Shape('A page of products, by SKU.')
export class ProductPage {
  @Many(() => Product, { doc: 'Products.', max: 100 })
  products: Product[];

  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 200 })
  next?: string;
}

@Shape('Which product.')
export class Sku {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;
}

@Shape('Several SKUs.')
export class Skus {
  @Texts({ doc: 'SKUs.', min: 1, max: 500, maxLength: 40, example: ['SKU-0001', 'SKU-0002'] })
  skus: string[];
}

@Shape('Products with current prices, and the promotions that run.')
export class PriceBook {
  @Many(() => Product, { doc: 'The products that exist, in any order.', max: 500 })
  products: Product[];

  @Many(() => Promotion, { doc: 'Promotions that run now.', max: 500 })
  promotions: Promotion[];

  @Many(() => PriceEntry, {
    doc: 'Entries of price lists for these products that run or will run.', optional: true, max: 50_000,
  })
  entries?: PriceEntry[];

  @One(() => Freshness, { doc: 'Age of the prices.' })
  freshness: Freshness;
}

@Shape('Item numbers of other systems.')
export class ItemReferences {
  @Many(() => ExternalReference, { doc: 'References.', min: 1, max: 200 })
  references: ExternalReference[];
}

@Shape('What one item number of another system is with us.')
export class ItemReference {
  @One(() => ExternalReference, { doc: 'Reference.' })
  reference: ExternalReference;

  @Text({ doc: 'Our SKU; absent when nobody registered it.', optional: true, max: 40, example: 'SKU-0001' })
  sku?: string;
}

@Shape('What item numbers of other systems are with us, in the order asked.')
export class ResolvedItems {
  @Many(() => ItemReference, { doc: 'Items.', max: 200 })
  items: ItemReference[];
}

@Shape('Which reference.')
export class ReferencePath {
  @Text({ doc: 'System.', max: 40, example: 'shopify' })
  system: string;

  @Text({ doc: 'Item number there.', max: 100, example: 'IPOD2008GREEN' })
  id: string;
}

@Shape('A new list price.')
export class NewPrice {
  @One(() => Money, { doc: 'Price of one unit, valid from now.' })
  unitPrice: Money;
}

@Shape('Whether a product is sold.')
export class ProductOffer {
  @Flag({ doc: 'False: nobody sees or orders it any more; what was ordered goes on.', example: true })
  offered: boolean;
}

export const productApi = defineApi({
  name: 'system/product',
  version: 1,
  title: 'Products and prices',
  description: 'Catalogue, list prices, promotions, cross-references.',
  operations: {
    listProducts: operation({
      method: 'GET',
      path: '/products',
      summary: 'List products',
      params: ProductQuery,
      answer: ProductPage,
      scope: 'products:read',
      rate: 'read',
      idempotency: 'safe',
    }),
    getProduct: operation({
      method: 'GET',
      path: '/products/{sku}',
      summary: 'Read a product',
      params: Sku,
      answer: Product,
      scope: 'products:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound],
    }),
    readPrices: operation({
      method: 'POST',
      path: '/price-book',
      summary: 'Read prices of several products',
      body: Skus,
      answer: PriceBook,
      scope: 'products:read',
      rate: 'checkout',
      idempotency: 'safe',
    }),
    setPrice: operation({
      method: 'PUT',
      path: '/products/{sku}/price',
      summary: 'Set a list price',
      params: Sku,
      body: NewPrice,
      answer: Product,
      scope: 'products:write',
      rate: 'batch',
      idempotency: 'natural',
      problems: [problems.notFound, problems.currencyNotSupported],
    }),
    setOffer: operation({
      method: 'PUT',
      path: '/products/{sku}/offer',
      summary: 'Withdraw a product from sale, or offer it again',
      params: Sku,
      body: ProductOffer,
      answer: Product,
      scope: 'products:write',
      rate: 'batch',
      idempotency: 'natural',
      problems: [problems.notFound],
    }),
    ...priceListOperations,
    resolveItems: operation({
      method: 'POST',
      path: '/item-references/resolve',
      summary: 'Translate item numbers of other systems',
      body: ItemReferences,
      answer: ResolvedItems,
      scope: 'products:read',
      rate: 'checkout',
      idempotency: 'safe',
    }),
    putItemReference: operation({
      method: 'PUT',
      path: '/item-references/{system}/{id}',
      summary: 'Register an item number of another system',
      params: ReferencePath,
      body: Sku,
      answer: ItemReference,
      scope: 'products:write',
      rate: 'batch',
      idempotency: 'natural',
      problems: [problems.unknownProduct],
    }),
  },
});
