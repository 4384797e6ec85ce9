// The evening after the day: what became of every order, told by us and by each vendor, and whether the two agree.
import { derivedId } from '#contracts';
import type { Consumer, Json } from '#testing';
import { sapReference } from '../journeys/story.js';
import type { Day } from './business-day.js';

const READERS = 16;

export interface Books {
  readonly orders: readonly Json[];
  readonly journeys: readonly Json[];
  readonly invariants: readonly Json[];
  readonly sap: Json;
  readonly salesforce: Json;
  readonly wms: Json;
  readonly stripe: Json;
}

export interface Line {
  readonly verdict: 'PASS' | 'ATTENTION' | 'FAIL' | '';
  readonly text: string;
}

/** Calls `work` for all, a bounded number at a time, and keeps their order. */
export async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  let next = 0;
  const reader = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]!);
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return results;
}

export async function readBooks(
  operations: Consumer, day: Day, vendor: (name: string, record: string) => Promise<Json>,
): Promise<Books> {
  const ids = day.taken.map(({ id }) => id);
  return {
    orders: await each(ids, async (id) => (await operations.get(`/process/orders/v1/orders/${id}`)).body),
    journeys: await each(ids, async (id) => (await operations.get(`/platform/v1/journeys/${id}`)).body),
    invariants: (await operations.get('/platform/v1/invariants')).body.invariants,
    sap: await vendor('sap', 'orders'), salesforce: await vendor('salesforce', 'Order'),
    wms: await vendor('wms', 'orders'), stripe: await vendor('stripe', 'intents'),
  };
}

export const isOver = (order: Json): boolean => ['completed', 'cancelled'].includes(order.status);
export const isHeld = (order: Json): boolean => order.status === 'onHold';

/** The report, line by line. */
export function report(day: Day, books: Books): Line[] {
  return [
    ...orderLines(day, books), ...vendorLines(books), ...moneyLines(books), ...invariantLines(books),
    ...legLines(books),
  ];
}

function orderLines(day: Day, { orders }: Books): Line[] {
  const by = (key: (order: Json) => string) => count(orders.map(key));
  const unended = orders.filter((order) => !isOver(order) && !isHeld(order));
  return [
    told(`Orders in: ${orders.length} (${count(day.taken.map(({ channel }) => channel))})`),
    told(`Refused: ${[...day.refused].map(([type, times]) => `${times} ${type}`).join(', ') || 'none'}`),
    judged(day.surprises, 'Every order was taken, and every wrong one refused, as it must be'),
    judged(day.references * 2 === day.documents ? [] : [`${day.documents} documents, ${day.references} references`],
      `One order per reference: ${day.documents} documents of marketplaces made ${day.references} orders`),
    judged(unended.map((order) => `${order.orderNumber} is ${order.status}`),
      `Every order has ended or waits for a person (${by(({ status }) => status)}; ${day.cancelsAccepted} cancels)`),
    ...orders.filter(isHeld).map(({ channel, orderNumber, holds }): Line => {
      const reasons = holds.filter(({ releasedAt }: Json) => !releasedAt).map(({ reason }: Json) => reason);
      return { verdict: 'ATTENTION', text: `Held: ${channel} order ${orderNumber}: ${reasons.join(' ')}` };
    }),
  ];
}

function vendorLines({ orders, sap, salesforce, wms }: Books): Line[] {
  const sales = Map.groupBy<string, Json>(sap.records.orders.filter(({ rejected }: Json) => !rejected),
    ({ reference }) => reference);
  const records = Map.groupBy<string, Json>(salesforce.records.Order, (record) => record.Throughline_Id__c);
  const fulfilments = new Map<string, Json>(wms.records.orders.map((found: Json) => [found.externalId, found]));
  const shippedThere = ({ id, lines }: Json): number => {
    const locations = [...new Set<string>(lines.map(({ fulfilment }: Json) => fulfilment.locationId))];
    const found = locations.flatMap((location) => fulfilments.get(derivedId('ful', id, location)) ?? []);
    return sum(found.flatMap((order) => order.lines.map(({ shipped }: Json) => shipped)));
  };
  const complaint = (text: (order: Json) => string | undefined): string[] =>
    orders.flatMap((order) => { const found = text(order); return found ? [`${order.orderNumber}: ${found}`] : []; });
  const alive = (order: Json): number => sales.get(sapReference(order.id))?.length ?? 0;
  const shipped = orders.flatMap((order) => order.shipments);
  return [
    judged(complaint((order) => {
      const wanted = order.status === 'completed' ? 1 : 0;
      return alive(order) === wanted || !isOver(order) ? undefined : `${alive(order)} sales orders in SAP`;
    }), `SAP: ${sum(orders.map(alive))} sales orders, one per completed order, none per cancelled one`),
    judged(complaint((order) => {
      const found = records.get(order.id) ?? [];
      if (found.length !== 1) return `${found.length} records in Salesforce`;
      const status = found[0].Throughline_Status__c;
      return status === order.status ? undefined : `${status} in Salesforce, ${order.status} here`;
    }), `Salesforce: ${sum(orders.map(({ id }) => records.get(id)?.length ?? 0))} records, one per order, in its `
      + 'status'),
    judged(complaint((order) => {
      const [there, here] = [shippedThere(order), units([order], 'shipped')];
      return there === here || !isOver(order) ? undefined : `${there} units shipped by the warehouse, ${here} here`;
    }), `Warehouse: ${shipped.length} shipments of ours, ${shipped.filter(({ deliveredAt }) => deliveredAt).length} `
      + 'delivered'),
    judged(complaint(({ lines }) => (lines.every(({ counters: units }: Json) =>
      units.ordered === units.cancelled + units.backordered + units.reserved + units.released
      && units.shipped <= units.released) ? undefined : 'units lost')),
      `Units: ${units(orders, 'ordered')} ordered = ${units(orders, 'shipped')} shipped + `
      + `${units(orders, 'cancelled')} cancelled + ${units(orders, 'ordered') - units(orders, 'shipped')
        - units(orders, 'cancelled')} on their way or held`),
  ];
}

