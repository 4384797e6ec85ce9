// Customer service, end to end with a real Salesforce client: exceptions and returns make cases, what an agent does
// to a case comes back and decides, nothing echoes, one parent never locks out its children, and an outage only delays.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import jsforce, { type Connection } from 'jsforce';
import { HouseProcesses, type Json } from '#testing';
import { changePolicy, placeAllowing, placeRejected } from './exception-story.js';
import { newKey, readJourney, until, untilStatus } from './story.js';

const TASKS = '/platform/v1/tasks';
const SERVICE = '/process/service/v1';
const CRM = '/system/crm/v1';
const WRITES_OF_ONE_PARENT = 300;

let house: HouseProcesses;
let agent: Connection;

before(async () => {
  house = await HouseProcesses.start();
  await house.control('PUT', 'wms/behaviour', { stepDelayMs: 50 });
  await changePolicy(house, 'exceptions', (rules) => {
    rules.remainder = ['task'];
    rules.tasks.dueSeconds = 0;
  });
  const { url } = house.sandbox;
  agent = new jsforce.Connection({
    oauth2: { clientId: 'throughline', clientSecret: 'throughline-secret', loginUrl: url }, instanceUrl: url,
    version: '64.0',
  });
  await agent.authorize({ grant_type: 'client_credentials' });
});
afterEach(() => house.faults('salesforce'));
after(() => house.close());

const ops = () => house.as('ops-demo');
const records = async (name: string): Promise<Json[]> => (await house.vendor('salesforce', name)).records[name];
const recordOf = async (name: string, id: string): Promise<Json | undefined> =>
  (await records(name)).find(({ Throughline_Id__c }: Json) => Throughline_Id__c === id);
const readCase = async (caseId: string): Promise<Json> => (await ops().get(`${SERVICE}/cases/${caseId}`)).body;

/** An order whose units no location has, so that a person must decide at once, and the case that this becomes. */
async function escalated(sku: string): Promise<{ order: Json; task: Json; record: Json }> {
  const [order] = await placeRejected(house, sku);
  const task = await until('the task is escalated', async () => {
    const { body } = await ops().get(`${TASKS}?subject=${order.id}`);
    return body.tasks[0]?.caseId !== undefined && body.tasks[0];
  });
  const record = await until('Salesforce has the case', () => recordOf('Case', task.caseId));
  await house.control('PUT', 'wms/behaviour', { stepDelayMs: 50 });
  return { order, task, record };
}

/** Change events of a case by their origin: what we wrote, and what the agent wrote. */
async function writesOf(recordId: string): Promise<{ ours: number; theirs: number }> {
  const headers = (await records('ChangeEvent')).map(({ payload }: Json) => payload.ChangeEventHeader)
    .filter(({ recordIds }: Json) => recordIds.includes(recordId));
  const ours = headers.filter(({ changeOrigin }: Json) => changeOrigin.includes('client=Throughline')).length;
  return { ours, theirs: headers.length - ours };
}

describe('an exception that nobody has decided in time', { timeout: 180_000 }, () => {
  it('is a case; what the agent decides there decides the task, and nothing echoes', async () => {
    const { order, task, record } = await escalated('SKU-0430');
    assert.deepEqual([record.Status, record.Priority, record.Throughline_Origin__c],
      ['Escalated', 'High', 'throughline']);
    await agent.sobject('Case').update({
      Id: record.Id, Status: 'Working', Priority: 'Low', Throughline_Agent_Comment__c: 'I have asked the customer.',
    });
    await until('the comment has come back', async () =>
      (await readCase(task.caseId)).notes.some(({ text }: Json) => text === 'I have asked the customer.'));
    await agent.sobject('Case').update({ Id: record.Id, Throughline_Decision__c: 'cancel', Status: 'Closed' });
    const decided = await until('the task is decided', async () => {
      const { body } = await ops().get(`${TASKS}/${task.id}`);
      return body.state === 'decided' && body;
    });
    assert.equal(decided.decision, 'cancel');
    await untilStatus(house, order.id, 'cancelled');
    const told = await until('the case is resolved and told', async () => {
      const found = await readCase(task.caseId);
      return found.state === 'resolved' && !found.freshness.stale && found;
    });
    assert.deepEqual([told.agentStatus, told.priority], ['Closed', 'low']);
    const shown = (await recordOf('Case', task.caseId))!;
    assert.deepEqual([shown.Status, shown.Priority], ['Closed', 'Low'], 'what the agent has set stays');
    const writes = await writesOf(record.Id);
    assert.equal(writes.theirs, 2);
    // It came into being and it was resolved; nothing was written because of what the agent wrote.
    assert.equal(writes.ours, 2);
    await until('a round trip that brings an echo would have come by now', async () =>
      (await readJourney(house, order.id)).entries.some(({ name }: Json) => name === 'resolveCase'));
    assert.deepEqual(await writesOf(record.Id), writes);
    const steps = (await readJourney(house, order.id)).entries.filter(({ name }: Json) => name === 'changeCase');
    assert.deepEqual(steps.map(({ outcome }: Json) => outcome), ['noted', 'cancel']);
  });

  it('is given back when it is closed with a decision that is not possible', async () => {
    const { task, record } = await escalated('SKU-0431');
    await agent.sobject('Case').update({ Id: record.Id, Throughline_Decision__c: 'refund', Status: 'Closed' });
    const back = await until('it is open again', async () => {
      const shown = await recordOf('Case', task.caseId);
      return shown?.Status === 'Escalated' && String(shown.Throughline_Summary__c).includes('not possible') && shown;
    });
    assert.match(back.Throughline_Summary__c, /Choose one of retry, split, substitute, cancel/);
    assert.equal((await ops().get(`${TASKS}/${task.id}`)).body.state, 'open');
    await agent.sobject('Case').update({ Id: record.Id, Throughline_Decision__c: 'cancel' });
    await until('the task is decided', async () => (await ops().get(`${TASKS}/${task.id}`)).body.state === 'decided');
    await until('we close the case', async () => (await recordOf('Case', task.caseId))?.Status === 'Closed');
  });

  it('waits while Salesforce is down and says so; what agents do right after is heard', async () => {
    await house.faults('salesforce', { down: 'unavailable' });
    const [order] = await placeRejected(house, 'SKU-0432');
    const waiting = await until('the case waits', async () => {
      const { body } = await ops().get(`${SERVICE}/cases?orderId=${order.id}`);
      return body.cases[0]?.freshness.stale && body.cases[0];
    });
    assert.equal(waiting.state, 'escalated');
    const view = (await ops().get(`${SERVICE}/orders/${order.id}/case-view`)).body;
    assert.ok(view.freshness.some(({ source, stale }: Json) => source === 'salesforce' && stale));
    assert.match(view.summary, /Waits for /);
    await house.faults('salesforce');
    const record = await until('Salesforce has the case', () => recordOf('Case', waiting.id), 60_000);
    await agent.sobject('Case').update({ Id: record.Id, Throughline_Decision__c: 'cancel' });
    await untilStatus(house, order.id, 'cancelled');
    await until('the order\'s one rolling summary says what was decided', async () =>
      String((await recordOf('Order', order.id))?.Throughline_Summary__c).includes('Decided by'), 60_000);
    await house.control('PUT', 'wms/behaviour', { stepDelayMs: 50 });
  });
});

