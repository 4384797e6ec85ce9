// Which segment a customer belongs to: by the policy, else the tier in the customer system. Asked only when a price or
// promotion depends on it; while the customer system does not answer, prices are those of everybody, and that is said.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { crmApi, Problem, problems, type Basket, type CallContext, type PriceBook } from '#contracts';
import type { PricePolicies } from './pricing.policy.js';

const NOBODY_KNOWS = new Set<unknown>([problems.vendorUnavailable, problems.deadlineExceeded]);

@Injectable()
export class SegmentReader {
  constructor(private readonly clients: Clients) {}

  async of(
    { segment, customerId }: Basket, book: PriceBook, { pricing, promotions }: PricePolicies, call: CallContext,
  ): Promise<{ segment?: string; unknown?: string }> {
    if (segment) return { segment };
    if (!customerId) return {};
    const [named] = Object.entries(pricing.segments).find(([, customers]) => customers.includes(customerId)) ?? [];
    if (named) return { segment: named };
    const matters = book.entries?.some((entry) => entry.segment !== undefined)
      || promotions.promotions.some(({ segments }) => segments !== undefined);
    if (!matters) return {};
    try {
      return { segment: (await this.clients.of(crmApi).getCustomer({ params: { customerId } }, call)).tier };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.type === problems.notFound) return {};
      if (!NOBODY_KNOWS.has(error.type)) throw error;
      return { unknown: 'The customer system does not answer, so prices of the customer\'s segment are not known.' };
    }
  }
}
