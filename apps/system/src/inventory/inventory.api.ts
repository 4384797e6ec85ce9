// system/inventory in the catalog: the backbone's own stock ledger, in schema `inventory`.
import { Module } from '@nestjs/common';
import { inventoryApi } from '#contracts';
import type { ApiDefinition } from '#governance';
import { AvailabilityChange } from './availability-change.job.js';
import { AvailabilityReader } from './availability.reader.js';
import { InvariantsReader } from './invariants.reader.js';
import { InventoryController } from './inventory.controller.js';
import { inventoryEntities } from './inventory.entity.js';
import { InventorySeed } from './inventory.seed.js';
import { CreateInventory1700000002100 } from './migrations/1700000002100-create-inventory.js';
import { ExplainStock1700000003100 } from './migrations/1700000003100-explain-stock.js';
import { ReservationExpiry } from './reservation-expiry.job.js';
import { StockListing } from './stock-listing.reader.js';
import { StockPolicies } from './stock-policies.command.js';
import { StockPolicyController } from './stock-policy.controller.js';

@Module({
  controllers: [InventoryController, StockPolicyController],
  providers: [
    AvailabilityChange, AvailabilityReader, InvariantsReader, InventorySeed, ReservationExpiry, StockListing,
    StockPolicies,
  ],
})
class InventoryModule {}

export const inventory: ApiDefinition = {
  contract: inventoryApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [],
  module: InventoryModule,
  entities: inventoryEntities,
  migrations: [CreateInventory1700000002100, ExplainStock1700000003100],
  seed: InventorySeed,
  background: [ReservationExpiry, AvailabilityChange],
};
