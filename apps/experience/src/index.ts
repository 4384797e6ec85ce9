// The experience layer's front door: the APIs that channels see.
import type { ApiDefinition } from '#governance';
import { mobile } from './mobile/mobile.api.js';
import { partner } from './partner/partner.api.js';
import { salesforce } from './salesforce/salesforce.api.js';
import { store } from './store/store.api.js';
import { storefront, storefrontV2 } from './storefront/storefront.api.js';

export const experienceApis: readonly ApiDefinition[] = [
  storefront, storefrontV2, mobile, salesforce, partner, store,
];
