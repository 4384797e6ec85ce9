// Figures of orders in bulk, for reconciliation: one statement a page, the status worked out by the same pure functions
// as everywhere.
import { Controller } from '@nestjs/common';
import {
  FIGURES_MAX, fromMinor, ordersApi, toMinor, type CallContext, type InputOf, type LineCounters, type Money,
  type OrderFigures, type OrderFiguresPage, type Totals,
} from '#contracts';
import { Database } from '#database';
import { cursorOf, Implements, placeOf } from '#governance';
import { deriveAxes, deriveStatus } from './order.states.js';
import type { LineRecord } from './order.entity.js';
import { returnCountersOf } from './return-axes.states.js';
import { SourcingReader } from './sourcing.reader.js';

const { listOrderFigures } = ordersApi.operations;

interface Row {
  id: string; orderNumber: string; currency: string; totals: Totals; placedAt: Date; cancelledAt: Date | null;
  completedAt: Date | null; version: number; lines: (LineRecord & { total: Money; warehouse: boolean })[];
  openHolds: number; openTasks: number; erpNumber: string | null; method: string; authorised: string; captured: string;
  refunded: string; voided: boolean; failed: boolean; changedAt: Date;
}

const COUNTERS = `'ordered', l.ordered, 'cancelled', l.cancelled, 'backordered', l.backordered, 'reserved', l.reserved,
  'released', l.released, 'picked', l.picked, 'packed', l.packed, 'shipped', l.shipped, 'delivered', l.delivered,
  'returnRequested', l.return_requested, 'received', l.received, 'restocked', l.restocked, 'scrapped', l.scrapped,
  'refunded', l.refunded, 'returnInTransit', l.return_in_transit, 'inspected', l.inspected,
  'notReturned', l.not_returned, 'refundDenied', l.refund_denied`;
/** Warehouses are what is no store: the 3PL speaks for them. */
const READ = `
  with page as (
    select * from orders."order" o
    where ($1::timestamptz is null or o.placed_at >= $1) and ($2::timestamptz is null or o.placed_at < $2)
      and ($3::text[] is null or o.id = any($3)) and ($4::timestamptz is null or (o.placed_at, o.id) > ($4, $5::text))
    order by o.placed_at, o.id limit $6)
  select o.id, o.order_number as "orderNumber", o.currency, o.totals, o.placed_at as "placedAt",
    o.cancelled_at as "cancelledAt", o.completed_at as "completedAt", o.version,
    (select json_agg(json_build_object(${COUNTERS}, 'total', l.total, 'warehouse', l.location_id <> all ($7::text[])))
      from orders.line l where l.order_id = o.id) as lines,
    (select count(*)::int from orders.hold h where h.order_id = o.id and h.released_at is null) as "openHolds",
    (select count(*)::int from workflow.task t where t.run_id = o.id and t.decided_at is null) as "openTasks",
    (select min(r.reference) from orders.system_reference r where r.order_id = o.id and r.system = 'erp')
      as "erpNumber",
    p.method, p.authorised::text, p.captured::text, p.refunded::text, p.voided_at is not null as voided,
    p.failed_at is not null as failed,
    greatest(o.placed_at, o.cancelled_at, o.completed_at,
      (select max(greatest(s.shipped_at, s.delivered_at)) from orders.shipment s where s.order_id = o.id),
      (select e.recorded_time from events.event_log e where e.subject = o.id order by e.position desc limit 1))
      as "changedAt"
  from page o join orders.payment p on p.order_id = o.id
  order by o.placed_at, o.id`;

@Controller()
export class OrderFiguresController {
  constructor(private readonly database: Database, private readonly sourcing: SourcingReader) {}

  @Implements(listOrderFigures)
  async listOrderFigures(
    { params }: InputOf<typeof listOrderFigures>, call: CallContext,
  ): Promise<OrderFiguresPage> {
    const { from = null, until = null, orderIds = null, cursor, limit = FIGURES_MAX } = params;
    const [at = null, id = null] = placeOf(cursor, 2) ?? [];
    const stores = (await this.sourcing.knownLocations(call)).filter(({ kind }) => kind === 'store');
    const rows = await this.database.query<Row>(READ,
      [from, until, orderIds, at, id, limit + 1, stores.map((store) => store.id)]);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const next = rows.length > limit && last ? { next: cursorOf(last.placedAt.toISOString(), last.id) } : {};
    return { figures: page.map(toFigures), ...next };
  }
}

function toFigures(row: Row): OrderFigures {
  const { currency, lines } = row;
  const sum = (name: keyof LineCounters, of = lines): number => of.reduce((units, line) => units + line[name], 0);
  const warehouse = lines.filter((line) => line.warehouse);
  const money = (minor: string) => fromMinor(BigInt(minor), currency);
  const axes = deriveAxes({
    lines, openHolds: row.openHolds, inErp: row.erpNumber !== null, cancelled: row.cancelledAt !== null,
    completed: row.completedAt !== null, returns: returnCountersOf(lines),
    payment: {
      authorised: BigInt(row.authorised), captured: BigInt(row.captured), refunded: BigInt(row.refunded),
      voided: row.voided, failed: row.failed,
    },
  });
  return {
    orderId: row.id, orderNumber: row.orderNumber, placedAt: row.placedAt.toISOString(),
    changedAt: row.changedAt.toISOString(), status: deriveStatus(axes), version: row.version,
    course: row.cancelledAt ? 'cancelled' : row.completedAt ? 'completed' : 'open',
    waits: row.openHolds + row.openTasks > 0,
    goods: fromMinor(lines.reduce((total, line) => total + toMinor(line.total), 0n), currency),
    total: row.totals.total, paidBy: row.method === 'channel' ? 'channel' : 'card',
    captured: money(row.captured), refunded: money(row.refunded), ordered: sum('ordered'),
    cancelled: sum('cancelled'), shipped: sum('shipped'), shippedByWarehouse: sum('shipped', warehouse),
    releasedToWarehouse: sum('released', warehouse), ...(row.erpNumber ? { erpNumber: row.erpNumber } : {}),
  };
}
