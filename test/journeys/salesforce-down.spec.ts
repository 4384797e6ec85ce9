// Salesforce is down: known customers order as ever, unknown ones are taken on hold and released by themselves when it
// is back, and what Salesforce missed reaches it in the end.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { HouseProcesses, type Json } from '#testing';
import { goodOrder, place, readOrder, until, untilStatus } from './story.js';

let house: HouseProcesses;

before(async () => { house = await HouseProcesses.start(); });
after(() => house.close());

const of = (customerId: string): Json => goodOrder({ customer: { customerId } });

it('an unknown customer is taken on hold, a known one is not; both complete and are told when it is back', async () => {
  await untilStatus(house, (await place(house, of('CUS-0010'))).id, 'completed');
  await house.faults('salesforce', { down: true });
  const known = await place(house, of('CUS-0010'));
  const unknown = await place(house, of('CUS-0011'), 202);
  assert.equal(unknown.status, 'onHold');
  assert.ok(unknown.holdReason);
  await untilStatus(house, known.id, 'completed');
  assert.equal((await readOrder(house, unknown.id)).status, 'onHold');
  await house.faults('salesforce');
  await untilStatus(house, unknown.id, 'completed');
  await until('Salesforce has both orders as completed', async () => {
    const { records: { Order: shown } } = await house.vendor('salesforce', 'Order');
    const completed = shown.filter((record: Json) => record.Throughline_Status__c === 'completed')
      .map((record: Json) => record.Throughline_Id__c);
    return [known, unknown].every(({ id }) => completed.includes(id));
  });
});
