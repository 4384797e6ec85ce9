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
  type CallContext,
  type CatalogueEntry,
  type CataloguePage,
  type CatalogueQuery,
  type CatalogueSku,
  type CatalogueStockQuery,
  type CustomerProfile,
  type ProfileKey,
} from '#contracts';
import { Implements } from '#governance';
import { catalogueAge, ShownStock, silence } from './shown-stock.reader.js';
import { StockReader } from './stock.reader.js';

const { operations } = catalogueApi;

@Controller()
export class CatalogueController {
  constructor(
    private readonly clients: Clients,
    private readonly figures: StockReader,
    private readonly stock: ShownStock,
  ) {}

  @Implements(operations.listProducts)
  async listProducts({ params }: { params: CatalogueQuery }, call: CallContext): Promise<CataloguePage> {
    const { availability, channel, ...query } = params;
    const asOf = new Date().toISOString();
    const { products, next } = await this.clients.of(productApi).listProducts({ params: query }, call);
    const joined = availability ? await this.stock.join(products, channel, call) : { products, freshness: [] };
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
    if (found.withdrawn) throw new Problem(problems.notFound, { detail: `${params.sku} is no longer sold.` });
    const { products, freshness } = await this.stock.join([found], params.channel, call);
    return { product: products[0]!, freshness: [catalogueAge(asOf), ...freshness] };
  }

  @Implements(operations.getAvailability)
  getAvailability({ params }: { params: CatalogueStockQuery }, call: CallContext): Promise<Availability> {
    const { skus, ...asked } = params;
    return this.figures.read(skus, asked, call);
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
}
