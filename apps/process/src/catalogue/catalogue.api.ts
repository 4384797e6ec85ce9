// process/catalogue: joins product, inventory and customer system; keeps only what inventory last said, in memory.
import { Module } from '@nestjs/common';
import { catalogueApi, crmApi, inventoryApi, productApi } from '#contracts';
import type { ApiDefinition } from '#governance';
import { CatalogueController } from './catalogue.controller.js';
import { CatalogueSyncController } from './catalogue-sync.controller.js';
import { ShownStock } from './shown-stock.reader.js';
import { StockReader } from './stock.reader.js';

@Module({ controllers: [CatalogueController, CatalogueSyncController], providers: [ShownStock, StockReader] })
class CatalogueModule {}

export const catalogue: ApiDefinition = {
  contract: catalogueApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [crmApi, inventoryApi, productApi],
  module: CatalogueModule,
  entities: [],
  migrations: [],
};
