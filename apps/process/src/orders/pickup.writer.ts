// Set-based writers of pickups: the promise, and what became of it.
import type { Address } from '#contracts';
import type { BatchWriter, Sql } from '#database';

export interface NewPickup {
  readonly id: string;
  readonly orderId: string;
  readonly locationId: string;
  readonly lineIds: readonly string[];
  readonly code: string;
  /** RFC 3339. */
  readonly readyBy: string;
}

const NEW_ORDER = 126;
const CHANGE_ORDER = 127;
const METHOD_ORDER = 112;

/** The promise of a pickup, once per id. */
export const newPickups: BatchWriter<NewPickup> = {
  name: 'orders.new-pickup', order: NEW_ORDER,
  async write(tx: Sql, rows) {
    await tx.query(`
      insert into orders.pickup (id, order_id, location_id, line_ids, code, ready_by)
      select id, "orderId", "locationId", array(select jsonb_array_elements_text("lineIds")), code, "readyBy"
      from jsonb_to_recordset($1::jsonb) as row
        (id text, "orderId" text, "locationId" text, "lineIds" jsonb, code text, "readyBy" timestamptz)
      order by id on conflict do nothing`, [JSON.stringify(rows)]);
  },
};

/** What became of a pickup; each moment is kept as it came first, but the time to collect may move. */
export interface PickupChange {
  readonly id: string;
  readonly readyAt?: string;
  readonly collectBy?: string;
  readonly collectedAt?: string;
  readonly expiredAt?: string;
  readonly convertedAt?: string;
  readonly cancelledAt?: string;
}

export const pickupChanges: BatchWriter<PickupChange> = {
  name: 'orders.pickup-change', order: CHANGE_ORDER,
  async write(tx: Sql, rows) {
    await tx.query(`
      with given as (
        select id, min("readyAt") as ready, max("collectBy") as collect, min("collectedAt") as collected,
          min("expiredAt") as expired, min("convertedAt") as converted, min("cancelledAt") as cancelled
        from jsonb_to_recordset($1::jsonb) as row (id text, "readyAt" timestamptz, "collectBy" timestamptz,
          "collectedAt" timestamptz, "expiredAt" timestamptz, "convertedAt" timestamptz, "cancelledAt" timestamptz)
        group by id),
      locked as (select p.id from orders.pickup p join given using (id) order by p.id for update of p)
      update orders.pickup p set ready_at = coalesce(p.ready_at, given.ready),
        collect_by = greatest(p.collect_by, given.collect), collected_at = coalesce(p.collected_at, given.collected),
        expired_at = coalesce(p.expired_at, given.expired), converted_at = coalesce(p.converted_at, given.converted),
        cancelled_at = coalesce(p.cancelled_at, given.cancelled)
      from given join locked using (id) where p.id = given.id`, [JSON.stringify(rows)]);
  },
};

export interface ConvertedLines {
  readonly orderId: string;
  readonly lineIds: readonly string[];
  readonly shippingAddress: Address;
}

/** Lines that are shipped from the store after all; an order without an address gets the one they go to. */
export const convertedLines: BatchWriter<ConvertedLines> = {
  name: 'orders.converted-line', order: METHOD_ORDER,
  async write(tx: Sql, rows) {
    const given = [JSON.stringify(rows)];
    await tx.query(`
      with given as (select distinct on ("orderId") * from jsonb_to_recordset($1::jsonb) as row
        ("orderId" text, "shippingAddress" jsonb) order by "orderId")
      update orders."order" o set shipping_address = given."shippingAddress" from given
      where o.id = given."orderId" and o.shipping_address is null`, given);
    await tx.query(`
      update orders.line l set method = 'shipFromStore'
      from jsonb_to_recordset($1::jsonb) as row ("orderId" text, "lineIds" jsonb)
      where l.order_id = row."orderId" and row."lineIds" ? l.line_id`, given);
  },
};
