// Products and their stock as GraphQL: however many products one question lists, their stock is one bulk call.
import { Args, Context, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import DataLoader from 'dataloader';
import { Operations, type GraphqlContext } from './operation.resolver.js';
import {
  StorefrontAvailability,
  StorefrontProduct,
  StorefrontProductPage,
  StorefrontStock,
} from './product.contract.js';
import { storefrontApi } from './storefront.contract.js';

const { getAvailability, getProduct, listProducts } = storefrontApi.operations;
/** As many SKUs as one call of getAvailability takes. */
const BATCH_MAX = 500;
const OPTIONAL_TEXT = { type: () => String, nullable: true } as const;

@Resolver(() => StorefrontProduct)
export class ProductResolver {
  private readonly loaders = new WeakMap<object, DataLoader<string, StorefrontStock | null>>();

  constructor(private readonly operations: Operations) {}

  @Query(() => StorefrontProductPage, { nullable: true, description: 'A page of products, by SKU.' })
  products(
    @Context() context: GraphqlContext,
    @Args('search', OPTIONAL_TEXT) search?: string,
    @Args('category', OPTIONAL_TEXT) category?: string,
    @Args('cursor', OPTIONAL_TEXT) cursor?: string,
    @Args('limit', { type: () => Int, nullable: true }) limit?: number,
  ): Promise<StorefrontProductPage> {
    return this.operations.run(listProducts, { params: { search, category, cursor, limit } }, context);
  }

  @Query(() => StorefrontProduct, { nullable: true, description: 'One product.' })
  product(
    @Context() context: GraphqlContext,
    @Args('sku', { type: () => String }) sku: string,
  ): Promise<StorefrontProduct> {
    return this.operations.run(getProduct, { params: { sku } }, context);
  }

  @Query(() => StorefrontAvailability, { nullable: true, description: 'Stock of several products.' })
  availability(
    @Context() context: GraphqlContext,
    @Args('skus', { type: () => [String] }) skus: string[],
    @Args('kind', OPTIONAL_TEXT) kind?: string,
    @Args('method', OPTIONAL_TEXT) method?: string,
  ): Promise<StorefrontAvailability> {
    return this.operations.run(getAvailability, { params: { skus, kind, method } }, context);
  }

  @ResolveField('availability', () => StorefrontStock, { nullable: true })
  async stockOf(
    @Parent() product: StorefrontProduct,
    @Context() context: GraphqlContext,
  ): Promise<StorefrontStock | null> {
    return product.availability ?? this.loaderOf(context).load(product.sku);
  }

  private loaderOf(context: GraphqlContext): DataLoader<string, StorefrontStock | null> {
    const known = this.loaders.get(context.req);
    if (known) return known;
    const loader = new DataLoader<string, StorefrontStock | null>(
      async (skus) => {
        const { items } = await this.operations.run(getAvailability, { params: { skus: [...skus] } }, context);
        const bySku = new Map(items.map((item) => [item.sku, item]));
        return skus.map((sku) => bySku.get(sku) ?? null);
      },
      { maxBatchSize: BATCH_MAX },
    );
    this.loaders.set(context.req, loader);
    return loader;
  }
}
