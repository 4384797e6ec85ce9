// Returns as GraphQL; each field is the operation of the same name.
import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Operations, type GraphqlContext } from './operation.resolver.js';
import {
  NewStorefrontReturn, StorefrontReturn, StorefrontReturnPreview, StorefrontReturnWish,
} from './return.contract.js';
import { storefrontApi } from './storefront.contract.js';

const { createReturn, getReturn, previewReturn } = storefrontApi.operations;
const KEY = {
  type: () => String, nullable: true, description: 'The same on every retry; or send the header Idempotency-Key.',
} as const;

@Resolver(() => StorefrontReturn)
export class ReturnResolver {
  constructor(private readonly operations: Operations) {}

  @Query(() => StorefrontReturn, { nullable: true, description: 'One return, by id or number.' })
  return(
    @Context() context: GraphqlContext, @Args('id', { type: () => String }) returnId: string,
  ): Promise<StorefrontReturn> {
    return this.operations.run(getReturn, { params: { returnId } }, context);
  }

  @Query(() => StorefrontReturnPreview, { nullable: true, description: 'What may come back, and for how much.' })
  returnPreview(
    @Context() context: GraphqlContext, @Args('orderId', { type: () => String }) orderId: string,
    @Args('wish', { type: () => StorefrontReturnWish }) body: StorefrontReturnWish,
  ): Promise<StorefrontReturnPreview> {
    return this.operations.run(previewReturn, { params: { orderId }, body }, context);
  }

  @Mutation(() => StorefrontReturn, { nullable: true, description: 'Starts a return.' })
  createReturn(
    @Context() context: GraphqlContext, @Args('orderId', { type: () => String }) orderId: string,
    @Args('return', { type: () => NewStorefrontReturn }) body: NewStorefrontReturn,
    @Args('idempotencyKey', KEY) key?: string,
  ): Promise<StorefrontReturn> {
    return this.operations.run(createReturn, { params: { orderId }, body }, context, key);
  }
}
