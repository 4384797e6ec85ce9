// experience/mobile: what apps see of the catalogue, the stores around and their customers' orders.
import { Module } from '@nestjs/common';
import { catalogueApi, ordersApi, storesApi, trackingApi } from '#contracts';
import type { ApiDefinition } from '#governance';
import { CatalogueController } from './v1/catalogue.controller.js';
import { mobileApi } from './v1/mobile.contract.js';
import { OrderController } from './v1/order.controller.js';

@Module({ controllers: [CatalogueController, OrderController] })
class MobileModule {}

export const mobile: ApiDefinition = {
  contract: mobileApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-24T00:00:00Z' },
  requires: [catalogueApi, ordersApi, storesApi, trackingApi],
  module: MobileModule,
  entities: [],
  migrations: [],
};
