// The warehouse API against a real PostgreSQL and the sandbox's 3PL with its faults: one fulfilment order per id,
// honest outcomes, and each signed fact announced once, whatever order it comes in.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import {
  newId, Problem, problems, serviceContext, type CallContext, type FulfilmentFact, type NewFulfilmentOrder,
  type ProblemType, type RawBody,
} from '#contracts';
import { GroupCommit } from '#database';
import { eventsEntities, eventsMigrations, type JourneyEntry, type JourneyRecorder } from '#events';
import { startSandbox, type Sandbox } from '#sandbox';
import { testDatabase, type TestDatabase } from '#testing';
import { WebhookUpkeep } from '../webhook-upkeep.js';
import { WmsWarehouse } from './connectors/wms/wms-warehouse.connector.js';
import { FulfilmentOrderRecord } from './fulfilment-order.entity.js';
import { Warehouse1700000000630 } from './migrations/1700000000630-warehouse.js';
import { StoreWork1700000003510 } from './migrations/1700000003510-store-work.js';
import { StoreTaskRecord } from './connectors/store/store-task.entity.js';
import { StoreWarehouse } from './connectors/store/store-warehouse.connector.js';
import { WarehouseController } from './warehouse.controller.js';

const CALL_TIMEOUT_MS = 400;
const FIRST_PROBE_MS = 100;
const POLLS_MAX = 400;
const POLL_MS = 25;
const SECRET = 'whsec_dGhyb3VnaGxpbmUtd21zLXNlY3JldA==';

interface WmsState { records?: { orders: { externalId: string }[] } }

let sandbox: Sandbox;
let test: TestDatabase;
let groupCommit: GroupCommit;
let wms: WmsWarehouse;
let warehouse: WarehouseController;
let entries: JourneyEntry[] = [];
const journey = { record: (entry: JourneyEntry) => void entries.push(entry) } as unknown as JourneyRecorder;

const call = (options: Partial<CallContext> = {}) =>
  serviceContext('process/orders', { subject: 'ord_journey', ...options });
const isProblem = (type: ProblemType) => (error: unknown) => error instanceof Problem && error.type === type;

async function control(method: string, path: string, body?: object): Promise<WmsState> {
  const answer = await fetch(`${sandbox.url}/_control/wms/${path}`, {
    method, ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
  });
  assert.ok(answer.ok, await answer.clone().text());
  return (answer.status === 204 ? {} : await answer.json()) as WmsState;
}
const faults = (settings: object) => control('PUT', 'faults', settings);
const advance = (externalId: string) => control('POST', 'advance', { externalId });
const ordersThere = async () => (await control('GET', 'state')).records!.orders.map(({ externalId }) => externalId);

const newOrder = (quantity = 3): NewFulfilmentOrder => ({
  id: newId('ful'), orderId: newId('ord'), locationId: 'WH-EU', method: 'ship',
  lines: [{ lineId: '1', sku: 'SKU-0001', quantity }, { lineId: '2', sku: 'SKU-0002', quantity: 1 }],
  shipTo: { name: 'Ada Lovelace', line1: 'Unter den Linden 1', city: 'Berlin', postalCode: '10117', country: 'DE' },
});
const create = (order: NewFulfilmentOrder, options?: Partial<CallContext>) =>
  warehouse.createFulfilmentOrder({ body: order }, call(options));
const read = (id: string) => warehouse.getFulfilmentOrder({ params: { id } }, call());
const cancel = (id: string) => warehouse.cancelFulfilmentOrder({ params: { id } }, call());
const receive = (body: RawBody) => warehouse.receiveWarehouseFacts({ body } as never, call());

function signed(message: object | string, id = `fact_${newId('evt')}`): RawBody {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  const now = new Date();
  return { raw: Buffer.from(text), headers: {
    'webhook-id': id, 'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(SECRET).sign(id, now, text),
  } };
}

const fact = (order: NewFulfilmentOrder, state: string, more: object = {}) => ({
  id: newId('evt'), type: `fulfilment-order.${state}`, occurredAt: '2026-11-23T08:00:00.000Z',
  data: {
    fulfilmentOrderId: 'FO-9', externalId: order.id, location: order.locationId, status: state,
    lines: order.lines.map((line) => ({ ...line, ordered: line.quantity })), ...more,
  },
});

async function eventsOf(subject: string): Promise<{ type: string; data: FulfilmentFact & Record<string, unknown> }[]> {
  const rows = await test.database.query<{ type: string; data: FulfilmentFact & Record<string, unknown> }>(
    'select type, data from events.outbox where partition_key = $1 order by id', [subject]);
  return rows.map(({ type, data }) => ({ type: type.replace(/^shipment\.|\.v1$/g, ''), data }));
}
const typesOf = async (order: NewFulfilmentOrder) => (await eventsOf(order.orderId)).map(({ type }) => type);

