// system/warehouse in the catalog: fulfilment orders at the connected 3PL and the facts that come back.
import { Injectable, Module } from '@nestjs/common';
import { Config } from '#config';
import { warehouseApi } from '#contracts';
import { JourneyRecorder } from '#events';
import type { ApiDefinition } from '#governance';
import { WebhookUpkeep } from '../webhook-upkeep.js';
import { WmsWarehouse } from './connectors/wms/wms-warehouse.connector.js';
import { FulfilmentOrderRecord } from './fulfilment-order.entity.js';
import { Warehouse1700000000630 } from './migrations/1700000000630-warehouse.js';
import { WarehouseController } from './warehouse.controller.js';

@Injectable()
export class WmsWebhookUpkeep extends WebhookUpkeep {
  constructor(config: Config, wms: WmsWarehouse) {
    const url = `${config.webhookUrl}${warehouseApi.basePath}${warehouseApi.operations.receiveWarehouseFacts.path}`;
    super({ vendor: 'wms', register: () => wms.registerWebhook(url) });
  }
}

@Module({
  controllers: [WarehouseController],
  providers: [WmsWebhookUpkeep, {
    provide: WmsWarehouse, inject: [Config, JourneyRecorder],
    useFactory: (config: Config, journey: JourneyRecorder) => new WmsWarehouse(config.wms, journey),
  }],
})
class WarehouseModule {}

export const warehouse: ApiDefinition = {
  contract: warehouseApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [],
  module: WarehouseModule,
  entities: [FulfilmentOrderRecord],
  migrations: [Warehouse1700000000630],
  background: [WmsWebhookUpkeep],
};
