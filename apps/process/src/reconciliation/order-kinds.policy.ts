// Kinds of differences between our orders and what the ERP, the customer system and the warehouse say of them, each as
// one set-based query over what a run has seen: the definition, the same for a run, an invariant and a test.
import { jsonOf, side, type Kind } from './kind.policy.js';

const OURS = jsonOf('o', ['status:state', 'total', 'goods:amount', 'currency', 'version', 'ordered:units', 'cancelled',
  'shipped', 'changedAt:at'], `'status', o.detail ->> 'status', 'orderNumber', o.detail ->> 'orderNumber',
  'erpNumber', o.detail ->> 'erpNumber'`);
const ERP = jsonOf('e', ['number:key', 'state', 'total:amount', 'currency', 'changedAt:at']);
const CRM = jsonOf('c', ['recordId:key', 'status:state', 'version', 'total', 'currency', 'changedAt:at']);
const WMS = `jsonb_build_object('fulfilmentOrders', w.orders, 'units', w.units, 'shipped', w.shipped)`;
/** An order that waits for a person is known to differ; what it waits for is on the desk already. */
const SETTLED = `not (o.detail ->> 'waits')::boolean`;
/** The ERP has told us a number, or the order has gone where it cannot go without one. */
const KNOWN_TO_ERP = `(o.detail ->> 'erpNumber' is not null or o.shipped > 0 or o.state = 'completed')`;
const OUR_ID = `'^ord_[0-9a-f]{32}$'`;

const ofOrder = (theirs: string, amount = 'null'): string =>
  `select o.key as key, o.key as order_id, ${OURS} as ours, ${theirs} as theirs, (${amount})::bigint as amount,
    o.currency as currency`;
/** A document of a vendor (`e`) that names an order we do not have. */
const orphan = (theirs: string, amount: string): string =>
  `select e.key as key, e.order_id as order_id, jsonb_build_object('found', 0) as ours, ${theirs} as theirs,
    ${amount} as amount, e.currency as currency`;

const ERP_KINDS: readonly Kind[] = [
  {
    kind: 'missingInErp', sides: ['order', 'erp'], statement: 'An order that the ERP should have is not there.',
    cause: 'The document was lost or deleted in the ERP.', repair: 'Create the sales order again, after looking it up',
    sql: `${ofOrder(`jsonb_build_object('found', 0)`, 'o.amount')} from ${side('order')} o
      where o.state <> 'cancelled' and ${KNOWN_TO_ERP} and ${SETTLED}
        and not exists (select from ${side('erp')} e where e.order_id = o.key)`,
  },
  {
    kind: 'duplicateInErp', sides: ['order', 'erp'],
    statement: 'The ERP has more than one live sales order of an order.',
    cause: 'A write whose answer was lost was repeated without a look-up.',
    repair: 'Reject all but the lowest number',
    sql: `${ofOrder(`jsonb_build_object('numbers', e.numbers)`, 'o.amount')} from ${side('order')} o join (
        select order_id, jsonb_agg(key order by key) as numbers from ${side('erp')} s where s.state = 'alive'
        group by order_id having count(*) > 1) e on e.order_id = o.key`,
  },
  {
    kind: 'amountDiffersInErp', sides: ['order', 'erp'], statement: 'The ERP has another net amount for an order.',
    cause: 'The document was changed in the ERP, or a price condition was found there.',
    sql: `${ofOrder(ERP, 'abs(o.amount - e.amount)')} from ${side('order')} o
      join ${side('erp')} e on e.order_id = o.key and e.state = 'alive'
      where o.state <> 'cancelled' and o.cancelled = 0 and (e.amount <> o.amount or e.currency <> o.currency)
        and not exists (
          select from ${side('erp')} d where d.order_id = o.key and d.state = 'alive' and d.key <> e.key)`,
  },
  {
    kind: 'aliveInErpCancelledHere', sides: ['order', 'erp'],
    statement: 'An order that was cancelled is still alive in the ERP.',
    cause: 'The rejection never reached the ERP, or was taken back there.', repair: 'Reject the sales order',
    sql: `${ofOrder(ERP, 'o.amount')} from ${side('order')} o
      join ${side('erp')} e on e.order_id = o.key and e.state = 'alive' where o.state = 'cancelled' and ${SETTLED}`,
  },
  {
    kind: 'rejectedInErpAliveHere', sides: ['order', 'erp'],
    statement: 'The ERP has rejected an order that we fulfil.', cause: 'Somebody rejected the document in the ERP.',
    sql: `${ofOrder(ERP, 'o.amount')} from ${side('order')} o join lateral (
        select * from ${side('erp')} s where s.order_id = o.key order by s.key limit 1) e on true
      where o.state <> 'cancelled' and not exists (
        select from ${side('erp')} a where a.order_id = o.key and a.state = 'alive')`,
  },
  {
    kind: 'orphanInErp', sides: ['order', 'erp'], statement: 'The ERP has a sales order of ours that we do not know.',
    cause: 'The order was entered by hand under our reference, or belongs to a lost database.',
    repair: 'Reject the sales order',
    sql: `${orphan(ERP, 'e.amount')}
      from ${side('erp')} e where e.state = 'alive' and e.order_id ~ ${OUR_ID}
        and not exists (select from ${side('order')} o where o.key = e.order_id)`,
  },
];

