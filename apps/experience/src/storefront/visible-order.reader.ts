// What a shop sees in every version of its API: the orders of its own channel and no others, stock as its channel may
// promise it.
import type { Clients } from '#client';
import type { CallContext, Order } from '#contracts';
import { orderOf } from '../visible-order.reader.js';

export const CHANNEL = 'storefront';

/** @throws Problem not-found, also for an order of another channel: its existence is not the shop's business */
export function visibleOrder(clients: Clients, orderId: string, call: CallContext): Promise<Order> {
  return orderOf(clients, CHANNEL, orderId, call);
}

/** Whoever shops here asks for this channel, whose thresholds then count. */
export function asked<T extends object>(params: T): T & { channel: string } {
  return { ...params, channel: CHANNEL };
}
