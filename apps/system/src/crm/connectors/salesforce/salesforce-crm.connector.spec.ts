// The Salesforce connector against the sandbox's org and its faults: few API calls, versions that never go back,
// profiles that outlive an outage, and outcomes that are honest.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId, Problem, problems, serviceContext, type CallContext, type CrmOrder } from '#contracts';
import type { JourneyEntry, JourneyRecorder } from '#events';
import { startSandbox, type Sandbox } from '#sandbox';
import { eventually, testDatabase, type TestDatabase } from '#testing';
import { crm as crmDefinition } from '../../crm.api.js';
import { SalesforceCrm, type SalesforceOptions } from './salesforce-crm.connector.js';
import type { PaceKeeper } from './salesforce-lane.connector.js';

const CALL_TIMEOUT_MS = 800;
const FIRST_PROBE_MS = 150;
const QUOTA_PAUSE_MS = 200;
const ATTEMPTS_MAX = 60;

type SObject = Record<string, string | number | null>;

describe('the Salesforce connector', () => {
  let sandbox: Sandbox;
  let test: TestDatabase;
  let crm: SalesforceCrm;
  let entries: JourneyEntry[] = [];
  const journey = { record: (entry: JourneyEntry) => void entries.push(entry) } as unknown as JourneyRecorder;
  const connect = (options: Partial<SalesforceOptions> = {}, clientSecret = 'throughline-secret') => new SalesforceCrm(
    { url: sandbox.url, clientId: 'throughline', clientSecret }, journey, test.database, {
      slowFromPercent: 80, callTimeoutMs: CALL_TIMEOUT_MS, firstProbeMs: FIRST_PROBE_MS, quotaPauseMs: QUOTA_PAUSE_MS,
      ...options,
    });
  const faults = (settings: object) => fetch(`${sandbox.url}/_control/salesforce/faults`, {
    method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(settings),
  }).then((answer) => assert.equal(answer.status, 200));
  const reset = () => fetch(`${sandbox.url}/_control/salesforce/reset`, { method: 'POST' });
  const state = async (kind: string): Promise<{ calls: number; records: SObject[] }> => {
    const answer = await fetch(`${sandbox.url}/_control/salesforce/state?records=${kind}`);
    const { counts, records } = (await answer.json()) as {
      counts: { ApiCalls: number }; records: Record<string, SObject[]>;
    };
    return { calls: counts.ApiCalls, records: records[kind] ?? [] };
  };
  const call = (options: Partial<CallContext> = {}): CallContext =>
    serviceContext('process/orders', { subject: 'ord_journey', ...options });
  const order = (changes: Partial<CrmOrder> = {}): CrmOrder => ({
    orderId: newId('ord'), orderNumber: 'TL-7K3M9QX2', customerId: 'CUS-0001', placedAt: '2026-11-23T09:30:00Z',
    status: 'accepted', fulfilmentStatus: 'unfulfilled', paymentStatus: 'authorised',
    total: { amount: '39.98', currency: 'EUR' }, version: 1,
    lines: ['1', '2'].map((lineId) => ({
      lineId, sku: `SKU-000${lineId}`, quantity: 1, unitPrice: { amount: '19.99', currency: 'EUR' },
      shipped: 0, cancelled: 0,
    })),
    ...changes,
  });
  const unavailable = (error: unknown) => error instanceof Problem && error.type === problems.vendorUnavailable;

  before(async () => {
    sandbox = await startSandbox({ port: 0 });
    test = await testDatabase({ entities: [...crmDefinition.entities], migrations: [...crmDefinition.migrations] });
  });
  beforeEach(() => {
    crm = connect();
  });
  afterEach(async () => {
    await crm.onModuleDestroy();
    await reset();
    await test.database.query('truncate crm.customer_profile, crm.order_version');
    entries = [];
  });
  after(async () => {
    await test.drop();
    await sandbox.close();
  });

  it('writes an order with its lines under our ids, and changes them', async () => {
    const first = order();
    const outcome = await crm.upsertOrder(first, call());
    assert.equal(outcome.outcome, 'applied');
    const [line] = first.lines;
    const next = { ...first, version: 2, status: 'shipped', lines: [{ ...line!, shipped: 1 }, first.lines[1]!] };
    assert.deepEqual(await crm.upsertOrder(next, call()), outcome);
    const { records: [record, ...others] } = await state('Order');
    assert.equal(others.length, 0);
    assert.equal(record!['Id'], outcome.reference);
    assert.equal(record!['Throughline_Id__c'], first.orderId);
    assert.equal(record!['Throughline_Status__c'], 'shipped');
    assert.equal(record!['TotalAmount'], 39.98);
    const items = (await state('OrderItem')).records;
    assert.deepEqual(items.map((item) => item['Throughline_Quantity_Shipped__c']), [1, 0]);
    const told = entries.map((entry) => `${entry.name} ${entry.outcome}`);
    assert.deepEqual(told, ['upsertOrder applied', 'upsertOrder applied']);
  });

  it('needs few API calls for 200 orders at once', async () => {
    const before200 = (await state('Order')).calls;
    const orders = Array.from({ length: 200 }, (_, place) => (
      place % 2 ? order() : order({ customerId: undefined, guestEmail: `guest.${place}@example.com` })));
    const outcomes = await Promise.all(orders.map((each) => crm.upsertOrder(each, call())));
    assert.ok(outcomes.every(({ outcome }) => outcome === 'applied'));
    const { calls, records } = await state('Order');
    assert.equal(records.length, 200);
    assert.equal((await state('OrderItem')).records.length, 400);
    const accounts = (await state('Account')).records.map((record) => String(record['Throughline_Id__c']));
    assert.equal(accounts.filter((id) => id.startsWith('guest:')).length, 100);
    assert.ok(calls - before200 <= 8, `${calls - before200} calls`);
  });

  it('never lets an older version overwrite a newer one, in one process or two', async () => {
    const other = connect();
    const versions = Array.from({ length: 20 }, (_, place) => order({ orderId: 'ord_raced', version: place + 1 }));
    const shuffled = versions.toSorted((left, right) => (left.version * 7) % 20 - (right.version * 7) % 20);
    await Promise.all(shuffled.map((each, place) => (place % 2 ? crm : other).upsertOrder(each, call())));
    assert.equal((await state('Order')).records[0]!['Throughline_Version__c'], 20);
    const late = await other.upsertOrder({ ...versions[3]!, status: 'late' }, call());
    assert.equal(late.outcome, 'applied');
    assert.equal(late.found, true);
    const { records: [record] } = await state('Order');
    assert.equal(record!['Throughline_Version__c'], 20);
    assert.equal(record!['Throughline_Status__c'], 'accepted');
    assert.equal(late.reference, record!['Id']);
    await other.onModuleDestroy();
  });

  it('repeats an uncertain order harmlessly, whatever part of it had arrived', async () => {
    const orders = Array.from({ length: 20 }, () => order());
    await faults({ timeoutAfterSuccess: 0.3, timeoutHoldMs: 50, errorRate: 0.1, rowLock: 0.1 });
    await Promise.all(orders.map(async (each) => {
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
        const outcome = await crm.upsertOrder(each, call()).catch((error: unknown) => {
          assert.ok(unavailable(error), String(error));
        });
        if (outcome?.outcome === 'applied') return;
        assert.notEqual(outcome?.outcome, 'rejected', outcome?.reason);
        await sleep(FIRST_PROBE_MS);
      }
      assert.fail(`${each.orderId} was never applied`);
    }));
    assert.equal((await state('Order')).records.length, 20);
    assert.equal((await state('OrderItem')).records.length, 40);
    assert.ok(entries.some(({ outcome }) => outcome === 'uncertain'));
  });

  it('tries locked rows again and gives a row that stays locked back as unavailable', async () => {
    const first = order();
    await crm.upsertOrder(first, call());
    await faults({ rowLock: 0.4 });
    assert.equal((await crm.upsertOrder({ ...first, version: 2 }, call())).outcome, 'applied');
    await faults({ rowLock: 1 });
    await assert.rejects(crm.upsertOrder({ ...first, version: 3 }, call()), unavailable);
    assert.equal((await state('Order')).records[0]!['Throughline_Version__c'], 2);
  });

  it('fails one bad order among good ones, with Salesforce\'s reason', async () => {
    const bad = order({ customerId: 'CUS-9999' });
    const unknown = order({ lines: [{ ...order().lines[0]!, sku: 'SKU-9999' }] });
    const orders = [order(), bad, unknown];
    const [good, rejected, line] = await Promise.all(orders.map((each) => crm.upsertOrder(each, call())));
    assert.equal(good!.outcome, 'applied');
    assert.equal(rejected!.outcome, 'rejected');
    assert.match(rejected!.reason!, /CUS-9999 not found/);
    assert.match(line!.reason!, /^line 1: .*SKU-9999 not found/);
  });

  it('gives up at once for a while when the daily quota is used up, and comes back', async () => {
    const tested = connect({ slowFromPercent: 100 });
    await faults({ quotaGone: true });
    await assert.rejects(tested.upsertOrder(order(), call()), (error) => {
      assert.ok(unavailable(error));
      assert.match((error as Problem).details.detail, /quota/);
      return (error as Problem).details.retryAfterSeconds === 1;
    });
    await faults({});
    const startedAt = performance.now();
    await assert.rejects(tested.upsertCase({ id: 'cas_1', state: 'open', reason: 'late' }, call()), unavailable);
    assert.ok(performance.now() - startedAt < 50);
    await sleep(QUOTA_PAUSE_MS);
    assert.equal((await tested.upsertOrder(order(), call())).outcome, 'applied');
    await tested.onModuleDestroy();
  });

  it('collects longer when the configured share of the quota is used', async () => {
    const pauses: number[] = [];
    const goOn = Promise.withResolvers<void>();
    const pace: PaceKeeper = { nowMs: () => 1_000_000, pause: (ms) => (pauses.push(ms), goOn.promise) };
    const [ample, thrifty] = [connect({ slowFromPercent: 80, pace }), connect({ slowFromPercent: 0.0001, pace })];
    for (let time = 0; time < 2; time++) await ample.upsertOrder(order(), call());
    await thrifty.upsertOrder(order(), call());
    assert.deepEqual(pauses, []);
    const before50 = (await state('Order')).calls;
    const collected = Array.from({ length: 50 }, () => thrifty.upsertOrder(order(), call()));
    await eventually('the lane pauses', async () => pauses.length > 0);
    collected.push(thrifty.upsertOrder(order(), call()));
    assert.equal((await state('Order')).calls, before50);
    goOn.resolve();
    for (const { outcome } of await Promise.all(collected)) assert.equal(outcome, 'applied');
    assert.ok((await state('Order')).calls - before50 <= 3);
    assert.equal(pauses.length, 1);
    assert.ok(pauses[0]! >= 250);
    await Promise.all([ample.onModuleDestroy(), thrifty.onModuleDestroy()]);
  });

  it('gets one new token for all calls when the session has ended', async () => {
    await crm.upsertOrder(order(), call());
    await reset();
    await test.database.query('truncate crm.order_version');
    const outcomes = await Promise.all([crm.upsertOrder(order(), call()), crm.getCustomer('CUS-0002', call())]);
    assert.equal(outcomes[1].id, 'CUS-0002');
    const stranger = connect({}, 'wrong');
    await assert.rejects(stranger.getCustomer('CUS-0003', call()), unavailable);
    await stranger.onModuleDestroy();
  });

  it('says uncertain when no answer comes in time, unavailable when nobody is there', async () => {
    await crm.getCustomer('CUS-0001', call());
    await faults({ timeoutAfterSuccess: 1, timeoutHoldMs: 3 * CALL_TIMEOUT_MS });
    const outcome = await crm.upsertCase({ id: 'cas_1', state: 'open', reason: 'late' }, call());
    assert.equal(outcome.outcome, 'uncertain');
    assert.match(outcome.lookUp!, /Case\/Throughline_Id__c\/cas_1/);
    const closedPort = { url: 'http://127.0.0.1:9', clientId: 'x', clientSecret: 'y' };
    const nowhere = new SalesforceCrm(closedPort, journey, test.database, { slowFromPercent: 80 });
    await assert.rejects(nowhere.upsertOrder(order(), call()), unavailable);
    await nowhere.onModuleDestroy();
  });

  it('links a case to its order when the org has it, and keeps the case when it has not', async () => {
    const known = order();
    const { reference } = await crm.upsertOrder(known, call());
    const about = { state: 'escalated', reason: 'Warehouse silent', summary: 'No news', customerId: 'CUS-0001' };
    await crm.upsertCase({ id: 'cas_1', subject: known.orderId, ...about, evidence: { since: '2026-11-23' } }, call());
    await crm.upsertCase({ id: 'cas_2', subject: 'ord_unknown', ...about }, call());
    await crm.upsertCase({ id: 'cas_2', subject: 'ord_unknown', ...about, state: 'resolved' }, call());
    const { records } = await state('Case');
    const links = records.map((each) => [each['Throughline_Order__c'], each['Status']]);
    assert.deepEqual(links, [[reference, 'Escalated'], [null, 'Closed']]);
    assert.match(String(records[0]!['Description']), /2026-11-23/);
    assert.match(String(records[1]!['Description']), /ord_unknown/);
  });

  it('takes an event as published although Salesforce lists OPERATION_ENQUEUED as an error', async () => {
    const event = {
      eventId: newId('evt'), topic: 'order', type: 'order.shipped.v1', orderId: 'ord_1', status: 'shipped',
    };
    assert.equal((await crm.publishEvent(event, call())).outcome, 'applied');
    const [published] = (await state('PlatformEvent')).records;
    assert.equal(published!['Throughline_Event_Id__c'], event.eventId);
    assert.equal(published!['Throughline_Status__c'], 'shipped');
  });

  it('reads many customers in one call, and none that is fresh', async () => {
    const ids = Array.from({ length: 100 }, (_, place) => `CUS-${String(place + 1).padStart(4, '0')}`);
    const before100 = (await state('Order')).calls;
    const customers = await Promise.all([...ids, ...ids].map((id) => crm.getCustomer(id, call())));
    assert.deepEqual(customers.map(({ id }) => id), [...ids, ...ids]);
    assert.equal(customers[0]!.freshness.stale, false);
    assert.ok(customers.every(({ addresses: [address] }) => /^[A-Z]{2}$/.test(address!.country)));
    const restarted = connect();
    await restarted.getCustomer('CUS-0001', call());
    await restarted.onModuleDestroy();
    assert.ok((await state('Order')).calls - before100 <= 4);
    for (const nobody of ['CUS-9999', "x' OR Name != '"]) {
      await assert.rejects(crm.getCustomer(nobody, call()), (error) => (
        error instanceof Problem && error.type === problems.notFound));
    }
  });

  it('shows an older profile while Salesforce is down, says so, and catches up afterwards', async () => {
    const forgetful = connect({ freshMs: 1 });
    const fresh = await forgetful.getCustomer('CUS-0001', call());
    await faults({ down: true });
    await sleep(5);
    for (let time = 0; time < 3; time++) {
      const stale = await forgetful.getCustomer('CUS-0001', call());
      assert.equal(stale.name, fresh.name);
      assert.equal(stale.freshness.stale, true);
      assert.equal(stale.freshness.asOf, fresh.freshness.asOf);
      assert.match(stale.freshness.reason!, /Salesforce/);
      assert.ok(Date.parse(stale.freshness.nextCheckAt!) > Date.now());
    }
    await assert.rejects(forgetful.getCustomer('CUS-0002', call()), (error) => (
      unavailable(error) && (error as Problem).details.retryAfterSeconds! >= 1));
    await faults({});
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const { freshness } = await forgetful.getCustomer('CUS-0001', call());
      if (!freshness.stale) break;
      assert.ok(attempt < ATTEMPTS_MAX, 'stays stale');
      await sleep(100);
    }
    await forgetful.onModuleDestroy();
  });
});
