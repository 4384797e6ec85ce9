// process/orders: its operations, its tables, the run of each order and the two readers of the event log.
import { Module } from '@nestjs/common';
import { Clients } from '#client';
import {
  crmApi, erpApi, financeApi, inventoryApi, notificationApi, ordersApi, pricingApi, productApi, warehouseApi,
} from '#contracts';
import type { Database } from '#database';
import type { ProcessApi } from '../process-api.js';
import { Allowances1700000003820 } from './migrations/1700000003820-allowances.js';
import { BackorderJob } from './backorder.job.js';
import { BasketPricing } from './basket-pricing.policy.js';
import { CustomerMessages } from './customer-messages.consumer.js';
import { CustomerSync } from './customer-sync.consumer.js';
import { ExceptionController } from './exception.controller.js';
import { fulfilOrder } from './fulfil-order.workflow.js';
import { FulfilmentFacts } from './fulfilment-facts.consumer.js';
import { Orders1700000002000 } from './migrations/1700000002000-orders.js';
import { OrderConsumer1700000003630 } from './migrations/1700000003630-order-consumer.js';
import { OrderReturns1700000003520 } from './migrations/1700000003520-order-returns.js';
import { ReturnProgressController } from './return-progress.controller.js';
import { OrderPolicies1700000003100 } from './migrations/1700000003100-order-policies.js';
import { OrderExceptions1700000003180 } from './migrations/1700000003180-order-exceptions.js';
import { orchestrateOrder } from './orchestrate-order.workflow.js';
import { policyEntities } from './order-policy.entity.js';
import { OrderSourcing } from './order-sourcing.command.js';
import { orderEntities } from './order.entity.js';
import { OrderEventController } from './order-event.controller.js';
import { OrderFiguresController } from './order-figures.controller.js';
import { OrderReader } from './order.reader.js';
import { followPickup } from './follow-pickup.workflow.js';
import { OrdersController } from './orders.controller.js';
import { Pickups1700000003520 } from './migrations/1700000003520-pickups.js';
import { PickupController } from './pickup.controller.js';
import { PickupFacts } from './pickup-facts.consumer.js';
import { PickupMessages } from './pickup-messages.consumer.js';
import { PlaceOrder } from './place-order.command.js';
import { PolicyController } from './policy.controller.js';
import { PolicyReader } from './policy.reader.js';
import { SilentSystems1700000003720 } from './migrations/1700000003720-silent-systems.js';
import { SilentSystems } from './silent-systems.consumer.js';
import { QueueReleased } from './queue-released.consumer.js';
import { PriceDecisionController } from './price-decision.controller.js';
import { RefundReversed } from './refund-reversals.consumer.js';
import { CorrectRefundTotal } from './refund-total.command.js';
import { SourcingReader } from './sourcing.reader.js';

@Module({
  controllers: [
    ExceptionController, OrdersController, OrderEventController, OrderFiguresController, ReturnProgressController,
    PickupController, PolicyController, PriceDecisionController,
  ],
  providers: [
    BackorderJob, BasketPricing, CorrectRefundTotal, CustomerMessages, CustomerSync, FulfilmentFacts, OrderReader,
    OrderSourcing, PickupFacts, PickupMessages, PlaceOrder, PolicyReader, QueueReleased, RefundReversed,
    SilentSystems, SourcingReader,
  ],
})
class OrdersModule {}

export const orders: ProcessApi = {
  contract: ordersApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [crmApi, erpApi, financeApi, inventoryApi, notificationApi, pricingApi, productApi, warehouseApi],
  module: OrdersModule,
  entities: [...orderEntities, ...policyEntities],
  migrations: [
    Orders1700000002000, OrderPolicies1700000003100, OrderExceptions1700000003180, Pickups1700000003520,
    OrderReturns1700000003520, OrderConsumer1700000003630, SilentSystems1700000003720, Allowances1700000003820,
  ],
  background: [
    BackorderJob, CustomerMessages, FulfilmentFacts, CustomerSync, PickupFacts, PickupMessages, QueueReleased,
    RefundReversed, SilentSystems,
  ],
  workflows: (clients: Clients, database: Database) => {
    const systems = {
      crm: clients.of(crmApi),
      erp: clients.of(erpApi),
      finance: clients.of(financeApi),
      inventory: clients.of(inventoryApi),
      warehouse: clients.of(warehouseApi),
    };
    return [
      fulfilOrder(systems), orchestrateOrder(systems, clients, database),
      followPickup({ warehouse: systems.warehouse }),
    ];
  },
};
