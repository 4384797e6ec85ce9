// An app lives on small answers: a catalogue it keeps a copy of, goods it scans, the nearest store that has them, and
// orders that tell by themselves how they go on, over a stream and by push to a device.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startHouse, type Json, type TestHouse } from '#testing';
import { expectProblem, goodOrder, newKey, placeAt, until } from './story.js';

const MOBILE = '/mobile/v1';
const APP = 'mobile-demo';
const STREAM_PATIENCE_MS = 30_000;

describe('an app', { timeout: 240_000 }, () => {
  let house: TestHouse;
  before(async () => {
    house = await startHouse({ documented: true });
  });
  after(() => house.stop());

  const get = (path: string, headers: Record<string, string> = {}) =>
    house.ask<Json>(APP, MOBILE + path, { headers });
  const setPrice = (sku: string, amount: string) => house.ask<Json>(
    'internal-demo', `/system/product/v1/products/${sku}/price`,
    { method: 'PUT', body: { unitPrice: { amount, currency: 'EUR' } } });
  const setOffer = (sku: string, offered: boolean) => house.ask<Json>(
    'internal-demo', `/system/product/v1/products/${sku}/offer`, { method: 'PUT', body: { offered } });
  const place = (): Promise<Json> => placeAt(house, APP, `${MOBILE}/orders`, goodOrder());
  const state = (): Promise<Json> => house.control('GET', 'push/state');

  it('asks for as little as it shows, and is not sent again what it has', async () => {
    const small = await get('/products/SKU-0001?fields=name,price&currency=USD');
    assert.deepEqual(Object.keys(small.body).sort(), ['etag', 'freshness', 'name', 'price', 'sku']);
    assert.equal(small.body.price.currency, 'USD');
    assert.equal(small.headers.get('etag'), small.body.etag);
    const again = await get('/products/SKU-0001?fields=name,price&currency=USD', { 'if-none-match': small.body.etag });
    assert.equal(again.status, 304);
    const page = await get('/products?fields=name&limit=3');
    assert.deepEqual(page.body.products.map((product: Json) => Object.keys(product)), Array(3).fill(['sku', 'name']));
    assert.match(page.headers.get('link') ?? '', /rel="next"/);
    assert.equal((await get('/products?fields=name&limit=3', { 'if-none-match': page.body.etag })).status, 304);
    const wrong = await get('/products?fields=secret');
    assert.deepEqual([wrong.status, wrong.body.errors[0].parameter], [400, 'fields']);
  });

  it('copies the catalogue once, then learns what has changed and what is gone', async () => {
    const copy = new Map<string, Json>();
    let token: string | undefined;
    const sync = async (): Promise<string[]> => {
      const seen: string[] = [];
      for (let more = true, asks = 0; more; asks += 1) {
        assert.ok(asks < 50, 'it never ends');
        const since: string = token === undefined ? '' : `&since=${token}`;
        const { status, body } = await get(`/sync/products?limit=100&fields=name,price${since}`);
        assert.equal(status, 200, JSON.stringify(body));
        for (const product of body.products) copy.set(product.sku, product);
        for (const sku of body.deleted) copy.delete(sku);
        seen.push(...body.products.map(({ sku }: Json) => sku), ...body.deleted);
        [token, more] = [body.token, body.more];
      }
      return seen;
    };
    await sync();
    const whole = copy.size;
    assert.ok(whole >= 1_000);
    await setPrice('SKU-0500', '11.11');
    await setPrice('SKU-0500', '12.34');
    await setOffer('SKU-0501', false);
    const changed = await until('the copy has learned it', async () => {
      await sync();
      return copy.get('SKU-0500')?.price.amount === '12.34' && !copy.has('SKU-0501');
    });
    assert.ok(changed);
    assert.equal(copy.size, whole - 1);
    await expectGone('SKU-0501');
    await setOffer('SKU-0501', true);
    await until('it is back', async () => (await sync()).includes('SKU-0501') && copy.has('SKU-0501'));
    assert.ok(!(await sync()).includes('SKU-0501'), 'it is told once');
  });

  it('is told to begin anew when its token is older than the log', async () => {
    const { body: { token } } = await get('/sync/products?limit=1');
    const [kind] = JSON.parse(Buffer.from(token, 'base64url').toString()) as string[];
    assert.equal(kind, 'all');
    const foreign = Buffer.from(JSON.stringify(['since', String(Number.MAX_SAFE_INTEGER), ''])).toString('base64url');
    const reply = await get(`/sync/products?since=${foreign}`);
    assert.equal(reply.status, 410);
    assert.match(reply.body.type, /\/problems\/resync-required$/);
    const oldest = await house.database.query<{ position: number }>(
      'select min(position) as position from events.event_log');
    await house.database.query('delete from events.event_log where position = $1', [oldest[0]!.position]);
    const behind = Buffer.from(JSON.stringify(['since', String(oldest[0]!.position - 1), ''])).toString('base64url');
    assert.equal((await get(`/sync/products?since=${behind}`)).status, 410);
    assert.equal((await get('/sync/products?since=nonsense')).status, 400);
  });

  it('scans a barcode in every form it comes in', async () => {
    const { body: { gtin } } = await get('/products/SKU-0001?fields=gtin');
    const digits = gtin as string;
    const long = digits.padStart(14, '0');
    const forms = [digits, long, `https://id.gs1.org/01/${long}/10/LOT?17=271231`];
    for (const form of forms) {
      const { status, body } = await get(`/barcodes?code=${encodeURIComponent(form)}`);
      assert.deepEqual([status, body.sku], [200, 'SKU-0001'], form);
    }
    const misread = digits.slice(0, -1) + ((Number(digits.at(-1)) + 1) % 10);
    const wrong = await get(`/barcodes?code=${misread}`);
    assert.equal(wrong.status, 422, JSON.stringify(wrong.body));
    assert.equal((await get('/barcodes?code=96385074')).status, 404);
  });

  it('finds the nearest store that has it', async () => {
    const near = await get('/stores?position=52.520,13.405&limit=3');
    assert.equal(near.status, 200, JSON.stringify(near.body));
    const away = near.body.stores.map(({ distanceKm }: Json) => distanceKm);
    assert.deepEqual(away, [...away].sort((a, b) => a - b));
    assert.equal(away.length, 3);
    const withStock = await get('/stores?position=52.52,13.405&sku=SKU-0998&quantity=1');
    assert.ok(withStock.body.stores.length > 0);
    assert.ok(withStock.body.stores.every(({ available }: Json) => available >= 1));
    assert.equal(withStock.body.freshness.stale, false);
    assert.deepEqual((await get('/stores?position=52.52,13.405&sku=SKU-0999')).body.stores, []);
    assert.equal((await get('/stores?position=99,13')).status, 400);
  });

  it('sees its own orders and no others', async () => {
    const order = await place();
    const { body: page } = await get('/orders?customerId=CUS-0001');
    assert.ok(page.orders.some(({ id }: Json) => id === order.id));
    const { body: foreign } = await house.ask<Json>('storefront-demo', '/storefront/v1/orders', {
      body: goodOrder(), headers: { 'idempotency-key': `"${newKey()}"` },
    });
    assert.equal((await get(`/orders/${foreign.id}`)).status, 404);
    assert.equal((await get(`/orders/${foreign.id}/tracking`)).status, 404);
    assert.ok(!page.orders.some(({ id }: Json) => id === foreign.id));
  });

  it('follows an order over a stream, and takes it up again where it was cut off', async () => {
    const order = await place();
    const stream = await openStream(house, order.id);
    const first = await stream.until(({ type }) => type === 'order.accepted.v1');
    await stream.close();
    const resumed = await openStream(house, order.id, first.position);
    const last = await resumed.until(({ type }) => type === 'order.completed.v1');
    await resumed.close();
    assert.equal(last.status, 'completed');
    assert.ok(resumed.events.every(({ position }) => position > first.position));
    const whole = await get(`/orders/${order.id}/tracking`);
    assert.deepEqual(
      [...stream.events, ...resumed.events].filter(({ position }) => position <= last.position)
        .map(({ position, type }) => [position, type]),
      whole.body.events.filter(({ position }: Json) => position <= last.position)
        .map(({ position, type }: Json) => [position, type]),
      'the two streams together are the whole, each event once');
    const parcel = whole.body.events.find(({ type }: Json) => type === 'shipment.dispatched.v1');
    assert.ok(parcel.trackingNumber, JSON.stringify(parcel));
    const known = await get(`/orders/${order.id}/tracking`, { 'if-none-match': whole.body.etag });
    assert.ok([200, 304].includes(known.status));
  });

  it('is told on a device, which checks who speaks and opens what only it can read', async () => {
    const { body: { publicKey } } = await get('/push-key');
    const subscribe = async (orderId: string, key = publicKey) => {
      const made = await fetch(`${house.sandboxUrl}/push/devices`, {
        method: 'POST', body: JSON.stringify({ applicationServerKey: key }),
        headers: { 'content-type': 'application/json' },
      });
      const device = (await made.json()) as { endpoint: string };
      const { status, body } = await house.ask<Json>(APP, `${MOBILE}/orders/${orderId}/push-subscriptions`, {
        body: { ...device, language: 'de' },
      });
      assert.equal(status, 201, JSON.stringify(body));
      return { id: device.endpoint.split('/').at(-1)!, subscription: body };
    };
    const [order, other] = [await place(), await place()];
    const [told, leaving, ended] = [await subscribe(order.id), await subscribe(order.id), await subscribe(other.id)];
    await fetch(`${house.sandboxUrl}/push/devices/${leaving.id}`, { method: 'DELETE' });
    const off = await house.ask<Json>(APP,
      `${MOBILE}/orders/${other.id}/push-subscriptions/${ended.subscription.id}`, { method: 'DELETE' });
    assert.deepEqual([off.status, off.body.accepted], [200, true]);
    const messages = await until('the device was told that the parcel left', async () => {
      const { records } = await state();
      const own = records.messages.filter(({ device }: Json) => device === told.id).map(({ message }: Json) => message);
      return own.some(({ type }: Json) => type === 'shipment.delivered.v1') && own;
    });
    const dispatched = messages.find(({ type }: Json) => type === 'shipment.dispatched.v1');
    assert.deepEqual([dispatched.orderId, dispatched.title], [order.id, 'Unterwegs']);
    assert.ok(dispatched.trackingNumber);
    assert.equal(new Set(messages.map(({ id }: Json) => id)).size, messages.length, 'each event once');
    await until('the subscription of the device that left is forgotten', async () => {
      const rows = await house.database.query(
        'select 1 from tracking.push_subscription where id = $1', [leaving.subscription.id]);
      return rows.length === 0;
    });
    const { records } = await state();
    // What was said before they left may have reached them.
    assert.ok(!records.messages.some(({ device, message }: Json) =>
      [leaving.id, ended.id].includes(device) && message.type === 'shipment.delivered.v1'));
  });

  it('cannot make the house call into its own network', async () => {
    const order = await place();
    const { status, body } = await house.ask<Json>(APP, `${MOBILE}/orders/${order.id}/push-subscriptions`, {
      body: {
        endpoint: 'https://10.0.0.1/send/1',
        keys: { p256dh: `B${'A'.repeat(86)}`, auth: 'A'.repeat(22) },
      },
    });
    assert.deepEqual([status, body.errors[0].pointer], [422, '#/endpoint']);
  });

  async function expectGone(sku: string): Promise<void> {
    const reply = await get(`/products/${sku}`);
    await expectProblem({ ...reply, headers: Object.fromEntries(reply.headers) }, 404, 'not-found');
    const order = await house.ask<Json>(APP, `${MOBILE}/orders`, {
      body: goodOrder({ lines: [{ sku, quantity: 1 }] }), headers: { 'idempotency-key': `"${newKey()}"` },
    });
    assert.match(order.body.type, /unknown-product$/);
  }
});

/** A stream as an EventSource reads it. */
async function openStream(house: TestHouse, orderId: string, lastEventId?: number) {
  const gone = new AbortController();
  const response = await fetch(`${house.url}${MOBILE}/orders/${orderId}/tracking`, {
    signal: gone.signal,
    headers: {
      authorization: `Bearer ${await house.token(APP)}`, accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
    },
  });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const events: { position: number; type: string; status: string }[] = [];
  let text = '';
  return {
    events,
    until: async (wished: (event: (typeof events)[number]) => boolean) => {
      for (const deadline = Date.now() + STREAM_PATIENCE_MS; Date.now() < deadline;) {
        const found = events.find(wished);
        if (found) return found;
        const { value, done } = await reader.read();
        assert.ok(!done, 'the stream ended');
        const frames = (text + value).split('\n\n');
        text = frames.pop()!;
        events.push(...frames.flatMap((frame) => /^data: (.*)$/m.exec(frame)?.[1] ?? [])
          .map((data) => JSON.parse(data) as (typeof events)[number]));
      }
      throw new Error(`not in the stream: ${JSON.stringify(events)}`);
    },
    close: async () => {
      gone.abort();
      await reader.cancel().catch(() => undefined);
    },
  };
}
