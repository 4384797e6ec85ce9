// What a channel sees of the orders: its own and no others.
import type { Clients } from '#client';
import { ordersApi, Problem, problems, type CallContext, type Order } from '#contracts';

/** Scope of people who look after the orders of every channel and of every partner. */
export const OPERATE = 'orders:operate';

/** @throws Problem not-found, also for an order of another channel: its existence is not the caller's business */
export async function orderOf(clients: Clients, channel: string, orderId: string, call: CallContext): Promise<Order> {
  const order = await clients.of(ordersApi).getOrder({ params: { orderId } }, call);
  if (order.channel === channel || call.caller.scopes.has(OPERATE)) return order;
  throw new Problem(problems.notFound, { detail: `There is no order ${orderId}.` });
}
