// All sides are compared: a house where everything went its way has no difference; drifts of a dozen kinds, put into
// the vendors and the database behind our back, are all found and classified, repaired by rule or queued with evidence
// for a person; and once people have decided, a second comparison finds none.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { HouseProcesses, type Json } from '#testing';
import { Vendors } from './drifts.js';
import { goodOrder, newKey, place, salesOrders, sapReference, until, untilQuiet, untilStatus } from './story.js';

const RECONCILIATION = '/process/reconciliation/v1';
const ORDERS = 9;
const UNKNOWN_ORDER = `ord_${randomBytes(16).toString('hex')}`;
const RESERVATION = `rsv_${randomBytes(16).toString('hex')}`;
const EPOCH_START = new Date(Date.now() - 60_000).toISOString();

let house: HouseProcesses;
let vendors: Vendors;
let orders: Json[];
let cancelled: Json;

before(async () => {
  house = await HouseProcesses.start();
  vendors = new Vendors(house);
  await house.control('PUT', 'wms/behaviour', { stepDelayMs: 50 });
  const placed = await Promise.all(Array.from({ length: ORDERS }, () => place(house)));
  orders = await Promise.all(placed.map(({ id }) => untilStatus(house, id, 'completed')));
  await house.control('PUT', 'wms/behaviour', { stepDelayMs: 50, autoShip: false });
  const { id } = await place(house, goodOrder({ lines: [{ sku: 'SKU-0002', quantity: 1 }] }));
  await until('the ERP has the order', async () => (await salesOrders(house, id)).length === 1);
  await house.as('internal-demo').post(`/process/orders/v1/orders/${id}/cancel`, { reason: 'customerRequest' },
    newKey());
  cancelled = await untilStatus(house, id, 'cancelled');
  await untilQuiet(house);
});
after(() => house?.close());

