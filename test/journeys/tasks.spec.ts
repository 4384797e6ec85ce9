// What cannot go on becomes a person's task: grouped by cause, retried as a group, corrected, escalated to a Salesforce
// case once, also when Salesforce is down, and never dropped: an undo that keeps failing least of all.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { HouseProcesses, type Json } from '#testing';
import { changePolicy, placeAllowing, placeRejected, processOrder } from './exception-story.js';
import { eventsWhere, newKey, readJourney, until, untilStatus } from './story.js';

const TASKS = '/platform/v1/tasks';

let house: HouseProcesses;
before(async () => {
  house = await HouseProcesses.start();
  await house.control('PUT', 'wms/behaviour', { stepDelayMs: 50 });
});
afterEach(async () => {
  for (const vendor of ['sap', 'wms', 'salesforce', 'stripe']) await house.faults(vendor);
});
after(() => house.close());

const ops = () => house.as('ops-demo');
const taskOf = (id: string): Promise<Json> => until(`a task of ${id} is open`, async () =>
  (await ops().get(`${TASKS}?subject=${id}`)).body.tasks[0]);
const decide = async (taskId: string, decision: Json): Promise<Json> => {
  const reply = await ops().post(`${TASKS}/${taskId}/decision`, decision, newKey());
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return reply.body;
};
const eventsOf = async (id: string): Promise<string[]> =>
  (await eventsWhere(house, `subject=${id}`)).map(({ type }) => type);
const casesOf = async (id: string): Promise<Json[]> => {
  const { records } = await house.vendor('salesforce', 'Case');
  return records.Case.filter((record: Json) => JSON.stringify(record).includes(id));
};

describe('units that no location has, by a policy that asks people', () => {
  const sku = 'SKU-0420';
  it('are one group of tasks, retried in one call with an outcome each', async () => {
    await changePolicy(house, 'exceptions', (rules) => (rules.remainder = ['task']));
    const orders = await placeRejected(house, sku, 2);
    const tasks = await Promise.all(orders.map(({ id }) => taskOf(id)));
    await house.control('PUT', 'wms/behaviour', { stepDelayMs: 50 });
    assert.deepEqual(tasks[0].actions, ['retry', 'split', 'substitute', 'cancel', 'escalate']);
    const { body: { groups } } = await ops().get('/platform/v1/task-groups');
    const group = groups.find(({ groupId }: Json) => groupId === tasks[0].groupId);
    assert.deepEqual([group.count, tasks[1].groupId], [2, group.groupId]);
    const [position] = await house.storage.database.query<{ id: string }>(
      `select sku as id from inventory.position where sku = $1 and location_id = 'WH-EAST'`, [sku]);
    assert.ok(position);
    await house.as('internal-demo').post('/system/inventory/v1/adjustments',
      { fact: newKey(), sku, locationId: 'WH-EAST', reason: 'receipt', quantity: 2 }, newKey());
    const reply = await ops().post(`/platform/v1/task-groups/${group.groupId}/decision`,
      { action: 'retry', note: 'goods have come' }, newKey());
    assert.deepEqual([reply.body.decided, reply.body.refused, reply.body.outcomes.length], [2, 0, 2]);
    for (const { id } of orders) await untilStatus(house, id, 'completed');
    const events = await eventsOf(orders[0]!.id);
    assert.ok(events.includes('exception.raised.v1') && events.includes('exception.resolved.v1'), events.join());
    await changePolicy(house, 'exceptions', (rules) => (rules.remainder = ['substitute', 'backorder', 'cancel']));
  });
});

describe('a task past due', () => {
  it('becomes a case once, also when Salesforce comes back later, and is resolved with the task', async () => {
    await changePolicy(house, 'exceptions', (rules) => {
      rules.remainder = ['task'];
      rules.tasks.dueSeconds = 0;
    });
    await house.faults('salesforce', { down: 'unavailable' });
    const [{ id }] = await placeRejected(house, 'SKU-0421') as [Json];
    const task = await taskOf(id);
    await house.faults('salesforce');
    const escalated = await until('it is escalated', async () => {
      const { body } = await ops().get(`${TASKS}/${task.id}`);
      return body.escalatedAt && body;
    });
    await until('Salesforce has the case', async () => (await casesOf(task.id)).length === 1, 60_000);
    assert.ok(escalated.caseId && !escalated.actions.includes('escalate'));
    await decide(task.id, { action: 'cancel', note: 'nothing to be had' });
    await untilStatus(house, id, 'cancelled');
    await until('the case is resolved', async () => (await eventsOf(id)).includes('case.resolved.v1'));
    assert.equal((await eventsOf(id)).filter((type) => type === 'case.escalated.v1').length, 1);
    assert.equal((await casesOf(task.id)).length, 1);
    await house.control('PUT', 'wms/behaviour', { stepDelayMs: 50 });
    await changePolicy(house, 'exceptions', (rules) => {
      rules.remainder = ['substitute', 'backorder', 'cancel'];
      rules.tasks.dueSeconds = 14_400;
    });
  });
});

describe('an undo that keeps failing', () => {
  it('is a task that names it and is done when the vendor is well again: nothing is dropped', async () => {
    await house.faults('wms', { down: 'unavailable' });
    const { id } = await placeAllowing(house, { lines: [{ sku: 'SKU-0422', quantity: 1 }] });
    await until('the ERP has it', async () => (await readJourney(house, id)).entries
      .some(({ name, outcome }: Json) => name === 'create ERP sales order' && outcome === 'done'));
    // Refusals without an end, not an outage: an outage alone is waited out and is no person's business.
    await house.storage.database.query(
      'alter table orders.payment add constraint story check (voided_at is null) not valid');
    await house.as('internal-demo').post(`/process/orders/v1/orders/${id}/cancel`,
      { reason: 'customerRequest' }, newKey());
    await house.faults('wms');
    const task = await taskOf(id);
    assert.match(task.reason, /Undo of step "authorise payment"/);
    assert.deepEqual(task.actions, ['retry', 'skip', 'escalate']);
    assert.notEqual((await processOrder(house, id)).status, 'cancelled');
    await house.storage.database.query('alter table orders.payment drop constraint story');
    await decide(task.id, { action: 'retry', note: 'mended' });
    await untilStatus(house, id, 'cancelled');
    assert.equal((await processOrder(house, id)).axes.payment, 'voided');
  });
});
