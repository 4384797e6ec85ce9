// What a customer or associate may still change about a pickup: when it is collected at the latest, or that it is
// shipped after all. Part of process/orders; the order's own run goes on from it.
import { One, Shape, Text } from '../field.js';
import { Order } from '../canonical/order.js';
import { Address } from '../canonical/party.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

@Shape('Which pickup of which order.')
export class PickupPath {
  @Text({ doc: 'Order id or order number.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;

  @Text({ doc: 'Pickup id.', max: 60, example: 'ful_0197c0de00007000800000000000000a' })
  pickupId: string;
}

@Shape('Where a pickup is shipped to instead.')
export class ConvertPickup {
  @One(() => Address, { doc: 'Address; that of the order when absent.', optional: true })
  shippingAddress?: Address;
}

export const pickupOperations = {
  extendPickup: operation({
    method: 'POST',
    path: '/orders/{orderId}/pickups/{pickupId}/extend',
    summary: 'Keep a ready pickup longer',
    params: PickupPath,
    answer: Order,
    scope: 'orders:write',
    rate: 'checkout',
    idempotency: 'stored',
    description: 'By how much and how often is the store\'s policy.',
    problems: [problems.notFound, problems.stateConflict],
  }),
  convertPickup: operation({
    method: 'POST',
    path: '/orders/{orderId}/pickups/{pickupId}/ship',
    summary: 'Ship a pickup instead',
    params: PickupPath,
    body: ConvertPickup,
    answer: Order,
    status: 202,
    scope: 'orders:write',
    rate: 'checkout',
    idempotency: 'stored',
    description: 'The store ships it; refused when it does not ship online orders or the units have left.',
    problems: [problems.notFound, problems.stateConflict, problems.unprocessable],
  }),
} as const;
