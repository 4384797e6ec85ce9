// system/product in the catalog: the backbone's own catalogue and price list, in schema `product`.
import { Module } from '@nestjs/common';
import { productApi } from '#contracts';
import type { ApiDefinition } from '#governance';
import { CreateProduct1700000002000 } from './migrations/1700000002000-create-product.js';
import { ProductOffer1700000003600 } from './migrations/1700000003600-product-offer.js';
import { PriceLists1700000003800 } from './migrations/1700000003800-price-lists.js';
import { PriceBookReader } from './price-book.reader.js';
import { ProductController } from './product.controller.js';
import { productEntities } from './product.entity.js';
import { ProductReader } from './product.reader.js';
import { ProductSeed } from './product.seed.js';
import { ScheduledPriceJob } from './scheduled-price.job.js';

@Module({
  controllers: [ProductController],
  providers: [ProductReader, PriceBookReader, ProductSeed, ScheduledPriceJob],
})
class ProductModule {}

export const product: ApiDefinition = {
  contract: productApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [],
  module: ProductModule,
  entities: productEntities,
  migrations: [CreateProduct1700000002000, ProductOffer1700000003600, PriceLists1700000003800],
  seed: ProductSeed,
  background: [PriceBookReader, ScheduledPriceJob],
};
