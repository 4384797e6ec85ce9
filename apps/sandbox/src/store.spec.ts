/* The vendor's memory: what survives a restart, and what a crash in mid-line costs. */
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Store } from './store.js';

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'store-'));
});
after(() => rm(directory, { recursive: true }));

test('records, deletes and sequences are found again, in order of creation, in a compacted journal', async () => {
  const store = await Store.open('vendor', directory);
  const orders = store.collection<{ status: string }>('orders');
  for (const id of ['b', 'a', 'c']) orders.put(id, { status: 'new' });
  store.flush();
  orders.put('b', { status: 'done' });
  orders.delete('a');
  assert.equal(store.next('number', 100), 100);
  store.close();

  const again = await Store.open('vendor', directory);
  assert.deepEqual([...again.collection('orders').entries()], [['b', { status: 'done' }], ['c', { status: 'new' }]]);
  assert.equal(again.next('number', 100), 101);
  again.close();
  const third = await Store.open('vendor', directory);
  third.close();
  const lines = (await readFile(join(directory, 'vendor.jsonl'), 'utf8')).trim().split('\n');
  assert.equal(lines.length, 3);
});

test('a cleared store stays cleared', async () => {
  const store = await Store.open('cleared', directory);
  store.collection('orders').put('a', 1);
  store.flush();
  store.clear();
  store.collection('orders').put('b', 2);
  store.close();
  const again = await Store.open('cleared', directory);
  assert.deepEqual([...again.collection('orders').entries()], [['b', 2]]);
  again.close();
});

test('a last line torn by a crash is dropped; a torn line before others is an error', async () => {
  const path = join(directory, 'torn.jsonl');
  await writeFile(path, '["orders","a",1]\n["orders","b",');
  const store = await Store.open('torn', directory);
  assert.equal(store.collection('orders').size, 1);
  store.close();
  await appendFile(path, '["orders",\n["orders","c",3]\n');
  await assert.rejects(Store.open('torn', directory), /unreadable line/);
});
