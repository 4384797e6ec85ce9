/* The sandbox org misbehaving on demand, and remembering across a restart. */
import type { Connection } from 'jsforce';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { startSandbox, type Sandbox } from '../sandbox.js';
import { connect, errorOf, orderFor, readState, setFaults } from './salesforce-fixture.js';

let sandbox: Sandbox;
let org: Connection;

before(async () => {
  sandbox = await startSandbox({ port: 0 });
});
after(() => sandbox.close());
beforeEach(async () => {
  await fetch(`${sandbox.url}/_control/salesforce/reset`, { method: 'POST' });
  org = await connect(sandbox.url);
});

test('quota gone: 403 REQUEST_LIMIT_EXCEEDED, and the counter says so', async () => {
  await setFaults(sandbox, { quotaGone: true });
  assert.equal((await errorOf(org.sobject('Account').create({ Name: 'A' }))).errorCode, 'REQUEST_LIMIT_EXCEEDED');
  const { used, limit } = org.limitInfo.apiUsage!;
  assert.equal(used, limit);
  assert.equal((await readState(sandbox)).counts.Account, 200);
});

test('row lock: a change is refused, in a collection row by row, and so is a child of a locked parent', async () => {
  await setFaults(sandbox, { rowLock: 1 });
  const change = { Throughline_Id__c: 'CUS-0001', Phone: '1' };
  const single = await errorOf(org.sobject('Account').upsert(change, 'Throughline_Id__c'));
  assert.equal(single.errorCode, 'UNABLE_TO_LOCK_ROW');
  const [row] = await org.sobject('Account').upsert([change], 'Throughline_Id__c');
  assert.equal(row!.success === false && (row!.errors[0] as { statusCode?: string }).statusCode, 'UNABLE_TO_LOCK_ROW');
  const child = await errorOf(org.sobject('Order').create(orderFor('ORD-1', 'CUS-0001')));
  assert.equal(child.errorCode, 'UNABLE_TO_LOCK_ROW');
});

test('time-out after success: the answer is lost, a look-up finds the record', async () => {
  await setFaults(sandbox, { timeoutAfterSuccess: 1 });
  const lost = await errorOf(org.sobject('Order').upsert(orderFor('ORD-1', 'CUS-0001'), 'Throughline_Id__c'));
  assert.equal(lost.errorCode, undefined);
  const found = await org.query('SELECT Id FROM Order WHERE Throughline_Id__c = \'ORD-1\'');
  assert.equal(found.totalSize, 1);
  assert.equal((await readState(sandbox)).faultsApplied.timeoutAfterSuccess, 1);
});

test('errors, maintenance and a dead line happen before anything is written', async () => {
  await setFaults(sandbox, { errorRate: 1 });
  assert.equal((await errorOf(org.sobject('Account').create({ Name: 'A' }))).errorCode, 'UNKNOWN_EXCEPTION');
  await setFaults(sandbox, { down: 'unavailable' });
  assert.equal((await errorOf(org.sobject('Account').create({ Name: 'A' }))).errorCode, 'ERROR_HTTP_503');
  await setFaults(sandbox, { down: true });
  await errorOf(org.sobject('Account').create({ Name: 'A' }));
  await setFaults(sandbox, {});
  assert.equal((await readState(sandbox)).counts.Account, 200);
});

test('settings that make no sense are refused with the reason and change nothing', async () => {
  await setFaults(sandbox, { errorRate: 0.5 });
  await assert.rejects(setFaults(sandbox, { errorRate: 2 }), /between 0 and 1/);
  await assert.rejects(setFaults(sandbox, { csrfExpiry: 1 }), /has no \\"csrfExpiry\\"/);
  const kept = await fetch(`${sandbox.url}/_control/salesforce/faults`);
  assert.equal(((await kept.json()) as { errorRate: number }).errorRate, 0.5);
});

test('a race on one external id ends in one record', async () => {
  const writes = Array.from({ length: 20 }, () =>
    org.sobject('Order').upsert(orderFor('ORD-1', 'CUS-0001'), 'Throughline_Id__c'));
  const results = await Promise.all(writes);
  assert.equal(new Set(results.map(({ id }) => id)).size, 1);
  assert.equal((await readState(sandbox)).counts.Order, 1);
});

test('a restart finds records, sessions and numbers as they were', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-'));
  try {
    const first = await startSandbox({ port: 0, dataDir });
    const port = Number(new URL(first.url).port);
    const client = await connect(first.url);
    const created = await client.sobject('Order').upsert(orderFor('ORD-1', 'CUS-0001'), 'Throughline_Id__c');
    await client.sobject('Account').destroy((await client.sobject('Account').create({ Name: 'gone' })).id!);
    await first.close();

    const second = await startSandbox({ port, dataDir });
    try {
      const again = await client.sobject('Order').upsert(orderFor('ORD-1', 'CUS-0002'), 'Throughline_Id__c');
      assert.equal(again.id, created.id);
      assert.equal((await readState(second)).counts.Account, 200);
      const next = await client.sobject('Order').upsert(orderFor('ORD-2', 'CUS-0002'), 'Throughline_Id__c');
      assert.notEqual(next.id, created.id);
    } finally {
      await second.close();
    }
  } finally {
    await rm(dataDir, { recursive: true });
  }
});
