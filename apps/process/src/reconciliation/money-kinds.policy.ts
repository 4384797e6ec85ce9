// Kinds of differences in money: our order, our ledger, the payment provider, what was shipped and returned, and what
// was paid out, each as one set-based query over what a run has seen.
import { jsonOf, side, type Kind } from './kind.policy.js';

const ORDER = jsonOf('o', ['captured', 'refunded', 'total', 'shipped', 'cancelled', 'currency'],
  `'status', o.detail ->> 'status', 'orderNumber', o.detail ->> 'orderNumber'`);
const LEDGER = jsonOf('l', ['captured', 'refunded', 'invoiced', 'currency', 'provider:state'],
  `'paymentId', l.detail ->> 'paymentId'`);
const PROVIDER = jsonOf('p', [
  'paymentId:key', 'status:state', 'captured', 'refunded', 'held', 'currency', 'madeAt:at',
]);
const NOTHING = `jsonb_build_object('found', 0)`;

const ofOrder = (key: string, ours: string, theirs: string, amount: string, currency: string): string =>
  `select ${key} as key, ${key} as order_id, ${ours} as ours, ${theirs} as theirs, (${amount})::bigint as amount,
    ${currency} as currency`;
/** Payments of one order at the provider together: a declined card is followed by another payment. */
const PAID = `(select order_id, max(key) as key, sum(captured) as captured, sum(refunded) as refunded,
  sum(held) as held, max(currency) as currency, max(state) as state, max(at) as at
  from ${side('provider')} s where order_id is not null group by order_id)`;

const PROVIDER_KINDS: readonly Kind[] = [
  {
    kind: 'paymentWithoutOrder', sides: ['order', 'provider'],
    statement: 'The payment provider holds or has taken money for no order of ours.',
    cause: 'The payment was made beside us, or its order is lost.',
    sql: `select p.key, p.order_id, ${NOTHING} as ours, ${PROVIDER} as theirs, p.captured + p.held as amount, p.currency
      from ${side('provider')} p where p.captured + p.held > p.refunded
        and not exists (select from ${side('order')} o where o.key = p.order_id)`,
  },
  {
    kind: 'paymentMissingAtProvider', sides: ['ledger', 'provider'],
    statement: 'We have booked a captured payment that the provider does not know.',
    cause: 'The payment belongs to another account, or was invented.',
    sql: `${ofOrder('l.key', LEDGER, NOTHING, 'l.captured', 'l.currency')} from ${side('ledger')} l
      where l.state = 'stripe' and l.captured > 0
        and not exists (select from ${side('provider')} p where p.order_id = l.key)`,
  },
  {
    kind: 'capturedDiffersAtProvider', sides: ['ledger', 'provider'],
    statement: 'The provider has captured another amount than we booked.',
    cause: 'Somebody captured at the provider, or its message was lost.',
    sql: `${ofOrder('l.key', LEDGER, PROVIDER, 'abs(l.captured - p.captured)', 'l.currency')} from ${side('ledger')} l
      join ${PAID} p on p.order_id = l.key where l.state = 'stripe' and p.captured <> l.captured`,
  },
  {
    kind: 'refundedDiffersAtProvider', sides: ['ledger', 'provider'],
    statement: 'The provider has refunded another amount than we booked.',
    cause: 'Somebody refunded at the provider, or a refund failed there.',
    sql: `${ofOrder('l.key', LEDGER, PROVIDER, 'abs(l.refunded - p.refunded)', 'l.currency')} from ${side('ledger')} l
      join ${PAID} p on p.order_id = l.key where l.state = 'stripe' and p.refunded <> l.refunded`,
  },
  {
    kind: 'heldAfterTheEnd', sides: ['order', 'provider'],
    statement: 'Money of the customer is still on hold for an order that has ended.',
    cause: 'The authorisation was never given back.', repair: 'Give the authorisation back',
    sql: `${ofOrder('o.key', ORDER, PROVIDER, 'p.held', 'o.currency')} from ${side('order')} o
      join ${PAID} p on p.order_id = o.key
      where o.state <> 'open' and p.held > 0 and not (o.detail ->> 'waits')::boolean`,
  },
];

