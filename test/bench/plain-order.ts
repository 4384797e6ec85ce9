// The bar for taking orders: the rows one accepted order causes, written by hand in one transaction of prepared
// statements, one a table. No HTTP, no checks, no prices to look up: nobody can take an order for less, one at a time.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';

/** A line of an order to be written. */
export interface Line { readonly sku: string; readonly quantity: number }

const LOCATION = 'WH-EU';
const EUR = (amount: string) => ({ amount, currency: 'EUR' });

const statement = (name: string, text: string) => (values: unknown[]): pg.QueryConfig => ({ name, text, values });

const LOCK_POSITIONS = statement('lock positions', `
  select sku, location_id, on_hand, reserved, unavailable, safety_stock from inventory.position
  where location_id = $1 and sku = any($2::text[]) order by sku for update`);
const RESERVE = statement('reserve', `
  update inventory.position p set reserved = p.reserved + row.quantity
  from unnest($2::text[], $3::bigint[]) as row(sku, quantity) where p.sku = row.sku and p.location_id = $1`);
const RESERVATION = statement('reservation', `
  insert into inventory.reservation (id, owner, state, content, expires_at)
  values ($1, $2, 'held', $3, now() + interval '15 minutes')`);
const RESERVATION_LINES = statement('reservation lines', `
  insert into inventory.reservation_line (reservation_id, line_id, place, sku, location_id, quantity)
  select $1, line_id, line_id::int - 1, sku, $2, quantity
  from unnest($3::text[], $4::text[], $5::bigint[]) as row(line_id, sku, quantity)`);
const MOVEMENTS = statement('movements', `
  insert into inventory.movement (sku, location_id, quantity, from_bucket, to_bucket, fact, reason)
  select sku, $2, quantity, 'onHand', 'reserved', $1, 'reserved'
  from unnest($3::text[], $4::bigint[]) as row(sku, quantity)`);
const ANSWER = statement('answer', `
  insert into governance.stored_answer (consumer, operation, key, fingerprint, status, body)
  values ('storefront-demo', 'placeOrder', $1, $2, 201, $3)`);
const ORDER = statement('order', `
  insert into orders."order" (id, order_number, brand, region, channel, currency, customer_id, customer,
    shipping_address, totals, consumer, fingerprint, reservation_id, placed_at, promised_at)
  values ($1, $2, 'throughline', 'EU', 'storefront', 'EUR', $3, $4, $5, $6, 'storefront-demo', $7, $8, $9, $10)`);
const PAYMENT = statement('payment', `
  insert into orders.payment (order_id, method, currency) values ($1, 'card', 'EUR')`);
const LINES = statement('lines', `
  insert into orders.line (order_id, line_id, place, sku, name, unit_price, discounts, tax, total, method, location_id,
    ordered, reserved)
  select $1, line_id, line_id::int - 1, sku, $3, $4, $5, $6, $4, 'ship', $2, quantity, quantity
  from unnest($7::text[], $8::text[], $9::int[]) as row(line_id, sku, quantity)`);
const JOURNEY = statement('journey', `
  insert into events.journey (subject, at, kind, system, name, outcome, reason, detail, traceparent)
  select $1, $2, kind, system, name, outcome, reason, detail, $8
  from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $9::jsonb[])
    as row(kind, system, name, outcome, reason, detail)`);
const OUTBOX = statement('outbox', `
  insert into events.outbox (event_id, type, source, subject, partition_key, data, time, correlation_id, causation_id,
    traceparent)
  select event_id, type, source, subject, $1, data, $2, $1, $3, $4
  from unnest($5::uuid[], $6::text[], $7::text[], $8::text[], $9::jsonb[])
    as row(event_id, type, source, subject, data)`);
const KEY_OWNER = statement('key owner', `
  insert into events.key_owner (partition_key, consumer) values ($1, 'storefront-demo')`);
const DECISION = statement('decision', `
  insert into orders.sourcing_decision (id, order_id, trigger, policy_version, inputs, decision, locations)
  values ($1, $2, 'placement', 1, $3, $4, array[$5])`);
const RUN = statement('run', `
  insert into workflow.run (id, kind, version, status, owner, epoch, input, input_hash, traceparent)
  values ($1, 'fulfil-order', 2, 'running', 'plain', 1, $2, $3, $4)`);

export class PlainOrders {
  private readonly pool: pg.Pool;

  /** @param connections one for each order under way */
  constructor(databaseUrl: string, connections: number) {
    this.pool = new pg.Pool({ connectionString: databaseUrl, max: connections });
  }

