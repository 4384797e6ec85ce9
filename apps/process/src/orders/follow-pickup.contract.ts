// What the run of a pickup starts with and the signals it listens to.
import type { Address, PickupReminder } from '#contracts';

export const FOLLOW_PICKUP = 'follow-pickup';
export const FOLLOW_PICKUP_VERSION = 1;

/** Signals of the run. */
export const PICKUP_READY = 'pickup-ready';
export const PICKUP_ENDED = 'pickup-ended';
export const PICKUP_EXTENDED = 'pickup-extended';
export const PICKUP_CONVERT = 'pickup-convert';

export interface FollowPickupInput {
  readonly pickupId: string;
  readonly orderId: string;
  readonly locationId: string;
  readonly lineIds: readonly string[];
  /** RFC 3339. */
  readonly readyBy: string;
  readonly reminders: readonly PickupReminder[];
  /** Version of the store's settings that the times come from. */
  readonly settingsVersion: number;
}

export interface ReadySignal {
  readonly readyAt: string;
  readonly collectBy: string;
}

export interface EndedSignal {
  readonly as: 'collected' | 'expired' | 'cancelled';
  readonly at: string;
  readonly reason: string;
}

export interface ConvertSignal {
  readonly shippingAddress: Address;
  readonly by: string;
}
