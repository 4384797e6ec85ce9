// system/inventory in the catalog: the backbone's own stock ledger, in schema `inventory`.
import { Module } from '@nestjs/common';
import { inventoryApi } from '#contracts';
import type { ApiDefinition } from '#governance';
import { AvailabilityReader } from './availability.reader.js';
import { InvariantsReader } from './invariants.reader.js';
import { InventoryController } from './inventory.controller.js';
import { inventoryEntities } from './inventory.entity.js';
import { InventorySeed } from './inventory.seed.js';
import { CreateInventory1700000002100 } from './migrations/1700000002100-create-inventory.js';
import { ReservationExpiry } from './reservation-expiry.job.js';

@Module({
  controllers: [InventoryController],
  providers: [AvailabilityReader, InvariantsReader, InventorySeed, ReservationExpiry],
})
class InventoryModule {}

export const inventory: ApiDefinition = {
  contract: inventoryApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [],
  module: InventoryModule,
  entities: inventoryEntities,
  migrations: [CreateInventory1700000002100],
  seed: InventorySeed,
  background: [ReservationExpiry],
};
