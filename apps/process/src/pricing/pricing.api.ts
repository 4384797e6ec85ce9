// process/pricing: what a basket costs, and the policies by which it is worked out; a quote is a signed value.
import { Module } from '@nestjs/common';
import { crmApi, pricingApi, productApi } from '#contracts';
import type { ApiDefinition } from '#governance';
import { EndedBound1700000003900 } from './migrations/1700000003900-ended-bound.js';
import { Pricing1700000003810 } from './migrations/1700000003810-pricing.js';
import { PricingPolicyController } from './pricing-policy.controller.js';
import { PricingPolicyReader } from './pricing-policy.reader.js';
import { PricingController } from './pricing.controller.js';
import { PromotionUse } from './promotion-use.consumer.js';
import { SegmentReader } from './segment.reader.js';

@Module({
  controllers: [PricingController, PricingPolicyController],
  providers: [PricingPolicyReader, PromotionUse, SegmentReader],
})
class PricingModule {}

export const pricing: ApiDefinition = {
  contract: pricingApi, lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [crmApi, productApi], module: PricingModule, entities: [],
  migrations: [Pricing1700000003810, EndedBound1700000003900],
  background: [PromotionUse],
};