async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let polls = 0; polls < POLLS_MAX; polls++) {
    if (await holds()) return;
    await sleep(POLL_MS);
  }
  assert.fail(`waited in vain: ${what}`);
}

before(async () => {
  sandbox = await startSandbox({ port: 0 });
  test = await testDatabase({
    entities: [...eventsEntities, FulfilmentOrderRecord, StoreTaskRecord],
    migrations: [...eventsMigrations, Warehouse1700000000630, StoreWork1700000003510],
  });
});
beforeEach(async () => {
  await control('POST', 'reset');
  await control('PUT', 'behaviour', { stepDelayMs: 0, autoShip: false });
  entries = [];
  groupCommit = new GroupCommit(test.database);
  wms = new WmsWarehouse({ url: sandbox.url, token: 'wms-throughline', webhookSecret: SECRET }, journey,
    { callTimeoutMs: CALL_TIMEOUT_MS, firstProbeMs: FIRST_PROBE_MS });
  warehouse = new WarehouseController(test.database, groupCommit, wms,
    new StoreWarehouse(test.database, groupCommit));
});
afterEach(async () => {
  await wms.onModuleDestroy();
  await groupCommit.close();
});
after(async () => {
  await sandbox.close();
  await test.drop();
});

describe('fulfilment orders', () => {
  it('exist once per id, and other work under the same id is rejected', async () => {
    const order = newOrder();
    const first = await create(order);
    assert.deepEqual(first, { outcome: 'applied', reference: 'FO-000001' });
    assert.deepEqual(await create(order), { outcome: 'applied', reference: 'FO-000001', found: true });
    assert.deepEqual(await create(order, { mayHaveRun: true }),
      { outcome: 'applied', reference: 'FO-000001', found: true });
    const other = await create({ ...order, lines: [order.lines[0]!] });
    assert.equal(other.outcome, 'rejected');
    assert.deepEqual(await ordersThere(), [order.id]);
    const seen = await read(order.id);
    assert.deepEqual([seen.orderId, seen.state, seen.reference, seen.freshness.stale],
      [order.orderId, 'accepted', 'FO-000001', false]);
    assert.deepEqual(entries.map(({ name, outcome }) => `${name} ${outcome}`).slice(0, 2),
      ['createFulfilmentOrder applied', 'createFulfilmentOrder applied']);
    await assert.rejects(read('ful_nobody'), isProblem(problems.notFound));
  });

  it('that the warehouse refuses are rejected with its reason', async () => {
    const order = { ...newOrder(), locationId: 'WH-MOON' };
    const outcome = await create(order);
    assert.equal(outcome.outcome, 'rejected');
    assert.match(outcome.reason!, /unknownLocation.*WH-MOON/);
    const taken = newOrder();
    const answer = await fetch(`${sandbox.url}/wms/v1/fulfilment-orders`, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: 'Bearer wms-throughline' },
      body: JSON.stringify(
        { externalId: taken.id, location: 'WH-EAST', lines: [taken.lines[0]], shipTo: {}, method: 'ship' }),
    });
    assert.equal(answer.status, 201);
    const conflict = await create(taken);
    assert.match(conflict.reason!, /externalIdInUse/);
  });

  it('whose answer is lost are uncertain, and found at the next attempt', async () => {
    const order = newOrder();
    await faults({ timeoutAfterSuccess: 1, timeoutHoldMs: 3 * CALL_TIMEOUT_MS });
    const lost = await create(order);
    assert.equal(lost.outcome, 'uncertain');
    assert.match(lost.lookUp!, new RegExp(order.id));
    await faults({});
    assert.equal((await create(order, { mayHaveRun: true })).found, true);
    assert.deepEqual(await ordersThere(), [order.id]);
  });

  it('are taken back until picking has begun', async () => {
    const [early, late] = [newOrder(), newOrder()];
    await create(early);
    await create(late);
    await advance(late.id);
    assert.equal((await cancel(early.id)).outcome, 'applied');
    assert.deepEqual(await cancel(early.id), { outcome: 'applied', reference: 'FO-000001', found: true });
    assert.equal((await read(early.id)).state, 'cancelled');
    const tooLate = await cancel(late.id);
    assert.deepEqual([tooLate.outcome, /pickingStarted/.test(tooLate.reason!)], ['rejected', true]);
    await receive(signed(fact(early, 'cancelled')));
    assert.deepEqual(await typesOf(early), [], 'what we took back ourselves is no short pick');
    const never = newOrder();
    assert.equal((await cancel(never.id)).outcome, 'applied');
    assert.equal((await create(early)).outcome, 'rejected', 'taken back means not asked for again');
  });

  it('that arrive there after they were taken back are taken back again', async () => {
    const order = newOrder();
    await faults({ quotaGone: true });
    await assert.rejects(create(order), isProblem(problems.vendorUnavailable));
    await faults({});
    assert.equal((await cancel(order.id)).outcome, 'applied');
    const late = await wms.create(order, call(), () => undefined);
    assert.equal(late.outcome, 'applied');
    await receive(signed(fact(order, 'accepted')));
    assert.equal((await read(order.id)).state, 'cancelled');
  });

  it('are read with their age while the warehouse is down', async () => {
    const order = newOrder();
    await create(order);
    await faults({ down: true });
    const seen = await read(order.id);
    assert.deepEqual([seen.state, seen.freshness.stale, seen.orderId], ['accepted', true, order.orderId]);
    assert.ok(Date.parse(seen.freshness.nextCheckAt!) > Date.now() - 1_000);
    await assert.rejects(read('ful_nobody'), isProblem(problems.vendorUnavailable));
    const another = newOrder();
    assert.equal((await create(another)).outcome, 'uncertain', 'a connection cut off may have brought the order there');
    await faults({ quotaGone: true });
    await assert.rejects(create(another), isProblem(problems.vendorUnavailable));
    await faults({});
    assert.equal((await create(another)).outcome, 'applied');
  });
});

