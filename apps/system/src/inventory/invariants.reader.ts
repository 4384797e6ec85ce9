// The laws of stock as queries that find who breaks them: what an operator asks after a fault, and every test at its
// end.
import { Injectable } from '@nestjs/common';
import type { Invariant, InvariantReport } from '#contracts';
import { Database } from '#database';

/** Offenders that are named. */
const EXAMPLES_MAX = 5;

/** Buckets of a position by their column; what is free is the rest of on hand, and a shortfall is owed. */
const KINDS = ['reserved', 'damaged', 'quality', 'quarantine'] as const;
const bucketSum = (bucket: string, sign = ''): string =>
  `coalesce(sum(${sign}units) filter (where bucket = '${bucket}'), 0)`;
/** Units the ledger says lie in each bucket of each position. */
const LEDGER = `
  select sku, location_id, ${bucketSum('onHand')} as free,
    ${KINDS.map((kind) => `${bucketSum(kind)} as ${kind}`).join(', ')}, ${bucketSum('shortfall', '-')} as shortfall
  from inventory.movement, lateral (values
    (from_bucket, -quantity), (to_bucket, quantity)) as entry (bucket, units)
  group by sku, location_id`;
const figuresOf = (table: string, free: string): string =>
  [free, ...KINDS.map((kind) => `${table}.${kind}`), `${table}.shortfall`]
    .map((each) => `coalesce(${each}, 0)`).join(', ');

/** Each law with a query for its offenders: one text column that names each of them. */
const LAWS: readonly { name: string; statement: string; offenders: string }[] = [
  {
    name: 'stock.reserved-equals-reservations',
    statement: 'What a position has reserved is what held and confirmed reservations still hold of it.',
    offenders: `
      select sku || ' at ' || location_id || ': reserved ' || coalesce(position.reserved, 0)
        || ', held ' || coalesce(held.units, 0) as offender
      from inventory.position as position
      full join (
        select sku, location_id, sum(quantity - consumed - released) as units
        from inventory.reservation_line join inventory.reservation on reservation.id = reservation_id
        where state in ('held', 'confirmed') group by sku, location_id) as held using (sku, location_id)
      where coalesce(position.reserved, 0) <> coalesce(held.units, 0)`,
  },
  {
    name: 'stock.ledger-explains-positions',
    statement: 'Summing the movements of the units ledger gives every figure of every position.',
    offenders: `
      select sku || ' at ' || location_id || ': position '
        || concat_ws('/', ${figuresOf('position', 'on_hand - position.reserved - unavailable')}) || ', ledger '
        || concat_ws('/', ${figuresOf('ledger', 'ledger.free')}) as offender
      from inventory.position as position full join (${LEDGER}) as ledger using (sku, location_id)
      where (${figuresOf('position', 'on_hand - position.reserved - unavailable')})
        is distinct from (${figuresOf('ledger', 'ledger.free')})`,
  },
  {
    name: 'stock.never-negative',
    statement: 'No figure of a position and no bucket of the ledger is below zero.',
    offenders: `
      select sku || ' at ' || location_id as offender from inventory.position
      where least(on_hand, reserved, damaged, quality, quarantine, shortfall, safety_stock) < 0
      union all
      select sku || ' at ' || location_id || ' in the ledger' from (${LEDGER}) as ledger
      where least(free, reserved, damaged, quality, quarantine, shortfall) < 0`,
  },
  {
    name: 'stock.never-promised-twice',
    statement: 'Available to promise + reserved + unavailable is never more than what is on hand.',
    offenders: `
      select sku || ' at ' || location_id as offender from inventory.position
      where greatest(0, on_hand - reserved - unavailable - safety_stock) + reserved + unavailable > on_hand`,
  },
  {
    name: 'stock.nothing-free-while-short',
    statement: 'While units are owed none is free: what comes in settles the shortfall first.',
    offenders: `
      select sku || ' at ' || location_id || ': short ' || shortfall as offender from inventory.position
      where shortfall > 0 and on_hand > reserved + unavailable`,
  },
  {
    name: 'stock.every-movement-has-its-fact',
    statement: 'Behind each movement stands a reservation, a fact that was told, or the opening balance.',
    offenders: `
      select distinct sku || ' at ' || location_id || ': ' || fact as offender from inventory.movement
      where fact <> 'opening-balance'
        and not exists (select 1 from inventory.reservation where reservation.id = movement.fact)
        and not exists (select 1 from inventory.applied_fact as told where told.fact = movement.fact)`,
  },
  {
    name: 'stock.ended-reservations-hold-nothing',
    statement: 'A released, expired or consumed reservation has no line that still holds units.',
    offenders: `
      select reservation.id || ' ' || state as offender
      from inventory.reservation join inventory.reservation_line as line on line.reservation_id = reservation.id
      where state in ('released', 'expired', 'consumed') and consumed + released <> quantity`,
  },
  {
    name: 'stock.holds-end-in-time',
    statement: 'No reservation is held a minute longer than it says.',
    offenders: `
      select id as offender from inventory.reservation
      where state = 'held' and expires_at < clock_timestamp() - interval '1 minute'`,
  },
];

@Injectable()
export class InvariantsReader {
  constructor(private readonly database: Database) {}

  async check(): Promise<InvariantReport> {
    const invariants: Invariant[] = [];
    for (const { name, statement, offenders } of LAWS) {
      const [found] = await this.database.query<{ violations: number; examples: string | null }>(`
        with offenders as materialized (${offenders})
        select (select count(*) from offenders) as violations, (select string_agg(offender, '; ')
          from (select offender from offenders order by offender limit ${EXAMPLES_MAX}) as first) as examples`);
      const { violations, examples } = found!;
      const named = examples === null ? {} : { examples };
      invariants.push({ name, statement, holds: violations === 0, violations, ...named });
    }
    return { invariants };
  }
}
