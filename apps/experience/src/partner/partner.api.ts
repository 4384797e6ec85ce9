// experience/partner: orders from marketplaces, shops and wholesale partners.
import { Module } from '@nestjs/common';
import { marketplaceApi, ordersApi } from '#contracts';
import type { ApiDefinition } from '#governance';
import { partnerApi } from './v1/partner.contract.js';
import { PartnerController } from './v1/partner.controller.js';

@Module({ controllers: [PartnerController] })
class PartnerModule {}

export const partner: ApiDefinition = {
  contract: partnerApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [marketplaceApi, ordersApi],
  module: PartnerModule,
  entities: [],
  migrations: [],
};