describe('facts of the warehouse', () => {
  it('are announced once, with the order they belong to', async () => {
    const order = newOrder();
    await create(order);
    const shipment = { id: 'SHP-000007', carrier: 'DHL', trackingNumber: '003404340000000007' };
    const shipped = fact(order, 'shipped', { shipment });
    const copies = await Promise.all([receive(signed(shipped)), receive(signed(shipped)), receive(signed(shipped))]);
    assert.deepEqual(copies.map(({ accepted }) => accepted).sort(), [false, false, true]);
    assert.deepEqual(await receive(signed(shipped)), { accepted: false });
    await receive(signed(fact(order, 'delivered', { shipment })));
    const [dispatched, delivered, ...more] = await eventsOf(order.orderId);
    assert.deepEqual([dispatched!.type, delivered!.type, more.length], ['dispatched', 'delivered', 0]);
    const { shipmentId, ...data } = dispatched!.data;
    assert.deepEqual(data, {
      orderId: order.orderId, fulfilmentOrderId: order.id, locationId: 'WH-EU', factId: shipped.id,
      occurredAt: shipped.occurredAt, lines: order.lines, carrier: 'DHL', trackingNumber: '003404340000000007',
    });
    assert.match(String(shipmentId), /^shp_[0-9a-f]{32}$/);
    assert.equal(delivered!.data['shipmentId'], shipmentId);
  });

  it('count once, three times each in any order and at once, also before their order is known', async () => {
    const order = newOrder();
    const facts = ['accepted', 'picked', 'packed', 'shipped', 'delivered'].map((state) => signed(fact(order, state)));
    const copies = facts.flatMap((each) => [each, each, each]).map((body) => ({ body, place: Math.random() }))
      .sort((a, b) => a.place - b.place);
    await Promise.all(copies.slice(0, 8).map(({ body }) => receive(body)));
    await create(order);
    for (const { body } of copies.slice(8)) await receive(body);
    // Facts that came first are announced under the id the warehouse knows, the others under the order's.
    const announced = [...await eventsOf(order.id), ...await eventsOf(order.orderId)].map(({ type }) => type);
    assert.deepEqual(announced.sort(), ['created', 'delivered', 'dispatched', 'packed', 'picked']);
  });

  it('that come late or out of order are announced, but never move the order backwards', async () => {
    const order = newOrder();
    await create(order);
    for (const state of ['packed', 'accepted', 'picked']) await receive(signed(fact(order, state)));
    assert.deepEqual(await typesOf(order), ['packed', 'created', 'picked']);
    const record = await test.database.dataSource.getRepository(FulfilmentOrderRecord).findOneByOrFail(
      { id: order.id });
    assert.equal(record.state, 'packed');
  });

  it('of a short pick carry what was really picked and why', async () => {
    const order = newOrder(3);
    await create(order);
    const lines = [{ ...order.lines[0]!, ordered: 3, quantity: 2, shortReason: 'bin empty' },
      { ...order.lines[1]!, ordered: 1 }];
    await receive(signed(fact(order, 'picked', { lines })));
    const [short] = await eventsOf(order.orderId);
    assert.deepEqual([short!.type, short!.data.lines.map(({ quantity }) => quantity), short!.data['reason']],
      ['short-picked', [2, 1], 'bin empty']);
    const dropped = newOrder();
    await create(dropped);
    await receive(signed(fact(dropped, 'cancelled', { reason: 'water damage' })));
    const [none] = await eventsOf(dropped.orderId);
    assert.deepEqual([none!.type, none!.data.lines.map(({ quantity }) => quantity), none!.data['reason']],
      ['short-picked', [0, 0], 'water damage']);
  });

  it('about an order we do not know are kept as events all the same', async () => {
    const stranger = newOrder();
    assert.deepEqual(await receive(signed(fact(stranger, 'picked'))), { accepted: true });
    const [picked] = await eventsOf(stranger.id);
    assert.deepEqual([picked!.type, picked!.data.orderId, picked!.data.fulfilmentOrderId],
      ['picked', stranger.id, stranger.id]);
    const news = { ...fact(stranger, 'picked'), type: 'fulfilment-order.weighed' };
    assert.deepEqual(await receive(signed(news)), { accepted: true });
    assert.equal((await eventsOf(stranger.id)).length, 1);
  });

  it('with a signature that does not fit are refused and leave nothing', async () => {
    const order = newOrder();
    await create(order);
    const good = signed(fact(order, 'picked'));
    const stale = String(Math.floor(Date.now() / 1_000) - 3_600);
    const forged: RawBody[] = [
      { ...good, raw: Buffer.from(good.raw.toString().replace('"quantity":3', '"quantity":9')) },
      { ...good, headers: { ...good.headers, 'webhook-signature': 'v1,AAAA' } },
      { ...good, headers: { ...good.headers, 'webhook-timestamp': stale } },
      { ...good, headers: { ...good.headers, 'webhook-id': 'fact_other' } },
      { ...good, headers: {} },
    ];
    for (const body of forged) await assert.rejects(receive(body), isProblem(problems.invalidSignature));
    for (const text of ['not json', '{"id":1}']) {
      await assert.rejects(receive(signed(text)), isProblem(problems.malformedBody));
    }
    assert.deepEqual(await typesOf(order), []);
    assert.deepEqual(await receive(good), { accepted: true }, 'spaces and bytes are verified as they came');
  });
});

