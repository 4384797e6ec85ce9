// Goods come back and money goes back: by mail with an inspection, over the counter, not at all, in advance, instead of
// other goods; with banks that send refunds back, tills and warehouses that report the same parcel, goods nobody
// expected and an ERP whose period is closed. At the end every invariant of the house holds.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { HouseProcesses, type Json } from '#testing';
import {
  expectProblem, goodOrder, newKey, ORDERS, place, readOrder, sapReference, until, untilStatus,
} from './story.js';

const STEP_MS = 50;
const POLICY = '/process/returns/v1/policies/throughline';

let house: HouseProcesses;

before(async () => {
  house = await HouseProcesses.start();
  await floor();
});
afterEach(async () => {
  await house.faults('sap');
  await house.faults('stripe');
  await floor();
});
after(() => house.close());

const floor = (more: object = {}) =>
  house.control('PUT', 'wms/behaviour', { stepDelayMs: STEP_MS, autoReturns: false, ...more });
const shop = () => house.as('storefront-demo');
const internal = () => house.as('internal-demo');

/** A delivered order of these lines. */
async function sold(lines: Json[] = [{ sku: 'SKU-0001', quantity: 2 }], changes: object = {}): Promise<Json> {
  const { id } = await place(house, goodOrder({ lines, ...changes }));
  return untilStatus(house, id, 'completed');
}

const setPolicy = (document: Json) => internal().send('PUT', `${POLICY}/EU`, { body: { document } });
const wish = (changes: object = {}): Json =>
  ({ method: 'mail', lines: [{ lineId: '1', quantity: 1, reason: 'unwanted' }], ...changes });

