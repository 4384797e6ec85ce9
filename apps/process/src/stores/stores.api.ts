// process/stores: store operations over the warehouse's store work, orders, stock and products, and the tills' facts.
import { Module } from '@nestjs/common';
import { inventoryApi, ordersApi, productApi, storesApi, warehouseApi } from '#contracts';
import type { ProcessApi } from '../process-api.js';
import { ItemReader } from './item.reader.js';
import { Manifests } from './manifest.command.js';
import { Stores1700000003530 } from './migrations/1700000003530-stores.js';
import { Tills1700000003531 } from './migrations/1700000003531-tills.js';
import { StockFeed } from './stock-feed.job.js';
import { StoreAccess } from './store-access.reader.js';
import { NearbyStoreController } from './nearby-store.controller.js';
import { ReceiveReturn } from './store-return.command.js';
import { StoreStockController } from './store-stock.controller.js';
import { StoresController } from './stores.controller.js';
import { storesEntities } from './stores.entity.js';
import { StoresSeed } from './stores.seed.js';
import { tillEntities } from './till.entity.js';

@Module({
  controllers: [NearbyStoreController, StoreStockController, StoresController],
  providers: [ItemReader, Manifests, ReceiveReturn, StockFeed, StoreAccess, StoresSeed],
})
class StoresModule {}

export const stores: ProcessApi = {
  contract: storesApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-24T00:00:00Z' },
  requires: [inventoryApi, ordersApi, productApi, warehouseApi],
  module: StoresModule,
  entities: [...storesEntities, ...tillEntities],
  migrations: [Stores1700000003530, Tills1700000003531],
  background: [StockFeed],
  seed: StoresSeed,
};