  async place(lines: readonly Line[]): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      for (const query of statementsOf(lines)) await client.query(query);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

/** What the house writes for an order that it accepts, row by row. */
function statementsOf(ordered: readonly Line[]): pg.QueryConfig[] {
  const lines = ordered.toSorted((a, b) => (a.sku < b.sku ? -1 : 1)); // locked in one order by everybody
  const [orderId, reservationId, requestId] = [`ord_${uuidv7()}`, `rsv_${uuidv7()}`, `req_${uuidv7()}`];
  const orderNumber = `TL-${randomBytes(6).toString('hex')}`;
  const fingerprint = randomBytes(32).toString('base64url');
  const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`;
  const at = new Date().toISOString();
  const [skus, quantities] = [lines.map(({ sku }) => sku), lines.map(({ quantity }) => quantity)];
  const ids = lines.map((_, index) => String(index + 1));
  const order = orderDocument(orderId, orderNumber, lines, at);
  const { customer, shippingAddress, totals, tax, unitPrice } = order;
  const { inputs, decision } = sourcing(lines);
  const decisionId = `dec_${uuidv7()}`;
  const placed = order.lines.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity, locationId: LOCATION }));
  return [
    LOCK_POSITIONS([LOCATION, skus]),
    RESERVE([LOCATION, skus, quantities]),
    RESERVATION([reservationId, orderId, fingerprint]),
    RESERVATION_LINES([reservationId, LOCATION, ids, skus, quantities]),
    MOVEMENTS([reservationId, LOCATION, skus, quantities]),
    ANSWER([uuidv7(), fingerprint, JSON.stringify(order)]),
    ORDER([orderId, orderNumber, customer.customerId, customer, shippingAddress, totals, fingerprint, reservationId,
      at, order.promisedAt]),
    PAYMENT([orderId]),
    LINES([orderId, LOCATION, 'Merino beanie, navy', unitPrice, JSON.stringify(order.discounts), tax, ids, skus,
      quantities]),
    JOURNEY([orderId, at, ['command', 'decision', 'decision'], ['storefront-demo', 'throughline', 'throughline'],
      ['placeOrder', 'price', 'source'], ['accepted', 'current', 'sourced'],
      [null, 'Prices by pricing-1', `All from ${LOCATION}, by sourcing-1`], traceparent,
      [{ orderNumber, requestId, channel: 'storefront' }, { total: totals.total }, { decisionId, ...decision }]
        .map((detail) => JSON.stringify(detail))]),
    OUTBOX([orderId, at, requestId, traceparent, [uuidv7(), uuidv7()], ['inventory.reserved.v1', 'order.captured.v1'],
      ['/system/inventory', '/process/orders'], [reservationId, orderId],
      [{ reservationId, owner: orderId, lines: placed },
        { orderId, orderNumber, channel: 'storefront', total: totals.total, lines: placed }]
        .map((data) => JSON.stringify(data))]),
    KEY_OWNER([orderId]),
    DECISION([decisionId, orderId, inputs, decision, LOCATION]),
    RUN([orderId, { ...order, reservationId, customerVerified: true, holds: [] }, fingerprint, traceparent]),
  ];
}

/** Why the goods leave from where they do, of the shape and size that the house keeps: with all it was based on. */
function sourcing(lines: readonly Line[]) {
  const stores = Array.from({ length: 8 }, (_, index) => `ST-00${index + 1}`);
  const places = [...['WH-EAST', LOCATION, 'WH-WEST'].map((id) => ({ id, kind: 'warehouse', region: 'EU' })),
    ...stores.map((id) => ({ id, kind: 'store', region: 'EU' }))];
  const wanted = lines.map(({ sku, quantity }, index) => ({ lineId: String(index + 1), sku, quantity }));
  return {
    inputs: {
      load: {}, queued: {}, lines: wanted.map((line) => ({ ...line, value: 2_490, method: 'ship' })),
      order: { brand: 'throughline', region: 'EU', channel: 'storefront', currency: 'EUR', shipComplete: false },
      stock: Object.fromEntries(lines.map(({ sku }) => [sku, Object.fromEntries(places.map(({ id }) => [id, 100]))])),
      locations: places.map((place) => ({ ...place, shipsFromStore: true })),
    },
    decision: {
      reason: `All from ${LOCATION}`, trigger: 'placement', unfilled: [],
      allocations: wanted.map((line) => ({ ...line, locationId: LOCATION })),
      candidates: places.map(({ id, kind }) => (kind === 'store'
        ? { locationId: id, eligible: false, whyNot: 'does not serve region EU for this method' }
        : { locationId: id, eligible: true, score: '650.00',
          scores: { cost: 50, load: 0, transit: 200, distance: 400 } })),
    },
  };
}

/** An order as the house answers it, of the same shape and size. */
function orderDocument(id: string, orderNumber: string, lines: readonly Line[], at: string) {
  const unitPrice = EUR('30.90');
  const discounts = [{ rule: 'welcome-10', amount: EUR('3.09') }];
  const tax = { rate: '0.19', amount: EUR('4.44'), included: true };
  const counters = {
    ordered: 1, cancelled: 0, backordered: 0, reserved: 1, released: 0, picked: 0, packed: 0, shipped: 0, delivered: 0,
    returnRequested: 0, received: 0, restocked: 0, scrapped: 0, refunded: 0,
  };
  return {
    id, orderNumber, brand: 'throughline', region: 'EU', channel: 'storefront', currency: 'EUR', status: 'received',
    customer: { customerId: 'CUS-0001', name: 'Felix Schmidt', email: 'felix.schmidt.1@customer.example' },
    shippingAddress: {
      name: 'Ada Lovelace', line1: 'Marktplatz 1', city: 'Leipzig', postalCode: '04109', country: 'DE',
    },
    totals: {
      items: EUR('30.90'), discount: EUR('3.09'), tax: EUR('4.44'), shipping: EUR('0.00'), total: EUR('27.81'),
    },
    axes: {
      commercial: 'open', fulfilment: 'open', payment: 'pending', returnCustody: 'none', returnMoney: 'none',
    },
    payments: [{ method: 'card', authorised: EUR('0.00'), captured: EUR('0.00'), refunded: EUR('0.00') }],
    discounts, tax, unitPrice, holds: [], shipments: [], freshness: [], version: 1, placedAt: at,
    promisedAt: new Date(Date.parse(at) + 3 * 86_400_000).toISOString(),
    lines: lines.map(({ sku, quantity }, index) => ({
      lineId: String(index + 1), sku, name: 'Merino beanie, navy', quantity, unitPrice, discounts, tax,
      total: EUR('27.81'), fulfilment: { method: 'ship', locationId: LOCATION }, counters,
    })),
  };
}
