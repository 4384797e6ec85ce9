// Stock and reservations in bulk, for reconciliation: what a position says is there beside what its ledger explains,
// and what reservations still hold.
import {
  FIGURES_MAX, type FigureQuery, type ReservationFiguresPage, type StockFigureQuery, type StockFiguresPage,
} from '#contracts';
import type { Database } from '#database';
import { cursorOf, placeOf } from '#governance';

/** Sellable units that are physically there: what is set aside or owed is not counted, by either side. */
const THERE = 'p.on_hand - p.unavailable - p.shortfall';
const STOCK = `
  with page as (
    select * from inventory.position p where p.location_id = $1 and p.sku > $2 order by p.sku limit $3)
  select p.sku, p.location_id as "locationId", (${THERE})::bigint as there, coalesce(m.units, 0)::bigint as ledger,
    m.last as "changedAt"
  from page p left join (
    select sku, sum(units) as units, max(at) as last
    from inventory.movement, lateral (values (from_bucket, -quantity), (to_bucket, quantity)) as entry (bucket, units)
    where location_id = $1 and sku in (select sku from page) and bucket in ('onHand', 'reserved', 'shortfall')
    group by sku) m on m.sku = p.sku
  order by p.sku`;

export async function stockFigures(database: Database, query: StockFigureQuery): Promise<StockFiguresPage> {
  const { locationId, cursor, limit = FIGURES_MAX } = query;
  const [after = ''] = placeOf(cursor, 1) ?? [];
  const rows = await database.query<{
    sku: string; locationId: string; there: number; ledger: number; changedAt: Date | null;
  }>(STOCK, [locationId, after, limit + 1]);
  const page = rows.slice(0, limit);
  return {
    figures: page.map(({ changedAt, there, ledger, ...row }) => ({
      ...row, there: Number(there), ledger: Number(ledger),
      ...(changedAt ? { changedAt: changedAt.toISOString() } : {}),
    })),
    ...(rows.length > limit ? { next: cursorOf(page.at(-1)!.sku) } : {}),
  };
}

const RESERVATIONS = `
  select r.id as "reservationId", r.owner, r.state, r.created_at as "createdAt",
    sum(l.quantity - l.consumed - l.released)::bigint as units
  from inventory.reservation r join inventory.reservation_line l on l.reservation_id = r.id
  where r.state = 'confirmed' and ($1::timestamptz is null or r.created_at >= $1)
    and ($2::timestamptz is null or r.created_at < $2) and ($3::text[] is null or r.owner = any($3))
    and ($4::text is null or r.id > $4)
  group by r.id having sum(l.quantity - l.consumed - l.released) > 0
  order by r.id limit $5`;

export async function reservationFigures(database: Database, query: FigureQuery): Promise<ReservationFiguresPage> {
  const { from = null, until = null, orderIds = null, cursor, limit = FIGURES_MAX } = query;
  const [after = null] = placeOf(cursor, 1) ?? [];
  const rows = await database.query<{
    reservationId: string; owner: string; state: string; units: number; createdAt: Date;
  }>(RESERVATIONS, [from, until, orderIds, after, limit + 1]);
  const page = rows.slice(0, limit);
  return {
    figures: page.map(({ createdAt, units, ...row }) =>
      ({ ...row, units: Number(units), createdAt: createdAt.toISOString() })),
    ...(rows.length > limit ? { next: cursorOf(page.at(-1)!.reservationId) } : {}),
  };
}
