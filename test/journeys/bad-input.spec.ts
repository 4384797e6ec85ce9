// A developer's mistakes: each is answered by a problem document with a stable type whose page can be read, points at
// the field, and leaves nothing behind.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { importJWK, SignJWT } from 'jose';
import { AUDIENCE, signingKey } from '#governance';
import { Config } from '#config';
import { HouseProcesses, type Consumer, type Json, type Reply } from '#testing';
import { countRows, expectProblem, goodOrder, newKey, ORDERS, untilQuiet, untilStatus } from './story.js';

const HUGE_BYTES = 2 * 1024 * 1024;
const TWINS = 20;

let house: HouseProcesses;
let shop: Consumer;

before(async () => {
  house = await HouseProcesses.start();
  shop = house.as('storefront-demo');
  await house.control('PUT', 'wms/behaviour', { stepDelayMs: 0 });
  // Customer profiles are read once and kept; that is no business of the orders below.
  await complete((await shop.post(ORDERS, goodOrder(), newKey())).body.id);
});
after(() => house.close());

/** Waits until the order is complete and everybody has been told. */
async function complete(orderId: string): Promise<void> {
  await untilStatus(house, orderId, 'completed');
  await untilQuiet(house);
}

/** Sends something wrong and expects the problem, and that no row was written anywhere. */
async function refused(status: number, slug: string, send: () => Promise<Reply>): Promise<Json> {
  const before = await countRows(house);
  const problem = await expectProblem(await send(), status, slug);
  assert.deepEqual(await countRows(house), before);
  return problem;
}

const placed = (order: unknown, key = newKey()) => () => shop.post(ORDERS, order, key);
const lines = (line: Readonly<Record<string, unknown>>): Json => goodOrder({ lines: [line] });
const pointers = ({ errors }: Json): string[] => errors.map(({ pointer, parameter }: Json) => pointer ?? parameter);

describe('a wrong order', () => {
  const cases: readonly [name: string, order: Json, status: number, slug: string, pointer: string][] = [
    ['unknown SKU', lines({ sku: 'SKU-9999', quantity: 1 }), 422, 'unknown-product', '#/lines/0/sku'],
    ['negative quantity', lines({ sku: 'SKU-0001', quantity: -1 }), 400, 'invalid-request', '#/lines/0/quantity'],
    ['fraction of a unit', lines({ sku: 'SKU-0001', quantity: 1.5 }), 400, 'invalid-request', '#/lines/0/quantity'],
    ['quantity as text', lines({ sku: 'SKU-0001', quantity: '1' }), 400, 'invalid-request', '#/lines/0/quantity'],
    ['no lines', goodOrder({ lines: [] }), 400, 'invalid-request', '#/lines'],
    ['currency we have no prices in', goodOrder({ currency: 'XTS' }), 422, 'currency-not-supported', '#/currency'],
    ['currency that is none', goodOrder({ currency: 'euro' }), 400, 'invalid-request', '#/currency'],
    ['unknown field', goodOrder({ colour: 'red' }), 400, 'invalid-request', '#/colour'],
    ['unknown customer', goodOrder({ customer: { customerId: 'CUS-9999' } }), 422, 'unknown-customer',
      '#/customer/customerId'],
    ['a price with a comma', lines({ sku: 'SKU-0001', quantity: 1, unitPrice: { amount: '1,5', currency: 'EUR' } }),
      400, 'invalid-request', '#/lines/0/unitPrice/amount'],
    ['no address to ship to', goodOrder({ shippingAddress: undefined }), 422, 'unprocessable', '#/shippingAddress'],
  ];
  for (const [name, order, status, slug, pointer] of cases) {
    it(`${name}: ${status} ${slug} at ${pointer}`, async () => {
      assert.deepEqual(pointers(await refused(status, slug, placed(order))), [pointer]);
    });
  }

  it('out of stock: 409 with what is available', async () => {
    const problem = await refused(409, 'out-of-stock', placed(lines({ sku: 'SKU-0999', quantity: 1 })));
    assert.equal(problem.lines[0].sku, 'SKU-0999');
    assert.equal(problem.lines[0].available, 0);
  });

  it('two mistakes: both are named at once', async () => {
    const order = goodOrder({ currency: 'euro', lines: [{ sku: 'SKU-0001', quantity: 0 }] });
    const problem = await refused(400, 'invalid-request', placed(order));
    assert.deepEqual(pointers(problem).sort(), ['#/currency', '#/lines/0/quantity']);
  });
});

describe('a wrong body', () => {
  const raw = (text: string, type = 'application/json') => async () => shop.sendRaw('POST', ORDERS, text, {
    authorization: `Bearer ${await shop.accessToken()}`, 'content-type': type, 'idempotency-key': newKey(),
  });
  const cases: readonly [name: string, status: number, slug: string, send: () => Promise<Reply>][] = [
    ['malformed JSON', 400, 'malformed-body', raw('{"currency": "EUR",')],
    ['empty body', 400, 'malformed-body', raw('')],
    ['JSON that is no object', 400, 'invalid-request', raw('[1, 2]')],
    ['two megabytes', 413, 'body-too-large', raw(JSON.stringify({ note: 'x'.repeat(HUGE_BYTES) }))],
    ['plain text', 415, 'unsupported-media-type', raw('SKU-0001', 'text/plain')],
    ['XML', 415, 'unsupported-media-type', raw('<order/>', 'application/xml')],
  ];
  for (const [name, status, slug, send] of cases) {
    it(`${name}: ${status} ${slug}`, async () => { await refused(status, slug, send); });
  }
});

