// Judges a house that has come to rest: for every accepted order our database and each vendor must tell the same story,
// nothing lost, nothing doubled, whatever was killed meanwhile (reference/durable.md, invariants I1 to I10).
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '#testing';
import { derivedId } from '#contracts';
import type { Evidence, OrderRow } from './evidence.js';
import { accepted } from './traffic.js';

export interface Verdict {
  readonly name: string;
  readonly statement: string;
  readonly examined: number;
  /** Who breaks it; none: it holds. */
  readonly offenders: readonly string[];
}

interface Law {
  readonly name: string;
  readonly statement: string;
  /** How many were looked at, and each that breaks the law in a few words. */
  judge(evidence: Evidence): Promise<Judgement> | Judgement;
}

interface Judgement {
  readonly examined: number;
  readonly offenders: string[];
}

/** Accepted requests that are sent a second time. */
const REPLAYED_MAX = 25;
/** What the journey of an order that went its whole way tells. */
const WHOLE_WAY = [
  'placeOrder: accepted', 'reserve stock for good: done', 'authorise payment: done', 'create ERP sales order: done',
  'completeOrder: completed',
];

/** Judges each order that the evidence has; `complain` says what is wrong with it, or nothing. */
function eachOrder(complain: (order: OrderRow, evidence: Evidence) => string | undefined): Law['judge'] {
  return (evidence) => ({
    examined: evidence.orders.size,
    offenders: [...evidence.orders.values()].flatMap((order) => {
      const complaint = complain(order, evidence);
      return complaint === undefined ? [] : [`${order.id} (${order.status}): ${complaint}`];
    }),
  });
}

/** Groups a vendor's records by our order id once per evidence. */
function byOrder(pick: (evidence: Evidence) => Json[], orderOf: (record: Json) => string) {
  const known = new WeakMap<Evidence, Map<string, Json[]>>();
  return (evidence: Evidence, order: OrderRow): Json[] => {
    let groups = known.get(evidence);
    if (!groups) known.set(evidence, (groups = Map.groupBy(pick(evidence), orderOf)));
    return groups.get(order.id) ?? [];
  };
}

/** SAP's customer reference has 35 characters, so our id goes without its underscore. */
const salesOrders = byOrder(({ sap }) => sap.records.orders,
  ({ reference }) => String(reference).replace('ord', 'ord_'));
const customerOrders = byOrder(({ salesforce }) => salesforce.records.Order, (order) => order.Throughline_Id__c);
const intents = byOrder(({ stripe }) => stripe.records.intents, ({ metadata }) => metadata.order_id);

