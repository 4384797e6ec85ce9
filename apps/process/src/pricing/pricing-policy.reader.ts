// The policies that price a basket, as versioned documents.
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { VersionedDocuments } from '#governance';
import { pricingSchema, type PricingDocument } from './pricing-document.policy.js';
import type { PricePolicies } from './pricing.policy.js';
import { promotionFaults, promotionsSchema, type PromotionsDocument } from './promotions-document.policy.js';

export interface PricingDocuments {
  pricing: PricingDocument;
  promotions: PromotionsDocument;
}

@Injectable()
export class PricingPolicyReader extends VersionedDocuments<PricingDocuments> {
  constructor(database: Database) {
    super(database, 'pricing.policy', {
      pricing: { schema: pricingSchema }, promotions: { schema: promotionsSchema, faults: promotionFaults },
    });
  }

  async inForce(): Promise<PricePolicies> {
    const [pricing, promotions] = await Promise.all([this.current('pricing'), this.current('promotions')]);
    return {
      pricing: pricing.document, promotions: promotions.document, version: `${pricing.label}+${promotions.label}`,
    };
  }
}
