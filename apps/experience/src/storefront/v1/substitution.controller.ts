// Tells a shop what its customer is asked when units are short, and takes the answer.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import type {
  CallContext, OrderId, SubstitutionAnswer, SubstitutionId, SubstitutionProposal,
} from '#contracts';
import { Implements } from '#governance';
import { answerProposal, shortageOf } from '../substitution.command.js';
import { storefrontApi } from './storefront.contract.js';
import type { StorefrontShortage } from './substitution.contract.js';

const { getShortage, answerSubstitution } = storefrontApi.operations;

@Controller()
export class SubstitutionController {
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
