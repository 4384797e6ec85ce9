// Front door of the platform: the control plane API, and the identity of the applications that call the house.
import type { ApiDefinition } from '#governance';
import { ConsumerSeed, IdentityModule } from './identity/consumer.seed.js';
import { platformWith } from './platform/platform.api.js';

export { demoConsumers, type DemoConsumer } from './identity/demo-consumers.policy.js';
export { CatalogApis } from './identity/offer.policy.js';
export { tokenEndpoint } from './identity/token-endpoint.wire.js';
export { ApiCatalogSource, type CatalogEntry } from './platform/api-version.reader.js';

export const platformApis: readonly ApiDefinition[] = [
  platformWith({ module: IdentityModule, seed: ConsumerSeed }),
];
