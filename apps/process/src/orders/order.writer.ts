// Set-based writers of the order tables: captures and changes of many orders share one statement and one commit.
import { Rejected, type BatchWriter, type Sql, type UnitOfWork } from '#database';
import type { Address, Discount, ExternalReference, Hold, Money, OrderCustomer, Tax, Totals } from '#contracts';

export interface CapturedLine {
  readonly lineId: string;
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly discounts: Discount[];
  readonly tax: Tax;
  readonly total: Money;
  readonly method: string;
  readonly locationId: string;
  /** Units that wait for supply or consent. */
  readonly backordered?: number;
}

export interface CapturedOrder {
  readonly id: string;
  readonly orderNumber: string;
  readonly brand: string;
  readonly region: string;
  readonly channel: string;
  readonly currency: string;
  readonly customer: OrderCustomer;
  readonly shippingAddress?: Address;
  readonly totals: Totals;
  readonly consumer: string;
  readonly fingerprint: string;
  readonly reservationId: string;
  readonly placedAt: string;
  readonly promisedAt: string;
  readonly paymentMethod: string;
  readonly externalReference?: ExternalReference;
  readonly lines: readonly CapturedLine[];
  readonly holds: readonly Hold[];
}

/** Rejection of a capture whose external reference already has an order. */
export const REFERENCE_TAKEN = 'external-reference-taken';

interface TakenReference extends ExternalReference {
  readonly orderId: string;
}

/** Adds every row of a new order to the unit; the unit is rejected when its external reference is taken. */
export function addCapture(unit: UnitOfWork, order: CapturedOrder): void {
  if (order.externalReference) unit.add(externalReferences, { ...order.externalReference, orderId: order.id });
  unit.add(orders, order);
  for (const hold of order.holds) unit.add(holds, { orderId: order.id, hold });
}

/** One commercial order per external reference, however often it is sent and by however many processes. */
const externalReferences: BatchWriter<TakenReference> = {
  name: 'orders.external_reference',
  order: 20,
  guards: true,
  async write(tx: Sql, rows) {
    const written = await tx.query<{ order_id: string }>(
      `insert into orders.external_reference (system, external_id, order_id)
       select distinct on (system, external_id) system, external_id, order_id
         from unnest($1::text[], $2::text[], $3::text[]) with ordinality as row(system, external_id, order_id, place)
        order by system, external_id, place
       on conflict do nothing returning order_id`,
      [rows.map((row) => row.system), rows.map((row) => row.id), rows.map((row) => row.orderId)],
    );
    const mine = new Set(written.map((row) => row.order_id));
    return rows.map((row) => (mine.has(row.orderId) ? undefined : new Rejected(REFERENCE_TAKEN)));
  },
};

