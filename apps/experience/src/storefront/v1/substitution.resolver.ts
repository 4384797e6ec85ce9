// What is offered for units that are short, and the customer's answer, as GraphQL.
import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { SubstitutionProposal } from '#contracts';
import { Operations, type GraphqlContext } from './operation.resolver.js';
import { storefrontApi } from './storefront.contract.js';
import { StorefrontShortage } from './substitution.contract.js';

const { getShortage, answerSubstitution } = storefrontApi.operations;

@Resolver(() => StorefrontShortage)
export class SubstitutionResolver {
  constructor(private readonly operations: Operations) {}

  @Query(() => StorefrontShortage, { nullable: true, description: 'What waits, and what is offered instead.' })
  shortage(
    @Context() context: GraphqlContext, @Args('orderId', { type: () => String }) orderId: string,
  ): Promise<StorefrontShortage> {
    return this.operations.run(getShortage, { params: { orderId } }, context);
  }

  @Mutation(() => SubstitutionProposal, { nullable: true, description: 'Accepts or declines a substitute.' })
  answerSubstitution(
    @Context() context: GraphqlContext, @Args('orderId', { type: () => String }) orderId: string,
    @Args('proposalId', { type: () => String }) proposalId: string,
    @Args('accept', { type: () => Boolean }) accept: boolean,
  ): Promise<SubstitutionProposal> {
    return this.operations.run(answerSubstitution, { params: { orderId, proposalId }, body: { accept } }, context);
  }
}