describe('the webhook at the warehouse', () => {
  let server: Server;
  let overtaken: string[] = [];

  before(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
        const body = { raw: Buffer.concat(parts), headers: request.headers as RawBody['headers'] };
        receive(body).then(() => 200, () => 500).then((status) => {
          overtaken.push(body.raw.toString());
          response.writeHead(status).end();
        }).catch(() => response.destroy());
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => server.close());

  it('is registered when the warehouse answers, stays so, and brings facts that overtake the answer', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/system/warehouse/v1/webhooks/wms`;
    const registered = async (): Promise<string[]> => {
      const answer = await fetch(`${sandbox.url}/wms/v1/webhooks`,
        { headers: { authorization: 'Bearer wms-throughline' } });
      return ((await answer.json()) as { webhooks: { url: string }[] }).webhooks.map((webhook) => webhook.url);
    };
    await faults({ quotaGone: true });
    const upkeep = new WebhookUpkeep({ vendor: 'wms', register: () => wms.registerWebhook(url), checkEveryMs: 50 });
    await upkeep.start();
    await faults({ duplicate: 1, reorder: 0.5, timeoutAfterSuccess: 1, timeoutHoldMs: CALL_TIMEOUT_MS });
    await until('registered', async () => (await registered()).length === 1);
    await faults({ duplicate: 1, reorder: 0.5 });
    await sleep(100);
    await upkeep.stop();
    assert.deepEqual(await registered(), [url]);

    await faults({ duplicate: 1, timeoutAfterSuccess: 1, timeoutHoldMs: 3 * CALL_TIMEOUT_MS });
    overtaken = [];
    const order = newOrder();
    const creating = create(order);
    await until('an early fact', () => overtaken.length > 0);
    assert.equal((await creating).outcome, 'uncertain');
    const [early] = await eventsOf(order.orderId);
    assert.deepEqual([early!.type, early!.data.orderId], ['created', order.orderId]);
    await faults({ duplicate: 0.5, reorder: 0.5 });
    for (let steps = 0; steps < 4; steps++) await advance(order.id);
    await until('delivered', async () => (await typesOf(order)).length === 5);
    assert.deepEqual((await typesOf(order)).sort(), ['created', 'delivered', 'dispatched', 'packed', 'picked']);
    assert.equal((await read(order.id)).state, 'delivered');
  });
});
