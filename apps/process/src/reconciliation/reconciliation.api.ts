// process/reconciliation: its comparisons, its tables, the run that mends a difference, and the continuous round.
import { Module } from '@nestjs/common';
import { Clients } from '#client';
import {
  crmApi, erpApi, financeApi, inventoryApi, ordersApi, reconciliationApi, returnsApi, warehouseApi,
} from '#contracts';
import type { ProcessApi } from '../process-api.js';
import { DifferenceReader } from './difference.reader.js';
import { mendDifference } from './mend-difference.workflow.js';
import { Reconciliation1700000003600 } from './migrations/1700000003600-reconciliation.js';
import { RepairPolicyKind1700000003910 } from './migrations/1700000003910-repair-policy-kind.js';
import { Reconcile } from './reconcile.command.js';
import { ReconciliationController } from './reconciliation.controller.js';
import { ReconciliationJob } from './reconciliation.job.js';
import { RepairPolicy } from './repair-policy.reader.js';
import { ImportSettlement } from './settlement-import.command.js';
import { SettlementController } from './settlement.controller.js';

@Module({
  controllers: [ReconciliationController, SettlementController],
  providers: [DifferenceReader, ImportSettlement, Reconcile, ReconciliationJob, RepairPolicy],
})
class ReconciliationModule {}

export const reconciliation: ProcessApi = {
  contract: reconciliationApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-24T00:00:00Z' },
  requires: [crmApi, erpApi, financeApi, inventoryApi, ordersApi, returnsApi, warehouseApi],
  module: ReconciliationModule,
  entities: [],
  migrations: [Reconciliation1700000003600, RepairPolicyKind1700000003910],
  background: [ReconciliationJob],
  workflows: (clients: Clients) => [mendDifference({
    crm: clients.of(crmApi), erp: clients.of(erpApi), finance: clients.of(financeApi),
    inventory: clients.of(inventoryApi), orders: clients.of(ordersApi),
  })],
};
