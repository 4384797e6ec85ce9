// Tells a shop what its customer is asked when units are short, and takes the answer, in version 2.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import type {
  CallContext, OrderId, SubstitutionAnswer, SubstitutionId, SubstitutionProposal,
} from '#contracts';
import { Implements } from '#governance';
import { answerProposal, shortageOf } from '../substitution.command.js';
import { storefrontApiV2 } from './storefront.contract.js';
import type { StorefrontShortage } from '../v1/substitution.contract.js';

const { getShortage, answerSubstitution } = storefrontApiV2.operations;

@Controller()
export class SubstitutionControllerV2 {
  constructor(private readonly clients: Clients) {}

  @Implements(getShortage)
  getShortage({ params }: { params: OrderId }, call: CallContext): Promise<StorefrontShortage> {
    return shortageOf(this.clients, params.orderId, call);
  }

  @Implements(answerSubstitution)
  answerSubstitution(
    { params, body }: { params: SubstitutionId; body: SubstitutionAnswer }, call: CallContext,
  ): Promise<SubstitutionProposal> {
    return answerProposal(this.clients, params, body, call);
  }
}
