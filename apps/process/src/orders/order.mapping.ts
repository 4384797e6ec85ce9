// One pure mapping between the order's records and the canonical order; status and axes are worked out here and
// nowhere stored.
import { fromMinor, type Freshness, type Hold, type LineCounters, type Order, type OrderLine } from '#contracts';
import type { LineRecord, OrderRecord, PaymentRecord } from './order.entity.js';
import { deriveAxes, deriveStatus, paymentState, type OrderFacts, type PaymentFacts } from './order.states.js';
import type { CapturedOrder } from './order.writer.js';
import { returnCountersOf } from './return-axes.states.js';
import { toOrderPickup } from './pickup.states.js';

/** System under which an order's ERP number is kept. */
export const ERP = 'erp';
/** The connected warehouse. */
const WAREHOUSE = 'wms';
const MS_PER_SECOND = 1_000;
const REASON_MAX = 300;
/** An order that the ERP has not confirmed after this time is said to be late there. */
const ERP_LATE_MS = 10_000;

export function factsOf(record: OrderRecord): OrderFacts {
  return {
    lines: record.lines.map(countersOf),
    openHolds: record.holds.filter((hold) => !hold.releasedAt).length,
    inErp: record.systemReferences.some((reference) => reference.system === ERP),
    cancelled: record.cancelledAt !== null,
    completed: record.completedAt !== null,
    payment: paymentFacts(record.payment),
    returns: returnCountersOf(record.lines),
  };
}

export function toOrder(record: OrderRecord): Order {
  const axes = deriveAxes(factsOf(record));
  const { currency, payment } = record;
  return {
    id: record.id,
    orderNumber: record.orderNumber,
    brand: record.brand,
    region: record.region,
    channel: record.channel,
    ...(record.externalReferences[0] ? { externalReference: referenceOf(record.externalReferences[0]) } : {}),
    customer: record.customer,
    currency,
    lines: [...record.lines].sort((a, b) => a.place - b.place).map(toLine),
    ...(record.shippingAddress ? { shippingAddress: record.shippingAddress } : {}),
    payments: [
      {
        method: payment.method,
        ...(payment.reference ? { reference: payment.reference } : {}),
        authorised: fromMinor(BigInt(payment.authorised), currency),
        captured: fromMinor(BigInt(payment.captured), currency),
        refunded: fromMinor(BigInt(payment.refunded), currency),
        state: paymentState(paymentFacts(payment)),
      },
    ],
    totals: record.totals,
    holds: record.holds.map((hold): Hold => ({
      id: hold.id,
      kind: hold.kind,
      reason: hold.reason,
      placedBy: hold.placedBy,
      placedAt: hold.placedAt.toISOString(),
      ...(hold.releasedBy ? { releasedBy: hold.releasedBy } : {}),
      ...(hold.releasedAt ? { releasedAt: hold.releasedAt.toISOString() } : {}),
    })),
    shipments: record.shipments.map((shipment) => ({
      id: shipment.id,
      locationId: shipment.locationId,
      ...(shipment.carrier ? { carrier: shipment.carrier } : {}),
      ...(shipment.trackingNumber ? { trackingNumber: shipment.trackingNumber } : {}),
      shippedAt: shipment.shippedAt.toISOString(),
      ...(shipment.deliveredAt ? { deliveredAt: shipment.deliveredAt.toISOString() } : {}),
    })),
    ...(record.pickups.length > 0 ? { pickups: record.pickups.map(toOrderPickup) } : {}),
    references: record.systemReferences.map((reference) => ({ system: reference.system, id: reference.reference })),
    axes,
    status: deriveStatus(axes),
    placedAt: record.placedAt.toISOString(),
    placedBy: record.consumer,
    ...(record.promisedAt ? { promisedAt: record.promisedAt.toISOString() } : {}),
    freshness: [...freshnessOf(record, Date.now()), ...warehouseAge(record, Date.now())],
    version: record.version,
  };
}

/**
 * How old what we say is: our own facts are current, the ERP's as old as its answer, and late when there is none yet.
 */
function freshnessOf(record: OrderRecord, now: number): Freshness[] {
  const own = { source: 'throughline', asOf: new Date(now).toISOString(), stale: false };
  const erp = record.systemReferences.find(({ system }) => system === ERP);
  if (erp) return [own, { source: ERP, asOf: erp.since.toISOString(), stale: false }];
  const waits = record.cancelledAt === null && record.holds.every(({ releasedAt }) => releasedAt !== null);
  if (!waits || now - record.placedAt.getTime() < ERP_LATE_MS) return [own];
  const reason = 'The ERP has not confirmed this order yet; it is asked again until it does.';
  return [own, { source: ERP, asOf: record.placedAt.toISOString(), stale: true, reason }];
}

