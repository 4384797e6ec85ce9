// Operations hold the queue in front of the ERP in their hands: pause and resume, let some orders through, and hear of
// orders that wait, of the cut-offs that are in danger, and of the end of it; each decision is on the audit log.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { HouseProcesses, type Json } from '#testing';
import { eventsWhere, goodOrder, place, readOrder, salesOrders, until, untilStatus } from './story.js';

const QUEUE = '/system/erp/v1/queue';
/** A rate at which the queue of a story is through after midnight, whenever the story is told. */
const SLOW = 1;
const STEP_MS = 50;

let house: HouseProcesses;
const ops = () => house.as('ops-demo');

before(async () => {
  house = await HouseProcesses.start();
  await house.control('PUT', 'wms/behaviour', { stepDelayMs: STEP_MS });
});
afterEach(async () => {
  await house.faults('sap');
  await change({ paused: false, drainPerMinute: 6_000, alertAfterSeconds: 0 });
});
after(() => house.close());

async function change(body: object): Promise<Json> {
  const reply = await ops().send('PATCH', QUEUE, { body: { reason: 'a story', ...body } });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return reply.body;
}

const queue = async (): Promise<Json> => (await ops().get(QUEUE)).body;
const waiting = async (): Promise<Json[]> => (await ops().get(`${QUEUE}/orders?limit=200`)).body.orders;
const untilWaiting = (ids: readonly string[]): Promise<Json[]> => until(`${ids.length} orders wait`, async () => {
  const found = (await waiting()).filter(({ reference }) => ids.includes(reference));
  return found.length === ids.length && found;
});
const alerts = (type: string): Promise<Json[]> => eventsWhere(house, `types=${type}`);

describe('a paused queue', () => {
  it('lets through who is chosen, with the earlier orders of the same customer, and the others when it goes on',
    async () => {
      const paused = await change({ paused: true, alertAfterSeconds: 0 });
      assert.equal(paused.state, 'paused');
      const first = await place(house, goodOrder({ customer: { customerId: 'CUS-0011' } }));
      await untilWaiting([first.id]);
      const second = await place(house, goodOrder({ customer: { customerId: 'CUS-0011' } }));
      const other = await place(house, goodOrder({ customer: { customerId: 'CUS-0012' } }));
      const orders = await untilWaiting([first.id, second.id, other.id]);
      const causes = new Map(orders.map(({ reference, cause }) => [reference, cause]));
      assert.deepEqual([first, second, other].map(({ id }) => causes.get(id)), ['paused', 'behind', 'paused']);
      assert.ok(orders.every(({ locations }) => locations.length > 0));

      const none = await ops().post(`${QUEUE}/replay`, { to: '2020-01-01T00:00:00Z', reason: 'nobody waits so long' });
      assert.equal(none.body.released, 0, JSON.stringify(none.body));
      const replay = await ops().post(`${QUEUE}/replay`, { references: [second.id], reason: 'a VIP' });
      assert.deepEqual(replay.body.references, [first.id, second.id]);
      await Promise.all([first, second].map(({ id }) => untilStatus(house, id, 'completed')));
      const numbers = await Promise.all([first, second].map(async ({ id }) =>
        Number((await salesOrders(house, id))[0].salesOrder)));
      assert.ok(numbers[0]! < numbers[1]!, `sales orders ${numbers.join(', ')}`);
      assert.equal((await readOrder(house, other.id)).status, 'received');
      assert.deepEqual(await salesOrders(house, other.id), []);

      await change({ paused: false });
      await untilStatus(house, other.id, 'completed');
      const log = (await ops().get('/platform/v1/audit?limit=200')).body.entries as Json[];
      for (const action of ['changeQueue', 'replayQueue']) {
        const entry = log.find((one) => one.action === action);
        assert.ok(entry?.actor === 'ops-demo' && entry.reason, `${action} is not on the audit log`);
      }
    });

  it('cannot be steered by somebody who may only look, nor with a zone that is none', async () => {
    const reply = await house.as('storefront-demo').send('PATCH', QUEUE, { body: { paused: true, reason: 'no' } });
    assert.equal(reply.status, 403);
    const cutOffs = [{ locationId: 'WH-EU', time: '17:00', timeZone: 'Nowhere/City', days: ['1'] }];
    const wrong = await ops().send('PATCH', QUEUE, { body: { cutOffs, reason: 'no' } });
    assert.equal(wrong.status, 422, JSON.stringify(wrong.body));
    assert.equal(wrong.body.errors[0].pointer, '#/cutOffs/0/timeZone');
  });
});

describe('while the ERP is down', () => {
  it('operations hear which orders wait and which cut-off is in danger, and when it is over', async () => {
    // The carrier leaves within two minutes of now, and one order a minute is too slow for three.
    const at = new Date(Date.now() + 2 * 60_000).toISOString().slice(11, 16);
    const days = ['1', '2', '3', '4', '5', '6', '7'];
    const { cutOffs } = await change({
      alertAfterSeconds: 0, drainPerMinute: SLOW,
      cutOffs: ['WH-EU', 'WH-EAST', 'WH-WEST'].map((locationId) => ({ locationId, time: at, timeZone: 'UTC', days })),
    });
    assert.equal(cutOffs.length, 3);
    await house.faults('sap', { down: 'unavailable' });
    const orders: Json[] = [];
    for (const customerId of ['CUS-0021', 'CUS-0022', 'CUS-0023', 'CUS-0024']) {
      orders.push(await place(house, goodOrder({ customer: { customerId } })));
    }
    const ids = orders.map(({ id }) => id);
    await untilWaiting(ids);
    const down = await until('the queue knows that SAP is down', async () => {
      const now = await queue();
      return now.state === 'down' && now;
    });
    assert.ok(down.downSince && down.reason && down.nextProbeAt, JSON.stringify(down));
    const [alert] = await until('operations are alerted of a cut-off', async () => {
      const told = await alerts('backbone.degraded.v1');
      const found = told.filter(({ data }) => data.forecast.some(({ missed }: Json) => missed > 0));
      return found.length > 0 && found;
    });
    assert.equal(alert!.data.vendor, 'sap');
    assert.ok(alert!.data.orders.some((id: string) => ids.includes(id)), JSON.stringify(alert));

    await change({ drainPerMinute: 6_000 });
    await house.faults('sap');
    await Promise.all(ids.map((id) => untilStatus(house, id, 'completed')));
    const over = await until('operations hear that it is over', async () =>
      (await alerts('backbone.recovered.v1')).at(-1));
    assert.ok(over.data.seconds >= 0 && over.time > alert!.time, JSON.stringify(over));
    assert.equal((await queue()).state, 'open');
    for (const id of ids) assert.equal((await salesOrders(house, id)).length, 1);
  });
});