async function preview(orderId: string, asked: Json): Promise<Json> {
  const { status, body } = await shop().post(`${ORDERS}/${orderId}/return-previews`, asked, newKey());
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

/** Starts a return as a customer does: sees the decision, then submits it. */
async function giveBack(orderId: string, asked: Json = wish(), more: object = {}): Promise<Json> {
  const { previewHash } = await preview(orderId, asked);
  const made = await shop().post(`${ORDERS}/${orderId}/returns`, { ...asked, previewHash, ...more }, newKey());
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body;
}

const readReturn = async (id: string): Promise<Json> => {
  const { status, body } = await internal().get(`/process/returns/v1/returns/${id}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};
const untilReturn = (id: string, what: string, test: (found: Json) => boolean): Promise<Json> =>
  until(`return ${id} ${what}`, async () => {
    const found = await readReturn(id);
    return test(found) && found;
  });
const untilClosed = (id: string) => untilReturn(id, 'is closed', ({ closedAt }) => closedAt !== undefined);

/** Moves the parcel of a return a step on at the warehouse. */
const advance = (id: string, grade?: string) =>
  house.control('POST', 'wms/returns/advance', { externalId: id, ...(grade ? { grade } : {}) });
async function travelAndArrive(id: string): Promise<void> {
  await untilReturn(id, 'has a label', ({ label }) => label !== undefined);
  await advance(id);
  await advance(id);
  await untilReturn(id, 'is received', ({ custody }) => custody === 'received');
}

const report = (source: string, changes: object): Promise<Json> => internal().post('/process/returns/v1/receipts', {
  source, fact: randomUUID(), occurredAt: new Date().toISOString(), locationId: 'ST-001',
  lines: [{ sku: 'SKU-0001', quantity: 1 }], ...changes,
}).then(({ status, body }) => {
  assert.equal(status, 200, JSON.stringify(body));
  return body;
});

async function moneyOf(orderId: string): Promise<Json> {
  return (await internal().get(`/system/finance/v1/money/${orderId}`)).body;
}

async function stock(sku: string): Promise<Json> {
  const { body } = await internal().get(`/system/inventory/v1/movements?sku=${sku}&limit=200`);
  return body.movements;
}

async function expectSound(): Promise<void> {
  const { body } = await house.as('ops-demo').get('/platform/v1/invariants');
  const broken = body.invariants.filter(({ holds }: Json) => !holds);
  assert.deepEqual(broken, []);
  assert.ok(body.invariants.some(({ name }: Json) => name === 'returns.unit-refunded-once'));
}

describe('a return by mail', () => {
  it('travels on a label, is graded per unit, restocked, refunded, credited and posted', async () => {
    const { id: orderId, lines } = await sold();
    const paid = lines[0].total.amount;
    const asked = wish({ lines: [{ lineId: '1', quantity: 2, reason: 'unwanted' }] });
    const { id } = await giveBack(orderId, asked);
    const labelled = await untilReturn(id, 'has a label', ({ label }) => label !== undefined);
    assert.match(Buffer.from(labelled.label.data, 'base64').toString(), /\^XA.*RMA-/s);
    assert.equal(labelled.custody, 'requested');
    await advance(id);
    await untilReturn(id, 'travels', ({ custody }) => custody === 'inTransit');
    await advance(id);
    await untilReturn(id, 'is received', ({ custody, money }) => custody === 'received' && money === 'pending');
    await advance(id, 'A');
    const closed = await untilClosed(id);
    assert.deepEqual([closed.custody, closed.money], ['disposed', 'refunded']);
    assert.match(closed.refunds[0].creditMemo, /^CRM-/);
    assert.equal((await moneyOf(orderId)).refunded.amount, paid);
    const { records: { customerReturns } } = await house.vendor('sap', 'customerReturns');
    const [rma] = customerReturns.filter(({ reference }: Json) => reference === sapReference(id));
    assert.deepEqual([rma.approval, rma.items[0].quantity], ['B', '2']);
    assert.equal(closed.erpReference, rma.customerReturn);
    const order = await readOrder(house, orderId);
    assert.equal(order.paymentStatus, 'refunded');
    const { body: whole } = await internal().get(`/process/orders/v1/orders/${orderId}`);
    assert.deepEqual([whole.axes.returnCustody, whole.axes.returnMoney], ['disposed', 'refunded']);
    const { counters } = whole.lines[0];
    assert.deepEqual([counters.returnRequested, counters.received, counters.restocked, counters.refunded], [2, 2, 2,
      2]);
    const facts = (await stock('SKU-0001')).filter(({ fact }: Json) => fact?.startsWith(id));
    assert.deepEqual(facts.map(({ reason }: Json) => reason).sort(),
      ['return-received', 'return-received', 'return-restocked', 'return-restocked']);
    await until('Salesforce has the case, resolved', async () => {
      const { records: { Case: cases } } = await house.vendor('salesforce', 'Case');
      return cases.some((one: Json) => JSON.stringify(one).includes(closed.returnNumber));
    });
    await expectSound();
  });

  it('is refused once the decision has changed, and says the new one', async () => {
    const { id } = await sold([{ sku: 'SKU-0001', quantity: 1 }]);
    const { previewHash } = await preview(id, wish());
    await giveBack(id);
    const late = await shop().post(`${ORDERS}/${id}/returns`, { ...wish(), previewHash }, newKey());
    const { preview: now } = await expectProblem(late, 409, 'return-decision-changed');
    assert.equal(now.lines[0].code, 'alreadyReturned');
  });

  it('is one return although it is submitted twice', async () => {
    const { id } = await sold();
    const { previewHash } = await preview(id, wish());
    const key = newKey();
    const twice = await Promise.all([1, 2].map(() =>
      shop().post(`${ORDERS}/${id}/returns`, { ...wish(), previewHash }, key)));
    const made = twice.filter(({ status }) => status === 201);
    assert.ok(made.length >= 1 && new Set(made.map(({ body }) => body.id)).size === 1);
  });
});

describe('a return to a store', () => {
  it('is graded over the counter, and the warehouse that reports it too changes nothing', async () => {
    const { id: orderId, lines } = await sold([{ sku: 'SKU-0001', quantity: 1 }]);
    const { id } = await giveBack(orderId, wish({ method: 'store' }));
    const first = await report('pos', { returnId: id, lines: [{ sku: 'SKU-0001', quantity: 1, grade: 'A' }] });
    assert.equal(first.outcome, 'taken');
    const again = await report('warehouse', { returnId: id, locationId: 'WH-EU' });
    assert.ok(['taken', 'orphan'].includes(again.outcome));
    const closed = await untilClosed(id);
    assert.equal((await moneyOf(orderId)).refunded.amount, lines[0].total.amount);
    const facts = (await stock('SKU-0001')).filter(({ fact }: Json) => fact?.startsWith(id));
    assert.equal(facts.filter(({ reason }: Json) => reason === 'return-received').length, 1);
    assert.equal(closed.refunds.length, 1);
    await expectSound();
  });
});

describe('goods that stay with the customer', () => {
  it('are refunded at once when the fault is ours and small', async () => {
    const policy = (await internal().get(`${POLICY}/EU`)).body.document;
    const set = await setPolicy({ ...policy, returnless: { EUR: '100000.00' } });
    assert.equal(set.status, 200, JSON.stringify(set.body));
    const { id: orderId } = await sold([{ sku: 'SKU-0001', quantity: 1 }]);
    const asked = wish({ method: 'keep', lines: [{ lineId: '1', quantity: 1, reason: 'defective' }] });
    const closed = await untilClosed((await giveBack(orderId, asked)).id);
    assert.deepEqual([closed.custody, closed.money, closed.lines[0].units[0].custody], ['notReturned', 'refunded',
      'kept']);
    await setPolicy(policy);
    await expectSound();
  });

  it('although they were refunded in advance, are a person\'s task', async () => {
    const policy = (await internal().get(`${POLICY}/EU`)).body.document;
    await setPolicy({ ...policy, advanceRefund: { EUR: '100000.00' }, returnWithinSeconds: 1 });
    const { id: orderId, lines } = await sold([{ sku: 'SKU-0001', quantity: 1 }]);
    const { id } = await giveBack(orderId, wish({ advanceRefund: true }));
    await setPolicy(policy);
    const missing = await untilReturn(id, 'was not returned', ({ custody }) => custody === 'notReturned');
    assert.equal(missing.money, 'refunded');
    assert.equal((await moneyOf(orderId)).refunded.amount, lines[0].total.amount);
    const ops = house.as('ops-demo');
    await until('the advance refund is a task', async () => {
      const { body } = await ops.get(`/platform/v1/tasks?subject=${id}`);
      return body.tasks.some(({ reason }: Json) => /never returned/.test(reason));
    });
    const settle = await ops.post(`/process/returns/v1/returns/${id}/advance-settlement`,
      { decision: 'writtenOff' }, newKey());
    assert.equal(settle.status, 200, JSON.stringify(settle.body));
    await untilClosed(id);
    await expectSound();
  });
});

describe('an exchange', () => {
  it('is a return and an order of its own, never set off against each other', async () => {
    const { id: orderId, lines } = await sold([{ sku: 'SKU-0001', quantity: 1 }]);
    const { id } = await giveBack(orderId, wish({ method: 'store' }),
      { exchange: [{ sku: 'SKU-0002', quantity: 1 }], paymentToken: 'pm_card_visa' });
    const linked = await untilReturn(id, 'has its order', ({ exchangeOrderId }) => exchangeOrderId !== undefined);
    const order = await untilStatus(house, linked.exchangeOrderId, 'completed');
    assert.notEqual(order.totals.total.amount, '0.00');
    await report('pos', { returnId: id, lines: [{ sku: 'SKU-0001', quantity: 1, grade: 'A' }] });
    await untilClosed(id);
    assert.equal((await moneyOf(orderId)).refunded.amount, lines[0].total.amount);
    assert.equal((await moneyOf(linked.exchangeOrderId)).refunded.amount, '0.00');
  });
});

describe('when something goes wrong', () => {
  it('a refund that the bank sends back becomes store credit', async () => {
    const { id: orderId, lines } = await sold([{ sku: 'SKU-0001', quantity: 1 }],
      { payment: { method: 'card', token: 'pm_card_refundFail' } });
    const { id } = await giveBack(orderId, wish({ method: 'store' }));
    await report('pos', { returnId: id, lines: [{ sku: 'SKU-0001', quantity: 1, grade: 'A' }] });
    const mended = await untilReturn(id, 'is settled in store credit', ({ refunds, money }) =>
      money === 'refunded' && refunds[0]?.storeCredit.amount === lines[0].total.amount);
    assert.match(mended.refunds[0].storeCreditCode, /^SC-/);
    const money = await moneyOf(orderId);
    assert.deepEqual([money.refunded.amount, money.storeCredit.amount], ['0.00', lines[0].total.amount]);
    await untilClosed(id);
    await expectSound();
  });

  it('goods nobody expected wait in a bucket until a person knows whose they are', async () => {
    const { id: orderId, lines } = await sold([{ sku: 'SKU-0003', quantity: 1 }]);
    await house.control('POST', 'wms/returns/unknown',
      { location: 'WH-EU', lines: [{ lineId: '', sku: 'SKU-0003', quantity: 1, grade: 'A' }] });
    const orphan = await until('the orphan is listed', async () => {
      const { body } = await internal().get('/process/returns/v1/orphans');
      return body.orphans.find(({ sku }: Json) => sku === 'SKU-0003');
    });
    assert.equal((await moneyOf(orderId)).refunded.amount, '0.00');
    const matched = await house.as('ops-demo').post(`/process/returns/v1/orphans/${orphan.id}/match`,
      { orderId, lineId: '1', reason: 'unknown' }, newKey());
    assert.equal(matched.status, 200, JSON.stringify(matched.body));
    const closed = await untilClosed(matched.body.id);
    assert.equal(closed.money, 'refunded');
    assert.equal((await moneyOf(orderId)).refunded.amount, lines[0].total.amount);
    await expectSound();
  });

  it('the return of a closed period is refunded, and ends when the ERP has posted it', async () => {
    const { id: orderId, lines } = await sold([{ sku: 'SKU-0001', quantity: 1 }]);
    await house.faults('sap', { periodClosed: true });
    const { id } = await giveBack(orderId, wish());
    await travelAndArrive(id);
    await advance(id, 'C');
    const waiting = await untilReturn(id, 'waits for the ERP', ({ money, erpPostingsWaiting }) =>
      money === 'refunded' && erpPostingsWaiting > 0);
    assert.equal(waiting.closedAt, undefined);
    assert.ok(Number((await moneyOf(orderId)).refunded.amount) < Number(lines[0].total.amount), 'worn goods cost');
    await house.faults('sap');
    const retry = await internal().post('/system/finance/v1/erp-postings/retry', { orderId });
    assert.equal(retry.status, 200, JSON.stringify(retry.body));
    await untilClosed(id);
    const { records: { journal } } = await house.vendor('sap', 'journal');
    const own = journal.filter(({ assignment }: Json) => orderId.endsWith(assignment));
    assert.equal(new Set(own.map(({ reference }: Json) => reference)).size, own.length);
    assert.ok(own.some(({ headerText }: Json) => headerText.startsWith('creditMemo')));
    await expectSound();
  });
});
