// Quotes and orders as GraphQL; each field is the operation of the same name.
import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  CancelStorefrontOrder,
  NewStorefrontOrder,
  NewStorefrontQuote,
  StorefrontOrder,
  StorefrontQuote,
} from './order.contract.js';
import { Operations, type GraphqlContext } from './operation.resolver.js';
import { storefrontApi } from './storefront.contract.js';

const { cancelOrder, createQuote, getOrder, placeOrder } = storefrontApi.operations;
const KEY = {
  type: () => String,
  nullable: true,
  description: 'The same on every retry; or send the header Idempotency-Key.',
} as const;

@Resolver(() => StorefrontOrder)
export class OrderResolver {
  constructor(private readonly operations: Operations) {}

  @Query(() => StorefrontOrder, { nullable: true, description: 'One order, by id or order number.' })
  order(
    @Context() context: GraphqlContext,
    @Args('id', { type: () => String }) orderId: string,
  ): Promise<StorefrontOrder> {
    return this.operations.run(getOrder, { params: { orderId } }, context);
  }

  @Mutation(() => StorefrontQuote, { nullable: true, description: 'Quotes a basket.' })
  createQuote(
    @Context() context: GraphqlContext,
    @Args('quote', { type: () => NewStorefrontQuote }) body: NewStorefrontQuote,
  ): Promise<StorefrontQuote> {
    return this.operations.run(createQuote, { body }, context);
  }

  @Mutation(() => StorefrontOrder, { nullable: true, description: 'Places an order.' })
  placeOrder(
    @Context() context: GraphqlContext,
    @Args('order', { type: () => NewStorefrontOrder }) body: NewStorefrontOrder,
    @Args('idempotencyKey', KEY) key?: string,
  ): Promise<StorefrontOrder> {
    return this.operations.run(placeOrder, { body }, context, key);
  }

  @Mutation(() => StorefrontOrder, { nullable: true, description: 'Cancels an order.' })
  cancelOrder(
    @Context() context: GraphqlContext,
    @Args('id', { type: () => String }) orderId: string,
    @Args('cancel', { type: () => CancelStorefrontOrder }) body: CancelStorefrontOrder,
    @Args('idempotencyKey', KEY) key?: string,
  ): Promise<StorefrontOrder> {
    return this.operations.run(cancelOrder, { params: { orderId }, body }, context, key);
  }
}
