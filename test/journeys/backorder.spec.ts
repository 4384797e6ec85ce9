// What is short is waited for when supply is announced and the customer agrees: promised, promised again when supply
// moves, given out first come first served when it arrives, never oversold, and cancelled when it does not arrive. Or
// the customer takes a substitute, never dearer, asked once, with a time-out and a default.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { HouseProcesses, type Json } from '#testing';
import {
  adjust, changePolicy, exceptionsOf, invariantsHold, leaveStock, mailsTo, placeAllowing, processOrder,
} from './exception-story.js';
import { newKey, until, untilStatus } from './story.js';

const DAY_MS = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();
const PROCESS = '/process/orders/v1';

let house: HouseProcesses;
before(async () => {
  house = await HouseProcesses.start();
  await house.control('PUT', 'wms/behaviour', { stepDelayMs: 50 });
});
after(() => house.close());

async function expectSupply(sku: string, quantity: number, days: number): Promise<void> {
  const reply = await house.as('internal-demo').send('PUT', `/system/inventory/v1/supply/PO-${sku}`,
    { body: { kind: 'purchase', sku, locationId: 'WH-EU', quantity, expectedAt: inDays(days) } });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
}

const messagesOf = async (id: string): Promise<string[]> =>
  (await exceptionsOf(house, id)).messages.map(({ exception }: Json) => exception).sort();
const waitingLine = (sku: string, quantity = 1) => ({ lines: [{ sku, quantity, allowBackorder: true }] });

describe('units that are short', () => {
  it('are refused without supply or without the customer\'s word, else waited for and promised', async () => {
    const sku = 'SKU-0410';
    await leaveStock(house, sku);
    await placeAllowing(house, waitingLine(sku), 409);
    await expectSupply(sku, 3, 5);
    await placeAllowing(house, { lines: [{ sku, quantity: 1 }] }, 409);
    const first = await placeAllowing(house, waitingLine(sku));
    assert.equal(first.lines[0].counters.backordered, 1);
    assert.equal(first.promisedAt.slice(0, 10), inDays(9).slice(0, 10));
    await until('the first waits', async () => (await exceptionsOf(house, first.id)).backorders.length === 1);
    const second = await placeAllowing(house, waitingLine(sku, 2));
    await until('both wait', async () => (await exceptionsOf(house, second.id)).backorders.length === 1);
    await expectSupply(sku, 3, 12);
    await until('it is promised again', async () =>
      (await processOrder(house, first.id)).promisedAt.slice(0, 10) === inDays(16).slice(0, 10));
    await until('the customer is told once of each', async () =>
      (await messagesOf(first.id)).join() === 'backordered,repromised');
    await adjust(house, sku, 'WH-EU', 'receipt', 1);
    await untilStatus(house, first.id, 'completed');
    assert.equal((await processOrder(house, second.id)).lines[0].counters.backordered, 2);
    await adjust(house, sku, 'WH-EU', 'receipt', 2);
    await untilStatus(house, second.id, 'completed');
    const [mail] = await mailsTo(house, first.customer.email);
    assert.match(mail.subject, new RegExp(first.orderNumber));
    await invariantsHold(house);
  });

  it('are cancelled when their time is up, and the rest of the order is sent', async () => {
    const sku = 'SKU-0411';
    await leaveStock(house, sku);
    await expectSupply(sku, 9, 5);
    await changePolicy(house, 'exceptions', ({ backorder }) => (backorder.cancelAfterSeconds = 1));
    const { id } = await placeAllowing(house,
      { lines: [{ sku, quantity: 1, allowBackorder: true }, { sku: 'SKU-0001', quantity: 1 }] });
    await until('it waits', async () => (await exceptionsOf(house, id)).backorders.length === 1);
    await changePolicy(house, 'exceptions', ({ backorder }) => (backorder.cancelAfterSeconds = 3_600));
    await untilStatus(house, id, 'completed');
    const { lines } = await processOrder(house, id);
    assert.deepEqual(lines.map(({ counters }: Json) => [counters.shipped, counters.cancelled]), [[0, 1], [1, 0]]);
    assert.ok((await messagesOf(id)).includes('backorderCancelled'));
    await invariantsHold(house);
  });

  it('go with the order when the customer cancels it while they wait', async () => {
    const sku = 'SKU-0411';
    const { id } = await placeAllowing(house, waitingLine(sku));
    await until('they wait', async () => (await exceptionsOf(house, id)).backorders[0]?.waiting === 1);
    const reply = await house.as('internal-demo').post(`${PROCESS}/orders/${id}/cancel`,
      { reason: 'customerRequest' }, newKey());
    assert.equal(reply.status, 202);
    await untilStatus(house, id, 'cancelled');
    assert.equal((await exceptionsOf(house, id)).backorders[0].waiting, 0);
    await invariantsHold(house);
  });
});

describe('a substitute', () => {
  const sku = 'SKU-0412';
  const other = 'SKU-0413';
  const asking = { lines: [{ sku, quantity: 1, allowSubstitution: true }] };
  const proposalOf = (id: string): Promise<Json> => until('a substitute is proposed', async () =>
    (await exceptionsOf(house, id)).substitutions[0]);
  const answer = (id: string, proposalId: string, accept: boolean) => house.as('internal-demo').post(
    `${PROCESS}/orders/${id}/substitutions/${proposalId}/answer`, { accept }, newKey());

  before(async () => {
    await leaveStock(house, sku);
    const reply = await house.as('ops-demo').send('PUT', `${PROCESS}/substitutes/${sku}`,
      { body: { substitutes: [{ sku: other }] } });
    assert.equal(reply.status, 200, JSON.stringify(reply.body));
  });

  it('is sent when the customer accepts it, never dearer; one answer counts', async () => {
    const { id, totals } = await placeAllowing(house, asking);
    const proposal = await proposalOf(id);
    assert.ok(Number(proposal.total.amount) <= Number(totals.total.amount), JSON.stringify(proposal));
    assert.equal((await answer(id, proposal.id, true)).status, 200);
    assert.equal((await answer(id, proposal.id, false)).status, 409);
    await untilStatus(house, id, 'completed');
    const order = await processOrder(house, id);
    assert.deepEqual(order.lines.map(({ sku: each, counters }: Json) => [each, counters.cancelled, counters.shipped]),
      [[sku, 1, 0], [other, 0, 1]]);
    assert.ok(Number(order.payments[0].captured.amount) <= Number(totals.total.amount));
    await invariantsHold(house);
  });

  it('that is declined, or not answered in time, ends as the policy says', async () => {
    const declined = await placeAllowing(house, asking);
    await answer(declined.id, (await proposalOf(declined.id)).id, false);
    await untilStatus(house, declined.id, 'cancelled');
    await changePolicy(house, 'exceptions', ({ substitution }) => (substitution.consentSeconds = 1));
    const silent = await placeAllowing(house, asking);
    await untilStatus(house, silent.id, 'cancelled');
    const [proposal] = (await exceptionsOf(house, silent.id)).substitutions;
    assert.deepEqual([proposal.state, proposal.answeredBy], ['declined', 'policy']);
    await changePolicy(house, 'exceptions', ({ substitution }) => (substitution.whenSilent = 'accept'));
    const agreed = await placeAllowing(house, asking);
    await untilStatus(house, agreed.id, 'completed');
    await invariantsHold(house);
  });
});
