// system/finance in the catalog: payments at Stripe, invoices, credit memos and the journal, in schema `finance`, and
// the journal's way into SAP's general ledger.
import { Injectable, Module } from '@nestjs/common';
import { Config } from '#config';
import { financeApi } from '#contracts';
import { JourneyRecorder } from '#events';
import type { ApiDefinition, OutboundBudgets } from '#governance';
import { BUDGETS } from '../vendor-line.js';
import { WebhookUpkeep } from '../webhook-upkeep.js';
import { AfterSaleController } from './after-sale.controller.js';
import { SapJournal } from './connectors/sap/sap-journal.connector.js';
import { StripePayments } from './connectors/stripe/stripe-payments.connector.js';
import { ControlTransfers } from './control-transfer.consumer.js';
import { ErpPostingJob, GENERAL_LEDGER } from './erp-posting.job.js';
import { FinanceController } from './finance.controller.js';
import { financeEntities } from './finance.entity.js';
import { MoneyFiguresController } from './money-figures.controller.js';
import { financeMigrations } from './migrations/finance-migrations.js';

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
  controllers: [FinanceController, AfterSaleController, MoneyFiguresController],
  providers: [StripeWebhookUpkeep, ControlTransfers, ErpPostingJob, {
    provide: GENERAL_LEDGER, inject: [Config, JourneyRecorder, BUDGETS],
    useFactory: (config: Config, journey: JourneyRecorder, budgets?: OutboundBudgets) =>
      new SapJournal(config.sap, journey, { budget: budgets?.of('sap-ledger') }),
  }, {
    provide: StripePayments, inject: [Config, JourneyRecorder, BUDGETS],
    useFactory: (config: Config, journey: JourneyRecorder, budgets?: OutboundBudgets) =>
      new StripePayments(config.stripe, journey, { budget: budgets?.of('stripe') }),
  }],
})
class FinanceModule {}

export const finance: ApiDefinition = {
  contract: financeApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [],
  module: FinanceModule,
  entities: financeEntities,
  migrations: financeMigrations,
  background: [StripeWebhookUpkeep, ControlTransfers, ErpPostingJob],
};