function moneyLines({ orders, stripe, journeys }: Books): Line[] {
  const paid = Map.groupBy<string, Json>(stripe.records.intents, ({ metadata }) => metadata.order_id);
  const cards = orders.filter(({ payments }) => payments[0].method === 'card');
  const wrong = cards.flatMap((order) => {
    const captured = sum((paid.get(order.id) ?? []).map((intent) => intent.captured));
    return captured === minor(order.payments[0].captured) ? [] : [`${order.orderNumber}: Stripe captured ${captured}`];
  });
  const totals = new Map<string, number>();
  for (const { currency, payments } of cards) {
    totals.set(currency, (totals.get(currency) ?? 0) + minor(payments[0].captured));
  }
  const done = orders.filter(({ status }) => status === 'completed');
  const invoiced = journeys.flatMap(({ entries }) => entries).filter(({ name, outcome }: Json) =>
    name.startsWith('issue invoice') && outcome === 'done').length;
  const shipments = sum(orders.map((order) => order.shipments.length));
  const unpaid = done.filter((order) => order.payments[0].method === 'card' && order.payments[0].state !== 'captured');
  return [
    judged([...wrong, ...unpaid.map(({ orderNumber }) => `${orderNumber} is complete and not paid`)],
      `Money: Stripe captured what we say (${[...totals].map(([currency, total]) =>
        `${major(total, currency)} ${currency}`).join(', ')})`),
    judged(invoiced === shipments ? [] : [`${invoiced} invoices, ${shipments} shipments`],
      `Invoices: ${invoiced}, one per shipment`),
  ];
}

function invariantLines({ invariants }: Books): Line[] {
  const broken = invariants.filter(({ holds }) => !holds);
  return [judged(broken.map(({ name, examples }) => `${name}: ${examples}`),
    `Invariants: ${invariants.length - broken.length} of ${invariants.length} hold (orders, stock, money, events, `
    + 'runs)')];
}

/** How long each leg took: calls to vendors, and the way from the order to its milestones. */
function legLines({ journeys }: Books): Line[] {
  const calls = Map.groupBy<string, Json>(journeys.flatMap(({ entries }) => entries).filter(({ kind, outcome }: Json) =>
    kind === 'vendorCall' && outcome === 'applied'), ({ system, name }) => `${system} ${name}`);
  const milestones: readonly [name: string, step: RegExp][] = [
    ['until in the ERP', /^create ERP sales order$/], ['until at the warehouse', /^release to /],
    ['until complete', /^complete$/],
  ];
  const ways = milestones.map(([name, step]): [string, number[]] => [name, journeys.flatMap(({ entries }) => {
    const reached = entries.find(({ kind, outcome, name: done }: Json) =>
      kind === 'step' && outcome === 'done' && step.test(done));
    return reached ? [Date.parse(reached.at) - Date.parse(entries[0].at)] : [];
  })]);
  const legs = [...ways, ...[...calls].map(([name, found]): [string, number[]] =>
    [name, found.map(({ durationMs }) => durationMs)])];
  const walked = legs.filter(([, times]) => times.length > 0);
  return [told('Time per leg (p50 / p95 in ms):'), ...walked.map(([name, times]) =>
    told(`  ${name.padEnd(32)} ${String(share(times, 0.5)).padStart(6)} / ${String(share(times, 0.95)).padStart(6)}`))];
}

const told = (text: string): Line => ({ verdict: '', text });

function judged(complaints: readonly string[], text: string, examplesMax = 3): Line {
  if (complaints.length === 0) return { verdict: 'PASS', text };
  const examples = complaints.slice(0, examplesMax).join('; ');
  return { verdict: 'FAIL', text: `${text}: NOT SO for ${complaints.length}: ${examples}` };
}

function count(words: readonly string[]): string {
  return [...Map.groupBy(words, (word) => word)].map(([word, found]) => `${found.length} ${word}`).join(', ');
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const units = (orders: readonly Json[], counter: string): number =>
  sum(orders.flatMap(({ lines }) => lines.map((line: Json) => line.counters[counter])));
const minor = ({ amount }: { amount: string }): number => Number(amount.replace('.', ''));
const major = (amount: number, currency: string): string =>
  (currency === 'JPY' ? String(amount) : (amount / 100).toFixed(2));

function share(times: readonly number[], part: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!);
}
