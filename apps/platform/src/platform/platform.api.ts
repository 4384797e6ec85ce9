// platform in the catalog: the control plane. It keeps nothing of its own; it reads what runs, events and journeys
// leave behind.
import { Module } from '@nestjs/common';
import { financeApi, inventoryApi, ordersApi, platformApi } from '#contracts';
import type { ApiDefinition } from '#governance';
import { CatalogController } from './catalog.controller.js';
import { EventController } from './event.controller.js';
import { InvariantController } from './invariant.controller.js';
import { JourneyController } from './journey.controller.js';
import { TaskController } from './task.controller.js';

@Module({
  controllers: [CatalogController, EventController, InvariantController, JourneyController, TaskController],
})
class PlatformModule {}

export const platform: ApiDefinition = {
  contract: platformApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [ordersApi, inventoryApi, financeApi],
  module: PlatformModule,
  entities: [],
  migrations: [],
};