describe('an Idempotency-Key', () => {
  it('missing: 400', async () => {
    await refused(400, 'idempotency-key-missing', () => shop.post(ORDERS, goodOrder()));
  });

  it('used again with another body: 422, with the same one: the same answer', async () => {
    const key = newKey();
    const first = await shop.post(ORDERS, goodOrder(), key);
    await complete(first.body.id);
    const other = goodOrder({ lines: [{ sku: 'SKU-0001', quantity: 2 }] });
    await refused(422, 'idempotency-key-reused', placed(other, key));
    const before = await countRows(house);
    const again = await shop.post(ORDERS, goodOrder(), key);
    assert.deepEqual([again.status, again.body], [first.status, first.body]);
    assert.deepEqual(await countRows(house), before);
  });

  it('used by many at the same moment: one order, the others get its answer or are told to wait', async () => {
    const key = newKey();
    const replies = await Promise.all(Array.from({ length: TWINS }, () => shop.post(ORDERS, goodOrder(), key)));
    const taken = replies.filter(({ status }) => status === 201);
    assert.ok(taken.length >= 1);
    assert.equal(new Set(taken.map(({ body }) => body.id)).size, 1);
    for (const reply of replies.filter(({ status }) => status !== 201)) {
      await expectProblem(reply, 409, 'idempotency-key-in-use');
      assert.ok(reply.headers['retry-after']);
    }
    const [orders] = await house.storage.database.query<{ count: number }>(
      `select count(*)::int as count from governance.stored_answer where key = $1`, [key]);
    assert.equal(orders!.count, 1);
    await complete(taken[0]!.body.id);
  });
});

describe('a caller', () => {
  const bearing = (authorization?: string) => () => shop.sendRaw('POST', ORDERS, JSON.stringify(goodOrder()), {
    'content-type': 'application/json', 'idempotency-key': newKey(), ...(authorization ? { authorization } : {}),
  });

  it('without a token: 401 that says how to get one', async () => {
    await refused(401, 'invalid-token', bearing());
    const { headers } = await bearing()();
    assert.match(String(headers['www-authenticate']), /^Bearer /);
  });

  it('with a token that was never issued: 401', async () => {
    await refused(401, 'invalid-token', bearing('Bearer abc.def.ghi'));
  });

  it('with an expired token: 401', async () => {
    await refused(401, 'invalid-token', bearing(`Bearer ${await expiredToken()}`));
  });

  it('without the scope: 403 that names it', async () => {
    const store = house.as('store-demo');
    const problem = await refused(403, 'missing-scope', () => store.post(ORDERS, goodOrder(), newKey()));
    assert.equal(problem.scope, 'orders:write');
  });

  /** Issued by this house as any other, but an hour ago for a minute. */
  async function expiredToken(): Promise<string> {
    const { kid: _kid, alg, use: _use, ...jwk } = signingKey(new Config().THROUGHLINE_SECRET);
    const then = Math.floor(Date.now() / 1000) - 3_600;
    return new SignJWT({ client_id: 'storefront-demo', scope: 'orders:write orders:read' })
      .setProtectedHeader({ alg, typ: 'at+jwt' }).setIssuer(house.gateways[0]!.url).setAudience(AUDIENCE)
      .setSubject('storefront-demo').setJti(randomUUID()).setIssuedAt(then).setExpirationTime(then + 60)
      .sign(await importJWK(jwk, alg));
  }
});

describe('a wrong address', () => {
  it('unknown path of an API: 404', async () => {
    await refused(404, 'not-found', () => shop.get('/storefront/v1/nothing'));
  });

  it('unknown path outside every API: 404', async () => {
    await refused(404, 'not-found', () => shop.get('/nothing'));
  });

  it('unknown order: 404', async () => {
    await refused(404, 'not-found', () => shop.get(`${ORDERS}/ord_00000000000000000000000000000000`));
  });

  it('wrong method: 405 that names the right ones', async () => {
    await refused(405, 'method-not-allowed', () => shop.send('PUT', ORDERS, { body: goodOrder() }));
    assert.match(String((await shop.send('PUT', ORDERS, { body: {} })).headers['allow']), /POST/);
  });

  it('unknown query parameter: 400 that names it', async () => {
    const problem = await refused(400, 'invalid-request', () => shop.get('/storefront/v1/products?colour=red'));
    assert.deepEqual(pointers(problem), ['colour']);
  });

  it('bad cursor: 400 that names it', async () => {
    const problem = await refused(400, 'invalid-request', () => shop.get('/storefront/v1/products?cursor=nonsense'));
    assert.deepEqual(pointers(problem), ['cursor']);
  });

  it('page size that is no number: 400 that names it', async () => {
    const problem = await refused(400, 'invalid-request', () => shop.get('/storefront/v1/products?limit=ten'));
    assert.deepEqual(pointers(problem), ['limit']);
  });
});
