// Returns while the payment provider misbehaves: refunds that fail late, messages doubled and out of order. Whatever
// comes, no order is refunded above what was captured and none twice, and the common checker finds nothing.
import type { Consumer, HouseProcesses, Json } from '#testing';
import { complaints, type Verdict } from '../checker.js';
import { comeToRest } from '../evidence.js';
import { faultsApplied, play, type Scenario } from '../stage.js';
import { accepted } from '../traffic.js';

const BUYERS = 8;
const REST_MS = 120_000;
const ABREAST = 8;
/** Sums of decimals as numbers. */
const ROUNDING = 1e-6;
const FAULTS = { refundFailsLate: 0.4, duplicate: 0.4, reorder: 0.3 };

const lateRefunds: Scenario = {
  id: 'late-refunds', title: 'refunds that fail late, doubled and out of order',
  fault: '2,000 orders, most of them sent back, some in two returns; 40 % of the refunds fail late, 40 % of the '
    + 'messages come twice, 30 % out of order',
  play: (stage) => {
    const orders = stage.sized(2_000, 16);
    let returned = 0;
    return play(stage, {
      orders, buyers: BUYERS, restMs: REST_MS,
      attack: async (scene) => {
        const { house } = scene;
        await scene.until(1);
        await comeToRest(house, REST_MS);
        await house.faults('stripe', FAULTS);
        const rows = await house.storage.database.query<{ id: string }>('select id from orders."order" order by id');
        returned = await returnSome(house.as('internal-demo'), rows.map(({ id }) => id), stage.random);
        scene.struck('returns taken', returned);
        await comeToRest(house, REST_MS);
        // What was held back comes by the end; the rest after it shows that nothing of it starts anything anew.
        await faultsApplied(scene, 'stripe');
        await house.faults('stripe');
      },
      end: async ({ house, attempts }) => [
        ...(returned >= orders / 2 ? [] : [`only ${returned} returns were taken`]),
        ...complaints([await judgeMoney(house, accepted(attempts).map(({ reply }) => String(reply.body.id)))]),
      ],
    });
  },
};

/** Sends back a part of each order, some of them twice in two returns. */
async function returnSome(till: Consumer, orderIds: readonly string[], random: () => number): Promise<number> {
  let returned = 0;
  const plans = orderIds.flatMap((orderId) => (random() < 0.5 ? [orderId, orderId] : [orderId]));
  for (let from = 0; from < plans.length; from += ABREAST) {
    const wave = plans.slice(from, from + ABREAST);
    const done = await Promise.all(wave.map((orderId, index) => sendBack(till, orderId, `${from + index}`)));
    returned += done.filter(Boolean).length;
  }
  return returned;
}

async function sendBack(consumer: Consumer, orderId: string, key: string): Promise<boolean> {
  const order = (await consumer.get(`/process/orders/v1/orders/${orderId}`)).body;
  const line: Json = order.lines[Number(key) % order.lines.length];
  const wish = { orderId, method: 'mail', lines: [{ lineId: line.lineId, quantity: 1, reason: 'unwanted' }] };
  const preview = await consumer.post('/process/returns/v1/previews', wish);
  if (preview.status !== 200 || preview.body.eligible !== true) return false;
  const { previewHash } = preview.body;
  const made = await consumer.insist('/process/returns/v1/returns', { ...wish, previewHash }, `chaos-return-${key}`);
  return made.status === 201;
}

/** By finance's own books, which the returns' tables know nothing of. */
async function judgeMoney(house: HouseProcesses, orderIds: readonly string[]): Promise<Verdict> {
  const finance = house.as('internal-demo');
  const books = await Promise.all(orderIds.map(async (orderId) =>
    (await finance.get(`/system/finance/v1/money/${orderId}`)).body));
  return {
    name: 'refunds-within-captured',
    statement: 'No order gives back more than was captured, in money and store credit together, nothing stays owed.',
    examined: books.length,
    offenders: books.flatMap(({ orderId, captured, refunded, storeCredit, payable, inDoubt }: Json) => {
      const given = Number(refunded.amount) + Number(storeCredit.amount);
      return [
        ...(given > Number(captured.amount) + ROUNDING ? [`${orderId}: ${given} given of ${captured.amount}`] : []),
        ...(Number(payable.amount) === 0 ? [] : [`${orderId}: ${payable.amount} still owed`]),
        ...(inDoubt ? [`${orderId}: a refund is in doubt`] : []),
      ];
    }),
  };
}

export const returnScenarios: readonly Scenario[] = [lateRefunds];
