// process/service: its operations, its tables, what it learns from the event log, and what it tells agents.
import { Module } from '@nestjs/common';
import { catalogueApi, crmApi, ordersApi, returnsApi, serviceApi } from '#contracts';
import type { ProcessApi } from '../process-api.js';
import { AgentChanges } from './agent-changes.consumer.js';
import { CaseFacts } from './case-facts.consumer.js';
import { CaseViewReader } from './case-view.reader.js';
import { CaseNoteRecord, CaseRecord } from './case.entity.js';
import { Service1700000003710 } from './migrations/1700000003710-service.js';
import { ServiceController } from './service.controller.js';
import { TellCases } from './tell-cases.job.js';

@Module({ controllers: [ServiceController], providers: [AgentChanges, CaseFacts, CaseViewReader, TellCases] })
class ServiceModule {}

export const service: ProcessApi = {
  contract: serviceApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-24T00:00:00Z' },
  requires: [catalogueApi, crmApi, ordersApi, returnsApi],
  module: ServiceModule,
  entities: [CaseRecord, CaseNoteRecord],
  migrations: [Service1700000003710],
  background: [CaseFacts, AgentChanges, TellCases],
};
