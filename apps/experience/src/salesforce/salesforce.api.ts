// experience/salesforce: what flows, agents and service consoles see without a line of Apex.
import { Module } from '@nestjs/common';
import { catalogueApi, ordersApi } from '#contracts';
import type { ApiDefinition } from '#governance';
import { salesforceApi } from './v1/salesforce.contract.js';
import { SalesforceController } from './v1/salesforce.controller.js';

@Module({ controllers: [SalesforceController] })
class SalesforceModule {}

export const salesforce: ApiDefinition = {
  contract: salesforceApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [catalogueApi, ordersApi],
  module: SalesforceModule,
  entities: [],
  migrations: [],
};
