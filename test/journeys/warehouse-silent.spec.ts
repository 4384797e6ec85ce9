// The warehouse says nothing: every channel goes on answering, and says since when it has not heard and when it asks
// again, until the warehouse is back.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { HouseProcesses, type Json } from '#testing';
import { eventsWhere, place, readOrder, until, untilStatus } from './story.js';

let house: HouseProcesses;

before(async () => {
  house = await HouseProcesses.start();
  await house.control('PUT', 'wms/behaviour', { stepDelayMs: 50 });
});
after(() => house.close());

const ageOf = ({ freshness }: Json): Json | undefined => freshness.find(({ source }: Json) => source === 'wms');
const ask = async (query: string): Promise<Json> => {
  const { body } = await house.as('storefront-demo').post('/storefront/graphql', { query });
  assert.equal(body.errors, undefined, JSON.stringify(body));
  return body.data;
};

describe('while the warehouse says nothing', () => {
  it('orders say so in REST, GraphQL and Salesforce, and no more when it is back', async () => {
    await house.faults('wms', { down: true });
    const { id } = await place(house);
    const age = await until('the order says that the warehouse is silent', async () =>
      ageOf(await readOrder(house, id)));
    assert.equal(age.stale, true);
    assert.ok(age.reason && age.nextCheckAt > age.asOf, JSON.stringify(age));
    const { order } = await ask(`{ order(id: "${id}") { freshness { source stale asOf nextCheckAt } } }`);
    assert.equal(ageOf(order)?.stale, true, JSON.stringify(order));
    const later = await house.as('storefront-demo').get(`/storefront/v2/orders/${id}`);
    assert.equal(ageOf(later.body)?.stale, true, JSON.stringify(later.body));
    const agent = await house.as('salesforce-demo').get(`/salesforce/v1/orders/${id}`);
    const told = agent.body.freshness.find((entry: Json) => Object.values(entry).includes('wms'));
    assert.equal(told?.stale, true, JSON.stringify(agent.body));
    const events = await eventsWhere(house, 'types=backbone.degraded.v1');
    assert.ok(events.some(({ data }: Json) => data.vendor === 'wms' && data.orders.includes(id)));

    await house.faults('wms');
    await untilStatus(house, id, 'completed');
    const other = await place(house);
    await until('a new order says nothing of it', async () => !ageOf(await readOrder(house, other.id)));
  });
});