const orders: BatchWriter<CapturedOrder> = {
  name: 'orders.order',
  order: 100,
  pipelined: true,
  async write(tx: Sql, rows) {
    const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
    const lines = rows.flatMap((row) => row.lines.map((line, place) => ({ orderId: row.id, place, line })));
    const order = tx.query(
      `insert into orders."order" (id, order_number, brand, region, channel, currency, customer_id, customer,
        shipping_address,
         totals, consumer, fingerprint, reservation_id, placed_at, promised_at)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
         $8::jsonb[],
         $9::jsonb[], $10::jsonb[], $11::text[], $12::text[], $13::text[], $14::timestamptz[], $15::timestamptz[])`,
      [
        rows.map((row) => row.id),
        rows.map((row) => row.orderNumber),
        rows.map((row) => row.brand),
        rows.map((row) => row.region),
        rows.map((row) => row.channel),
        rows.map((row) => row.currency),
        rows.map((row) => row.customer.customerId ?? null),
        rows.map((row) => json(row.customer)),
        rows.map((row) => json(row.shippingAddress)),
        rows.map((row) => json(row.totals)),
        rows.map((row) => row.consumer),
        rows.map((row) => row.fingerprint),
        rows.map((row) => row.reservationId),
        rows.map((row) => row.placedAt),
        rows.map((row) => row.promisedAt),
      ],
    );
    const payment = tx.query(
      `insert into orders.payment (order_id, method, currency) select * from unnest($1::text[], $2::text[],
        $3::text[])`,
      [rows.map((row) => row.id), rows.map((row) => row.paymentMethod), rows.map((row) => row.currency)],
    );
    const line = tx.query(
      `insert into orders.line (order_id, line_id, place, sku, name, unit_price, discounts, tax, total, method,
        location_id, ordered, backordered, reserved)
       select *, quantity - waiting from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::jsonb[],
         $7::jsonb[], $8::jsonb[],
         $9::jsonb[], $10::text[], $11::text[], $12::int[], $13::int[])
         as row(order_id, line_id, place, sku, name, unit_price, discounts, tax, total, method, location_id, quantity,
           waiting)`,
      [
        lines.map((row) => row.orderId),
        lines.map((row) => row.line.lineId),
        lines.map((row) => row.place),
        lines.map((row) => row.line.sku),
        lines.map((row) => row.line.name),
        lines.map((row) => json(row.line.unitPrice)),
        lines.map((row) => json(row.line.discounts)),
        lines.map((row) => json(row.line.tax)),
        lines.map((row) => json(row.line.total)),
        lines.map((row) => row.line.method),
        lines.map((row) => row.line.locationId),
        lines.map((row) => row.line.quantity),
        lines.map((row) => row.line.backordered ?? 0),
      ],
    );
    await Promise.all([order, payment, line]);
  },
};

const holds: BatchWriter<{ orderId: string; hold: Hold }> = {
  name: 'orders.hold',
  order: 120,
  pipelined: true,
  async write(tx: Sql, rows) {
    await tx.query(
      `insert into orders.hold (id, order_id, kind, reason, placed_by, placed_at)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])`,
      [
        rows.map((row) => row.hold.id),
        rows.map((row) => row.orderId),
        rows.map((row) => row.hold.kind),
        rows.map((row) => row.hold.reason),
        rows.map((row) => row.hold.placedBy),
        rows.map((row) => row.hold.placedAt),
      ],
    );
  },
};

/** The release of a hold; rejected when it is not there or was released before. */
export const holdReleases: BatchWriter<{ orderId: string; holdId: string; by: string }> = {
  name: 'orders.hold_release',
  order: 30,
  guards: true,
  async write(tx: Sql, rows) {
    const released = await tx.query<{ id: string }>(
      `update orders.hold h set released_by = row.by, released_at = now()
         from unnest($1::text[], $2::text[], $3::text[]) as row(order_id, id, by)
        where h.id = row.id and h.order_id = row.order_id and h.released_at is null returning h.id`,
      [rows.map((row) => row.orderId), rows.map((row) => row.holdId), rows.map((row) => row.by)],
    );
    const ids = new Set(released.map((row) => row.id));
    return rows.map((row) => (ids.delete(row.holdId) ? undefined : new Rejected('hold-not-open')));
  },
};

/** What moved a line: units between counters, and progress that is at least so far (facts may come out of order). */
export interface LineChange {
  readonly orderId: string;
  readonly lineId: string;
  readonly release?: number;
  readonly cancel?: number;
  /** Cancels whatever is not cancelled yet. */
  readonly cancelRest?: boolean;
  readonly pickedAtLeast?: number;
  readonly packedAtLeast?: number;
  readonly shippedAtLeast?: number;
  readonly deliveredAtLeast?: number;
}