/** While the warehouse is silent, what is said of units that it has or gets is as old as its last answer. */
function warehouseAge(record: OrderRecord, now: number): Freshness[] {
  const silent = record.silent?.find(({ system }) => system === WAREHOUSE);
  const over = record.completedAt !== null || record.cancelledAt !== null;
  const there = record.lines.some(({ method, ordered, cancelled, delivered }) =>
    method === 'ship' && ordered - cancelled > delivered);
  if (!silent || over || !there) return [];
  const period = silent.checkEverySeconds * MS_PER_SECOND;
  const passed = Math.floor((now - silent.since.getTime()) / period);
  return [{
    source: WAREHOUSE, asOf: silent.since.toISOString(), stale: true,
    reason: `The warehouse has said nothing since (${silent.reason.slice(0, REASON_MAX)}); what is shown is older.`,
    nextCheckAt: new Date(silent.since.getTime() + (passed + 1) * period).toISOString(),
  }];
}

/** The order as it stands right after its capture, without reading it back. */
export function capturedOrder(captured: CapturedOrder): Order {
  const none = fromMinor(0n, captured.currency);
  const axes = deriveAxes({
    lines: captured.lines.map((line) => newCounters(line)),
    openHolds: captured.holds.length,
    inErp: false,
    cancelled: false,
    completed: false,
    payment: { authorised: 0n, captured: 0n, refunded: 0n, voided: false, failed: false },
  });
  return {
    id: captured.id,
    orderNumber: captured.orderNumber,
    brand: captured.brand,
    region: captured.region,
    channel: captured.channel,
    ...(captured.externalReference ? { externalReference: captured.externalReference } : {}),
    customer: captured.customer,
    currency: captured.currency,
    lines: captured.lines.map((line): OrderLine => ({
      lineId: line.lineId,
      sku: line.sku,
      name: line.name,
      quantity: line.quantity,
      unitPrice: line.unitPrice,
      discounts: line.discounts,
      tax: line.tax,
      total: line.total,
      fulfilment: { method: line.method, locationId: line.locationId },
      counters: newCounters(line),
    })),
    ...(captured.shippingAddress ? { shippingAddress: captured.shippingAddress } : {}),
    payments: [{ method: captured.paymentMethod, authorised: none, captured: none, refunded: none, state: 'pending' }],
    totals: captured.totals,
    holds: [...captured.holds],
    shipments: [],
    references: [],
    axes,
    status: deriveStatus(axes),
    placedAt: captured.placedAt,
    promisedAt: captured.promisedAt,
    freshness: [{ source: 'throughline', asOf: captured.placedAt, stale: false }],
    version: 1,
  };
}

function toLine(line: LineRecord): OrderLine {
  return {
    lineId: line.lineId,
    sku: line.sku,
    name: line.name,
    quantity: line.ordered,
    unitPrice: line.unitPrice,
    discounts: line.discounts,
    tax: line.tax,
    total: line.total,
    fulfilment: { method: line.method, locationId: line.locationId },
    counters: countersOf(line),
  };
}

const COUNTERS = [
  'ordered', 'cancelled', 'backordered', 'reserved', 'released', 'picked', 'packed', 'shipped', 'delivered',
  'returnRequested', 'received', 'restocked', 'scrapped', 'refunded',
] as const satisfies readonly (keyof LineCounters)[];

function countersOf(line: LineCounters): LineCounters {
  return Object.fromEntries(COUNTERS.map((name) => [name, line[name]])) as unknown as LineCounters;
}

function newCounters({ quantity: ordered, backordered = 0 }: CapturedOrder['lines'][number]): LineCounters {
  const none = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as unknown as LineCounters;
  return { ...none, ordered, backordered, reserved: ordered - backordered };
}

function paymentFacts(payment: PaymentRecord): PaymentFacts {
  return {
    authorised: BigInt(payment.authorised),
    captured: BigInt(payment.captured),
    refunded: BigInt(payment.refunded),
    voided: payment.voidedAt !== null,
    failed: payment.failedAt !== null,
  };
}

function referenceOf(record: { system: string; externalId: string }): { system: string; id: string } {
  return { system: record.system, id: record.externalId };
}
