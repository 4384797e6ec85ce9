// The CRM API: its contract, its module with the connector of the connected customer system, and what it stores.
import { Module } from '@nestjs/common';
import { Config } from '#config';
import { crmApi } from '#contracts';
import { Database } from '#database';
import { JourneyRecorder } from '#events';
import type { ApiDefinition, OutboundBudgets } from '#governance';
import { BUDGETS } from '../vendor-line.js';
import { SalesforceCrm } from './connectors/salesforce/salesforce-crm.connector.js';
import { CaseChanges } from './case-changes.job.js';
import { CrmController } from './crm.controller.js';
import { CustomerProfileRecord } from './customer-profile.entity.js';
import { Crm1700000000610 } from './migrations/1700000000610-crm.js';
import { CaseChanges1700000003640 } from './migrations/1700000003640-case-changes.js';

@Module({
  controllers: [CrmController],
  providers: [CaseChanges, {
    provide: SalesforceCrm, inject: [Config, JourneyRecorder, Database, BUDGETS],
    useFactory: (config: Config, journey: JourneyRecorder, database: Database, budgets?: OutboundBudgets) =>
      new SalesforceCrm(config.salesforce, journey, database, {
        slowFromPercent: config.SALESFORCE_SLOW_FROM_PERCENT, budget: budgets?.of('salesforce'),
      }),
  }],
})
class CrmModule {}

export const crm: ApiDefinition = {
  contract: crmApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [],
  module: CrmModule,
  entities: [CustomerProfileRecord],
  migrations: [Crm1700000000610, CaseChanges1700000003640],
  background: [CaseChanges],
};