const CRM_KINDS: readonly Kind[] = [
  {
    kind: 'missingInSalesforce', sides: ['order', 'crm'], statement: 'An order is not in Salesforce.',
    cause: 'The record was deleted there, or never reached it.', repair: 'Write the order to Salesforce',
    sql: `${ofOrder(`jsonb_build_object('found', 0)`)} from ${side('order')} o
      where not exists (select from ${side('crm')} c where c.order_id = o.key)`,
  },
  {
    kind: 'staleInSalesforce', sides: ['order', 'crm'],
    statement: 'Salesforce shows an older version or another status of an order.',
    cause: 'An update did not arrive, or the record was edited there.', repair: 'Write the order to Salesforce',
    sql: `${ofOrder(CRM)} from ${side('order')} o join ${side('crm')} c on c.order_id = o.key
      where c.version < o.version or c.state <> o.detail ->> 'status'`,
  },
  {
    kind: 'amountDiffersInSalesforce', sides: ['order', 'crm'],
    statement: 'Salesforce shows another total of an order.',
    cause: 'The record was edited there.', repair: 'Write the order to Salesforce',
    sql: `${ofOrder(CRM, 'abs(o.total - c.total)')} from ${side('order')} o join ${side('crm')} c on c.order_id = o.key
      where c.version >= o.version and c.state = o.detail ->> 'status'
        and (c.total <> o.total or c.currency <> o.currency)`,
  },
  {
    kind: 'orphanInSalesforce', sides: ['order', 'crm'],
    statement: 'Salesforce has an order of ours that we do not know.',
    cause: 'The record was made by hand under our id, or belongs to a lost database.',
    sql: `${orphan(jsonOf('e', ['recordId:key', 'status:state', 'version', 'total']), 'e.total')}
      from ${side('crm')} e where e.order_id ~ ${OUR_ID}
        and not exists (select from ${side('order')} o where o.key = e.order_id)`,
  },
];

/** Fulfilment orders of one order together: it may be split. */
const WORK = `(select order_id, count(*) as orders, sum(units) filter (where state <> 'cancelled') as units,
  sum(shipped) as shipped from ${side('wms')} s where order_id is not null group by order_id)`;

const WAREHOUSE_KINDS: readonly Kind[] = [
  {
    kind: 'missingInWarehouse', sides: ['order', 'wms'],
    statement: 'The warehouse does not have an order that was released to it.',
    cause: 'The fulfilment order was lost at the warehouse.',
    sql: `${ofOrder(`jsonb_build_object('found', 0)`)} from ${side('order')} o
      where o.state = 'open' and ${SETTLED} and (o.detail ->> 'releasedToWarehouse')::int > 0
        and not exists (select from ${side('wms')} w where w.order_id = o.key)`,
  },
  {
    kind: 'shippedDiffersInWarehouse', sides: ['order', 'wms'],
    statement: 'The warehouse has shipped other quantities than we know of.',
    cause: 'A fact of the warehouse was lost or counted twice.',
    sql: `${ofOrder(WMS)} from ${side('order')} o join ${WORK} w on w.order_id = o.key
      where w.shipped <> (o.detail ->> 'shippedByWarehouse')::int`,
  },
];

export const orderKinds: readonly Kind[] = [...ERP_KINDS, ...CRM_KINDS, ...WAREHOUSE_KINDS];
