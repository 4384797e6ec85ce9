// The SAP connector against the sandbox's SAP and its faults: what it promises is one sales order per reference and an
// honest outcome, whatever the network and SAP do.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId, Problem, problems, serviceContext, type CallContext, type NewSalesOrder } from '#contracts';
import type { JourneyEntry, JourneyRecorder } from '#events';
import { startSandbox, type Sandbox } from '#sandbox';
import { SapErp } from './sap-erp.connector.js';

const CALL_TIMEOUT_MS = 400;
const FIRST_PROBE_MS = 150;
const ATTEMPTS_MAX = 60;
const PROBES_MAX = 100;

interface SapOrder {
  salesOrder: string;
  reference: string;
  rejected: boolean;
  totalNetAmount: string;
  soldToParty: string;
  items: { rejectionReason: string; quantity: string; netAmount: string }[];
}

describe('the SAP connector', () => {
  let sandbox: Sandbox;
  let erp: SapErp;
  let entries: JourneyEntry[] = [];
  const journey = { record: (entry: JourneyEntry) => void entries.push(entry) } as unknown as JourneyRecorder;
  const connect = (password = 'throughline-secret') => new SapErp(
    { url: sandbox.url, user: 'THROUGHLINE', password }, journey,
    { callTimeoutMs: CALL_TIMEOUT_MS, firstProbeMs: FIRST_PROBE_MS });
  const faults = (settings: object) => fetch(`${sandbox.url}/_control/sap/faults`, {
    method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(settings),
  }).then((answer) => assert.equal(answer.status, 200));
  const orders = async (): Promise<SapOrder[]> => {
    const answer = await fetch(`${sandbox.url}/_control/sap/state`);
    return ((await answer.json()) as { records: { orders: SapOrder[] } }).records.orders;
  };
  const call = (options: Partial<CallContext> = {}): CallContext =>
    serviceContext('process/orders', { subject: 'ord_journey', mayHaveRun: false, ...options });
  const newOrder = (lines = 1): NewSalesOrder => ({
    reference: newId('ord'), orderNumber: 'TL-7K3M9QX2', customerId: 'CUS-0001', currency: 'EUR',
    orderedAt: new Date().toISOString(),
    items: Array.from({ length: lines }, (_, index) => ({
      lineId: String(index + 1), sku: `SKU-000${index + 1}`, quantity: 3, total: { amount: '10.00', currency: 'EUR' },
      locationId: 'WH-EU',
    })),
  });
  const unavailable = (error: unknown) => error instanceof Problem && error.type === problems.vendorUnavailable;

  before(async () => {
    sandbox = await startSandbox({ port: 0 });
  });
  afterEach(async () => {
    await erp.onModuleDestroy();
    await fetch(`${sandbox.url}/_control/sap/reset`, { method: 'POST' });
    entries = [];
  });
  after(() => sandbox.close());

  it('creates an order with our prices and finds it by our reference', async () => {
    erp = connect();
    const order = newOrder(2);
    const outcome = await erp.create(order, call());
    assert.deepEqual(outcome, { outcome: 'applied', reference: '1' });
    const [created] = await orders();
    assert.equal(created!.totalNetAmount, '20.00');
    assert.equal(created!.soldToParty, 'CUS-0001');
    const found = await erp.find(order.reference, call());
    assert.equal(found.number, '1');
    assert.equal(found.reference, order.reference);
    assert.equal(found.rejected, false);
    assert.equal(found.status, 'A (not yet processed)');
    assert.equal(found.freshness.stale, false);
    assert.ok(Math.abs(Date.parse(found.changedAt!) - Date.now()) < 10_000);
    await assert.rejects(erp.find('nobody', call()), (error) => error instanceof Problem && error.type === problems.notFound);
    const [creation] = entries;
    assert.equal(creation!.name, 'createSalesOrder');
    assert.equal(creation!.outcome, 'applied');
    assert.match((creation!.detail as { payloadHash: string }).payloadHash, /^[0-9a-f]{64}$/);
  });

  it('says uncertain when the answer is lost, and finds the order at the next attempt', async () => {
    erp = connect();
    const order = newOrder();
    await faults({ timeoutAfterSuccess: 1, timeoutHoldMs: 3 * CALL_TIMEOUT_MS });
    const startedAt = Date.now();
    const first = await erp.create(order, call());
    assert.equal(first.outcome, 'uncertain');
    assert.match(first.lookUp!, /PurchaseOrderByCustomer eq 'ord[0-9a-f]{32}'/);
    assert.ok(Date.now() - startedAt < 2 * CALL_TIMEOUT_MS);
    await faults({});
    assert.deepEqual(await erp.create(order, call({ mayHaveRun: true })), { outcome: 'applied', found: true, reference: '1' });
    assert.equal((await orders()).length, 1);
    assert.deepEqual(entries.map(({ outcome }) => outcome), ['uncertain', 'applied']);
  });

  it('keeps one order per reference for a caller that does not know whether it asked before', async () => {
    erp = connect();
    const order = newOrder();
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => erp.create(order, call({ mayHaveRun: undefined }))));
    assert.ok(outcomes.every(({ reference }) => reference === '1'));
    assert.equal((await erp.create(order, call({ mayHaveRun: undefined }))).found, true);
    assert.equal((await orders()).length, 1);
  });

  it('keeps the lowest of several orders with one reference and rejects the others', async () => {
    erp = connect();
    const order = newOrder(2);
    for (let time = 0; time < 3; time++) await erp.create(order, call());
    const outcome = await erp.create(order, call({ mayHaveRun: true }));
    assert.deepEqual(outcome, { outcome: 'applied', found: true, reference: '1' });
    assert.deepEqual((await orders()).map(({ rejected }) => rejected), [false, true, true]);
    const told = entries.filter(({ name }) => name === 'rejectDuplicateSalesOrder');
    assert.deepEqual(told.map(({ detail }) => (detail as { vendorReference: string }).vendorReference), ['2', '3']);
  });

  it('takes SAP\'s no for a no', async () => {
    erp = connect();
    const order = newOrder();
    const outcome = await erp.create({ ...order, items: [{ ...order.items[0]!, sku: 'SKU-9999' }] }, call());
    assert.equal(outcome.outcome, 'rejected');
    assert.match(outcome.reason!, /V1\/382: Material SKU-9999 is not defined/);
    assert.equal((await orders()).length, 0);
  });

  it('renews the CSRF token when SAP has ended the session, once for all who wait', async () => {
    erp = connect();
    await faults({ csrfExpiry: 0.1 });
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => erp.create(newOrder(), call())));
    const applied = outcomes.filter((result) => result.status === 'fulfilled');
    assert.ok(applied.length > 20);
    assert.ok(outcomes.every((result) => result.status === 'fulfilled' || unavailable(result.reason)));
    assert.equal((await orders()).length, applied.length);
    await faults({ csrfExpiry: 1 });
    await assert.rejects(erp.create(newOrder(), call()), unavailable);
    assert.equal((await orders()).length, applied.length);
  });

  it('is unavailable, not uncertain, when nothing can have been written', async () => {
    erp = connect();
    await faults({ down: true });
    await assert.rejects(erp.create(newOrder(), call()), unavailable, 'no token');
    await faults({});
    const nowhere = new SapErp({ url: 'http://127.0.0.1:9', user: 'x', password: 'y' }, journey);
    await assert.rejects(nowhere.create(newOrder(), call()), unavailable, 'no connection');
    await nowhere.onModuleDestroy();
    const stranger = connect('wrong');
    await assert.rejects(stranger.create(newOrder(), call()), unavailable, 'wrong password');
    await stranger.onModuleDestroy();
    await assert.rejects(erp.create(newOrder(), call({ deadline: Date.now() + 20 })), unavailable, 'no time left');
    assert.equal((await orders()).length, 0);
  });

  it('is uncertain when SAP fails after the order was sent', async () => {
    erp = connect();
    await erp.create(newOrder(), call());
    await faults({ errorRate: 1 });
    const order = newOrder();
    assert.equal((await erp.create(order, call())).outcome, 'uncertain');
    await assert.rejects(erp.create(order, call({ mayHaveRun: true })), unavailable, 'the look-up changes nothing');
    await faults({ down: 'unavailable' });
    await assert.rejects(erp.find(order.reference, call()), unavailable);
  });

  it('opens the circuit after failures, answers at once, and recovers by a probe', async () => {
    erp = connect();
    await erp.create(newOrder(), call());
    await faults({ down: true });
    for (let time = 0; time < 5; time++) await assert.rejects(erp.find('any', call()), unavailable);
    const startedAt = performance.now();
    await assert.rejects(erp.find('any', call()), (error) => {
      assert.ok(unavailable(error));
      assert.match((error as Problem).details.detail, /calls are held back/);
      assert.ok((error as Problem).details.retryAfterSeconds! >= 1);
      return true;
    });
    assert.ok(performance.now() - startedAt < 20);
    await faults({});
    const order = newOrder();
    for (let probe = 1; probe < PROBES_MAX; probe++) {
      const outcome = await erp.create(order, call({ mayHaveRun: true })).catch(() => undefined);
      if (outcome) {
        assert.equal(outcome.outcome, 'applied');
        return;
      }
      await sleep(20);
    }
    assert.fail('the circuit never closed');
  });

  it('rejects every item, through locks of other users, and may be asked again', async () => {
    erp = connect();
    const order = newOrder(3);
    await erp.create(order, call());
    await faults({ rowLock: 0.3 });
    const outcome = await erp.reject(order.reference, 'customerRequest', call({ deadline: Date.now() + 10_000 }));
    assert.deepEqual(outcome, { outcome: 'applied', reference: '1' });
    const [rejected] = await orders();
    assert.deepEqual(rejected!.items.map(({ rejectionReason }) => rejectionReason), ['10', '10', '10']);
    assert.equal((await erp.reject(order.reference, 'customerRequest', call())).found, true);
    assert.equal((await erp.find(order.reference, call())).rejected, true);
    assert.equal((await erp.reject('nobody', 'customerRequest', call())).outcome, 'rejected');
  });

  it('gives a document that stays locked back as unavailable', async () => {
    erp = connect();
    const order = newOrder();
    await erp.create(order, call());
    await faults({ rowLock: 1 });
    await assert.rejects(erp.reject(order.reference, 'customerRequest', call()), unavailable);
    assert.equal((await orders())[0]!.rejected, false);
  });

  it('ends with one sales order per reference under every fault at once', async () => {
    erp = connect();
    const wanted = Array.from({ length: 40 }, () => newOrder());
    await faults({ timeoutAfterSuccess: 0.25, errorRate: 0.1, csrfExpiry: 0.1, latencyMs: { min: 0, max: 20 } });
    const place = async (order: NewSalesOrder): Promise<void> => {
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
        const outcome = await erp.create(order, call({ mayHaveRun: attempt > 1 })).catch((error: unknown) => {
          assert.ok(unavailable(error));
        });
        if (outcome?.outcome === 'applied') return;
        await sleep(FIRST_PROBE_MS);
      }
      assert.fail(`${order.reference} was never applied`);
    };
    await Promise.all(wanted.map(place));
    await faults({});
    const references = (await orders()).filter(({ rejected }) => !rejected).map(({ reference }) => reference);
    assert.deepEqual(references.sort(), wanted.map(({ reference }) => reference.replace('_', '')).sort());
  });
});
