// Returns while the payment provider misbehaves: refunds that fail late, messages doubled and out of order. Whatever
// comes, no order is refunded above what was captured and none twice, and the common checker finds nothing.
import { HouseProcesses, type Consumer, type Json } from '#testing';
import { check, type Verdict } from './checker.js';
import { comeToRest, gather } from './evidence.js';
import { accepted, newOrder, placeAll, seeded } from './traffic.js';

export interface ReturnsPlan {
  readonly orders: number;
  readonly buyers: number;
  readonly seed: number;
  readonly restMs: number;
}

export interface ReturnsReport {
  readonly accepted: number;
  readonly returned: number;
  readonly verdicts: readonly Verdict[];
}

const WAREHOUSE_STEP_MS = 50;
const ABREAST = 8;
/** Sums of decimals as numbers. */
const ROUNDING = 1e-6;
const FAULTS = { refundFailsLate: 0.4, duplicate: 0.4, reorder: 0.3 };

export async function chaosOfReturns(plan: ReturnsPlan, say: (text: string) => void): Promise<ReturnsReport> {
  const random = seeded(plan.seed);
  const house = await HouseProcesses.start();
  try {
    await house.control('PUT', 'wms/behaviour', { stepDelayMs: WAREHOUSE_STEP_MS });
    const orders = Array.from({ length: plan.orders }, () => newOrder(random));
    const attempts = await placeAll(house.as('storefront-demo'), orders, plan.buyers, `returns-${plan.seed}`);
    await comeToRest(house, plan.restMs);
    say(`${accepted(attempts).length} orders complete`);
    await house.faults('stripe', FAULTS);
    const ids = accepted(attempts).map(({ reply }) => String(reply.body.id));
    const returned = await returnSome(house.as('internal-demo'), ids, random);
    await comeToRest(house, plan.restMs);
    await house.faults('stripe');
    // What was held back has come by now; a second rest shows that nothing of it starts anything anew.
    await comeToRest(house, plan.restMs);
    const verdicts = [...await check(await gather(house, attempts)), await judgeMoney(house, ids)];
    return { accepted: accepted(attempts).length, returned, verdicts };
  } finally {
    await house.close();
  }
}

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
