// The ERP API: its contract, its module with the connector of the connected ERP, and its place in the catalog.
import { Module } from '@nestjs/common';
import { Config } from '#config';
import { erpApi } from '#contracts';
import { JourneyRecorder } from '#events';
import type { ApiDefinition, OutboundBudgets } from '#governance';
import { BUDGETS } from '../vendor-line.js';
import { SapErp } from './connectors/sap/sap-erp.connector.js';
import { SapFigures } from './connectors/sap/sap-figures.connector.js';
import { SapReturns } from './connectors/sap/sap-returns.connector.js';
import { ErpController } from './erp.controller.js';
import { OrderQueue1700000003700 } from './migrations/1700000003700-order-queue.js';
import { OrderQueueController } from './order-queue.controller.js';
import { OrderQueueJob } from './order-queue.job.js';
import { OrderQueueReader } from './order-queue.reader.js';
import { OrderQueueSeed } from './order-queue.seed.js';
import { OrderQueue } from './order-queue.writer.js';

@Module({
  controllers: [ErpController, OrderQueueController],
  providers: [OrderQueue, OrderQueueJob, OrderQueueReader, OrderQueueSeed, SapFigures, {
    provide: SapErp, inject: [Config, JourneyRecorder, BUDGETS],
    useFactory: (config: Config, journey: JourneyRecorder, budgets?: OutboundBudgets) =>
      new SapErp(config.sap, journey, { budget: budgets?.of('sap') }),
  }, {
    provide: SapReturns, inject: [Config, SapErp],
    useFactory: (config: Config, erp: SapErp) => new SapReturns(config.sap, erp.line),
  }],
})
class ErpModule {}

export const erp: ApiDefinition = {
  contract: erpApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [],
  module: ErpModule,
  entities: [],
  migrations: [OrderQueue1700000003700],
  seed: OrderQueueSeed,
  background: [OrderQueueJob],
};
