/*
 * The life of a fulfilment order in the warehouse, as pure steps: accepted, picked, packed, shipped, delivered, or
 * cancelled before picking. Each step yields the fact that the warehouse announces.
 */

export type Status = 'accepted' | 'picked' | 'packed' | 'shipped' | 'delivered' | 'cancelled';

/** What a client asks for; kept to tell a repeated request from another one. */
export interface FulfilmentRequest {
  readonly externalId: string;
  readonly location: string;
  readonly lines: readonly { readonly lineId: string; readonly sku: string; readonly quantity: number }[];
  readonly shipTo: Readonly<Record<string, unknown>>;
  readonly method: string;
}

export interface Line {
  readonly lineId: string;
  readonly sku: string;
  /** Ordered units; the others count what the warehouse did, in the same units. */
  readonly quantity: number;
  picked: number;
  packed: number;
  shipped: number;
  delivered: number;
  /** Why fewer were picked than ordered. */
  shortReason?: string;
}

export interface Shipment {
  readonly id: string;
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly trackingUrl: string;
  readonly lines: readonly { readonly lineId: string; readonly sku: string; readonly quantity: number }[];
  readonly shippedAt: string;
  deliveredAt?: string;
}

export interface FulfilmentOrder {
  readonly id: string;
  readonly externalId: string;
  readonly location: string;
  readonly shipTo: FulfilmentRequest['shipTo'];
  readonly method: string;
  status: Status;
  cancelReason?: string;
  readonly lines: Line[];
  readonly shipments: Shipment[];
  readonly createdAt: string;
  updatedAt: string;
}

/** What the warehouse announces; `quantity` of a line is the number of units the fact is about. */
export interface Fact {
  readonly id: string;
  readonly type: `fulfilment-order.${Status}`;
  /** RFC 3339, UTC. */
  readonly occurredAt: string;
  readonly data: {
    readonly fulfilmentOrderId: string;
    readonly externalId: string;
    readonly location: string;
    readonly status: Status;
    readonly lines: readonly {
      readonly lineId: string;
      readonly sku: string;
      readonly ordered: number;
      readonly quantity: number;
      readonly shortReason?: string;
    }[];
    readonly shipment?: Shipment;
    readonly reason?: string;
  };
}

/** The chance and numbers a step needs from outside. */
export interface StepContext {
  readonly now: Date;
  readonly shortPickSkus: ReadonlySet<string>;
  /** A number that was never used before, for shipments. */
  nextNumber(): number;
}

export const SHORT_PICK_REASON = 'shortPick: fewer units at the bin than the system said';
const NOTHING_PICKED_REASON = 'nothingPicked: no unit of any line could be found';

export function isFinal({ status }: FulfilmentOrder): boolean {
  return status === 'delivered' || status === 'cancelled';
}

export function accept(request: FulfilmentRequest, id: string, now: Date): FulfilmentOrder {
  const at = now.toISOString();
  return {
    id,
    externalId: request.externalId,
    location: request.location,
    shipTo: request.shipTo,
    method: request.method,
    status: 'accepted',
    shipments: [],
    createdAt: at,
    updatedAt: at,
    lines: request.lines.map(({ lineId, sku, quantity }) => ({
      lineId,
      sku,
      quantity,
      picked: 0,
      packed: 0,
      shipped: 0,
      delivered: 0,
    })),
  };
}

/** Moves the order one step on. The caller has checked that it is not final. */
export function advance(order: FulfilmentOrder, context: StepContext): void {
  const { lines } = order;
  const steps: Readonly<Partial<Record<Status, () => void>>> = {
    accepted: () => {
      order.status = 'picked';
      for (const line of lines) pick(line, context.shortPickSkus);
    },
    picked: () => {
      if (lines.every(({ picked }) => picked === 0)) return cancel(order, NOTHING_PICKED_REASON, context.now);
      order.status = 'packed';
      for (const line of lines) line.packed = line.picked;
    },
    packed: () => {
      order.status = 'shipped';
      for (const line of lines) line.shipped = line.packed;
      order.shipments.push(ship(order, context));
    },
    shipped: () => {
      order.status = 'delivered';
      for (const line of lines) line.delivered = line.shipped;
      for (const shipment of order.shipments) shipment.deliveredAt = context.now.toISOString();
    },
  };
  steps[order.status]?.();
  order.updatedAt = context.now.toISOString();
}

export function cancel(order: FulfilmentOrder, reason: string, now: Date): void {
  order.status = 'cancelled';
  order.cancelReason = reason;
  order.updatedAt = now.toISOString();
}

function pick(line: Line, shortPickSkus: ReadonlySet<string>): void {
  const short = shortPickSkus.has(line.sku);
  line.picked = short ? line.quantity - 1 : line.quantity;
  if (short) line.shortReason = SHORT_PICK_REASON;
}

function ship(order: FulfilmentOrder, { now, nextNumber }: StepContext): Shipment {
  const number = nextNumber();
  const [carrier, prefix, site] =
    order.location === 'WH-EU'
      ? ['DHL', '00340434', 'https://www.dhl.com/en/express/tracking.html?AWB=']
      : ['UPS', '1Z999AA1', 'https://www.ups.com/track?tracknum='];
  const trackingNumber = `${prefix}${String(number).padStart(10, '0')}`;
  const lines = order.lines
    .filter(({ shipped }) => shipped > 0)
    .map(({ lineId, sku, shipped }) => ({ lineId, sku, quantity: shipped }));
  return {
    id: `SHP-${String(number).padStart(6, '0')}`,
    carrier: carrier!,
    trackingNumber,
    trackingUrl: `${site}${trackingNumber}`,
    lines,
    shippedAt: now.toISOString(),
  };
}

/** The fact of the status an order has just reached. */
export function describeFact(order: FulfilmentOrder, id: string): Fact {
  const { status } = order;
  const done = (line: Line): number => (status === 'accepted' || status === 'cancelled' ? line.quantity : line[status]);
  const withShipment = (status === 'shipped' || status === 'delivered') && order.shipments[0];
  return {
    id,
    type: `fulfilment-order.${status}`,
    occurredAt: order.updatedAt,
    data: {
      fulfilmentOrderId: order.id,
      externalId: order.externalId,
      location: order.location,
      status,
      lines: order.lines.map((line) => ({
        lineId: line.lineId,
        sku: line.sku,
        ordered: line.quantity,
        quantity: done(line),
        ...(line.shortReason ? { shortReason: line.shortReason } : {}),
      })),
      ...(withShipment ? { shipment: { ...withShipment } } : {}),
      ...(order.cancelReason ? { reason: order.cancelReason } : {}),
    },
  };
}
