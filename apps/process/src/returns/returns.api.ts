// process/returns: its operations, its tables, the run of each return, and what it reads from the event log.
import { Module } from '@nestjs/common';
import { Clients } from '#client';
import {
  erpApi, financeApi, inventoryApi, ordersApi, productApi, returnsApi, warehouseApi,
} from '#contracts';
import type { ProcessApi } from '../process-api.js';
import { GoodsFacts } from './goods-facts.consumer.js';
import { mendRefund } from './mend-refund.workflow.js';
import { Returns1700000003500 } from './migrations/1700000003500-returns.js';
import { ReceiveReturn } from './receive-return.command.js';
import { RefundReversals } from './refund-reversals.consumer.js';
import { returnGoods } from './return-goods.workflow.js';
import type { ReturnClients } from './return-goods.contract.js';
import { ReturnPolicyReader } from './return-policy.reader.js';
import { returnEntities } from './return.entity.js';
import { ReturnFiguresController } from './return-figures.controller.js';
import { ReturnReader } from './return.reader.js';
import { ReturnsController } from './returns.controller.js';
import { SubmitReturn } from './submit-return.command.js';

@Module({
  controllers: [ReturnFiguresController, ReturnsController],
  providers: [
    GoodsFacts, ReceiveReturn, RefundReversals, ReturnPolicyReader, ReturnReader, SubmitReturn,
  ],
})
class ReturnsModule {}

export const returns: ProcessApi = {
  contract: returnsApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-24T00:00:00Z' },
  requires: [erpApi, financeApi, inventoryApi, ordersApi, productApi, warehouseApi],
  module: ReturnsModule,
  entities: returnEntities,
  migrations: [Returns1700000003500],
  background: [GoodsFacts, RefundReversals],
  workflows: (clients: Clients) => {
    const callees: ReturnClients = {
      erp: clients.of(erpApi), finance: clients.of(financeApi),
      inventory: clients.of(inventoryApi), orders: clients.of(ordersApi), warehouse: clients.of(warehouseApi),
    };
    return [returnGoods(callees), mendRefund(callees)];
  },
};
