// platform in the catalog: the control plane. It keeps nothing of its own; it reads what runs, events and journeys
// leave behind.
import { Module, type Type } from '@nestjs/common';
import { financeApi, inventoryApi, ordersApi, platformApi, reconciliationApi, returnsApi } from '#contracts';
import { GroupCommit } from '#database';
import { ControlPlane, GovernanceData, type ApiDefinition, type Background, type Seeder } from '#governance';
import { ApiVersionCommand } from './api-version.command.js';
import { ApiVersionController } from './api-version.controller.js';
import { ApiVersionReader } from './api-version.reader.js';
import { AuditController } from './audit/audit.controller.js';
import { CatalogController } from './catalog.controller.js';
import { DeadLetterController } from './dead-letter.controller.js';
import { ConsumerController } from './consumers/consumer.controller.js';
import { OwnAccountController } from './consumers/own-account.controller.js';
import { EventController } from './event.controller.js';
import { FanOut } from './fan-out.job.js';
import { InvariantController } from './invariant.controller.js';
import { JourneyController } from './journey.controller.js';
import { KpiController } from './kpis/kpi.controller.js';
import { KpiReader } from './kpis/kpi.reader.js';
import { Kpis1700000003700 } from './kpis/migrations/1700000003700-kpis.js';
import { PolicyController } from './policies/policy.controller.js';
import { LimitUsageReader } from './products/limit-usage.reader.js';
import { OfferReader } from './products/offer.reader.js';
import { PlanController } from './products/plan.controller.js';
import { SubscriptionController } from './products/subscription.controller.js';
import { TaskController } from './task.controller.js';
import { TaskEscalation } from './task-escalation.job.js';
import { UsageController } from './usage.controller.js';
import { WebhookController } from './webhook.controller.js';
import { WebhookWriter } from './webhook.writer.js';
import { Webhooks } from './webhooks.job.js';

@Module({
  controllers: [
    ApiVersionController, AuditController, CatalogController, ConsumerController, DeadLetterController, EventController,
    InvariantController, JourneyController, KpiController, OwnAccountController, PlanController, PolicyController,
    SubscriptionController, TaskController, UsageController, WebhookController,
  ],
  providers: [
    ApiVersionCommand, ApiVersionReader, KpiReader, LimitUsageReader, OfferReader, TaskEscalation, WebhookWriter,
    Webhooks, FanOut,
    {
      provide: ControlPlane, inject: [GroupCommit, GovernanceData],
      useFactory: (groupCommit: GroupCommit, data: GovernanceData) => new ControlPlane(groupCommit, data),
    },
  ],
})
class PlatformModule {}

/** What fills the registry of consumers: a room of its own, which the front door brings along. */
export interface Registry {
  readonly module: Type;
  readonly seed: Type<Seeder & Background>;
}

/** The control plane by itself. */
export const platform: ApiDefinition = {
  contract: platformApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [ordersApi, inventoryApi, financeApi, reconciliationApi, returnsApi],
  module: PlatformModule,
  entities: [],
  migrations: [Kpis1700000003700],
  background: [TaskEscalation, Webhooks, FanOut],
};

/** The control plane with its registry. */
export function platformWith({ module, seed }: Registry): ApiDefinition {
  return { ...platform, module: withRegistry(module), seed, background: [seed, TaskEscalation, Webhooks, FanOut] };
}

function withRegistry(registry: Type): Type {
  @Module({ imports: [PlatformModule, registry] })
  class ControlPlaneModule {}
  return ControlPlaneModule;
}