/** Moves counters; `cancel` takes units that are reserved first, then those released and not picked. */
export const lineChanges: BatchWriter<LineChange> = {
  name: 'orders.line',
  order: 110,
  pipelined: true,
  async write(tx: Sql, rows) {
    const column = (pick: (row: LineChange) => number | undefined) => rows.map((row) => pick(row) ?? 0);
    await tx.query(
      `with change as (
         select order_id, line_id, sum(release) as release, sum(cancel) as cancel, bool_or(rest) as rest,
                max(picked) as picked, max(packed) as packed, max(shipped) as shipped, max(delivered) as delivered
           from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[],
             $9::bool[])
             as row(order_id, line_id, release, cancel, picked, packed, shipped, delivered, rest)
          group by order_id, line_id),
       locked as (
         select l.order_id, l.line_id, l.reserved - c.release as reserved, l.released + c.release as released,
                case when c.rest then l.ordered - l.cancelled - l.backordered else c.cancel end as cancel,
                case when c.rest then l.backordered else 0 end as waiting,
                greatest(l.picked, c.picked, c.packed, c.shipped, c.delivered) as picked
           from orders.line l join change c using (order_id, line_id)
          order by l.order_id, l.line_id for update of l)
       update orders.line l set
         reserved = k.reserved - least(k.cancel, k.reserved),
         released = l.released + c.release - greatest(k.cancel - k.reserved, 0),
         cancelled = l.cancelled + k.cancel + k.waiting,
         backordered = l.backordered - k.waiting,
         picked = case when k.cancel > 0 then least(k.picked, k.released - greatest(k.cancel - k.reserved, 0))
           else greatest(l.picked, c.picked, c.packed, c.shipped, c.delivered) end,
         packed = case when k.cancel > 0 then least(l.packed, k.released - greatest(k.cancel - k.reserved, 0))
           else greatest(l.packed, c.packed, c.shipped, c.delivered) end,
         shipped = greatest(l.shipped, c.shipped, c.delivered),
         delivered = greatest(l.delivered, c.delivered)
       from change c join locked k using (order_id, line_id)
       where l.order_id = c.order_id and l.line_id = c.line_id`,
      [
        rows.map((row) => row.orderId),
        rows.map((row) => row.lineId),
        column((row) => row.release),
        column((row) => row.cancel),
        column((row) => row.pickedAtLeast),
        column((row) => row.packedAtLeast),
        column((row) => row.shippedAtLeast),
        column((row) => row.deliveredAtLeast),
        rows.map((row) => row.cancelRest ?? false),
      ],
    );
  },
};

/** Facts about the order as a whole; every change raises its version. */
export interface OrderChange {
  readonly orderId: string;
  readonly cancelled?: boolean;
  readonly completed?: boolean;
  /** A new promise, RFC 3339. */
  readonly promisedAt?: string;
  /** Corrected data. */
  readonly customer?: OrderCustomer;
  readonly shippingAddress?: Address;
}

export const orderChanges: BatchWriter<OrderChange> = {
  name: 'orders.order_change',
  order: 105,
  pipelined: true,
  async write(tx: Sql, rows) {
    await tx.query(
      `with change as (
         select order_id, bool_or(cancelled) as cancelled, bool_or(completed) as completed, count(*)::int as changes,
                max(promised) as promised, max(customer) as customer, max(address) as address
           from unnest($1::text[], $2::bool[], $3::bool[], $4::timestamptz[], $5::text[], $6::text[])
             as row(order_id, cancelled, completed, promised, customer, address) group by order_id),
       locked as (select o.id from orders."order" o join change on o.id = order_id order by o.id for update of o)
       update orders."order" o set version = o.version + c.changes,
         promised_at = coalesce(c.promised, o.promised_at), customer = coalesce(c.customer::jsonb, o.customer),
         shipping_address = coalesce(c.address::jsonb, o.shipping_address),
         cancelled_at = case when c.cancelled then coalesce(o.cancelled_at, now()) else o.cancelled_at end,
         completed_at = case when c.completed then coalesce(o.completed_at, now()) else o.completed_at end
       from change c join locked on locked.id = c.order_id where o.id = c.order_id`,
      [
        rows.map((row) => row.orderId),
        rows.map((row) => row.cancelled ?? false),
        rows.map((row) => row.completed ?? false),
        rows.map((row) => row.promisedAt ?? null),
        rows.map((row) => (row.customer ? JSON.stringify(row.customer) : null)),
        rows.map((row) => (row.shippingAddress ? JSON.stringify(row.shippingAddress) : null)),
      ],
    );
  },
};

