// Keeps an older version of an order from overwriting a newer one in the customer system, across all our processes:
// the newest version is claimed first, and its row stays locked while that version is on its way.
import type { Database } from '#database';

/** What is known of one order before it is sent. */
export interface HeldOrder {
  readonly orderId: string;
  /** Newest version claimed by anybody. */
  readonly version: number;
  /** Record in the customer system, once it is known to exist. */
  readonly recordId: string | null;
  /** What the order has said of itself last, and what service has to say of it. */
  readonly summary: string | null;
  readonly notes: string | null;
}

export interface OrderNotes {
  readonly orderId: string;
  readonly notes: string;
  readonly version: number;
}

/** A record that was written, and what it now says of itself. */
export interface WrittenOrder {
  readonly recordId: string;
  readonly summary?: string | undefined;
}

const CLAIM = `
  insert into crm.order_version as kept (order_id, version)
  select order_id, version from unnest($1::text[], $2::int[]) as given(order_id, version) order by order_id
  on conflict (order_id) do update set version = excluded.version where kept.version < excluded.version`;
const HOLD = `select order_id as "orderId", version, record_id as "recordId", summary, notes from crm.order_version
  where order_id = any($1) order by order_id for update`;
const REMEMBER = `update crm.order_version as kept
  set record_id = given.record_id, summary = coalesce(given.summary, kept.summary)
  from unnest($1::text[], $2::text[], $3::text[]) as given(order_id, record_id, summary)
  where kept.order_id = given.order_id`;
// An order that was never told of has version 0, which any version overtakes.
const NOTE = `
  insert into crm.order_version as kept (order_id, version, notes, notes_version)
  select order_id, 0, notes, version from unnest($1::text[], $2::text[], $3::int[]) as given(order_id, notes, version)
  order by order_id
  on conflict (order_id) do update set notes = excluded.notes, notes_version = excluded.notes_version
  where kept.notes_version < excluded.notes_version`;

export class OrderVersionGuard {
  constructor(private readonly database: Database) {}

  /**
   * Claims the versions (each order once) and runs `send` while no other process can send these orders. `send` skips
   * an order whose held version is above its own, and names the records it has written.
   */
  async hold<T>(
    orders: readonly { orderId: string; version: number }[],
    send: (
      held: ReadonlyMap<string, HeldOrder>, written: (orderId: string, record: WrittenOrder) => void) => Promise<T>,
  ): Promise<T> {
    const ids = orders.map(({ orderId }) => orderId);
    // Committed before anything is sent: a crash must not forget that a version may have arrived.
    await this.database.query(CLAIM, [ids, orders.map(({ version }) => version)]);
    return this.locked(ids, send);
  }

  /** Keeps the notes and runs `send` with the orders as they are held then; an older version of notes is left out. */
  async note<T>(
    notes: readonly OrderNotes[], send: (held: ReadonlyMap<string, HeldOrder>) => Promise<T>,
  ): Promise<T> {
    const ids = notes.map(({ orderId }) => orderId);
    await this.database.query(NOTE, [ids, notes.map((one) => one.notes), notes.map(({ version }) => version)]);
    return this.locked(ids, send);
  }

  private locked<T>(
    ids: readonly string[],
    send: (
      held: ReadonlyMap<string, HeldOrder>, written: (orderId: string, record: WrittenOrder) => void) => Promise<T>,
  ): Promise<T> {
    return this.database.transaction(async (tx) => {
      const held = await tx.query<HeldOrder>(HOLD, [ids]);
      const records = new Map<string, WrittenOrder>();
      const result = await send(new Map(held.map((order) => [order.orderId, order])),
        (orderId, record) => records.set(orderId, record));
      const written = [...records.values()];
      if (written.length > 0) {
        await tx.query(REMEMBER, [
          [...records.keys()], written.map(({ recordId }) => recordId), written.map(({ summary }) => summary ?? null),
        ]);
      }
      return result;
    });
  }
}
