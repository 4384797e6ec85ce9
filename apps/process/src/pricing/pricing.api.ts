// process/pricing: what a basket costs; keeps nothing, since a quote is a signed value.
import { Module } from '@nestjs/common';
import { pricingApi, productApi } from '#contracts';
import type { ApiDefinition } from '#governance';
import { PricingController } from './pricing.controller.js';

@Module({ controllers: [PricingController] })
class PricingModule {}

export const pricing: ApiDefinition = {
  contract: pricingApi, lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  requires: [productApi], module: PricingModule, entities: [], migrations: [],
};
