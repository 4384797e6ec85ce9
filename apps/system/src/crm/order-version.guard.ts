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
}

const CLAIM = `
  insert into crm.order_version as kept (order_id, version)
  select order_id, version from unnest($1::text[], $2::int[]) as given(order_id, version) order by order_id
  on conflict (order_id) do update set version = excluded.version where kept.version < excluded.version`;
const HOLD = `select order_id as "orderId", version, record_id as "recordId" from crm.order_version
  where order_id = any($1) order by order_id for update`;
const REMEMBER = `update crm.order_version as kept set record_id = given.record_id
  from unnest($1::text[], $2::text[]) as given(order_id, record_id) where kept.order_id = given.order_id`;

export class OrderVersionGuard {
  constructor(private readonly database: Database) {}

  /**
   * Claims the versions (each order once) and runs `send` while no other process can send these orders. `send` skips
   * an order whose held version is above its own, and names the records it has written.
   */
  async hold<T>(
    orders: readonly { orderId: string; version: number }[],
    send: (held: ReadonlyMap<string, HeldOrder>, written: (orderId: string, recordId: string) => void) => Promise<T>,
  ): Promise<T> {
    const ids = orders.map(({ orderId }) => orderId);
    // Committed before anything is sent: a crash must not forget that a version may have arrived.
    await this.database.query(CLAIM, [ids, orders.map(({ version }) => version)]);
    return this.database.transaction(async (tx) => {
      const held = await tx.query<HeldOrder>(HOLD, [ids]);
      const records = new Map<string, string>();
      const result = await send(new Map(held.map((order) => [order.orderId, order])),
        (orderId, recordId) => records.set(orderId, recordId));
      await tx.query(REMEMBER, [[...records.keys()], [...records.values()]]);
      return result;
    });
  }
}
