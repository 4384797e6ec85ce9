// The process layer: what the business does.
import { catalogue } from './catalogue/catalogue.api.js';
import { marketplace } from './marketplace/marketplace.api.js';
import { orders } from './orders/orders.api.js';
import { pricing } from './pricing/pricing.api.js';
import { reconciliation } from './reconciliation/reconciliation.api.js';
import { returns } from './returns/returns.api.js';
import { service } from './service/service.api.js';
import { stores } from './stores/stores.api.js';
import { tracking } from './tracking/tracking.api.js';
import type { ProcessApi } from './process-api.js';

export type { ProcessApi } from './process-api.js';

export const processApis: readonly ProcessApi[] = [
  catalogue, marketplace, orders, pricing, stores, returns, tracking, reconciliation, service,
];
