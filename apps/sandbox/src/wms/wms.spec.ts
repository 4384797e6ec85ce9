/*
 * Proves that the sandbox's warehouse works orders off by itself, keeps its counts, and announces each fact by a
 * webhook that the Standard Webhooks library accepts.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { startSandbox, type Sandbox } from '../sandbox.js';

/** A JSON object whose members the assertions check. */
type Json = Record<string, ReturnType<typeof JSON.parse>>;

const SECRET = 'whsec_dGhyb3VnaGxpbmUtd21zLXNlY3JldA==';
const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-wms-'));
let sandbox: Sandbox;
let listener: Server;
let listenerUrl: string;
let received: { headers: Record<string, string>; body: string }[] = [];
let refusals = 0;

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Json = {},
): Promise<{ status: number; body: Json }> {
  const answer = await fetch(`${sandbox.url}${path}`, {
    method,
    signal: AbortSignal.timeout(5_000),
    headers: {
      authorization: 'Bearer wms-throughline',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text ? (JSON.parse(text) as Json) : {} };
}

const ORDERS = '/wms/v1/fulfilment-orders';
const order = (externalId: string, lines: Json[] = [{ lineId: '1', sku: 'SKU-0001', quantity: 3 }]): Json => ({
  externalId,
  location: 'WH-EAST',
  lines,
  shipTo: { name: 'Ada', country: 'US' },
  method: 'standard',
});

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await holds()) return;
    await sleep(25);
  }
  assert.fail(`waited in vain: ${what}`);
}

const facts = (): Json[] => received.map(({ headers, body }) => new Webhook(SECRET).verify(body, headers) as Json);

