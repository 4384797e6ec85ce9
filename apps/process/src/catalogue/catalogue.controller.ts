// Joins what several systems know into what a person looks at: a page of products with their stock in one bulk call, a
// customer with the age of the profile. A system that is down takes away its part of the answer, never the answer.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  catalogueApi,
  crmApi,
  Problem,
  problems,
  productApi,
  type Availability,
  type AvailabilityItem,
  type CallContext,
  type CatalogueEntry,
  type CataloguePage,
  type CatalogueProduct,
  type CatalogueQuery,
  type CatalogueSku,
  type CatalogueStockQuery,
  type CustomerProfile,
  type Freshness,
  type Product,
  type ProfileKey,
} from '#contracts';
import { Implements } from '#governance';
import { StockReader } from './stock.reader.js';

const { operations } = catalogueApi;

@Controller()
export class CatalogueController {
  constructor(
    private readonly clients: Clients,
    private readonly stock: StockReader,
  ) {}

  @Implements(operations.listProducts)
  async listProducts({ params }: { params: CatalogueQuery }, call: CallContext): Promise<CataloguePage> {
    const { availability, channel, ...query } = params;
    const asOf = new Date().toISOString();
    const { products, next } = await this.clients.of(productApi).listProducts({ params: query }, call);
    const joined = availability ? await this.withStock(products, channel, call) : { products, freshness: [] };
    return {
      products: joined.products,
      ...(next ? { next } : {}),
      freshness: [catalogueAge(asOf), ...joined.freshness],
    };
  }

  @Implements(operations.getProduct)
  async getProduct({ params }: { params: CatalogueSku }, call: CallContext): Promise<CatalogueEntry> {
    const asOf = new Date().toISOString();
    const found = await this.clients.of(productApi).getProduct({ params: { sku: params.sku } }, call);
    const { products, freshness } = await this.withStock([found], params.channel, call);
    return { product: products[0]!, freshness: [catalogueAge(asOf), ...freshness] };
  }

  @Implements(operations.getAvailability)
  getAvailability({ params }: { params: CatalogueStockQuery }, call: CallContext): Promise<Availability> {
    const { skus, ...asked } = params;
    return this.stock.read(skus, asked, call);
  }

  @Implements(operations.getCustomerProfile)
  async getCustomerProfile({ params }: { params: ProfileKey }, call: CallContext): Promise<CustomerProfile> {
    const { customerId } = params;
    try {
      const customer = await this.clients.of(crmApi).getCustomer({ params: { customerId } }, call);
      return { customerId, customer, freshness: customer.freshness };
    } catch (error) {
      return { customerId, freshness: silence('customer system', error) };
    }
  }

  private async withStock(
    products: readonly Product[],
    channel: string | undefined,
    call: CallContext,
  ): Promise<{ products: CatalogueProduct[]; freshness: Freshness[] }> {
    if (products.length === 0) return { products: [], freshness: [] };
    try {
      const { items, freshness } = await this.stock.read(
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
function catalogueAge(asOf: string): Freshness {
  return { source: 'product', asOf, stale: false };
}

/** A source that does not answer at all; anything but silence is thrown on. */
function silence(source: string, error: unknown): Freshness {
  if (!(error instanceof Problem) || error.type.status < 500 || error.type === problems.notSupported) throw error;
  return { source, asOf: new Date().toISOString(), stale: true, reason: error.details.detail.slice(0, 500) };
}
