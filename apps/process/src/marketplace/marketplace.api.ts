// process/marketplace: terms of partners, the deadlines of their orders, their inventory feed and their updates.
import { Module } from '@nestjs/common';
import { catalogueApi, marketplaceApi, ordersApi, productApi } from '#contracts';
import type { ProcessApi } from '../process-api.js';
import { AcceptanceDeadline } from './acceptance-deadline.job.js';
import { AcceptanceFacts } from './acceptance.consumer.js';
import { MarketplaceController } from './marketplace.controller.js';
import { acceptanceEntities } from './marketplace.entity.js';
import { Marketplace1700000003620 } from './migrations/1700000003620-marketplace.js';
import { OfferFeed } from './offer-feed.command.js';
import { TermsReader } from './terms.reader.js';
import { UpdateReader } from './update.reader.js';

@Module({
  controllers: [MarketplaceController],
  providers: [AcceptanceDeadline, AcceptanceFacts, OfferFeed, TermsReader, UpdateReader],
})
class MarketplaceModule {}

export const marketplace: ProcessApi = {
  contract: marketplaceApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-24T00:00:00Z' },
  requires: [catalogueApi, ordersApi, productApi],
  module: MarketplaceModule,
  entities: acceptanceEntities,
  migrations: [Marketplace1700000003620],
  background: [AcceptanceDeadline, AcceptanceFacts],
};
