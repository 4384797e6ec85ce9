// Keeps what the sides said during one run, a page at a time, and lets go of it when the run has ended.
import type { Database } from '#database';
import type { Side } from './kind.policy.js';
import type { Sighting } from './sighting.mapping.js';

const COLUMNS = `key text, order_id text, currency text, amount bigint, total bigint, captured bigint, refunded bigint,
  held bigint, invoiced bigint, units bigint, shipped bigint, cancelled bigint, version int, state text,
  at timestamptz, detail jsonb`;
const NAMES = COLUMNS.replace(/ (?:text|bigint|int|timestamptz|jsonb)(?=,|$)/g, '');
const INSERT = `
  insert into reconciliation.sighting (run_id, side, ${NAMES})
  select $1, $2, ${NAMES} from jsonb_to_recordset($3::jsonb) as told (${COLUMNS})
  on conflict do nothing`;
/** Orders that somebody changed after the horizon are in flight: neither they nor what belongs to them is judged. */
const SET_ASIDE = `
  with flying as (
    select distinct order_id from reconciliation.sighting
    where run_id = $1 and order_id is not null and at > $2::timestamptz),
  gone as (
    delete from reconciliation.sighting s using flying f where s.run_id = $1 and s.order_id = f.order_id
    returning s.side)
  select (select count(*) from flying)::int as flying, (select count(*) from gone)::int as gone`;
const SET_ASIDE_POSITIONS = `
  delete from reconciliation.sighting s using (
    select distinct key from reconciliation.sighting
    where run_id = $1 and side in ('stock', 'wmsStock') and at > $2::timestamptz) f
  where s.run_id = $1 and s.key = f.key and s.side in ('stock', 'wmsStock')`;
const COUNTS = `
  select side as name, count(*)::int as count from reconciliation.sighting where run_id = $1 group by side order by 1`;

export interface Differing {
  readonly orders: number;
  readonly ordersDiffering: number;
  readonly positions: number;
  readonly positionsDiffering: number;
  readonly appeared: number;
}

const DIFFERING = `
  with seen as (select side, key from reconciliation.sighting where run_id = $1 and side in ('order', 'stock')),
    differing as (
      select * from reconciliation.difference where state in ('open', 'queued', 'repairing') or found_by = $1)
  select (select count(*) from seen where side = 'order')::int as orders,
    (select count(*) from seen where side = 'order' and key in (select order_id from differing))::int
      as "ordersDiffering",
    (select count(*) from seen where side = 'stock')::int as positions,
    (select count(*) from seen where side = 'stock' and key in (select key from differing))::int
      as "positionsDiffering",
    (select count(*) from differing where found_by = $1)::int as appeared`;

export class Sightings {
  constructor(private readonly database: Database, private readonly runId: string) {}

  async add(side: Side, rows: readonly Sighting[]): Promise<void> {
    if (rows.length > 0) await this.database.query(INSERT, [this.runId, side, JSON.stringify(rows)]);
  }

  /** Order ids that a side has told of (all of them when it is absent) and `besides` has not. */
  async ordersBesides(besides: Side, of?: Side): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(`
      select distinct order_id as id from reconciliation.sighting s
      where run_id = $1 and order_id like 'ord\\_%' and ($3::text is null or side = $3) and not exists (
        select from reconciliation.sighting o where o.run_id = $1 and o.side = $2 and o.order_id = s.order_id)
      order by 1`, [this.runId, besides, of ?? null]);
    return rows.map(({ id }) => id);
  }

  /** Orders with refunded money of which no return is known yet. */
  async refundedBesides(): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(`
      select l.order_id as id from reconciliation.sighting l
      where l.run_id = $1 and l.side = 'ledger' and l.refunded > 0 and not exists (
        select from reconciliation.sighting r where r.run_id = $1 and r.side = 'return' and r.order_id = l.order_id)`,
    [this.runId]);
    return rows.map(({ id }) => id);
  }

  /** Figures for the planner: the tables fill and empty too fast for it to know. */
  async analyze(): Promise<void> {
    await this.database.query('analyze reconciliation.sighting');
  }

  /** @returns orders that are in flight */
  async setAside(horizon: Date): Promise<number> {
    const [row] = await this.database.query<{ flying: number }>(SET_ASIDE, [this.runId, horizon]);
    await this.database.query(SET_ASIDE_POSITIONS, [this.runId, horizon]);
    return row!.flying;
  }

  counts(): Promise<{ name: string; count: number }[]> {
    return this.database.query(COUNTS, [this.runId]);
  }

  /** Of the orders and positions compared, those with an unsettled or just repaired difference of this run. */
  async differing(): Promise<Differing> {
    const [row] = await this.database.query<Differing>(DIFFERING, [this.runId]);
    return row!;
  }

  async forget(): Promise<void> {
    await this.database.query('delete from reconciliation.sighting where run_id = $1', [this.runId]);
  }
}
