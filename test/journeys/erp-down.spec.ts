// SAP is down, slow or forgetful: customers notice nothing, orders queue and say why, and when it is back each order is
// one sales order, in the order in which they were placed.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { HouseProcesses, type Json } from '#testing';
import { goodOrder, place, readJourney, readOrder, salesOrders, until, untilStatus } from './story.js';

const QUEUED = 12;
/** Pause between two steps of the sandbox warehouse. */
const STEP_MS = 50;

let house: HouseProcesses;

before(async () => {
  house = await HouseProcesses.start();
  await house.control('PUT', 'wms/behaviour', { stepDelayMs: STEP_MS });
});
afterEach(() => house.faults('sap'));
after(() => house.close());

const untilWaiting = (orderId: string): Promise<Json> => until(`the journey of ${orderId} says that SAP is waited for`,
  async () => {
    const journey = await readJourney(house, orderId);
    const waits = journey.entries.some(({ system, outcome, reason }: Json) =>
      system === 'sap' && ['unavailable', 'uncertain'].includes(outcome) && reason !== undefined);
    return waits && journey;
  });

describe('while SAP is down', () => {
  for (const down of [true, 'unavailable']) {
    it(`(${down === true ? 'connections break' : 'maintenance'}) orders queue, and are drained one sales order each`,
      async () => {
        await house.faults('sap', { down });
        const orders: Json[] = [];
        for (let count = 0; count < QUEUED; count += 1) orders.push(await place(house));
        const journey = await untilWaiting(orders[0].id);
        assert.equal((await readOrder(house, orders[0].id)).status, 'received');
        assert.ok(['waiting', 'running'].includes(journey.runState));
        await house.faults('sap');
        for (const { id } of orders) {
          await untilStatus(house, id, 'completed');
          const found = await salesOrders(house, id);
          assert.equal(found.length, 1, `${found.length} sales orders of ${id}`);
        }
      });
  }

  it('an order that was placed earlier is not overtaken by one of the same customer', async () => {
    await house.faults('sap', { down: 'unavailable' });
    const customer = { customerId: 'CUS-0007' };
    const first = await place(house, goodOrder({ customer }));
    await untilWaiting(first.id);
    const second = await place(house, goodOrder({ customer }));
    await untilWaiting(second.id);
    await house.faults('sap');
    await Promise.all([first, second].map(({ id }) => untilStatus(house, id, 'completed')));
    const numbers = await Promise.all([first, second].map(async ({ id }) =>
      Number((await salesOrders(house, id))[0].salesOrder)));
    assert.ok(numbers[0]! < numbers[1]!, `sales orders ${numbers.join(', ')}`);
  });
});

describe('when SAP writes and does not answer', () => {
  it('the sales order is looked up instead of written twice', async () => {
    await house.faults('sap', { timeoutAfterSuccess: 1 });
    const { id } = await place(house);
    await until('SAP has the order and our journey does not know it', async () => {
      const { entries } = await readJourney(house, id);
      return entries.some(({ system, outcome }: Json) => system === 'sap' && outcome === 'uncertain');
    });
    await house.faults('sap');
    await untilStatus(house, id, 'completed');
    assert.equal((await salesOrders(house, id)).length, 1);
    const { entries } = await readJourney(house, id);
    const found = entries.filter(({ system, outcome }: Json) => system === 'sap' && outcome === 'applied');
    assert.equal(found.length, 1);
    assert.equal(found[0].detail.found, true);
  });
});
