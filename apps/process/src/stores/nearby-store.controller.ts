// Tells customers which stores are near, whether they are open, and when an order could be collected; how a store works
// otherwise stays with its people.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  storesApi, warehouseApi, type CallContext, type NearbyStores, type NearbyStoresQuery, type StoreSettings,
} from '#contracts';
import { Implements } from '#governance';
import { distanceKm } from './store-distance.policy.js';
import { isOpen } from './store-hours.policy.js';

const STORES = 10;
const EVERYWHERE_KM = 25_000;

@Controller()
export class NearbyStoreController {
  constructor(private readonly clients: Clients) {}

  @Implements(storesApi.operations.findStores)
  async findStores({ params }: { params: NearbyStoresQuery }, call: CallContext): Promise<NearbyStores> {
    const { position, radiusKm = EVERYWHERE_KM, limit = STORES } = params;
    const { stores } = await this.clients.of(warehouseApi).listStores({}, call);
    const now = new Date();
    const near = stores
      .map((store) => ({ store, distanceKm: distanceKm(position, store.settings.coordinates) }))
      .filter((entry) => entry.distanceKm <= radiusKm)
      .sort((a, b) => a.distanceKm - b.distanceKm || (a.store.id < b.store.id ? -1 : 1))
      .slice(0, limit);
    return { stores: near.map(({ store, distanceKm: away }) => ({
      id: store.id, distanceKm: away, ...shown(store.settings), openNow: isOpen(store.settings, now),
      readyBy: store.readyBy,
    })) };
  }
}

function shown({ coordinates, timeZone, hours }: StoreSettings) {
  return { coordinates, timeZone, hours };
}
