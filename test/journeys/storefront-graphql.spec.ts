// The storefront as GraphQL: by the letter of GraphQL over HTTP, with the governance of REST, and without asking once
// per product what can be asked once.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { getIntrospectionQuery } from 'graphql';
import { serverAudits } from 'graphql-http';
import { startHouse, type Asked, type TestHouse } from '#testing';

const PATH = '/storefront/graphql';
const RESPONSE_TYPE = 'application/graphql-response+json';
const ORDER = {
  customer: { customerId: 'CUS-0001' },
  currency: 'EUR',
  quoteToken: null,
  lines: [{ sku: 'SKU-0001', quantity: 1 }],
  shippingAddress: { name: 'Ada Lovelace', line1: 'Marktplatz 1', city: 'Leipzig', postalCode: '04109', country: 'DE' },
  payment: { method: 'card', token: 'pm_card_visa' },
};
const PLACE = `mutation ($order: NewStorefrontOrderInput!, $key: String) {
  placeOrder(order: $order, idempotencyKey: $key) { id status lines { sku total { amount currency } } } }`;

interface Answer {
  data?: Record<string, Record<string, unknown> | null> | null;
  errors?: {
    message: string;
    path?: string[];
    extensions: { code: string; problem?: { type: string; status: number } };
  }[];
}

