// An order as the customer system keeps it, whoever writes it there.
import type { CrmOrder, Order } from '#contracts';

export function toCrmOrder(order: Order): CrmOrder {
  const { customer } = order;
  return {
    orderId: order.id, orderNumber: order.orderNumber, placedAt: order.placedAt, status: order.status,
    total: order.totals.total, fulfilmentStatus: order.axes.fulfilment, paymentStatus: order.axes.payment,
    version: order.version,
    ...(customer.customerId ? { customerId: customer.customerId }
      : { guestName: customer.name!, guestEmail: customer.email! }),
    lines: order.lines.map(({ lineId, sku, quantity, unitPrice, counters }) =>
      ({ lineId, sku, quantity, unitPrice, shipped: counters.shipped, cancelled: counters.cancelled })),
  };
}
