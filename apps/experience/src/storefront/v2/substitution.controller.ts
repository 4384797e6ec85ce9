// Tells a shop what its customer is asked when units are short, and takes the answer, in version 2.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  ordersApi, type CallContext, type OrderId, type SubstitutionAnswer, type SubstitutionId, type SubstitutionProposal,
} from '#contracts';
import { Implements } from '#governance';
import { visibleOrder } from '../visible-order.reader.js';
import { storefrontApiV2 } from './storefront.contract.js';
import type { StorefrontShortage } from '../v1/substitution.contract.js';

const { getShortage, answerSubstitution } = storefrontApiV2.operations;

@Controller()
export class SubstitutionControllerV2 {
  constructor(private readonly clients: Clients) {}

  @Implements(getShortage)
  async getShortage({ params }: { params: OrderId }, call: CallContext): Promise<StorefrontShortage> {
    const { id: orderId } = await visibleOrder(this.clients, params.orderId, call);
    const found = await this.clients.of(ordersApi).getOrderExceptions({ params: { orderId } }, call);
    return { backorders: found.backorders, substitutions: found.substitutions };
  }

  @Implements(answerSubstitution)
  async answerSubstitution(
    { params: { orderId: asked, proposalId }, body }: { params: SubstitutionId; body: SubstitutionAnswer },
    call: CallContext,
  ): Promise<SubstitutionProposal> {
    const { id: orderId } = await visibleOrder(this.clients, asked, call);
    return this.clients.of(ordersApi).answerSubstitution({ params: { orderId, proposalId }, body }, call);
  }
}
