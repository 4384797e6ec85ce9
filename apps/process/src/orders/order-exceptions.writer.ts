// Set-based writers of exceptions: units that move between counters, what waits for supply, what is offered instead
// and what the customer is told.
import { Rejected, type BatchWriter, type Sql } from '#database';
import type { MessageFacts, Money } from '#contracts';

type Counter = 'reserved' | 'released' | 'backordered' | 'cancelled';

/** Units of a line that move from one counter to another; their sum stays what was ordered. */
export interface UnitMove {
  readonly orderId: string;
  readonly lineId: string;
  readonly quantity: number;
  readonly from: Counter;
  readonly to: Counter;
}

export const unitMoves: BatchWriter<UnitMove> = {
  name: 'orders.unit_move', order: 111,
  async write(tx: Sql, rows) {
    const delta = (counter: Counter) => rows.map(({ from, to, quantity }) =>
      quantity * (Number(to === counter) - Number(from === counter)));
    await tx.query(
      `with change as (
         select order_id, line_id, sum(reserved) as reserved, sum(released) as released,
           sum(backordered) as backordered, sum(cancelled) as cancelled
           from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[])
             as row(order_id, line_id, reserved, released, backordered, cancelled)
          group by order_id, line_id),
       locked as (select l.order_id, l.line_id from orders.line l join change c using (order_id, line_id)
          order by l.order_id, l.line_id for update of l)
       update orders.line l set reserved = l.reserved + c.reserved, released = l.released + c.released,
         backordered = l.backordered + c.backordered, cancelled = l.cancelled + c.cancelled,
         picked = least(l.picked, l.released + c.released), packed = least(l.packed, l.released + c.released)
       from change c join locked using (order_id, line_id)
       where l.order_id = c.order_id and l.line_id = c.line_id`,
      [
        rows.map(({ orderId }) => orderId), rows.map(({ lineId }) => lineId), delta('reserved'), delta('released'),
        delta('backordered'), delta('cancelled'),
      ]);
  },
};

/** Units that begin to wait. */
export interface NewBackorder {
  readonly id: string;
  readonly orderId: string;
  readonly lineId: string;
  readonly sku: string;
  readonly region: string;
  readonly quantity: number;
  readonly priority: number;
  readonly partial: boolean;
  readonly promisedAt: string | null;
  readonly cancelAfterSeconds: number;
  /** When the order was placed: who came first waits first. */
  readonly since: string;
}

export const backorders: BatchWriter<NewBackorder> = {
  name: 'orders.backorder', order: 140,
  async write(tx: Sql, rows) {
    await tx.query(
      `insert into orders.backorder (id, order_id, line_id, sku, region, quantity, waiting, priority, partial,
         promised_at, cancel_at, since)
       select id, "orderId", "lineId", sku, region, quantity, quantity, priority, partial, "promisedAt",
         now() + "cancelAfterSeconds" * interval '1 s', since
       from jsonb_to_recordset($1::jsonb) as row(id text, "orderId" text, "lineId" text, sku text, region text,
         quantity int, priority int, partial boolean, "promisedAt" timestamptz, "cancelAfterSeconds" int,
         since timestamptz)
       on conflict do nothing`, [JSON.stringify(rows)]);
  },
};

/** Units that wait no more; a guard: whoever is first, allocation or cancellation, has them. */
export const backorderTakes: BatchWriter<{ id: string; quantity: number; allocations: number }> = {
  name: 'orders.backorder_take', order: 141, guards: true,
  async write(tx: Sql, rows) {
    const taken = await tx.query<{ id: string }>(
      `update orders.backorder b set waiting = b.waiting - a.quantity, allocations = b.allocations + 1
       from unnest($1::text[], $2::int[], $3::int[]) as a(id, quantity, allocations)
       where b.id = a.id and b.waiting >= a.quantity and b.allocations = a.allocations returning b.id`,
      [rows.map(({ id }) => id), rows.map(({ quantity }) => quantity), rows.map(({ allocations }) => allocations)]);
    const ids = new Set(taken.map(({ id }) => id));
    return rows.map(({ id }) => (ids.delete(id) ? undefined : new Rejected('backorder-ended')));
  },
};

export interface NewProposal {
  readonly id: string;
  readonly orderId: string;
  readonly lineId: string;
  readonly sku: string;
  readonly substituteSku: string;
  readonly substituteName: string;
  readonly quantity: number;
  readonly total: Money;
  readonly unitPrice: Money;
  readonly whenSilent: boolean;
  readonly expiresAt: string;
}

