/* Webhooks: at least once, signed on each attempt, and misbehaving on demand. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Faults } from './faults.js';
import { Store } from './store.js';
import { WebhookSender } from './webhooks.js';

const DEADLINE_MS = 5_000;

let server: Server;
let url: string;
let received: { id: string; signature: string | undefined }[];
let refusals: number;
let faults: Faults;
let sender: WebhookSender;

beforeEach(async () => {
  received = [];
  refusals = 0;
  server = createServer((request, response) => {
    request.on('data', (body) => {
      received.push({ id: String(body), signature: request.headers.signature as string | undefined });
    });
    request.on('end', () => response.writeHead(refusals-- > 0 ? 500 : 204).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  faults = new Faults(['duplicate', 'reorder', 'webhooksPaused'], 'test');
  const sign = ({ id, secret }: { id: string; secret: string }): Record<string, string> => (
    { signature: `${secret}:${id}` }
  );
  sender = new WebhookSender(await Store.open('test'), faults, () => new Date(), sign);
});
afterEach(async () => {
  await sender.close();
  server.closeAllConnections();
  server.close();
});

test('a refused webhook comes again, with the same id and a signature', async () => {
  refusals = 1;
  send('a');
  await settled();
  assert.deepEqual(received, [{ id: 'a', signature: 'secret:a' }, { id: 'a', signature: 'secret:a' }]);
  assert.deepEqual(sender.counts, { pending: 0, delivered: 1, abandoned: 0, dropped: 0 });
});

test('paused webhooks wait and leave when the pause ends', async () => {
  faults.replace({ webhooksPaused: true });
  send('a', 'b');
  await sleep(50);
  assert.deepEqual([received.length, sender.counts.pending], [0, 2]);
  faults.replace({});
  await settled();
  assert.equal(received.length, 2);
});

test('duplicates arrive twice; held-back ones are overtaken', async () => {
  faults.replace({ duplicate: 1 });
  send('a');
  await settled();
  assert.deepEqual(received.map(({ id }) => id), ['a', 'a']);

  received = [];
  faults.replace({ reorder: 1 });
  send('first');
  faults.replace({});
  send('second');
  await settled();
  assert.deepEqual(received.map(({ id }) => id), ['second', 'first']);
});

function send(...ids: string[]): void {
  for (const id of ids) sender.send({ url, id, body: id, secret: 'secret' });
}

async function settled(): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (sender.counts.pending > 0) {
    if (Date.now() > deadline) throw new Error('webhooks are still pending');
    await sleep(10);
  }
}