describe('the storefront as GraphQL', { timeout: 120_000 }, () => {
  let house: TestHouse;
  before(async () => {
    house = await startHouse();
  });
  after(() => house.stop());

  const graphql = (
    query: string,
    variables?: object,
    headers: Record<string, string> = { accept: RESPONSE_TYPE },
    clientId = 'storefront-demo',
  ): Promise<Asked<Answer>> =>
    house.ask<Answer>(clientId, PATH, { body: { query, ...(variables ? { variables } : {}) }, headers });

  /** How often an operation ran, from the house's own metrics. */
  const runs = async (operation: string): Promise<number> => {
    const metrics = await (await fetch(`${house.url}/metrics`)).text();
    const counts = metrics.matchAll(
      new RegExp(`^throughline_call_duration_seconds_count\\{[^}]*operation="${operation}"[^}]*\\} (\\d+)`, 'gm'),
    );
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  };

  it('passes every audit of graphql-http, with authentication on', async (context) => {
    const authorization = `Bearer ${await house.token('storefront-demo')}`;
    const audits = serverAudits({
      url: house.url + PATH,
      fetchFn: (url: string, init: RequestInit = {}) =>
        fetch(url, { ...init, headers: { ...(init.headers as object), authorization } }),
    });
    const results = await Promise.all(audits.map((audit) => audit.fn()));
    const failed = results.flatMap((result) =>
      result.status === 'ok' ? [] : [`${result.id} ${result.name}: ${result.reason}`],
    );
    context.diagnostic(`graphql-http audits: ${results.length - failed.length}/${results.length}`);
    assert.deepEqual(failed, []);
    assert.equal(results.length, 61);
  });

  /** Changes what a consumer may do, as the API owner does. */
  const changeConsumer = async (consumerId: string, change: object): Promise<void> => {
    const answer = await house.ask('owner-demo', `/platform/v1/consumers/${consumerId}`, {
      method: 'PATCH', body: { ...change, reason: 'a drill' }, headers: { 'if-match': '*' },
    });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
  };

  it('counts what a question costs on the quota of REST, and refuses it before any resolver runs', async () => {
    await changeConsumer('mobile-demo', { limits: { windows: [{ name: 'drill', quota: 8, seconds: 3600 }] } });
    const six = `{ ${Array.from({ length: 6 }, (_, n) => `a${n}: products(limit: 1) { next }`).join(' ')} }`;
    const first = await graphql(six, undefined, undefined, 'mobile-demo');
    assert.equal(first.status, 200, JSON.stringify(first.body));
    assert.match(first.headers.get('ratelimit')!, /"consumer-drill";r=2;t=\d+/);
    const before = await runs('listProducts');
    const refused = await graphql(six, undefined, undefined, 'mobile-demo');
    assert.deepEqual([refused.status, refused.body.errors![0]!.extensions.code], [429, 'QUOTA_EXCEEDED']);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    assert.equal(await runs('listProducts'), before);
    const rest = await house.ask('mobile-demo', '/storefront/v1/products?limit=1');
    assert.match(rest.headers.get('ratelimit')!, /"consumer-drill";r=1;/);
    await changeConsumer('mobile-demo', { limits: { windows: [] } });
  });

  it('refuses questions that are too deep, too wide or bring too much, with 4xx and unanswered', async () => {
    const before = await runs('listProducts');
    const aliases = Array.from({ length: 51 }, (_, n) => `s${n}: sku`).join(' ');
    const deep = `{ __schema { types { ${'fields { type { '.repeat(9)} name ${'} }'.repeat(9)} } } }`;
    for (const query of [deep, `{ products { products { ${aliases} } } }`]) {
      const { status, body } = await graphql(query, undefined, { accept: 'application/json' });
      assert.ok(status >= 400 && status < 500, JSON.stringify(body));
    }
    assert.equal((await graphql('[]')).status, 400);
    assert.equal(await runs('listProducts'), before);
  });

  it('takes a document by its hash once it knows it, and only registered ones of who is bound to them', async () => {
    const query = '{ products(limit: 1) { next } }';
    const hash = createHash('sha256').update(query).digest('hex');
    const byHash = (more: object) => house.ask<Answer>('storefront-demo', PATH, {
      body: { extensions: { persistedQuery: { version: 1, sha256Hash: hash } }, ...more },
      headers: { accept: RESPONSE_TYPE },
    });
    assert.match((await byHash({})).body.errors![0]!.message, /PersistedQueryNotFound/);
    assert.equal((await byHash({ query })).status, 200);
    assert.equal((await byHash({})).status, 200);
    const byId = { body: { documentId: `sha256:${hash}` }, headers: { accept: RESPONSE_TYPE } };
    assert.equal((await house.ask('storefront-demo', PATH, byId)).status, 200);
    await changeConsumer('mobile-demo', { trustedDocuments: [hash] });
    assert.equal((await graphql(query, undefined, undefined, 'mobile-demo')).status, 200);
    const other = await graphql('{ products { next } }', undefined, undefined, 'mobile-demo');
    assert.deepEqual([other.status, other.body.errors![0]!.extensions.code], [403, 'DOCUMENT_NOT_TRUSTED']);
    await changeConsumer('mobile-demo', { anyDocument: true });
    assert.equal((await graphql('{ products { next } }', undefined, undefined, 'mobile-demo')).status, 200);
  });

  it('asks for the stock of a page of products once', async () => {
    const [availability, products] = [await runs('getAvailability'), await runs('listProducts')];
    const { body } = await graphql(
      '{ products(limit: 50) { products { sku availability { available inStock } } next } }',
    );
    const found = body.data!['products'] as { products: { availability: { available: number } | null }[] };
    assert.equal(found.products.length, 50);
    assert.ok(found.products.every((product) => product.availability !== null));
    assert.equal((await runs('listProducts')) - products, 3, 'storefront, process/catalogue and system/product');
    assert.equal(
      (await runs('getAvailability')) - availability,
      3,
      'storefront, process/catalogue and system/inventory',
    );
  });

  it('places an order once per key, sent as argument or header', async () => {
    const first = await graphql(PLACE, { order: ORDER, key: 'graphql-1' });
    assert.equal(first.status, 200, JSON.stringify(first.body));
    assert.deepEqual((await graphql(PLACE, { order: ORDER, key: 'graphql-1' })).body, first.body);
    const byHeader = await graphql(
      PLACE,
      { order: ORDER },
      { accept: RESPONSE_TYPE, 'idempotency-key': '"graphql-1"' },
    );
    assert.deepEqual(byHeader.body, first.body);
    const { id } = first.body.data!['placeOrder'] as { id: string };
    const read = await graphql('query ($id: String!) { order(id: $id) { id lines { sku } } }', { id });
    assert.deepEqual(read.body.data!['order'], { id, lines: [{ sku: 'SKU-0001' }] });
  });

  it('quotes and cancels', async () => {
    const quoted = await graphql(
      'mutation ($quote: NewStorefrontQuoteInput!) { createQuote(quote: $quote) { quoteToken } }',
      { quote: { currency: 'EUR', lines: ORDER.lines } },
    );
    const { quoteToken } = quoted.body.data!['createQuote'] as { quoteToken: string };
    const placed = await graphql(PLACE, { order: { ...ORDER, quoteToken }, key: 'graphql-2' });
    const { id } = placed.body.data!['placeOrder'] as { id: string };
    const cancelled = await graphql(
      `
        mutation ($id: String!) {
          cancelOrder(id: $id, cancel: { reason: "customerRequest" }, idempotencyKey: "graphql-3") {
            id
          }
        }
      `,
      { id },
    );
    const [error] = cancelled.body.errors ?? [];
    assert.ok(error === undefined || error.extensions.code === 'ORDER_NOT_CANCELLABLE', JSON.stringify(cancelled.body));
  });

  it('carries problems as they are, also when the document has been compiled', async () => {
    const bad = { ...ORDER, lines: [{ sku: 'SKU-0001', quantity: -1 }] };
    for (let round = 0; round < 4; round++) {
      const { status, body } = await graphql(PLACE, { order: bad, key: `bad-${round}` });
      assert.equal(status, 294);
      assert.deepEqual(body.data, { placeOrder: null });
      assert.equal(body.errors![0]!.extensions.code, 'INVALID_REQUEST');
      assert.deepEqual(body.errors![0]!.path, ['placeOrder']);
      assert.match(body.errors![0]!.extensions.problem!.type, /\/problems\/invalid-request$/);
    }
    const old = await graphql('{ product(sku: "NOT-OURS") { sku } }', undefined, {});
    assert.equal(old.status, 200);
    assert.equal(old.body.errors![0]!.extensions.problem!.status, 404);
  });

  it('lets nobody in without a token, and nobody beyond their scopes', async () => {
    const body = JSON.stringify({ query: '{ __typename }' });
    const stranger = await fetch(house.url + PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    assert.equal(stranger.status, 401);
    assert.match(stranger.headers.get('www-authenticate') ?? '', /^Bearer /);
    const { body: refused } = await graphql('{ products { next } }', undefined, {}, 'store-demo');
    assert.equal(refused.errors![0]!.extensions.code, 'MISSING_SCOPE');
  });

  it('refuses questions that are too large before anything runs, but not tools that ask for the schema', async () => {
    const before = await runs('getProduct');
    const aliases = Array.from({ length: 21 }, (_, index) => `a${index}: product(sku: "SKU-0001") { sku }`).join(' ');
    for (const query of [`{ ${aliases} }`, `{ ...all } fragment all on Query { ${aliases} }`]) {
      const { status, body } = await graphql(query);
      assert.equal(status, 400);
      assert.equal(body.errors![0]!.extensions.code, 'QUERY_LIMIT_EXCEEDED');
    }
    const deep = `{ __schema { types { fields { type ${'{ ofType '.repeat(20)}{ name }${' }'.repeat(20)} } } } }`;
    assert.equal((await graphql(deep)).status, 400);
    assert.equal(await runs('getProduct'), before);
    assert.equal((await graphql(getIntrospectionQuery())).status, 200);
  });
});