const BOOK_KINDS: readonly Kind[] = [
  {
    kind: 'ledgerDiffersFromOrder', sides: ['order', 'ledger'],
    statement: 'Order and ledger do not agree on what was captured or refunded.',
    cause: 'A payment fact reached one of them only.',
    sql: `${ofOrder('o.key', ORDER, LEDGER, 'greatest(abs(o.captured - l.captured), abs(o.refunded - l.refunded))',
      'o.currency')} from ${side('order')} o join ${side('ledger')} l on l.key = o.key
      where o.detail ->> 'paidBy' = 'card' and o.state = 'completed'
        and (o.captured <> l.captured or (o.refunded <> l.refunded
          and not exists (select from ${side('return')} r where r.order_id = o.key and r.state = 'open')))`,
  },
  {
    kind: 'capturedDiffersFromShipped', sides: ['order', 'ledger'],
    statement: 'What was captured for an order that has ended is not what was invoiced for what was shipped.',
    cause: 'A shipment was captured twice or not at all.',
    sql: `${ofOrder('o.key', ORDER, LEDGER, 'abs(l.captured - l.held - l.invoiced)', 'l.currency')}
      from ${side('order')} o join ${side('ledger')} l on l.key = o.key
      where o.state = 'completed' and l.state = 'stripe' and l.captured - l.held <> l.invoiced`,
  },
  {
    kind: 'shippedNotInvoiced', sides: ['order', 'ledger'], statement: 'Units were shipped and nothing was invoiced.',
    cause: 'The fact of the shipment never reached finance.',
    sql: `${ofOrder('o.key', ORDER, `coalesce(${LEDGER}, ${NOTHING})`, 'o.total', 'o.currency')} from ${side('order')} o
      left join ${side('ledger')} l on l.key = o.key
      where o.shipped > 0 and not (o.detail ->> 'waits')::boolean and o.total > 0 and coalesce(l.invoiced, 0) = 0`,
  },
  {
    kind: 'refundWithoutReturn', sides: ['order', 'ledger', 'return'],
    statement: 'Invoiced money was refunded without a return.', cause: 'Somebody refunded by hand.',
    sql: `${ofOrder('o.key', ORDER, LEDGER, 'l.refunded - l.held', 'l.currency')} from ${side('order')} o
      join ${side('ledger')} l on l.key = o.key
      where l.refunded > l.held and o.cancelled = 0 and o.state <> 'cancelled'
        and not exists (select from ${side('return')} r where r.order_id = o.key)`,
  },
  {
    kind: 'returnWithoutRefund', sides: ['return'], statement: 'A return has ended and less was refunded than is due.',
    cause: 'The refund failed, or was forgotten.',
    sql: `select r.key, r.order_id, ${jsonOf('r', ['due:amount', 'refunded', 'currency', 'state'])} as ours,
        ${NOTHING} as theirs, r.amount - r.refunded as amount, r.currency
      from ${side('return')} r where r.state = 'closed' and r.amount > r.refunded`,
  },
];

/** What settlement files tell of each payment; files come later than a run's window, so all of them count. */
const PAYOUT = `(select payment_id, min(payout_id) as payout_id, sum(gross) filter (where category = 'charge') as gross,
  sum(fee) filter (where category = 'charge') as fee, count(*) filter (where category = 'charge') as charges,
  max(currency) as currency
  from reconciliation.settlement_line where payment_id is not null group by payment_id)`;
const PAYOUT_JSON = jsonOf('s', ['payoutId:payout_id', 'gross', 'fee', 'charges', 'currency']);
const EXPECTED_FEE = `(round(l.captured * ($2::jsonb -> 'fee' ->> 'percent')::numeric / 100)
  + coalesce(($2::jsonb -> 'fee' -> 'fixed' ->> l.currency)::bigint, 0))`;
const PAYOUT_ROW = (amount: string): string => ofOrder('l.key', LEDGER, PAYOUT_JSON, amount, 'l.currency');

const PAYOUT_KINDS: readonly Kind[] = [
  {
    kind: 'payoutMissing', sides: ['ledger'], statement: 'Captured money was not paid out in time.',
    cause: 'The settlement file is missing, or the provider keeps the money.',
    sql: `${ofOrder('l.key', LEDGER, NOTHING, 'l.captured', 'l.currency')} from ${side('ledger')} l
      where l.state = 'stripe' and l.captured > 0
        and l.at < $3::timestamptz - make_interval(days => ($2::jsonb ->> 'payoutDays')::int)
        and exists (select from reconciliation.settlement)
        and not exists (select from reconciliation.settlement_line s where s.payment_id = l.detail ->> 'paymentId')`,
  },
  {
    kind: 'payoutAmountDiffers', sides: ['ledger'], statement: 'The payout settles another amount than was captured.',
    cause: 'The provider settled in part or twice.',
    sql: `${PAYOUT_ROW('abs(l.captured - s.gross)')} from ${side('ledger')} l
      join ${PAYOUT} s on s.payment_id = l.detail ->> 'paymentId'
      where s.charges > 0 and (s.gross <> l.captured or s.currency <> l.currency)`,
  },
  {
    kind: 'payoutFeeDiffers', sides: ['ledger'], statement: 'The provider kept another fee than was agreed.',
    cause: 'The tariff has changed, or the card was a dearer one.',
    sql: `${PAYOUT_ROW(`abs(s.fee - ${EXPECTED_FEE})`)} from ${side('ledger')} l
      join ${PAYOUT} s on s.payment_id = l.detail ->> 'paymentId'
      where s.charges > 0 and s.gross = l.captured and s.currency = l.currency
        and abs(s.fee - ${EXPECTED_FEE}) > ($2::jsonb -> 'fee' ->> 'toleranceMinor')::bigint`,
  },
  {
    kind: 'payoutWithoutPayment', sides: ['ledger'], statement: 'A payout contains money for no payment of ours.',
    cause: 'The payment was made beside us.',
    sql: `select s.line_key as key, null::text as order_id, ${NOTHING} as ours, jsonb_build_object('payoutId',
        s.payout_id, 'paymentId', s.payment_id, 'gross', s.gross, 'fee', s.fee, 'category', s.category) as theirs,
        abs(s.gross) as amount, s.currency
      from reconciliation.settlement_line s where s.category in ('charge', 'refund') and s.order_id is null`,
  },
];

export const moneyKinds: readonly Kind[] = [...PROVIDER_KINDS, ...BOOK_KINDS, ...PAYOUT_KINDS];