before(async () => {
  sandbox = await startSandbox({ port: 0, dataDir });
  listener = createServer((request, response) => {
    let body = '';
    request
      .on('data', (chunk) => (body += chunk))
      .on('end', () => {
        const refused = refusals-- > 0;
        if (!refused) received.push({ headers: request.headers as Record<string, string>, body });
        response.writeHead(refused ? 500 : 204).end();
      });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  listenerUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/facts`;
});
after(async () => {
  await sandbox.close();
  listener.close();
  rmSync(dataDir, { recursive: true });
});
beforeEach(async () => {
  await call('POST', '/_control/wms/reset');
  received = [];
  refusals = 0;
  await call('PUT', '/_control/wms/behaviour', { stepDelayMs: 0, autoShip: false });
  assert.equal((await call('POST', '/wms/v1/webhooks', { url: listenerUrl, events: ['*'] })).status, 201);
});

describe('WMS orders', () => {
  it('are taken once by external id', async () => {
    assert.equal((await call('POST', ORDERS, order('X-1'), { authorization: 'Bearer no' })).status, 401);
    const first = await call('POST', ORDERS, order('X-1'));
    const second = await call('POST', ORDERS, order('X-1'));
    assert.deepEqual([first.status, second.status], [201, 200]);
    assert.deepEqual(second.body, first.body);
    const other = await call('POST', ORDERS, order('X-1', [{ lineId: '1', sku: 'SKU-0001', quantity: 4 }]));
    assert.deepEqual([other.status, other.body['error'].code], [409, 'externalIdInUse']);
    const found = await call('GET', `${ORDERS}?externalId=X-1`);
    assert.deepEqual(found.body['fulfilmentOrders'], [first.body]);
    assert.deepEqual((await call('GET', `${ORDERS}?externalId=X-2`)).body['fulfilmentOrders'], []);
    assert.equal((await call('GET', `${ORDERS}/FO-999999`)).status, 404);
  });

  it('are refused with the field that is wrong', async () => {
    const text = await call('POST', ORDERS, order('X-1', [{ lineId: '1', sku: 'SKU-0001', quantity: '3' }]));
    assert.deepEqual([text.status, text.body['error'].fields], [400, ['/lines/0/quantity: must be integer']]);
    const unknown = await call('POST', ORDERS, order('X-1', [{ lineId: '1', sku: 'SKU-1001', quantity: 3 }]));
    assert.deepEqual([unknown.status, unknown.body['error'].code], [422, 'unknownSku']);
    assert.equal((await call('POST', ORDERS, { ...order('X-1'), location: 'WH-MOON' })).status, 422);
    assert.equal((await call('GET', '/_control/wms/state')).body['counts'].orders, 0);
  });

  it('can be cancelled until picking has begun', async () => {
    const first = (await call('POST', ORDERS, order('X-1'))).body['id'] as string;
    const second = (await call('POST', ORDERS, order('X-2'))).body['id'] as string;
    assert.equal((await call('POST', `${ORDERS}/${first}/cancel`, { reason: 'customer' })).body['status'], 'cancelled');
    assert.equal((await call('POST', `${ORDERS}/${first}/cancel`)).status, 200, 'cancelling again changes nothing');
    assert.equal((await call('POST', '/_control/wms/advance', { externalId: 'X-2' })).body['status'], 'picked');
    const late = await call('POST', `${ORDERS}/${second}/cancel`);
    assert.deepEqual([late.status, late.body['error'].code], [409, 'pickingStarted']);
  });
});

describe('WMS work', () => {
  it('goes on by itself and announces each fact with signature, quantities and tracking', async () => {
    await call('PUT', '/_control/wms/behaviour', { stepDelayMs: 10 });
    await call('POST', ORDERS, order('X-1'));
    await until('delivered', () => received.length >= 5);
    assert.deepEqual(
      facts()
        .map((fact) => fact['type'].replace('fulfilment-order.', ''))
        .sort(),
      ['accepted', 'delivered', 'packed', 'picked', 'shipped'],
    );
    const shipped = facts().find((fact) => fact['type'] === 'fulfilment-order.shipped')!;
    assert.deepEqual(shipped['data'].lines, [{ lineId: '1', sku: 'SKU-0001', ordered: 3, quantity: 3 }]);
    assert.match(shipped['data'].shipment.trackingNumber, /^1Z999AA1\d{10}$/);
    assert.equal(new Set(facts().map((fact) => fact['id'])).size, 5);
    const { counts } = (await call('GET', '/_control/wms/state')).body;
    assert.deepEqual(counts, { orders: 1, delivered: 1, unitsOrdered: 3, unitsShipped: 3 });
  });

  it('ships fewer when a pick is short, nothing when nothing was found', async () => {
    await call('PUT', '/_control/wms/behaviour', { stepDelayMs: 0, shortPickSkus: ['SKU-0001'] });
    const lines = [
      { lineId: '1', sku: 'SKU-0001', quantity: 3 },
      { lineId: '2', sku: 'SKU-0002', quantity: 1 },
    ];
    await call('POST', ORDERS, order('X-1', lines));
    await call('POST', ORDERS, order('X-2', [{ lineId: '1', sku: 'SKU-0001', quantity: 1 }]));
    await until('both ended', async () => {
      const { counts } = (await call('GET', '/_control/wms/state')).body;
      return counts['delivered'] === 1 && counts['cancelled'] === 1;
    });
    const [short] = (await call('GET', `${ORDERS}?externalId=X-1`)).body['fulfilmentOrders'];
    assert.deepEqual(
      short.lines.map((line: Json) => line['shipped']),
      [2, 1],
    );
    assert.match(short.lines[0].shortReason, /^shortPick/);
    assert.match(
      (await call('GET', `${ORDERS}?externalId=X-2`)).body['fulfilmentOrders'][0].cancelReason,
      /^nothingPicked/,
    );
  });

  it('repeats a webhook until it is accepted, and twice on demand, under one id', async () => {
    refusals = 2;
    await call('PUT', '/_control/wms/faults', { duplicate: 1 });
    await call('POST', ORDERS, order('X-1'));
    await until('two copies', () => received.length >= 2);
    assert.equal(new Set(received.map(({ headers }) => headers['webhook-id'])).size, 1);
    assert.equal(facts()[0]!['data'].externalId, 'X-1');
  });

  it('survives a lost answer and a restart', async () => {
    await call('PUT', '/_control/wms/faults', { timeoutAfterSuccess: 1 });
    await assert.rejects(call('POST', ORDERS, order('X-1')));
    await sandbox.close();
    sandbox = await startSandbox({ port: 0, dataDir });
    const found = (await call('GET', `${ORDERS}?externalId=X-1`)).body['fulfilmentOrders'];
    assert.equal(found.length, 1);
    assert.equal((await call('POST', '/_control/wms/advance')).body['status'], 'picked');
    await until('announced after the restart', () =>
      facts().some((fact) => fact['type'] === 'fulfilment-order.picked'),
    );
  });
});
