// experience/store: what a store's app sees, for associates at the counter and in the back room.
import { Module } from '@nestjs/common';
import { storesApi } from '#contracts';
import type { ApiDefinition } from '#governance';
import { storeApi } from './v1/store.contract.js';
import { StoreStockController } from './v1/store-stock.controller.js';
import { StoreController } from './v1/store.controller.js';

@Module({ controllers: [StoreController, StoreStockController] })
class StoreModule {}

export const store: ApiDefinition = {
  contract: storeApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-24T00:00:00Z' },
  requires: [storesApi],
  module: StoreModule,
  entities: [],
  migrations: [],
};
