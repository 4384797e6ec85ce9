// Which stores are near a place, as part of process/stores: for customers, so nothing of a store's work is told.
import { Flag, Integer, Many, Shape, Text, Timestamp } from '../field.js';
import { OpeningHours } from '../canonical/store.js';
import { operation } from '../operation.js';

const STORES_MAX = 50;

@Shape('Where somebody is.')
export class NearbyStoresQuery {
  @Text({ doc: 'Latitude and longitude in degrees.',
    pattern: /^-?(?:90(?:\.0+)?|[1-8]?\d(?:\.\d+)?),-?(?:180(?:\.0+)?|(?:1[0-7]|\d)?\d(?:\.\d+)?)$/, max: 40,
    example: '52.520,13.405' })
  position: string;

  @Integer({ doc: 'Only stores within so many kilometres.', optional: true, min: 1, max: 20_000, example: 100 })
  radiusKm?: number;

  @Integer({ doc: 'Most stores.', optional: true, min: 1, max: STORES_MAX, example: 10 })
  limit?: number;
}

@Shape('A store and how far it is.')
export class NearbyStore {
  @Text({ doc: 'Store.', max: 40, example: 'ST-001' })
  id: string;

  @Integer({ doc: 'Kilometres away, as the crow flies.', max: 25_000 })
  distanceKm: number;

  @Text({ doc: 'Latitude and longitude in degrees.', max: 40, example: '52.520,13.405' })
  coordinates: string;

  @Text({ doc: 'IANA time zone.', max: 60, example: 'Europe/Berlin' })
  timeZone: string;

  @Many(() => OpeningHours, { doc: 'Opening hours; always open when empty.', max: 21 })
  hours: OpeningHours[];

  @Flag({ doc: 'Whether it is open now.' })
  openNow: boolean;

  @Timestamp({ doc: 'When an order placed now can be collected there.' })
  readyBy: string;
}

@Shape('Stores, nearest first.')
export class NearbyStores {
  @Many(() => NearbyStore, { doc: 'Stores.', max: STORES_MAX })
  stores: NearbyStore[];
}

export const nearbyStoreOperations = {
  findStores: operation({
    method: 'GET',
    path: '/nearby-stores',
    summary: 'Find the stores near a place',
    params: NearbyStoresQuery,
    answer: NearbyStores,
    scope: 'inventory:read',
    rate: 'read',
    idempotency: 'safe',
  }),
};
