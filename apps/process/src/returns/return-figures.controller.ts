// Figures of returns in bulk, for reconciliation: what is due to be refunded for what came back, and what was.
import { Controller } from '@nestjs/common';
import { FIGURES_MAX, fromMinor, returnsApi, type InputOf, type ReturnFiguresPage } from '#contracts';
import { Database } from '#database';
import { cursorOf, Implements, placeOf } from '#governance';

const { listReturnFigures } = returnsApi.operations;

interface Row {
  id: string; orderId: string; currency: string; requestedAt: Date; closed: boolean; due: string; refunded: string;
  changedAt: Date;
}

/** Due is what restocked, scrapped or kept units are worth less fees; what was denied or never came is not. */
const READ = `
  select r.id, r.order_id as "orderId", r.currency, r.requested_at as "requestedAt", r.closed_at is not null as closed,
    coalesce((select sum(u.amount - u.fee) from returns.unit u where u.return_id = r.id
      and (u.disposed_at is not null or u.kept_at is not null)
      and not exists (select from returns.refund d where d.fact = u.refund_fact and d.denied_at is not null)), 0)::text
      as due,
    coalesce((select sum(f.original + f.store_credit) from returns.refund f where f.return_id = r.id
      and f.denied_at is null and (f.reversed_at is null or f.settled_at is not null)), 0)::text as refunded,
    greatest(r.requested_at, r.closed_at, (select max(greatest(f.asked_at, f.refunded_at, f.reversed_at, f.settled_at))
      from returns.refund f where f.return_id = r.id), (select max(greatest(u.received_at, u.disposed_at))
      from returns.unit u where u.return_id = r.id)) as "changedAt"
  from returns.return r
  where ($1::timestamptz is null or r.requested_at >= $1) and ($2::timestamptz is null or r.requested_at < $2)
    and ($3::text[] is null or r.order_id = any($3)) and r.declined_at is null
    and ($4::timestamptz is null or (r.requested_at, r.id) > ($4, $5::text))
  order by r.requested_at, r.id limit $6`;

@Controller()
export class ReturnFiguresController {
  constructor(private readonly database: Database) {}

  @Implements(listReturnFigures)
  async listReturnFigures({ params }: InputOf<typeof listReturnFigures>): Promise<ReturnFiguresPage> {
    const { from = null, until = null, orderIds = null, cursor, limit = FIGURES_MAX } = params;
    const [at = null, id = null] = placeOf(cursor, 2) ?? [];
    const rows = await this.database.query<Row>(READ, [from, until, orderIds, at, id, limit + 1]);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      figures: page.map(({ id: returnId, orderId, closed, currency, due, refunded, changedAt }) => ({
        returnId, orderId, closed, due: fromMinor(BigInt(due), currency),
        refunded: fromMinor(BigInt(refunded), currency), changedAt: changedAt.toISOString(),
      })),
      ...(rows.length > limit && last ? { next: cursorOf(last.requestedAt.toISOString(), last.id) } : {}),
    };
  }
}