const ops = () => house.as('ops-demo');
const read = async (path: string): Promise<Json> => {
  const { status, body } = await ops().get(`${RECONCILIATION}${path}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};

/** One comparison, to its end. */
async function ended(wish: object): Promise<Json> {
  const { status, body } = await ops().post(`${RECONCILIATION}/runs`, wish, newKey());
  assert.equal(status, 202, JSON.stringify(body));
  return until('the comparison has ended', async () => {
    const now = await read(`/runs/${body.id}`);
    return now.state !== 'running' && now;
  });
}

/** Compares all that this story did, with nothing left out as in flight. */
async function compare(): Promise<Json> {
  const wish = { from: EPOCH_START, until: new Date(Date.now() + 1_000).toISOString(), quiescenceSeconds: 0 };
  const run = await ended(wish);
  assert.deepEqual([run.state, run.reason, run.unread], ['finished', undefined, []]);
  return run;
}

async function paymentOf(order: Json): Promise<{ id: string; captured: number }> {
  const { records } = await house.vendor('stripe', 'intents');
  return records.intents.find(({ metadata }: Json) => metadata.order_id === order.id);
}

const differences = async (state = 'unsettled'): Promise<Json[]> =>
  (await read(`/differences?state=${state}&limit=200`)).differences;
const kindsOf = (found: readonly Json[]): string[] => found.map(({ kind }) => kind).sort();
const total = (run: Json, side: string): number =>
  run.compared.find(({ name }: Json) => name === side)?.count ?? 0;

describe('a day on which all went its way', () => {
  it('has every order at every side and no difference', async () => {
    const run = await compare();
    assert.deepEqual(await differences(), []);
    assert.equal(run.found, 0, JSON.stringify(run.kinds));
    for (const side of ['order', 'erp', 'crm', 'provider', 'ledger']) assert.equal(total(run, side), ORDERS + 1, side);
    assert.equal(total(run, 'stock'), total(run, 'wmsStock'));
    assert.ok(total(run, 'stock') >= 3_000);
  });

  it('leaves out what is in flight', async () => {
    const run = await ended({ orderIds: [orders[0]!.id], quiescenceSeconds: 3_600 });
    assert.deepEqual([run.state, run.inFlight], ['finished', 1]);
  });
});

/** Puts one drift of each kind; the kinds in the order of the alphabet. */
const DRIFTS = [
  'aliveInErpCancelledHere', 'amountDiffersInErp', 'amountDiffersInSalesforce', 'duplicateInErp', 'missingInErp',
  'missingInSalesforce', 'orphanInErp', 'paymentWithoutOrder', 'positionDiffersFromLedger', 'refundedDiffersAtProvider',
  'reservedWithoutOrder', 'staleInSalesforce', 'warehouseStockDiffers',
];

async function drift(): Promise<void> {
  const erpNumber = async ({ id }: Json): Promise<string> => (await salesOrders(house, id))[0]!.salesOrder;
  await vendors.loseSalesOrder(await erpNumber(orders[0]!));
  await vendors.enterSalesOrder(sapReference(orders[1]!.id));
  await vendors.changeSalesOrderItem(await erpNumber(orders[2]!), { RequestedQuantity: '7' });
  await vendors.changeSalesOrderItem(await erpNumber(cancelled), { SalesDocumentRjcnReason: '' });
  await vendors.enterSalesOrder(sapReference(UNKNOWN_ORDER));
  await vendors.changeInSalesforce(orders[3]!.id, undefined);
  await vendors.changeInSalesforce(orders[4]!.id, { Throughline_Status__c: 'accepted' });
  await vendors.changeInSalesforce(orders[5]!.id, { Throughline_Total__c: 1.23 });
  await house.faults('stripe', { webhooksPaused: true });
  await vendors.toStripe('/payment_intents', {
    amount: '1234', currency: 'eur', confirm: 'true', capture_method: 'manual', payment_method: 'pm_card_visa',
    'metadata[order_id]': UNKNOWN_ORDER,
  });
  await vendors.toStripe('/refunds', { payment_intent: (await paymentOf(orders[6]!)).id, amount: '100' });
  const inventory = house.as('internal-demo');
  const reserved = await inventory.post('/system/inventory/v1/reservations', {
    reservationId: RESERVATION, owner: UNKNOWN_ORDER, holdSeconds: 600,
    lines: [{ lineId: '1', sku: 'SKU-0003', quantity: 2, candidates: ['WH-EU'] }],
  }, newKey());
  assert.ok(reserved.status < 300, JSON.stringify(reserved.body));
  const confirmed = await inventory.post(
    `/system/inventory/v1/reservations/${RESERVATION}/confirm`, undefined, newKey());
  assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body));
  const { database } = house.storage;
  const [position] = await database.query<{ units: number }>(`
    update inventory.position set on_hand = on_hand + 3 where sku = 'SKU-0010' and location_id = 'WH-EU'
    returning on_hand::int as units`);
  await vendors.countInWarehouse('SKU-0010', position!.units);
  await vendors.countInWarehouse('SKU-0011', 1);
}

describe('drifts of a dozen kinds', () => {
  let found: Json[];

  it('are all found and classified, with the evidence of both sides', async () => {
    await drift();
    const run = await compare();
    assert.deepEqual(run.kinds.map(({ name }: Json) => name).sort(), DRIFTS);
    assert.deepEqual([run.found, run.appeared], [DRIFTS.length, DRIFTS.length]);
    found = (await Promise.all(['unsettled', 'repaired'].map(differences))).flat();
    assert.deepEqual(kindsOf(found), DRIFTS);
    for (const { kind, ours, theirs, statement, cause } of found) {
      assert.ok(Object.keys(ours).length > 0 && Object.keys(theirs).length > 0 && statement && cause, kind);
    }
    const stale = found.find(({ kind }) => kind === 'staleInSalesforce');
    assert.deepEqual([stale.orderId, stale.ours.status, stale.theirs.status],
      [orders[4]!.id, 'completed', 'accepted']);
  });

  it('are repaired by rule through the ordinary operations, or queued as tasks', async () => {
    const settled = await until('every difference is repaired or queued', async () => {
      const now = await Promise.all(found.map(({ id }) => read(`/differences/${id}`)));
      return now.every(({ state, taskId }) => state === 'repaired' || (state === 'queued' && taskId)) && now;
    });
    const stateOf = (wanted: string): string[] => kindsOf(settled.filter(({ state }: Json) => state === wanted));
    assert.deepEqual(stateOf('repaired'), ['aliveInErpCancelledHere', 'amountDiffersInSalesforce', 'duplicateInErp',
      'missingInErp', 'missingInSalesforce', 'reservedWithoutOrder', 'staleInSalesforce']);
    assert.deepEqual(stateOf('queued'), ['amountDiffersInErp', 'orphanInErp', 'paymentWithoutOrder',
      'positionDiffersFromLedger', 'refundedDiffersAtProvider', 'warehouseStockDiffers']);
    const alive = async (id: string): Promise<number> =>
      (await salesOrders(house, id)).filter(({ rejected }) => !rejected).length;
    assert.deepEqual(await Promise.all([orders[0]!.id, orders[1]!.id, cancelled.id].map(alive)), [1, 1, 0]);
    const { body: { tasks } } = await ops().get('/platform/v1/tasks');
    const task = tasks.find(({ cause }: Json) => cause === 'reconciliation: warehouseStockDiffers');
    assert.deepEqual(task.actions, ['retry', 'skip', 'escalate']);
    assert.equal(task.detail.theirs.onHand, 1);
  });

  it('break the invariants of the house until they are settled', async () => {
    const { body } = await ops().get('/platform/v1/invariants');
    const broken = body.invariants.filter(({ holds }: Json) => !holds).map(({ name }: Json) => name);
    for (const name of ['erp', 'payments', 'stock', 'warehouse']) {
      assert.ok(broken.some((each: string) => each.startsWith(`reconciliation.${name}-agree`)), `${name}: ${broken}`);
    }
    assert.ok(!broken.includes('reconciliation.salesforce-agrees'));
  });

  it('end as people decide, each decision a touch with its minutes; a second comparison finds none', async () => {
    const queued = await differences('queued');
    for (const { id, kind } of queued) {
      const action = ['orphanInErp', 'warehouseStockDiffers'].includes(kind) ? 'repair' : 'accept';
      const reply = await ops().post(`${RECONCILIATION}/differences/${id}/resolution`,
        { action, note: 'looked into it', minutes: 4 }, newKey());
      assert.equal(reply.status, 202, JSON.stringify(reply.body));
    }
    await until('nothing is unsettled', async () => (await differences()).length === 0);
    const effort = await read('/effort');
    assert.deepEqual([effort.touches, effort.minutes, effort.assumed], [queued.length, 4 * queued.length, 0]);
    assert.equal(effort.withoutPeople, DRIFTS.length - queued.length);
    const run = await compare();
    assert.deepEqual([run.found, run.appeared, run.kinds], [0, 0, []]);
    const { body } = await ops().get('/platform/v1/invariants');
    const agreeing = body.invariants.filter(({ name }: Json) => name.startsWith('reconciliation.'));
    assert.ok(agreeing.length >= 6 && agreeing.every(({ holds }: Json) => holds), JSON.stringify(agreeing));
  });

  it('that come back after they vanished are new ones, and a vanished one closes its task', async () => {
    await vendors.countInWarehouse('SKU-0012', 2);
    assert.equal((await compare()).appeared, 1);
    const [open] = await until('it is queued', async () => {
      const queued = await differences('queued');
      return queued.length === 1 && queued;
    });
    const [position] = await house.storage.database.query<{ units: number }>(`
      select on_hand::int as units from inventory.position where sku = 'SKU-0012' and location_id = 'WH-EU'`);
    await vendors.countInWarehouse('SKU-0012', position!.units);
    const run = await compare();
    assert.deepEqual([run.found, run.vanished], [0, 1]);
    await until('its task is closed', async () => {
      const { body } = await ops().get(`/platform/v1/tasks?subject=${open!.id}:mend`);
      return body.tasks.length === 0;
    });
  });
});

describe('settlement files', () => {
  const HEADER = 'automatic_payout_id,created,balance_transaction_id,currency,gross,fee,net,reporting_category,'
    + 'payment_intent_id';
  const minor = (amount: string): number => Math.round(Number(amount) * 100);
  const money = (cents: number): string => (cents / 100).toFixed(2);
  const rowOf = (id: string, payment: string, gross: number, fee: number): string =>
    `po_1,2026-11-24 09:00:00,${id},eur,${money(gross)},${money(fee)},${money(gross - fee)},charge,${payment}`;

  it('are taken in row by row: good ones matched and posted once, bad ones named, none lost', async () => {
    const [right, short, dear] = await Promise.all([orders[6]!, orders[7]!, orders[8]!].map(paymentOf));
    const feeOf = (gross: number): number => Math.round(gross * 0.014) + 25;
    const csv = [HEADER,
      rowOf('txn_1', right!.id, right!.captured, feeOf(right!.captured)),
      rowOf('txn_2', short!.id, short!.captured - 100, feeOf(short!.captured)),
      rowOf('txn_3', dear!.id, dear!.captured, feeOf(dear!.captured) + 50),
      rowOf('txn_4', 'pi_nobody', 500, 32),
      'po_1,2026-11-24 09:00:00,txn_5,eur,ten,0.10,9.90,charge,pi_x',
      'po_1,2026-11-24 09:00:00,,eur,10.00,0.10,9.80,charge,pi_y',
    ].join('\n');
    const body = { provider: 'stripe', fileName: 'payouts.csv', csv };
    const { status, body: told } = await ops().post(`${RECONCILIATION}/settlements`, body, newKey());
    assert.equal(status, 201, JSON.stringify(told));
    assert.deepEqual([told.rows, told.accepted, told.faulty, told.matched, told.unmatched], [6, 4, 2, 3, 1]);
    assert.deepEqual(told.faults.map(({ line, column }: Json) => [line, column]),
      [[6, 'gross'], [7, 'balance_transaction_id']]);
    const again = await ops().post(`${RECONCILIATION}/settlements`, { ...body, fileName: 'again.csv' }, newKey());
    assert.equal(again.body.id, told.id);
    const partly = [HEADER, csv.split('\n')[1]].join('\n');
    const repeated = await ops().post(`${RECONCILIATION}/settlements`, { ...body, csv: partly }, newKey());
    assert.deepEqual([repeated.body.accepted, repeated.body.repeated], [0, 1]);
    const { body: ledger } = await house.as('internal-demo').get(`/system/finance/v1/journals/${orders[6]!.id}`);
    const payouts = ledger.entries.filter(({ kind }: Json) => kind === 'payout');
    assert.equal(payouts.length, 1);
    assert.equal(minor(payouts[0].legs.find(({ account }: Json) => account === 'paymentFees').amount.amount),
      feeOf(right!.captured));
    const run = await compare();
    assert.deepEqual(run.kinds.map(({ name }: Json) => name).sort(),
      ['payoutAmountDiffers', 'payoutFeeDiffers', 'payoutWithoutPayment']);
  });

  it('that are none are refused with what is missing', async () => {
    const body = { provider: 'stripe', fileName: 'x.csv', csv: 'a,b\n1,2\n' };
    const { status, body: problem } = await ops().post(`${RECONCILIATION}/settlements`, body, newKey());
    assert.equal(status, 422);
    assert.match(problem.errors[0].detail, /automatic_payout_id/);
  });
});

describe('the repair policy', () => {
  it('is versioned, checked, and tried before it is set', async () => {
    const now = await read('/policies/repair');
    const rules = { ...now.document.rules, staleInSalesforce: 'task' };
    const document = { ...now.document, rules };
    const trial = await ops().post(`${RECONCILIATION}/policies/repair/dry-runs`, { document }, newKey());
    assert.deepEqual(trial.body.changes.map(({ kind, before: was, after: then }: Json) => [kind, was, then]),
      [['staleInSalesforce', 'repair', 'task']]);
    const refused = await ops().send('PUT', `${RECONCILIATION}/policies/repair`, {
      body: { document: { ...document, rules: { ...rules, amountDiffersInErp: 'repair', nonsense: 'task' } } },
    });
    assert.deepEqual(refused.body.errors.map(({ pointer }: Json) => pointer),
      ['#/document/rules/amountDiffersInErp', '#/document/rules/nonsense']);
    const set = await ops().send('PUT', `${RECONCILIATION}/policies/repair`,
      { body: { document, note: 'by hand now' } });
    assert.deepEqual([set.status, set.body.version], [200, now.version + 1]);
    const kind = (await read('/difference-kinds')).kinds.find((each: Json) => each.kind === 'staleInSalesforce');
    assert.equal(kind.rule, 'task');
    const kinds = (await read('/difference-kinds')).kinds;
    assert.ok(kinds.length >= 12);
  });
});

describe('key figures over this history', () => {
  it('are right, with what is behind each, and the same in API, table and gauge', async () => {
    const effort = await read('/effort');
    const { status, body } = await ops().get('/platform/v1/kpis?days=2');
    assert.equal(status, 200, JSON.stringify(body));
    const figures = new Map<string, Json>(body.kpis.map((kpi: Json) => [kpi.name, kpi]));
    assert.equal(figures.size, 11);
    const figure = (name: string): Json => figures.get(name);
    assert.deepEqual([Number(figure('manualReconciliationEffort').value), figure('manualReconciliationEffort').samples],
      [effort.minutes, effort.touches]);
    assert.equal(figure('orderSyncLatency').samples, ORDERS + 1);
    assert.deepEqual([Number(figure('fulfilmentExceptions').value), figure('fulfilmentExceptions').samples],
      [0, ORDERS + 1]);
    assert.deepEqual([figure('oversell').value, figure('oversell').samples], [undefined, 0]);
    assert.ok(Number(figure('inventoryAccuracy').value) > 99 && Number(figure('inventoryAccuracy').value) < 100);
    assert.ok(figure('integrationFailureRate').samples > ORDERS);
    const { body: behind } = await ops().get('/platform/v1/kpis/orderSyncLatency/samples?days=2');
    assert.deepEqual(behind.samples.map(({ subject }: Json) => subject).sort(),
      [...orders, cancelled].map(({ id }) => id).sort());
    const { body: table } = await ops().get('/platform/v1/kpis/export.csv?days=2');
    const row = String(table).split('\n').find((line) => line.startsWith('orderSyncLatency,'));
    assert.equal(row!.split(',')[2], figure('orderSyncLatency').value);
    const gauges = await (await fetch(`${house.gateways[0]!.url}/metrics`)).text();
    const gauge = /throughline_kpi\{kpi="orderSyncLatency"\} (\S+)/.exec(gauges);
    assert.equal(Number(gauge?.[1]), Number(figure('orderSyncLatency').value));
  });
});
