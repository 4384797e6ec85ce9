// A pickup's state is derived from what has happened to it, and its code is shown only while somebody may need it.
import type { OrderPickup } from '#contracts';
import type { PickupRecord } from './order.entity.js';

type Moments = Pick<PickupRecord,
  'readyAt' | 'collectedAt' | 'expiredAt' | 'convertedAt' | 'cancelledAt'>;

export function pickupState(pickup: Moments): string {
  if (pickup.collectedAt) return 'collected';
  if (pickup.convertedAt) return 'converted';
  if (pickup.expiredAt) return 'expired';
  if (pickup.cancelledAt) return 'cancelled';
  return pickup.readyAt ? 'ready' : 'preparing';
}

export function toOrderPickup(record: PickupRecord): OrderPickup {
  const state = pickupState(record);
  return {
    id: record.id, locationId: record.locationId, state, readyBy: record.readyBy.toISOString(),
    ...(record.readyAt ? { readyAt: record.readyAt.toISOString() } : {}),
    ...(record.collectBy ? { collectBy: record.collectBy.toISOString() } : {}),
    ...(record.collectedAt ? { collectedAt: record.collectedAt.toISOString() } : {}),
    ...(state === 'preparing' || state === 'ready' ? { code: record.code } : {}),
  };
}
