// Holds what no story can show quickly: days of back-off, whom we refuse to talk to whatever its name or notation, and
// signatures that the Standard Webhooks library takes.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { asPinned } from './dispatcher.js';
import { ATTEMPTS_MAX, judge } from './delivery.policy.js';
import { signedHeaders, webhookSecret } from './secret.js';
import { WebhookSender, type Sent } from './sender.js';

const DAY_MS = 86_400_000;
const SLOW_ANSWER_MS = 5_000;
const SHORT_PATIENCE_MS = 50;
const sent = (outcome: string, more: Partial<Sent> = {}): Sent =>
  ({ outcome, status: undefined, detail: undefined, durationMs: 1, retryAfter: undefined, ...more });

async function listening(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

describe('an endpoint that is pinned', () => {
  const event = {
    type: 'shipment.rejected.v1', data: { orderId: 'ord_1', reasonCode: 'tooBusy', reason: 'Too busy' },
  };
  const at = (revision: string | null) => asPinned(event, { revision }).data;

  it('gets events as its revision had them, and the others the latest', () => {
    assert.deepEqual(at('2026-11-23'), { orderId: 'ord_1', reason: 'Too busy' });
    assert.deepEqual(at('2026-11-24'), event.data);
    assert.deepEqual(at(null), event.data);
    const other = { type: 'order.completed.v1', data: { orderId: 'ord_1' } };
    assert.deepEqual(asPinned(other, { revision: '2026-01-01' }), other);
  });
});

describe('the next attempt', () => {
  it('comes within days, spread by chance, and then the delivery is dead with its cause', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (chance) => {
      const verdicts = Array.from({ length: ATTEMPTS_MAX }, (_, index) =>
        judge(sent('refused', { status: 500 }), index + 1, index, chance));
      const waited = verdicts.reduce((sum, { pauseMs }) => sum + pauseMs, 0);
      assert.deepEqual(verdicts.map(({ state }) => state), [...Array(ATTEMPTS_MAX - 1).fill('pending'), 'dead']);
      assert.ok(waited > 2 * DAY_MS && waited < 5 * DAY_MS, `${waited / DAY_MS} days`);
      assert.equal(verdicts.at(-1)!.cause, 'refused: HTTP 500');
    }));
  });

  it('honours Retry-After for the whole endpoint, within an hour', () => {
    const throttled = judge(sent('throttled', { status: 429, retryAfter: 120 }), 1, 0, 0.5);
    assert.equal(throttled.throttleMs, 120_000);
    assert.ok(throttled.pauseMs >= 120_000);
    assert.equal(judge(sent('throttled', { status: 503, retryAfter: 10 ** 8 }), 1, 0, 0.5).throttleMs, 3_600_000);
    assert.ok(judge(sent('throttled', { status: 502 }), 1, 0, 0.5).throttleMs > 0);
  });

  it('leaves an endpoint alone only when it keeps failing, and stops for good on 410', () => {
    assert.equal(judge(sent('refused', { status: 500 }), 1, 0, 0.5).throttleMs, 0);
    assert.ok(judge(sent('unreachable'), 1, 20, 0.5).throttleMs > 60_000);
    const { disable, state } = judge(sent('gone', { status: 410 }), ATTEMPTS_MAX, 0, 0.5);
    assert.deepEqual({ disable, state }, { disable: true, state: 'pending' });
  });
});

describe('a signature', () => {
  it('verifies with either secret while one replaces the other, and with no other', () => {
    const [old, fresh, foreign] = [1, 2, 3].map((version) => webhookSecret('a deployment secret', 'whe_1', version));
    const body = '{"specversion":"1.0"}';
    const headers = signedHeaders([fresh!, old!], 'evt_1', new Date(), body);
    for (const secret of [old!, fresh!]) assert.ok(new Webhook(secret).verify(body, headers));
    assert.throws(() => new Webhook(foreign!).verify(body, headers));
    assert.throws(() => new Webhook(fresh!).verify(`${body} `, headers));
    assert.notEqual(webhookSecret('a deployment secret', 'whe_2', 1), old);
  });
});

describe('a sender', () => {
  it('refuses addresses that are not public, in every notation', () => {
    const sender = new WebhookSender([]);
    for (const host of [
      '127.0.0.1', '2130706433', '0x7f.1', '10.1.2.3', '172.20.0.1', '192.168.1.1', '169.254.169.254', '100.64.1.1',
      '0.0.0.0', '[::1]', '[::]', '[fd00::1]', '[fe80::1]', '[::ffff:10.0.0.1]', '[::ffff:7f00:1]',
      '[64:ff9b::a00:1]', 'localhost',
    ]) assert.ok(sender.complaint(`https://${host}/hooks`), host);
    const wrong = ['http://shop.example.com/', 'ftp://shop.example.com/', 'https://a:b@shop.example.com/', 'nope'];
    for (const url of wrong) assert.ok(sender.complaint(url), url);
    assert.equal(sender.complaint('https://shop.example.com/hooks'), undefined);
    assert.equal(sender.complaint('https://93.184.216.34/hooks'), undefined);
  });

  it('waits no longer than it is told, where that is less than it would', async (t) => {
    const server = createServer((_, response) => void setTimeout(() => response.end(), SLOW_ANSWER_MS).unref());
    const port = await listening(server);
    const sender = new WebhookSender(['127.0.0.0/8']);
    t.after(() => Promise.all([sender.close(), server.close()]));
    const { outcome } = await sender.send(`http://127.0.0.1:${port}/`, {}, '{}', SHORT_PATIENCE_MS);
    assert.equal(outcome, 'time-out');
  });

  it('connects to no private address, whatever a name resolves to', async (t) => {
    let asked = 0;
    const server = createServer((_, response) => { asked++; response.end(); });
    t.after(() => server.close());
    const port = await listening(server);
    // The first look-up is harmless, the next ones point inside: only what was checked is ever connected to.
    for (const inside of ['127.0.0.1', '::ffff:127.0.0.1']) {
      const answers = [[{ address: '203.0.114.1', family: 4 }, { address: inside, family: inside === '::1' ? 6 : 4 }]];
      const sender = new WebhookSender([], 1_000, (_, answer) =>
        answer(null, answers.shift() ?? [{ address: inside, family: 4 }]));
      t.after(() => sender.close());
      for (let attempt = 0; attempt < 2; attempt++) {
        const { outcome, detail } = await sender.send(`https://shop.example.com:${port}/`, {}, '{}');
        assert.equal(outcome, 'forbidden', detail);
      }
    }
    assert.equal(asked, 0);
  });

  it('follows no redirect, and gives up on who does not answer', async (t) => {
    const server = createServer((request, response) => {
      if (request.url === '/moved') response.writeHead(307, { location: '/here' }).end();
      else if (request.url !== '/silent') response.end('ok');
    });
    t.after(() => { server.closeAllConnections(); server.close(); });
    const port = await listening(server);
    const sender = new WebhookSender(['127.0.0.0/8'], 300);
    t.after(() => sender.close());
    const outcomeAt = async (path: string) => (await sender.send(`http://127.0.0.1:${port}${path}`, {}, '{}')).outcome;
    assert.equal(await outcomeAt('/moved'), 'redirect');
    assert.equal(await outcomeAt('/silent'), 'time-out');
    assert.equal(await outcomeAt('/here'), 'delivered');
    server.closeAllConnections();
    server.close();
    assert.equal(await outcomeAt('/here'), 'unreachable');
  });
});