/**
 * Where the payment stands at the provider, in minor units; the figures are totals, so writing them twice is
 * harmless.
 */
export interface PaymentChange {
  readonly orderId: string;
  readonly reference?: string;
  readonly authorised: bigint;
  readonly captured: bigint;
  readonly refunded: bigint;
  readonly voided?: boolean;
  readonly failed?: boolean;
}

export const paymentChanges: BatchWriter<PaymentChange> = {
  name: 'orders.payment',
  order: 115,
  pipelined: true,
  async write(tx: Sql, rows) {
    await tx.query(
      `update orders.payment p set reference = coalesce(row.reference, p.reference),
        authorised = greatest(p.authorised, row.authorised),
         captured = greatest(p.captured, row.captured), refunded = greatest(p.refunded, row.refunded),
         voided_at = case when row.voided then coalesce(p.voided_at, now()) else p.voided_at end,
         failed_at = case when row.failed then coalesce(p.failed_at, now()) else p.failed_at end
       from (select order_id, max(reference) as reference, max(authorised) as authorised, max(captured) as captured,
                    max(refunded) as refunded, bool_or(voided) as voided, bool_or(failed) as failed
               from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bool[], $7::bool[])
                 as given(order_id, reference, authorised, captured, refunded, voided, failed)
              group by order_id order by order_id) row
       where p.order_id = row.order_id`,
      [
        rows.map((row) => row.orderId),
        rows.map((row) => row.reference ?? null),
        rows.map((row) => String(row.authorised)),
        rows.map((row) => String(row.captured)),
        rows.map((row) => String(row.refunded)),
        rows.map((row) => row.voided ?? false),
        rows.map((row) => row.failed ?? false),
      ],
    );
  },
};

/** Ids of an order in connected systems. */
export const systemReferences: BatchWriter<{ orderId: string; system: string; reference: string }> = {
  name: 'orders.system_reference',
  order: 130,
  pipelined: true,
  async write(tx: Sql, rows) {
    await tx.query(
      `insert into orders.system_reference (order_id, system, reference)
       select distinct * from unnest($1::text[], $2::text[], $3::text[]) on conflict do nothing`,
      [rows.map((row) => row.orderId), rows.map((row) => row.system), rows.map((row) => row.reference)],
    );
  },
};

export interface ShipmentChange {
  readonly id: string;
  readonly orderId: string;
  readonly locationId: string;
  readonly carrier?: string;
  readonly trackingNumber?: string;
  readonly at: string;
  readonly delivered: boolean;
}

/** A parcel that left or arrived; arrival may be told first. */
export const shipmentChanges: BatchWriter<ShipmentChange> = {
  name: 'orders.shipment',
  order: 125,
  pipelined: true,
  async write(tx: Sql, rows) {
    await tx.query(
      `insert into orders.shipment as s (id, order_id, location_id, carrier, tracking_number, shipped_at, delivered_at)
       select id, max(order_id), max(location_id), max(carrier), max(tracking_number), min(at),
         max(at) filter (where delivered)
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::bool[])
           as row(id, order_id, location_id, carrier, tracking_number, at, delivered)
        group by id order by id
       on conflict (id) do update set carrier = coalesce(excluded.carrier, s.carrier),
         tracking_number = coalesce(excluded.tracking_number, s.tracking_number), shipped_at = least(s.shipped_at,
           excluded.shipped_at),
         delivered_at = coalesce(s.delivered_at, excluded.delivered_at)`,
      [
        rows.map((row) => row.id),
        rows.map((row) => row.orderId),
        rows.map((row) => row.locationId),
        rows.map((row) => row.carrier ?? null),
        rows.map((row) => row.trackingNumber ?? null),
        rows.map((row) => row.at),
        rows.map((row) => row.delivered),
      ],
    );
  },
};
