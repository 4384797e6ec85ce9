// Shows that the checker sees what it is there for: an orderly house has no offenders, and each planted disorder is
// found by the law it breaks and by no other.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { derivedId } from '#contracts';
import type { HouseProcesses, Json } from '#testing';
import { sapReference } from '../journeys/story.js';
import { check } from './checker.js';
import type { Evidence, OrderRow } from './evidence.js';

const DONE: OrderRow = {
  id: 'ord_1', version: 9, status: 'completed', captured: 100, refunded: 0, shipped: 2, consumed: 2, held: 0,
  told: ['order.captured.v1', 'order.completed.v1'],
  openHolds: 0, openTasks: 0, questions: [], locations: ['WH-EU'], runStatus: 'completed',
  steps: ['placeOrder: accepted', 'reserve stock for good: done', 'authorise payment: done',
    'create ERP sales order: done', 'completeOrder: completed'],
};
const GONE: OrderRow = {
  ...DONE, id: 'ord_2', version: 4, status: 'cancelled', told: ['order.captured.v1', 'order.cancelled.v1'],
  captured: 0, shipped: 0, consumed: 0, runStatus: 'cancelled',
  steps: ['placeOrder: accepted', 'cancelOrder: cancelled'],
};

interface Disorder {
  orders?: OrderRow[];
  sap?: Json[];
  salesforce?: Json[];
  stripe?: Json[];
  wms?: Json[];
  told?: string[];
  log?: Partial<Record<'events' | 'last' | 'outbox' | 'dead', number>>;
  invariant?: boolean;
  replay?: Json;
}

const sales = (id: string, rejected = false): Json => ({ reference: sapReference(id), rejected });
const record = ({ id, version, status }: OrderRow): Json =>
  ({ Throughline_Id__c: id, Throughline_Version__c: version, Throughline_Status__c: status });
const payment = (id: string, captured: number, capturable = 0): Json =>
  ({ metadata: { order_id: id }, captured, refunded: 0, capturable });
const fulfilment = (id: string, shipped: number): Json =>
  ({ externalId: derivedId('ful', id, 'WH-EU'), status: 'delivered', lines: [{ shipped }] });
const told = (id: string): Json => ({ key: id, body: {}, reply: { status: 201, body: { id } } });

/** One completed and one cancelled order about which everybody agrees, but for the disorder. */
function evidence(disorder: Disorder): Evidence {
  const orders = disorder.orders ?? [DONE, GONE];
  const log = { events: 10, last: 10, outbox: 0, dead: 0, ...disorder.log };
  const invariant = { name: 'stock', holds: disorder.invariant ?? true, violations: 1, examples: 'SKU-0001' };
  const house = {
    storage: { database: { query: () => Promise.resolve([log]) } },
    as: () => ({
      get: () => Promise.resolve({ body: { invariants: [invariant] } }),
      insist: (_path: string, _body: Json, key: string) =>
        Promise.resolve({ status: 201, body: disorder.replay ?? { id: key } }),
    }),
  };
  return {
    house: house as unknown as HouseProcesses, attempts: (disorder.told ?? ['ord_1', 'ord_2']).map(told),
    orders: new Map(orders.map((order) => [order.id, order])),
    sap: { records: { orders: disorder.sap ?? [sales('ord_1'), sales('ord_2', true)] } },
    salesforce: { records: { Order: disorder.salesforce ?? orders.map(record) } },
    stripe: { records: { intents: disorder.stripe ?? [payment('ord_1', 100), payment('ord_2', 0)] } },
    wms: { records: { orders: disorder.wms ?? [fulfilment('ord_1', 2)] } },
    events: log.events,
  };
}

const broken = async (disorder: Disorder): Promise<string[]> =>
  (await check(evidence(disorder))).filter(({ offenders }) => offenders.length > 0).map(({ name }) => name);

const DISORDERS: readonly [law: string, disorder: Disorder][] = [
  ['accepted-once', { told: ['ord_1', 'ord_2', 'ord_3'] }],
  ['accepted-once', { told: ['ord_1'] }],
  ['orders-end', { orders: [DONE, { ...GONE, status: 'open', runStatus: 'failed', told: ['order.captured.v1'] }] }],
  ['one-erp-order', { sap: [sales('ord_1'), sales('ord_1')] }],
  ['one-erp-order', { sap: [] }],
  ['one-erp-order', { sap: [sales('ord_1'), sales('ord_2')] }],
  ['one-customer-record', { salesforce: [record(DONE), record(DONE), record(GONE)] }],
  ['one-customer-record', { salesforce: [record({ ...DONE, version: 8 }), record(GONE)] }],
  ['money-once', { stripe: [payment('ord_1', 100), payment('ord_1', 100)] }],
  ['money-once', { stripe: [payment('ord_1', 100), payment('ord_2', 0, 100)] }],
  ['money-once', {
    orders: [{ ...DONE, captured: 200 }, GONE], stripe: [payment('ord_1', 100), payment('ord_1', 100)],
  }],
  ['one-fulfilment-order', { wms: [fulfilment('ord_1', 1), fulfilment('ord_1', 1)] }],
  ['one-fulfilment-order', { wms: [fulfilment('ord_1', 1)] }],
  ['one-fulfilment-order', { wms: [fulfilment('ord_1', 2), fulfilment('ord_2', 0)] }],
  ['stock-follows-shipments', { orders: [{ ...DONE, consumed: 4 }, GONE] }],
  ['stock-let-go', { orders: [DONE, { ...GONE, held: 1 }] }],
  ['no-orphans', { salesforce: [record(DONE), record(GONE), record({ ...DONE, id: 'ord_7' })] }],
  ['events-true', { orders: [{ ...DONE, told: ['order.captured.v1'] }, GONE] }],
  ['events-true', { orders: [DONE, { ...GONE, told: [...DONE.told, 'order.cancelled.v1'] }] }],
  ['journeys-whole', { orders: [{ ...DONE, steps: DONE.steps.slice(0, -1) }, GONE] }],
  ['log-gapless', { log: { last: 11 } }],
  ['log-gapless', { log: { dead: 1 } }],
  ['invariants-hold', { invariant: false }],
  ['replays-alike', { replay: { id: 'ord_9' } }],
];

it('an orderly house breaks no law', async () => assert.deepEqual(await broken({}), []));

for (const [law, disorder] of DISORDERS) {
  it(`${law} sees ${JSON.stringify(disorder).slice(0, 90)}`, async () => {
    assert.deepEqual(await broken(disorder), [law]);
  });
}
