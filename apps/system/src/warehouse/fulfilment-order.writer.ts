// Writes of fulfilment orders for many callers at once: what we ask for, before we ask, and what the warehouse says,
// which never moves an order backwards, however late or often it arrives.
import type { NewFulfilmentOrder } from '#contracts';
import { Rejected, type BatchWriter } from '#database';
import { FULFILMENT_STATES, type FulfilmentState } from './fulfilment-order.entity.js';

const NEW_ORDER = 400;
const SEEN_ORDER = 410;

const INSERT = `
  insert into warehouse.fulfilment_order (id, order_id, location_id, method, lines, ship_to, updated_at)
  select distinct on (id) id, "orderId", "locationId", method, lines, "shipTo", clock_timestamp()
  from json_to_recordset($1) as asked
    (id text, "orderId" text, "locationId" text, method text, lines jsonb, "shipTo" jsonb)
  order by id
  on conflict do nothing`;
// The row counts as the same when all that the warehouse would see is the same; one taken back is not asked for again.
const COMPARE = `
  select asked.place, kept.cancel_asked as cancelled,
    exists (select from warehouse.store where store.id = kept.location_id) as "atStore",
    kept.order_id = asked."orderId" and kept.location_id = asked."locationId"
    and kept.method = asked.method and kept.lines = asked.lines
    and coalesce(kept.ship_to, 'null') = coalesce(asked."shipTo", 'null') as same
  from json_to_recordset($1) as asked
    (place int, id text, "orderId" text, "locationId" text, method text, lines jsonb, "shipTo" jsonb)
  join warehouse.fulfilment_order as kept using (id) order by asked.place`;
const SEE = `
  with said as (
    select distinct on (id) * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
      as row (id, reference, state, updated_at, as_of)
    order by id, array_position($6::text[], state) desc)
  update warehouse.fulfilment_order as kept
  set reference = coalesce(said.reference, kept.reference), state = said.state, updated_at = said.updated_at,
    as_of = greatest(kept.as_of, said.as_of)
  from (
    select said.* from said join warehouse.fulfilment_order as known using (id) order by id for update of known) as said
  where kept.id = said.id
    and coalesce(array_position($6::text[], kept.state), 0) <= array_position($6::text[], said.state)`;

export interface NotedOrder {
  /** True when the people of a store fulfil it, not a warehouse's system. */
  readonly atStore: boolean;
}

/** Notes what we ask for; a guard: an id that stands for other work, or was taken back, is rejected. */
export const newFulfilmentOrders: BatchWriter<NewFulfilmentOrder, NotedOrder> = {
  name: 'warehouse.new-fulfilment-order', order: NEW_ORDER, guards: true,
  async write(tx, orders) {
    const asked = JSON.stringify(orders.map((order, place) => ({ place, ...order })));
    await tx.query(INSERT, [asked]);
    const kept = await tx.query<{ cancelled: boolean; same: boolean; atStore: boolean }>(COMPARE, [asked]);
    return kept.map(({ cancelled, same, atStore }, place) => {
      const { id } = orders[place]!;
      if (!same) return new Rejected('other-content', `fulfilment order ${id} exists with other content`);
      return cancelled ? new Rejected('cancelled', `fulfilment order ${id} was taken back`) : { atStore };
    });
  },
};

/** What the warehouse has said of one fulfilment order. */
export interface Sighting {
  readonly id: string;
  readonly reference?: string;
  readonly state: FulfilmentState;
  /** RFC 3339, when the state was reached. */
  readonly updatedAt: string;
  /** RFC 3339, when we were told. */
  readonly asOf: string;
}

/** Keeps what the warehouse says; rows of orders we do not know change nothing. */
export const sightings: BatchWriter<Sighting> = {
  name: 'warehouse.sighting', order: SEEN_ORDER, pipelined: true,
  async write(tx, rows) {
    await tx.query(SEE, [
      rows.map(({ id }) => id), rows.map(({ reference }) => reference ?? null), rows.map(({ state }) => state),
      rows.map(({ updatedAt }) => updatedAt), rows.map(({ asOf }) => asOf), [...FULFILMENT_STATES],
    ]);
  },
};
