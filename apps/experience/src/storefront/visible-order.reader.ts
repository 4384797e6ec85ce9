// What a shop sees in every version of its API: the orders of its own channel and no others, stock as its channel may
// promise it.
import type { Clients } from '#client';
import { ordersApi, Problem, problems, type CallContext, type Order } from '#contracts';

export const CHANNEL = 'storefront';
/** Scope of people who look after the orders of every channel. */
const OPERATE = 'orders:operate';

/** @throws Problem not-found, also for an order of another channel: its existence is not the shop's business */
export async function visibleOrder(clients: Clients, orderId: string, call: CallContext): Promise<Order> {
  const order = await clients.of(ordersApi).getOrder({ params: { orderId } }, call);
  if (order.channel === CHANNEL || call.caller.scopes.has(OPERATE)) return order;
  throw new Problem(problems.notFound, { detail: `There is no order ${orderId}.` });
}

/** Whoever shops here asks for this channel, whose thresholds then count. */
export function asked<T extends object>(params: T): T & { channel: string } {
  return { ...params, channel: CHANNEL };
}
