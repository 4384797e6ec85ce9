// From the canonical customer and order to what Salesforce imports without code: flat, with Apex-safe names.
import {
  entityTag, type CallContext, type CustomerProfile, type Freshness, type Order, type OrderPage, type OrderQuery,
} from '#contracts';
import { openHold } from '../../order-hold.policy.js';
import type {
  SalesforceAnswer, SalesforceFreshness, SalesforceOrderStatus, SalesforceOrderSummary,
} from './order.contract.js';
import type { SalesforceCustomer, SalesforceOrderPage, SalesforceOrderQuery } from './salesforce.contract.js';

/** System under which an order keeps its ERP number. */
const ERP = 'erp';

export function toSalesforceCustomer(
  profile: CustomerProfile, orders: OrderPage, call: CallContext,
): SalesforceCustomer {
  const { customerId, customer } = profile;
  return {
    ...standing(call),
    customerId,
    profileKnown: customer !== undefined,
    ...(customer ? { fullName: customer.name, tier: customer.tier } : {}),
    ...(customer?.email ? { email: customer.email } : {}),
    ...(customer?.phone ? { phone: customer.phone } : {}),
    ...(customer?.recordId ? { accountId: customer.recordId } : {}),
    recentOrders: orders.orders.map(toSummary),
    freshness: [
      toFreshness(profile.freshness),
      { sourceSystem: 'throughline', asOf: new Date().toISOString(), stale: false },
    ],
  };
}

export function toOrderQuery({ customerId, openOnly, pageCursor, pageSize }: SalesforceOrderQuery): OrderQuery {
  return {
    customerId,
    ...(openOnly ? { open: true } : {}),
    ...(pageCursor ? { cursor: pageCursor } : {}),
    ...(pageSize ? { limit: pageSize } : {}),
  };
}

export function toSalesforcePage({ orders, next }: OrderPage, call: CallContext): SalesforceOrderPage {
  return { ...standing(call), orders: orders.map(toSummary), ...(next ? { nextCursor: next } : {}) };
}

export function toOrderStatus(order: Order, call: CallContext): SalesforceOrderStatus {
  const { customer, axes, promisedAt } = order;
  const hold = openHold(order);
  const erp = order.references.find(({ system }) => system === ERP);
  const shown = {
    ...standing(call),
    ...toSummary(order),
    fulfilmentStatus: axes.fulfilment,
    paymentStatus: axes.payment,
    ...(customer.customerId ? { customerId: customer.customerId } : {}),
    ...(customer.name ? { customerName: customer.name } : {}),
    ...(erp ? { erpNumber: erp.id } : {}),
    ...(hold ? { holdReason: hold.reason } : {}),
    ...(promisedAt ? { promisedAt } : {}),
    orderLines: order.lines.map(({ lineId, sku, name, quantity, total, counters }) => ({
      lineId,
      sku,
      productName: name,
      quantity,
      totalAmount: total.amount,
      backordered: counters.backordered,
      shipped: counters.shipped,
      delivered: counters.delivered,
      cancelled: counters.cancelled,
    })),
    shipments: order.shipments.map(({ id, locationId: _locationId, ...shipment }) => ({ shipmentId: id, ...shipment })),
    freshness: order.freshness.map(toFreshness),
  };
  return { ...shown, etag: entityTag(shown) };
}

/** What REST says in headers and Salesforce cannot read there. */
export function standing({ standing: where }: CallContext): SalesforceAnswer {
  const { deprecated = false, sunsetAt } = where ?? {};
  return { deprecated, ...(sunsetAt ? { sunsetAt } : {}) };
}

function toSummary({ id, orderNumber, status, channel, totals, placedAt }: Order): SalesforceOrderSummary {
  const { amount, currency } = totals.total;
  return { orderId: id, orderNumber, status, channel, totalAmount: amount, currencyCode: currency, placedAt };
}

export function toFreshness({ source, ...age }: Freshness): SalesforceFreshness {
  return { sourceSystem: source, ...age };
}
