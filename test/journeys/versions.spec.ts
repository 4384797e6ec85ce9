// The life of an API version, told through its owner's desk and its callers' eyes: two majors side by side, dated
// revisions inside one, an announced end with black-outs, who still calls it, and the day it is gone.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startHouse, type Asked, type TestHouse } from '#testing';
import { goodOrder, newKey, until } from './story.js';

const DAY_MS = 86_400_000;
/** Steps of the warehouse until an order is packed, and one to spare. */
const STEPS_MAX = 5;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
type Body = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- documents of many shapes

describe('API versions', { timeout: 180_000 }, () => {
  let house: TestHouse;
  before(async () => {
    house = await startHouse();
  });
  after(() => house.stop());

  const shop = (path: string, headers: Record<string, string> = {}, body?: unknown) =>
    house.ask<Body>('storefront-demo', path, {
      headers: { ...(body ? { 'idempotency-key': newKey() } : {}), ...headers }, ...(body ? { body } : {}),
    });
  const owner = (path: string, body?: unknown, headers: Record<string, string> = {}, method?: string) =>
    house.ask<Body>('owner-demo', `/platform/v1${path}`, {
      headers: { ...(body ? { 'idempotency-key': newKey() } : {}), ...headers }, ...(body ? { body } : {}),
      ...(method ? { method } : {}),
    });
  const refused = ({ status, body }: Asked<Body>, expected: number, slug: string) => {
    assert.equal(status, expected, JSON.stringify(body));
    assert.match(body['type'] as string, new RegExp(`/problems/${slug}$`));
    return body;
  };

  it('two majors serve the same order, each in its shape', async () => {
    const placed = await shop('/storefront/v2/orders', {}, {
      customer: { customerId: 'CUS-0001' }, currency: 'EUR', items: [{ sku: 'SKU-0001', quantity: 2 }],
      delivery: { address: goodOrder()['shippingAddress'] }, payment: { method: 'card', token: 'pm_card_visa' },
    });
    assert.equal(placed.status, 201, JSON.stringify(placed.body));
    const { id, items, money, customer, state } = placed.body;
    assert.equal(items[0].state.open, 2);
    assert.equal(items[0].price.total, money.total);
    assert.deepEqual([money.currency, customer.kind, state.payment !== undefined], ['EUR', 'registered', true]);
    const older = await shop(`/storefront/v1/orders/${id}`);
    assert.equal(older.body['lines'][0].quantity, 2);
    assert.deepEqual(older.body['totals'].total, { amount: money.total, currency: 'EUR' });
    const nobody = await shop('/storefront/v2/orders', {}, {
      customer: {}, currency: 'EUR', items: [{ sku: 'SKU-0001', quantity: 1 }],
      payment: { method: 'card', token: 'pm_card_visa' },
    });
    assert.equal(refused(nobody, 400, 'invalid-request')['errors'][0].pointer, '#/customer');
  });

  it('a single resource is not sent twice, and changed only as it was seen', async () => {
    const { body: order } = await shop('/storefront/v1/orders', {}, goodOrder());
    const path = `/storefront/v2/orders/${order['id']}`;
    const seen = await shop(path);
    const etag = seen.headers.get('etag')!;
    assert.equal(seen.body['etag'], etag);
    const product = await shop('/storefront/v2/products/SKU-0002');
    const unchanged = await fetch(`${house.url}/storefront/v2/products/SKU-0002`, { headers: {
      authorization: `Bearer ${await house.token('storefront-demo')}`, 'if-none-match': product.headers.get('etag')!,
    } });
    assert.deepEqual([unchanged.status, await unchanged.text()], [304, '']);
    const why = { reason: 'customerRequest' };
    refused(await shop(`${path}/cancel`, {}, why), 428, 'precondition-required');
    refused(await shop(`${path}/cancel`, { 'if-match': '"another"' }, why), 412, 'precondition-failed');
    const cancelled = await shop(`${path}/cancel`, { 'if-match': '*' }, why);
    assert.equal(cancelled.status, 202, JSON.stringify(cancelled.body));
  });

  it('a dated revision is answered to who asks for it or is pinned to it, in REST and in GraphQL', async () => {
    const plain = await shop('/storefront/v1/products');
    assert.equal(plain.headers.get('api-version'), '2026-11-23');
    const unknown = await shop('/storefront/v1/products', { 'api-version': '2001-01-01' });
    assert.deepEqual(refused(unknown, 400, 'unknown-revision')['supported'], ['2026-11-23', '2026-11-24']);
    await house.control('PUT', 'wms/behaviour', { autoShip: false });
    const { body: order } = await shop('/storefront/v1/orders', {}, goodOrder());
    const path = `/storefront/v1/orders/${order['id']}`;
    await packed(order['id'] as string);
    const [older, newer] = [await shop(path), await shop(path, { 'api-version': '2026-11-24' })];
    assert.deepEqual([older, newer].map(({ body }) => body['lines'][0].status), ['inFulfilment', 'packed']);
    assert.equal(newer.headers.get('api-version'), '2026-11-24');
    const query = { query: `{ order(id: "${order['id']}") { lines { status } } }` };
    const asked = await shop('/storefront/graphql', { 'api-version': '2026-11-24' }, query);
    assert.equal(asked.body['data'].order.lines[0].status, 'packed', JSON.stringify(asked.body));
    assert.equal(asked.headers.get('api-version'), '2026-11-24');

    const pin = await owner('/apis/storefront.v1/pins/storefront-demo', { revision: '2026-11-24' }, {}, 'PUT');
    assert.equal(pin.status, 200, JSON.stringify(pin.body));
    assert.equal((await shop(path)).body['lines'][0].status, 'packed');
    assert.equal((await shop(path, { 'api-version': '2026-11-23' })).body['lines'][0].status, 'inFulfilment');
    await owner('/apis/storefront.v1/pins/storefront-demo', { revision: '2026-11-23' }, {}, 'PUT');
  });

  /** Somebody without credentials signs up. */
  async function newcomer(): Promise<Body> {
    const answer = await fetch(`${house.url}/platform/v1/sign-ups`, {
      method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': newKey() },
      body: JSON.stringify({ name: 'Newcomer', ownerEmail: 'new@comer.example', purpose: 'Looks around' }),
    });
    assert.equal(answer.status, 201, await answer.clone().text());
    return answer.json() as Promise<Body>;
  }
  const asNewcomer = async ({ apiKey }: Body, path: string, body?: unknown): Promise<Asked<Body>> => {
    const answer = await fetch(house.url + path, {
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json', 'idempotency-key': newKey() },
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    });
    return { status: answer.status, headers: answer.headers, body: await answer.json() as Body } as Asked<Body>;
  };
  const offered = async () => (await (await fetch(`${house.url}/platform/v1/offer`)).json() as Body);

  it('takes nobody new once it is deprecated, and tells who subscribed before', async () => {
    const early = await newcomer();
    assert.ok(early['plans'].includes('storefront-sandbox') && early['plans'].includes('partner-sandbox'));
    const end = { reason: 'Nobody needs it.', sunsetAt: inDays(200) };
    assert.equal((await owner('/apis/partner.v1/deprecate', end)).status, 200);
    const late = await newcomer();
    assert.ok(late['plans'].includes('storefront-sandbox') && !late['plans'].includes('partner-sandbox'));
    assert.equal((await asNewcomer(late, '/storefront/v1/products')).status, 200);
    const ask = { plan: 'partner-sandbox', environment: 'sandbox', reason: 'Me too.' };
    refused(await asNewcomer(late, '/platform/v1/me/subscriptions', ask), 409, 'state-conflict');
    const { products } = await offered();
    const takesNew = (id: string) => products.find((product: Body) => product['id'] === id).takesNew;
    assert.deepEqual([takesNew('partner'), takesNew('storefront')], [false, true]);
    const told = await until('a subscriber sees the announcement', async () => {
      const { body } = await asNewcomer(early, '/platform/v1/events?types=api.deprecated.v1');
      return (body['events'] as Body[]).length > 0 && (body['events'] as Body[]);
    });
    assert.deepEqual(told.map(({ subject }) => subject), ['partner.v1']);
    const own = await asNewcomer(late, '/platform/v1/me/usage');
    assert.ok((own.body['rows'] as Body[]).some(({ api, operation }) =>
      api === 'storefront.v1' && operation === 'listProducts'), JSON.stringify(own.body));
    const { entries } = (await owner('/audit?limit=200')).body;
    const found = (subject: string) => entries.find((entry: Body) => entry['subject'] === subject);
    assert.deepEqual([found('api partner.v1').action, found('api partner.v1').actor], ['deprecateApi', 'owner-demo']);
    assert.equal(found('pin storefront-demo storefront.v1').action, 'pinRevision');
    assert.ok(found('registry of consumers').after.includes('storefront-sandbox'));
    assert.equal(found(`consumer ${early['consumerId']}`).actor, 'portal');
  });

  it('is deprecated with notice, says so, blacks out, and is retired when nobody is left or by force', async () => {
    const version = await owner('/apis/storefront.v1');
    assert.deepEqual([version.body['lifecycle'], version.body['actions']], ['published', ['deprecate', 'block']]);
    const soon = { reason: 'Too soon.', sunsetAt: inDays(30), successor: '/storefront/v2' };
    refused(await owner('/apis/storefront.v1/deprecate', soon), 422, 'unprocessable');
    refused(await owner('/apis/storefront.v1/retire', { reason: 'Not yet.' }), 409, 'state-conflict');
    const end = { ...soon, reason: 'Orders have a clearer shape.', sunsetAt: inDays(120) };
    refused(await owner('/apis/storefront.v1/deprecate', end, { 'if-match': '"old"' }), 412, 'precondition-failed');
    refused(await house.ask('storefront-demo', '/platform/v1/apis/storefront.v1/deprecate', { body: end, headers: {
      'idempotency-key': newKey(),
    } }), 403, 'missing-scope');
    const deprecated = await owner('/apis/storefront.v1/deprecate', end, { 'if-match': version.headers.get('etag')! });
    assert.equal(deprecated.status, 200, JSON.stringify(deprecated.body));
    refused(await owner('/apis/storefront.v1/deprecate', { ...end, sunsetAt: inDays(100) }), 422, 'unprocessable');

    const page = await shop('/storefront/v1/products?limit=2');
    assert.match(page.headers.get('deprecation')!, /^@\d+$/);
    assert.equal(Date.parse(page.headers.get('sunset')!), Math.floor(Date.parse(end.sunsetAt) / 1000) * 1000);
    for (const relation of ['next', 'deprecation', 'sunset', 'successor-version']) {
      assert.match(page.headers.get('link')!, new RegExp(`rel="${relation}"`));
    }

    const late = await newcomer();
    assert.equal((await asNewcomer(late, '/storefront/v2/products')).status, 200);
    const closed = refused(await asNewcomer(late, '/storefront/v1/products'), 403, 'subscription-required');
    assert.equal(closed['successor'], '/storefront/v2');

    const dark = { from: inDays(-1), to: inDays(1), reason: 'A rehearsal of the end.' };
    assert.equal((await owner('/apis/storefront.v1/black-outs', dark)).status, 200);
    const black = await shop('/storefront/v1/products');
    assert.equal(refused(black, 410, 'version-blacked-out')['successor'], '/storefront/v2');
    assert.equal((await shop('/storefront/v2/products')).status, 200);

    const inUse = refused(await owner('/apis/storefront.v1/retire', { reason: 'Time is up.' }), 409, 'version-in-use');
    assert.ok((inUse['consumers'] as Body[]).some(({ consumer }) => consumer === 'storefront-demo'));
    const usage = await owner('/usage?api=storefront.v1&consumer=storefront-demo');
    assert.ok((usage.body['rows'] as Body[]).some(({ operation, calls }) => operation === 'listProducts' && calls > 1));
    const gone = await owner('/apis/storefront.v1/retire', { reason: 'Nobody pays for it.', force: true });
    assert.equal(gone.body['transitions'][0].forced, true, JSON.stringify(gone.body));
    const last = await shop('/storefront/v1/products');
    assert.equal(refused(last, 410, 'version-retired')['successor'], '/storefront/v2');
    assert.match(last.headers.get('link')!, /<\/storefront\/v2>; rel="successor-version"/);
    refused(await owner('/apis/storefront.v1/publish', { reason: 'Come back.' }), 409, 'state-conflict');
  });

  it('tells subscribers by event and changelog, and shows only what is there in the catalogue', async () => {
    const events = await until('the steps are in the event log', async () => {
      const { body } = await house.ask<Body>('ops-demo', '/platform/v1/events?subject=storefront.v1');
      const types = (body['events'] as Body[]).map(({ type }) => type as string);
      return types.includes('api.retired.v1') && types;
    });
    assert.deepEqual(events, ['api.deprecated.v1', 'api.blacked-out.v1', 'api.retired.v1']);
    const feed = await (await fetch(`${house.url}/platform/v1/changelog?api=storefront.v1`)).json() as Body;
    assert.equal(feed['version'], 'https://jsonfeed.org/version/1.1');
    const kinds = (feed['items'] as Body[]).map(({ tags }) => (tags as string[])[1]);
    assert.deepEqual(kinds, ['retire', 'blackOut', 'deprecate', 'revision']);
    const catalog = await (await fetch(`${house.url}/.well-known/api-catalog`)).json() as Body;
    const anchors = (catalog['linkset'] as Body[]).map(({ anchor }) => new URL(anchor as string).pathname);
    assert.ok(anchors.includes('/storefront/v2') && !anchors.includes('/storefront/v1'), anchors.join());
  });

  it('blocks and opens again', async () => {
    assert.equal((await owner('/apis/salesforce.v1/block', { reason: 'A flow runs wild.' })).status, 200);
    const anOrder = () => house.ask<Body>('salesforce-demo', '/salesforce/v1/orders/ord_none');
    refused(await anOrder(), 503, 'version-blocked');
    await owner('/apis/salesforce.v1/unblock', { reason: 'It was tamed.' });
    refused(await anOrder(), 404, 'not-found');
    refused(await owner('/apis/platform.v1/block', { reason: 'Oops.' }), 422, 'unprocessable');
  });

  /** Has the warehouse pick and pack an order and leave it at the door. */
  async function packed(orderId: string): Promise<void> {
    const externalId = await until('the warehouse has the order', async () => {
      const [released] = await house.database.query<{ id: string }>(
        `select id from warehouse.fulfilment_order where order_id = $1 and reference is not null`, [orderId]);
      return released?.id;
    });
    for (let step = 0; step < STEPS_MAX; step++) {
      if ((await house.control('POST', 'wms/advance', { externalId })).status === 'packed') break;
    }
    await until('it is known to be packed', async () => {
      const { body } = await shop(`/storefront/v1/orders/${orderId}`, { 'api-version': '2026-11-24' });
      return body['lines'][0].status === 'packed';
    });
  }
});