export const proposals: BatchWriter<NewProposal> = {
  name: 'orders.proposal', order: 145,
  async write(tx: Sql, rows) {
    await tx.query(
      `insert into orders.proposal (id, order_id, line_id, sku, substitute_sku, substitute_name, quantity, total,
         unit_price, when_silent, expires_at)
       select id, "orderId", "lineId", sku, "substituteSku", "substituteName", quantity, total, "unitPrice",
         "whenSilent", "expiresAt"
       from jsonb_to_recordset($1::jsonb) as row(id text, "orderId" text, "lineId" text, sku text,
         "substituteSku" text, "substituteName" text, quantity int, total jsonb, "unitPrice" jsonb,
         "whenSilent" boolean, "expiresAt" timestamptz)
       on conflict do nothing`, [JSON.stringify(rows)]);
  },
};

/** An answer; a guard: the first one counts. */
export const proposalAnswers: BatchWriter<{ id: string; accepted: boolean; by: string }> = {
  name: 'orders.proposal_answer', order: 146, guards: true,
  async write(tx: Sql, rows) {
    const written = await tx.query<{ id: string }>(
      `update orders.proposal p set answered_at = now(), accepted = a.accepted, answered_by = a.by
       from unnest($1::text[], $2::bool[], $3::text[]) as a(id, accepted, by)
       where p.id = a.id and p.answered_at is null returning p.id`,
      [rows.map(({ id }) => id), rows.map(({ accepted }) => accepted), rows.map(({ by }) => by)]);
    const ids = new Set(written.map(({ id }) => id));
    return rows.map(({ id }) => (ids.delete(id) ? undefined : new Rejected('answered')));
  },
};

/** An order that has ended waits for nothing and asks nothing. */
export const exceptionEnds: BatchWriter<{ orderId: string }> = {
  name: 'orders.exception_end', order: 147,
  async write(tx: Sql, rows) {
    const ids = [rows.map(({ orderId }) => orderId)];
    await tx.query('update orders.backorder set waiting = 0 where order_id = any($1::text[]) and waiting > 0', ids);
    await tx.query(`update orders.proposal set answered_at = now(), accepted = false, answered_by = 'run'
      where order_id = any($1::text[]) and answered_at is null`, ids);
  },
};

/** A line that takes the place of another. */
export interface SubstituteLine {
  readonly orderId: string;
  readonly lineId: string;
  readonly instead: string;
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly total: Money;
  readonly locationId: string;
}

export const substituteLines: BatchWriter<SubstituteLine> = {
  name: 'orders.substitute_line', order: 109,
  async write(tx: Sql, rows) {
    await tx.query(
      `insert into orders.line (order_id, line_id, place, sku, name, unit_price, discounts, tax, total, method,
         location_id, ordered, reserved)
       select row."orderId", row."lineId",
         (select max(place) + 1 from orders.line m where m.order_id = row."orderId"), row.sku, row.name,
         row."unitPrice", '[]', l.tax, row.total, l.method, row."locationId", row.quantity, row.quantity
       from jsonb_to_recordset($1::jsonb) as row("orderId" text, "lineId" text, instead text, sku text, name text,
         quantity int, "unitPrice" jsonb, total jsonb, "locationId" text)
       join orders.line l on l.order_id = row."orderId" and l.line_id = row.instead
       on conflict do nothing`, [JSON.stringify(rows)]);
  },
};

/** What a customer is told, once per order, occasion and key. */
export interface CustomerMessage {
  readonly id: string;
  readonly orderId: string;
  readonly exception: string;
  readonly key: string;
  readonly language: string;
  readonly recipient: string | null;
  readonly name: string | null;
  readonly facts: MessageFacts;
}

export const customerMessages: BatchWriter<CustomerMessage> = {
  name: 'orders.message', order: 150, pipelined: true,
  async write(tx: Sql, rows) {
    await tx.query(
      `insert into orders.message (id, order_id, exception, key, language, recipient, name, facts)
       select id, "orderId", exception, key, language, recipient, name, facts
       from jsonb_to_recordset($1::jsonb) as row(id text, "orderId" text, exception text, key text, language text,
         recipient text, name text, facts jsonb)
       on conflict do nothing`, [JSON.stringify(rows)]);
  },
};
