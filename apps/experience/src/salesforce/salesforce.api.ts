// experience/salesforce: what flows, agents and service consoles see without a line of Apex.
import { Module } from '@nestjs/common';
import { catalogueApi, ordersApi, returnsApi, serviceApi } from '#contracts';
import type { ApiDefinition } from '#governance';
import { ReturnController } from './v1/return.controller.js';
import { salesforceApi } from './v1/salesforce.contract.js';
import { SalesforceController } from './v1/salesforce.controller.js';
import { ServiceController } from './v1/service.controller.js';

@Module({ controllers: [SalesforceController, ReturnController, ServiceController] })
class SalesforceModule {}

export const salesforce: ApiDefinition = {
  contract: salesforceApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [catalogueApi, ordersApi, returnsApi, serviceApi],
  module: SalesforceModule,
  entities: [],
  migrations: [],
};
