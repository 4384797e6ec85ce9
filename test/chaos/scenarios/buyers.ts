// What buyers and webhooks do to a house without any machine failing: races for the last units, the same order many
// times, signals that come twice, too early and in the wrong order, holds that run out while they are being confirmed.
import { isDeepStrictEqual } from 'node:util';
import { derivedId } from '#contracts';
import type { HouseProcesses, Json } from '#testing';
import { goodOrder } from '../../journeys/story.js';
import { LOCATION, raceForLastUnits, receive, SKU } from '../last-units.js';
import { newOrder } from '../traffic.js';
import { faultsApplied, moment, play, type Outcome, type Scenario, type Scene, type Stage } from '../stage.js';

const REST_MS = 300_000;
const CONCURRENT = 100;
const CLIENTS = 50;

/** @param full buyers in full size, ten times the units */
async function race(stage: Stage, full: number): Promise<Outcome> {
  const buyers = stage.sized(full, 200);
  const units = Math.max(1, Math.round(buyers / 10));
  const { winners, toldLosers, others, stock, raceMs, verdicts } = await raceForLastUnits({
    buyers, units, concurrent: Math.min(CONCURRENT, buyers), restMs: REST_MS,
  });
  stage.say(`the race took ${(raceMs / 1000).toFixed(1)} s`);
  const agree = [stock.reserved, stock.ledgerReserved, stock.held].every((held) => held === units);
  return {
    counts: { buyers, units, winners, 'losers told': toldLosers },
    verdicts,
    complaints: [
      ...(winners === units ? [] : [`${winners} winners of ${units} units`]),
      ...(toldLosers === buyers - winners ? [] : [`${buyers - winners - toldLosers} losers were not told`]),
      ...(agree ? [] : [`positions, ledger and reservations disagree: ${JSON.stringify(stock)}`]),
      ...others,
    ],
  };
}

const oversell: Scenario = {
  id: 'R11', title: 'oversell race for the last units',
  fault: '5,000 buyers want 500 units over two gateways at once',
  play: (stage) => race(stage, 5_000),
};

const lostRace: Scenario = {
  id: 'orphan-order', title: 'an orphan order after a lost race',
  fault: '500 buyers want 50 units; whoever is refused has no order, no payment and no reservation anywhere',
  play: (stage) => race(stage, 500),
};

const signals: Scenario = {
  id: 'R12', title: 'webhooks doubled, reordered and too early',
  fault: '20,000 orders; every webhook of warehouse and payment comes twice, half of them late, the first within 15 ms',
  play: (stage) => play(stage, {
    orders: stage.sized(20_000), house: { gateways: 2 },
    begin: async (house) => {
      await house.control('PUT', 'wms/behaviour', { stepDelayMs: 5 });
      for (const vendor of ['wms', 'stripe']) await house.faults(vendor, { duplicate: 1, reorder: 0.5 });
    },
    attack: async (scene) => {
      await scene.until(1);
      for (const vendor of ['wms', 'stripe']) await faultsApplied(scene, vendor);
    },
    end: async ({ house }) => {
      const [deaf] = await house.storage.database.query<{ runs: number }>(`
        select count(*)::int as runs from workflow.run r where status = 'waiting' and exists (
          select from workflow.signal s where s.run_id = r.id and s.used_at is null and s.name = any (r.wait_for))`);
      return deaf!.runs === 0 ? [] : [`${deaf!.runs} runs wait although their signal is there`];
    },
  }),
};

const duplicates: Scenario = {
  id: 'R13', title: 'the same order sent by 50 clients at once, some with another body',
  fault: '20,000 requests: 400 orders, each sent 50 times under one key, every tenth time with another body',
  play: (stage) => play(stage, {
    orders: stage.sized(4_000, 20), house: { gateways: 2 },
    attack: async (scene) => {
      const keys = stage.sized(400, 4);
      for (let index = 0; index < keys; index++) await sendAtOnce(scene, index);
      scene.struck('requests under shared keys', keys * CLIENTS);
    },
  }),
};

/** One key, fifty clients: all hear of the same order, or that the key belongs to another body. */
async function sendAtOnce({ house, stage, told }: Scene, index: number): Promise<void> {
  const shop = house.as('storefront-demo');
  const [body, other] = [newOrder(stage.random), newOrder(stage.random)];
  const key = `shared-${stage.seed}-${index}`;
  const replies = await Promise.all(Array.from({ length: CLIENTS }, (_, client) => {
    const isOther = client % 10 === 9;
    return shop.insist('/storefront/v1/orders', isOther ? other : body, key).then((reply) => ({ isOther, reply }));
  }));
  const made = replies.filter(({ reply }) => reply.status === 201);
  const refused = replies.filter(({ reply }) => reply.status === 409 || reply.status === 422);
  if (made.length + refused.length !== CLIENTS) {
    throw new Error(`answers of ${key}: ${replies.map(({ reply }) => reply.status).join()}`);
  }
  // Whichever body came first has the key; the others are told so.
  if (new Set(made.map(({ isOther }) => isOther)).size > 1) throw new Error(`${key} was taken by two bodies`);
  const unlike = made.filter(({ reply }) => !isDeepStrictEqual(reply.body, made[0]!.reply.body));
  if (unlike.length > 0) throw new Error(`${unlike.length} answers under ${key} differ`);
  told.push({ key, body: made[0]!.isOther ? other : body, reply: made[0]!.reply });
}

