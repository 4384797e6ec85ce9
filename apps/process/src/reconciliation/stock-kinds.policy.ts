// Kinds of differences in units: reservations, positions, the ledger that explains them, and what the warehouse counts.
import { jsonOf, side, type Kind } from './kind.policy.js';

const HELD = jsonOf('r', ['reservationId:key', 'units', 'state', 'madeAt:at']);
const PLACE = `'sku', split_part(s.key, ' ', 2), 'locationId', split_part(s.key, ' ', 1)`;

export const stockKinds: readonly Kind[] = [
  {
    kind: 'reservedWithoutOrder', sides: ['order', 'reservation'],
    statement: 'Stock is reserved for an order that has ended or does not exist.',
    cause: 'A release was lost.', repair: 'Release the reservation',
    sql: `select r.key, r.order_id, ${HELD} as ours,
        coalesce(jsonb_build_object('status', o.detail ->> 'status'), jsonb_build_object('found', 0)) as theirs,
        null::bigint as amount, null::text as currency
      from ${side('reservation')} r left join ${side('order')} o on o.key = r.order_id
      where r.units > 0 and r.order_id like 'ord\\_%' and (o.key is null or o.state <> 'open')
        and not coalesce((o.detail ->> 'waits')::boolean, false)`,
  },
  {
    kind: 'positionDiffersFromLedger', sides: ['stock'],
    statement: 'A stock position is not what the movements of its ledger add up to.',
    cause: 'The position was changed without a movement.',
    sql: `select s.key, null::text as order_id, jsonb_build_object('there', s.units, ${PLACE}) as ours,
        jsonb_build_object('ledger', s.amount) as theirs, null::bigint as amount, null::text as currency
      from ${side('stock')} s where s.units <> s.amount`,
  },
  {
    kind: 'warehouseStockDiffers', sides: ['stock', 'wmsStock'],
    statement: 'The warehouse counts other units than we do.',
    cause: 'Shrinkage, a count, or a receipt that was told to one side only.',
    repair: 'Take over what the warehouse counts, within the tolerance',
    sql: `select s.key, null::text as order_id, jsonb_build_object('there', s.units, ${PLACE}) as ours,
        jsonb_build_object('onHand', w.units, 'difference', w.units - s.units) as theirs, null::bigint as amount,
        null::text as currency
      from ${side('stock')} s join ${side('wmsStock')} w on w.key = s.key where w.units <> s.units`,
  },
];
