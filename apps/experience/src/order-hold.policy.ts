// What every channel must know of an order's holds: why it waits, and whether it waits for its customer to be checked.
import type { Hold, Order } from '#contracts';

/** The first hold that still keeps the order, if any. */
export function openHold(order: Order): Hold | undefined {
  return order.holds.find(({ releasedAt }) => !releasedAt);
}

/** True while the customer system has not said who placed it: the order is taken (202), but its run waits. */
export function awaitsCustomerCheck(order: Order): boolean {
  return order.holds.some(({ kind, releasedAt }) => kind === 'customer' && !releasedAt);
}