const twoLines: Scenario = {
  id: 'two-lines-one-item', title: 'two lines on one item',
  fault: 'orders whose two lines share an item with stock for one line, or for both: they are summed before the check',
  play: (stage) => play(stage, {
    orders: stage.sized(1_000, 20),
    attack: async (scene) => {
      const { house } = scene;
      for (let round = 0; round < stage.sized(200, 4); round++) {
        await receive(house, `two-lines-${round}`, 3);
        const short = await ask(scene, [2, 2], `two-lines-short-${round}`);
        if (short.status !== 409) throw new Error(`two lines of 2 were accepted with 3 units: ${short.status}`);
        const fitting = await ask(scene, [2, 1], `two-lines-fit-${round}`);
        if (fitting.status !== 201) throw new Error(`lines of 2 and 1 were refused with 3 units: ${fitting.status}`);
      }
      scene.struck('orders with two lines on one item', 2 * stage.sized(200, 4));
    },
  }),
};

async function ask({ house, told }: Scene, quantities: number[], key: string): Promise<Json> {
  const body = goodOrder({
    customer: { name: 'Ada', email: 'ada@customer.example' },
    lines: quantities.map((quantity) => ({ sku: SKU, quantity })),
  });
  const reply = await house.as('storefront-demo').insist('/storefront/v1/orders', body, key);
  told.push({ key, body, reply });
  return reply;
}

const expiry: Scenario = {
  id: 'expiry-against-capture', title: 'a hold runs out while it is being confirmed',
  fault: '1,000 holds of one second are confirmed around their last moment, while the expiry sweeps: one of both wins',
  play: (stage) => play(stage, {
    orders: stage.sized(500, 20), house: { gateways: 2 },
    attack: async (scene) => {
      const { house } = scene;
      const holds = stage.sized(1_000, 60);
      await receive(house, 'expiry', holds);
      const ends = await Promise.all(Array.from({ length: holds }, (_, index) => hold(house, stage, index)));
      for (const end of new Set(ends)) scene.struck(`holds ${end}`, ends.filter((other) => other === end).length);
    },
    end: async ({ house }) => {
      const [row] = await house.storage.database.query<{ overdue: number; kept: number; reserved: number }>(`
        select (select count(*)::int from inventory.reservation where state = 'held' and expires_at < now()) as overdue,
          (select count(*)::int from inventory.reservation r
            join inventory.reservation_line l on l.reservation_id = r.id
            where l.sku = $1 and state = 'confirmed') as kept,
          (select sum(reserved)::int from inventory.position where sku = $1) as reserved`, [SKU]);
      const { overdue, kept, reserved } = row!;
      return [
        ...(overdue === 0 ? [] : [`${overdue} overdue holds are still held`]),
        ...(kept === reserved ? [] : [`${kept} confirmed holds, ${reserved} units reserved`]),
      ];
    },
  }),
};

/** Makes a hold and confirms it around its end; what both answers say must be what is true afterwards. */
async function hold(house: HouseProcesses, stage: Stage, index: number): Promise<'confirmed' | 'expired'> {
  const inventory = house.as('internal-demo');
  const reservationId = derivedId('rsv', 'expiry', String(stage.seed), String(index));
  const lines = [{ lineId: 'lin_1', sku: SKU, quantity: 1, candidates: [LOCATION] }];
  const made = await inventory.post('/system/inventory/v1/reservations', {
    reservationId, owner: derivedId('ord', 'expiry', String(index)), holdSeconds: 1, lines,
  });
  if (made.status !== 201) throw new Error(`no hold: ${made.status} ${JSON.stringify(made.body)}`);
  await moment(stage, 700, 1_300);
  const { status } = await inventory.post(`/system/inventory/v1/reservations/${reservationId}/confirm`, undefined);
  const told = status === 200 ? 'confirmed' : 'expired';
  await moment(stage, 1_500, 3_000);
  const { body } = await inventory.get(`/system/inventory/v1/reservations/${reservationId}`);
  if (body.state !== told) throw new Error(`${reservationId} was told ${told} (${status}) and is ${body.state}`);
  return told;
}

export const buyerScenarios: readonly Scenario[] = [oversell, signals, duplicates, twoLines, lostRace, expiry];
