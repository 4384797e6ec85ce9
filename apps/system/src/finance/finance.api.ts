// system/finance in the catalog: payments at Stripe, invoices and the journal, in schema `finance`.
import { Injectable, Module } from '@nestjs/common';
import { Config } from '#config';
import { financeApi } from '#contracts';
import { JourneyRecorder } from '#events';
import type { ApiDefinition } from '#governance';
import { WebhookUpkeep } from '../webhook-upkeep.js';
import { StripePayments } from './connectors/stripe/stripe-payments.connector.js';
import { FinanceController } from './finance.controller.js';
import { financeEntities } from './finance.entity.js';
import { Finance1700000000620 } from './migrations/1700000000620-finance.js';

/**
 * Registers our webhook at the sandbox's Stripe. A productive endpoint is created by a person, because Stripe then
 * hands out the signing secret that goes into STRIPE_WEBHOOK_SECRET.
 */
@Injectable()
export class StripeWebhookUpkeep extends WebhookUpkeep {
  constructor(config: Config, stripe: StripePayments) {
    const url = `${config.webhookUrl}${financeApi.basePath}${financeApi.operations.receivePaymentEvents.path}`;
    const sandbox = config.THROUGHLINE_MODE === 'sandbox';
    super({ vendor: 'stripe', register: async () => (sandbox ? stripe.registerWebhook(url) : undefined) });
  }
}

@Module({
  controllers: [FinanceController],
  providers: [StripeWebhookUpkeep, {
    provide: StripePayments, inject: [Config, JourneyRecorder],
    useFactory: (config: Config, journey: JourneyRecorder) => new StripePayments(config.stripe, journey),
  }],
})
class FinanceModule {}

export const finance: ApiDefinition = {
  contract: financeApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [],
  module: FinanceModule,
  entities: financeEntities,
  migrations: [Finance1700000000620],
  background: [StripeWebhookUpkeep],
};