const LAWS: readonly Law[] = [
  {
    name: 'accepted-once',
    statement: 'Every accepted request has its own order, and there is no order that nobody was told of.',
    judge: ({ attempts, orders }) => {
      const told = accepted(attempts).map(({ reply }) => String(reply.body.id));
      const doubled = told.filter((id, index) => told.indexOf(id) !== index);
      const lost = told.filter((id) => !orders.has(id));
      const known = new Set(told);
      const unknown = [...orders.keys()].filter((id) => !known.has(id));
      return { examined: told.length, offenders: [
        ...doubled.map((id) => `${id} answers two requests`), ...lost.map((id) => `${id} is lost`),
        ...unknown.map((id) => `${id} was told to nobody`),
      ] };
    },
  },
  {
    name: 'orders-end',
    statement: 'Every order is completed or cancelled, or waits with an open hold or an open task.',
    judge: eachOrder((order) => (order.status !== 'open' || order.openHolds + order.openTasks > 0
      ? undefined : `its run is ${order.runStatus}`)),
  },
  {
    name: 'one-erp-order',
    statement: 'SAP has exactly one sales order of a completed order, none alive of a cancelled one, never two.',
    judge: eachOrder((order, evidence) => {
      const alive = salesOrders(evidence, order).filter(({ rejected }) => !rejected).length;
      const wanted = order.status === 'completed' ? [1] : order.status === 'cancelled' ? [0] : [0, 1];
      return wanted.includes(alive) ? undefined : `${alive} sales orders alive`;
    }),
  },
  {
    name: 'one-customer-record',
    statement: 'Salesforce has exactly one record of each order, in its last version and status.',
    judge: eachOrder((order, evidence) => {
      const found = customerOrders(evidence, order);
      if (found.length !== 1) return `${found.length} records`;
      // A cancel that waits for a person raises our version; Salesforce hears of it when it is decided.
      if (order.openTasks > 0) return undefined;
      const { Throughline_Version__c: version, Throughline_Status__c: status } = found[0];
      if (Number(version) !== order.version) return `version ${version} there, ${order.version} here`;
      return order.status === 'open' || status === order.status ? undefined : `${status} there`;
    }),
  },
  {
    name: 'money-once',
    statement: 'Stripe has captured what we say we captured, by one payment; nothing stays held for a cancelled order.',
    judge: eachOrder((order, evidence) => {
      const payments = intents(evidence, order);
      const sum = (field: string): number => payments.reduce((total, payment) => total + Number(payment[field]), 0);
      if (sum('captured') !== order.captured) return `captured ${sum('captured')} there, ${order.captured} here`;
      if (sum('refunded') !== order.refunded) return `refunded ${sum('refunded')} there, ${order.refunded} here`;
      if (payments.filter(({ captured }) => captured > 0).length > 1) return 'charged twice';
      if (order.status === 'open' || sum('capturable') === 0) return undefined;
      return `${sum('capturable')} still held`;
    }),
  },
  {
    name: 'one-fulfilment-order',
    statement: 'The warehouse has one fulfilment order per order and location, and shipped what our counters say.',
    judge: (evidence) => {
      const known = Map.groupBy<string, Json>(evidence.wms.records.orders, ({ externalId }) => externalId);
      return eachOrder((order) => {
        const found = order.locations.flatMap((location) => known.get(derivedId('ful', order.id, location)) ?? []);
        const alive = found.filter(({ status }) => status !== 'cancelled');
        if (new Set(found.map(({ externalId }) => externalId)).size !== found.length) return 'released twice';
        if (order.status === 'cancelled') return alive.length === 0 ? undefined : `${alive.length} alive`;
        if (order.status === 'completed' && alive.length !== order.locations.length) return `${alive.length} alive`;
        // While a person is asked, the warehouse may be further than we are.
        if (order.openTasks > 0) return undefined;
        const shipped = found.flatMap(({ lines }) => lines).reduce((total, line) => total + Number(line.shipped), 0);
        return shipped === order.shipped ? undefined : `${shipped} units shipped there, ${order.shipped} here`;
      })(evidence);
    },
  },
  {
    name: 'stock-follows-shipments',
    statement: 'The units of each order that left the stock are the units that were shipped.',
    judge: eachOrder((order) => (order.consumed === order.shipped
      ? undefined : `${order.consumed} units taken from stock, ${order.shipped} shipped`)),
  },
  {
    name: 'stock-let-go',
    statement: 'An order that has ended holds no stock any more.',
    judge: eachOrder(({ status, held }) => (status === 'open' || held === 0 ? undefined : `${held} units still held`)),
  },
  {
    name: 'no-orphans',
    statement: 'No vendor has a sales order, a payment or a record of an order that we do not know.',
    judge: ({ orders, sap, salesforce, stripe }) => {
      const known = [
        ...sap.records.orders.map(({ reference }: Json) => String(reference).replace('ord', 'ord_')),
        ...stripe.records.intents.map(({ metadata }: Json) => metadata.order_id),
        ...salesforce.records.Order.map((record: Json) => record.Throughline_Id__c),
      ].filter((id): id is string => typeof id === 'string');
      const orphans = known.filter((id) => !orders.has(id));
      return { examined: known.length, offenders: orphans.map((id) => `${id} is nobody's order`) };
    },
  },
  {
    name: 'events-true',
    statement: 'Events tell once that an order was captured, and once, truly and at last, how it ended.',
    judge: eachOrder(({ status, told }) => {
      const end = { completed: ['order.completed.v1'], cancelled: ['order.cancelled.v1'], open: [] }[status];
      return told.join() === ['order.captured.v1', ...end].join() ? undefined : `told ${told.join(', ') || 'nothing'}`;
    }),
  },
  {
    name: 'journeys-whole',
    statement: 'The journey of a completed order tells its whole way, that of a cancelled one its undoing.',
    judge: eachOrder((order) => {
      const steps = new Set(order.steps);
      const wanted = order.status === 'completed' ? WHOLE_WAY
        : order.status === 'cancelled' ? ['placeOrder: accepted', 'cancelOrder: cancelled'] : ['placeOrder: accepted'];
      const missing = wanted.filter((step) => !steps.has(step));
      return missing.length === 0 ? undefined : `nothing of ${missing.join(', ')}`;
    }),
  },
  {
    name: 'log-gapless',
    statement: 'Positions of the event log run from 1 without a gap, no event waits outside, none is a dead letter.',
    judge: async ({ house }) => {
      const [log] = await house.storage.database.query<Record<'events' | 'last' | 'outbox' | 'dead', number>>(`
        select count(*)::int as events, coalesce(max(position), 0)::int as last,
          (select count(*)::int from events.outbox) as outbox, (select count(*)::int from events.dead_letter) as dead
        from events.event_log`);
      const { events, last, outbox, dead } = log!;
      return { examined: events, offenders: [
        ...(events === last ? [] : [`${events} events, last position ${last}`]),
        ...(outbox === 0 ? [] : [`${outbox} in the outbox`]), ...(dead === 0 ? [] : [`${dead} dead letters`]),
      ] };
    },
  },
  {
    name: 'invariants-hold',
    statement: 'GET /platform/v1/invariants finds no violation in orders, stock and money.',
    judge: async ({ house }) => {
      const { body } = await house.as('ops-demo').get('/platform/v1/invariants');
      const invariants = body.invariants as Json[];
      return {
        examined: invariants.length,
        offenders: invariants.filter(({ holds }) => !holds)
          .map(({ name, violations, examples }) => `${name}: ${violations} (${examples})`),
      };
    },
  },
  {
    name: 'replays-alike',
    statement: 'An accepted request sent again is answered with the same order, and nothing happens.',
    judge: async ({ house, attempts }) => {
      const sample = accepted(attempts).slice(0, REPLAYED_MAX);
      const replies = await Promise.all(sample.map(({ key, body }) =>
        house.as('storefront-demo').insist('/storefront/v1/orders', body, key)));
      return {
        examined: sample.length,
        offenders: sample.flatMap(({ key, reply }, index) => (
          replies[index]!.status === reply.status && isDeepStrictEqual(replies[index]!.body, reply.body)
            ? [] : [`${key}: ${replies[index]!.status} ${JSON.stringify(replies[index]!.body).slice(0, 300)}`])),
      };
    },
  },
];

/** Every law with its verdict; a house in order has no offenders. */
export async function check(evidence: Evidence): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const { name, statement, judge } of LAWS) verdicts.push({ name, statement, ...await judge(evidence) });
  return verdicts;
}

/** The broken laws in words; empty when all hold. */
export function complaints(verdicts: readonly Verdict[], examplesMax = 3): string[] {
  return verdicts.filter(({ offenders }) => offenders.length > 0).map(({ name, statement, offenders }) =>
    `${name} (${statement}) is broken by ${offenders.length}: ${offenders.slice(0, examplesMax).join('; ')}`);
}
