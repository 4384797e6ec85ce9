// The ERP API: its contract, its module with the connector of the connected ERP, and its place in the catalog.
import { Module } from '@nestjs/common';
import { Config } from '#config';
import { erpApi } from '#contracts';
import { JourneyRecorder } from '#events';
import type { ApiDefinition } from '#governance';
import { SapErp } from './connectors/sap/sap-erp.connector.js';
import { SapReturns } from './connectors/sap/sap-returns.connector.js';
import { ErpController } from './erp.controller.js';

@Module({
  controllers: [ErpController],
  providers: [{
    provide: SapErp, inject: [Config, JourneyRecorder],
    useFactory: (config: Config, journey: JourneyRecorder) => new SapErp(config.sap, journey),
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
  migrations: [],
};
