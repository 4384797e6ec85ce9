// process/stores: store operations over the warehouse's store work, orders, stock and products.
import { Module } from '@nestjs/common';
import { ordersApi, productApi, storesApi, warehouseApi } from '#contracts';
import type { ProcessApi } from '../process-api.js';
import { Manifests } from './manifest.command.js';
import { Stores1700000003530 } from './migrations/1700000003530-stores.js';
import { StoreAccess } from './store-access.reader.js';
import { StoresController } from './stores.controller.js';
import { storesEntities } from './stores.entity.js';
import { StoresSeed } from './stores.seed.js';

@Module({ controllers: [StoresController], providers: [Manifests, StoreAccess, StoresSeed] })
class StoresModule {}

export const stores: ProcessApi = {
  contract: storesApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-24T00:00:00Z' },
  requires: [ordersApi, productApi, warehouseApi],
  module: StoresModule,
  entities: storesEntities,
  migrations: [Stores1700000003530],
  seed: StoresSeed,
};