describe('many writes of one parent', { timeout: 120_000 }, () => {
  it('never meet a lock of their own making', async () => {
    const order = await placeAllowing(house, { lines: [{ sku: 'SKU-0001', quantity: 1 }] });
    await until('Salesforce has the order', () => recordOf('Order', order.id));
    await house.faults('salesforce', { lockHoldMs: 40 });
    const internal = house.as('internal-demo');
    const outcomes = await Promise.all(Array.from({ length: WRITES_OF_ONE_PARENT }, async (_, index) => {
      const notes = index % 3 === 0;
      return notes
        ? internal.send('PUT', `${CRM}/orders/${order.id}/notes`,
          { body: { notes: `note ${index}`, version: index + 1 } })
        : internal.send('PUT', `${CRM}/cases`, { body: {
          id: `cas_story${index}`, subject: order.id, state: 'open', reason: `story ${index}`, version: 1,
        } });
    }));
    const answers = new Set(outcomes.map(({ status, body }) => `${status} ${body.outcome}`));
    assert.deepEqual([...answers], ['200 applied']);
    const stories = (await records('Case')).filter(({ Subject }: Json) => String(Subject).startsWith('story '));
    assert.equal(stories.length, WRITES_OF_ONE_PARENT - WRITES_OF_ONE_PARENT / 3);
    assert.match((await recordOf('Order', order.id))!.Throughline_Summary__c, /note 29\d/);
    const { faultsApplied = {} } = await house.vendor('salesforce', 'User');
    assert.equal(faultsApplied.rowLock ?? 0, 0);
  });
});

describe('a return', { timeout: 180_000 }, () => {
  it('has one case from its request on, on one view with the order, for agents in Salesforce too', async () => {
    const order = await placeAllowing(house,
      { customer: { customerId: 'CUS-0033' }, lines: [{ sku: 'SKU-0001', quantity: 1 }] });
    await untilStatus(house, order.id, 'completed');
    const salesforce = house.as('salesforce-demo');
    const wish = { method: 'store', items: [{ lineId: '1', quantity: 1, reason: 'unwanted' }] };
    const preview = (await salesforce.post(`/salesforce/v1/orders/${order.id}/return-previews`, wish, newKey())).body;
    const asked = await salesforce.post(`/salesforce/v1/orders/${order.id}/returns`,
      { ...wish, previewHash: preview.previewHash }, newKey());
    assert.equal(asked.status, 201, JSON.stringify(asked.body));
    const { returnId } = asked.body;
    const record = await until('Salesforce has the return\'s case', async () =>
      (await records('Case')).find(({ Subject }: Json) => Subject === `Return ${asked.body.returnNumber}`));
    assert.equal(record.Type, 'Return');
    assert.equal((await records('Case')).filter(({ Subject }: Json) => Subject === record.Subject).length, 1);
    const view = (await salesforce.get(`/salesforce/v1/orders/${order.id}/service-view`)).body;
    assert.deepEqual(view.returns.map((one: Json) => one.returnId), [returnId]);
    assert.equal(view.serviceCases[0].subjectId, returnId);
    assert.ok(view.orderStatus.shipments.length > 0 && view.freshness.length > 0);
    const profile = (await salesforce.get('/salesforce/v1/customers/CUS-0033/profile')).body;
    const field = (name: string): Json => profile.profileFields.find(({ fieldName }: Json) => fieldName === name);
    assert.deepEqual([field('name').sourceSystem, field('openReturns').sourceSystem, field('openReturns').fieldValue],
      ['salesforce', 'throughline', '1']);
    assert.equal(profile.openCases.length, 1);
    await until('the order\'s summary names the return', async () =>
      String((await recordOf('Order', order.id))?.Throughline_Summary__c).includes(asked.body.returnNumber));
  });
});
