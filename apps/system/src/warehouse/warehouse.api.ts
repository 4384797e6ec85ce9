// system/warehouse in the catalog: fulfilment orders at the connected 3PL and at our own stores, and the facts that
// come back.
import { Injectable, Module } from '@nestjs/common';
import { Config } from '#config';
import { warehouseApi } from '#contracts';
import { JourneyRecorder } from '#events';
import type { ApiDefinition, OutboundBudgets } from '#governance';
import { BUDGETS } from '../vendor-line.js';
import { WebhookUpkeep } from '../webhook-upkeep.js';
import { StoreTaskRecord } from './connectors/store/store-task.entity.js';
import { StoreWarehouse } from './connectors/store/store-warehouse.connector.js';
import { WmsFigures } from './connectors/wms/wms-figures.connector.js';
import { WmsReturns } from './connectors/wms/wms-returns.connector.js';
import { WmsWarehouse } from './connectors/wms/wms-warehouse.connector.js';
import { FulfilmentOrderRecord } from './fulfilment-order.entity.js';
import { Warehouse1700000000630 } from './migrations/1700000000630-warehouse.js';
import { StoreWork1700000003510 } from './migrations/1700000003510-store-work.js';
import { WarehouseWatch1700000003710 } from './migrations/1700000003710-warehouse-watch.js';
import { OpenWork1700000003830 } from './migrations/1700000003830-open-work.js';
import { ReturnParcelController } from './return-parcel.controller.js';
import { StoreRecord } from './store.entity.js';
import { StoreSeed } from './store.seed.js';
import { StoreWorkController } from './store-work.controller.js';
import { WarehouseController } from './warehouse.controller.js';
import { WarehouseFiguresController } from './warehouse-figures.controller.js';
import { WarehouseWatch } from './warehouse-watch.job.js';

@Injectable()
export class WmsWebhookUpkeep extends WebhookUpkeep {
  constructor(config: Config, wms: WmsWarehouse) {
    const url = `${config.webhookUrl}${warehouseApi.basePath}${warehouseApi.operations.receiveWarehouseFacts.path}`;
    super({ vendor: 'wms', register: () => wms.registerWebhook(url) });
  }
}

@Module({
  controllers: [StoreWorkController, WarehouseController, WarehouseFiguresController, ReturnParcelController],
  providers: [StoreSeed, StoreWarehouse, WarehouseWatch, WmsFigures, WmsReturns, WmsWebhookUpkeep, {
    provide: WmsWarehouse, inject: [Config, JourneyRecorder, BUDGETS],
    useFactory: (config: Config, journey: JourneyRecorder, budgets?: OutboundBudgets) =>
      new WmsWarehouse(config.wms, journey, { budget: budgets?.of('wms') }),
  }],
})
class WarehouseModule {}

export const warehouse: ApiDefinition = {
  contract: warehouseApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [],
  module: WarehouseModule,
  entities: [FulfilmentOrderRecord, StoreRecord, StoreTaskRecord],
  migrations: [Warehouse1700000000630, StoreWork1700000003510, WarehouseWatch1700000003710, OpenWork1700000003830],
  seed: StoreSeed,
  background: [WarehouseWatch, WmsWebhookUpkeep],
};
