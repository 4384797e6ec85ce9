// What each side says, as one kind of row that set-based queries can compare. Pure.
import {
  toMinor, type CrmOrderFigures, type FulfilmentFigures, type Money, type OrderFigures, type OrderMoneyFigures,
  type ProviderPaymentFigures, type ReservationFigures, type ReturnFigures, type SalesOrderFigures, type StockFigures,
  type WarehouseStockFigures,
} from '#contracts';

/** A row of reconciliation.sighting; amounts are minor units as text, because JSON numbers are none. */
export interface Sighting {
  readonly key: string;
  readonly order_id?: string;
  readonly currency?: string;
  readonly amount?: string | number;
  readonly total?: string;
  readonly captured?: string;
  readonly refunded?: string;
  readonly held?: string;
  readonly invoiced?: string;
  readonly units?: number;
  readonly shipped?: number;
  readonly cancelled?: number;
  readonly version?: number;
  readonly state?: string;
  readonly at?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

const minor = (money: Money): string => toMinor(money).toString();

export function ofOrder(order: OrderFigures): Sighting {
  const { orderNumber, status, paidBy, waits, erpNumber, shippedByWarehouse, releasedToWarehouse } = order;
  return {
    key: order.orderId, order_id: order.orderId, currency: order.total.currency, amount: minor(order.goods),
    total: minor(order.total), captured: minor(order.captured), refunded: minor(order.refunded), units: order.ordered,
    shipped: order.shipped, cancelled: order.cancelled, version: order.version, state: order.course,
    at: order.changedAt,
    detail: { orderNumber, status, paidBy, waits, erpNumber, shippedByWarehouse, releasedToWarehouse },
  };
}

export function ofSalesOrder({ number, reference, rejected, total, changedAt }: SalesOrderFigures): Sighting {
  return {
    key: number, order_id: reference, amount: minor(total), currency: total.currency, at: changedAt,
    state: rejected ? 'rejected' : 'alive',
  };
}

export function ofCrmOrder({ recordId, orderId, total, status, version, changedAt }: CrmOrderFigures): Sighting {
  return {
    key: recordId, order_id: orderId, version, state: status, at: changedAt,
    ...(total ? { total: minor(total), currency: total.currency } : {}),
  };
}

export function ofProviderPayment(payment: ProviderPaymentFigures): Sighting {
  const { paymentId, orderId, captured, refunded, held, status, createdAt } = payment;
  return {
    key: paymentId, ...(orderId ? { order_id: orderId } : {}), captured: minor(captured), refunded: minor(refunded),
    held: minor(held), currency: captured.currency, state: status, at: createdAt,
  };
}

/** `held` is what was refunded before it was invoiced: money that was never earned. */
export function ofLedger(money: OrderMoneyFigures): Sighting {
  const { orderId, provider, paymentId, captured, refunded, refundedDeposit, invoiced, paidOut, changedAt } = money;
  return {
    key: orderId, order_id: orderId, captured: minor(captured), refunded: minor(refunded), held: minor(refundedDeposit),
    invoiced: minor(invoiced), total: minor(paidOut), currency: captured.currency, state: provider ?? 'none',
    ...(changedAt ? { at: changedAt } : {}), ...(paymentId ? { detail: { paymentId } } : {}),
  };
}

export function ofReturn({ returnId, orderId, closed, due, refunded, changedAt }: ReturnFigures): Sighting {
  return {
    key: returnId, order_id: orderId, amount: minor(due), refunded: minor(refunded), currency: due.currency,
    state: closed ? 'closed' : 'open', at: changedAt,
  };
}

export function ofReservation({ reservationId, owner, state, units, createdAt }: ReservationFigures): Sighting {
  return { key: reservationId, order_id: owner, units, state, at: createdAt };
}

export function ofFulfilment(order: FulfilmentFigures): Sighting {
  const { fulfilmentOrderId, orderId, reference, locationId, state, units, shipped, changedAt } = order;
  return {
    key: fulfilmentOrderId, ...(orderId ? { order_id: orderId } : {}), units, shipped, state, at: changedAt,
    detail: { reference, locationId },
  };
}

const positionKey = (locationId: string, sku: string): string => `${locationId} ${sku}`;

export function ofStock({ sku, locationId, there, ledger, changedAt }: StockFigures): Sighting {
  return {
    key: positionKey(locationId, sku), units: there, amount: ledger, ...(changedAt ? { at: changedAt } : {}),
  };
}

export function ofWarehouseStock({ sku, locationId, onHand, changedAt }: WarehouseStockFigures): Sighting {
  return { key: positionKey(locationId, sku), units: onHand, ...(changedAt ? { at: changedAt } : {}) };
}
