// experience/storefront: what web shops and apps see, as REST and as GraphQL over the same operations; two majors side
// by side over the same processes.
import { Module } from '@nestjs/common';
import { catalogueApi, ordersApi, pricingApi, returnsApi } from '#contracts';
import type { ApiDefinition } from '#governance';
import { graphqlModule, GRAPHQL_PATH } from './v1/graphql.wire.js';
import { ProductResolver } from './v1/product.resolver.js';
import { Operations } from './v1/operation.resolver.js';
import { OrderResolver } from './v1/order.resolver.js';
import { ReturnController } from './v1/return.controller.js';
import { ReturnResolver } from './v1/return.resolver.js';
import { SubstitutionController } from './v1/substitution.controller.js';
import { SubstitutionResolver } from './v1/substitution.resolver.js';
import { storefrontApi } from './v1/storefront.contract.js';
import { StorefrontController } from './v1/storefront.controller.js';
import { storefrontGates } from './v1/revisions.policy.js';
import { storefrontApiV2 } from './v2/storefront.contract.js';
import { StorefrontControllerV2 } from './v2/storefront.controller.js';
import { SubstitutionControllerV2 } from './v2/substitution.controller.js';

@Module({
  imports: [graphqlModule],
  controllers: [StorefrontController, ReturnController, SubstitutionController],
  providers: [Operations, OrderResolver, ProductResolver, ReturnResolver, SubstitutionResolver],
})
class StorefrontModule {}

export const storefront: ApiDefinition = {
  contract: storefrontApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' },
  gates: storefrontGates,
  requires: [catalogueApi, ordersApi, pricingApi, returnsApi],
  module: StorefrontModule,
  entities: [],
  migrations: [],
  alsoServes: [GRAPHQL_PATH],
  graphql: { path: GRAPHQL_PATH, resolvers: [OrderResolver, ProductResolver, ReturnResolver, SubstitutionResolver] },
};

@Module({ controllers: [StorefrontControllerV2, SubstitutionControllerV2] })
class StorefrontModuleV2 {}

export const storefrontV2: ApiDefinition = {
  contract: storefrontApiV2,
  lifecycle: { state: 'published', publishedAt: '2026-11-24T00:00:00Z' },
  requires: [catalogueApi, ordersApi, pricingApi],
  module: StorefrontModuleV2,
  entities: [],
  migrations: [],
};
