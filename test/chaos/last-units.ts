// Many buyers race for the last units of one product through two gateways on one database: exactly as many succeed as
// there are units, everybody else is told so, and positions, reservations and ledger agree.
import { HouseProcesses, type Json } from '#testing';
import { goodOrder } from '../journeys/story.js';
import { check, type Verdict } from './checker.js';
import { comeToRest, gather } from './evidence.js';
import { accepted, placeAll, type Attempt } from './traffic.js';

export interface RacePlan {
  readonly buyers: number;
  readonly units: number;
  /** Requests under way at one time. */
  readonly concurrent: number;
  readonly restMs: number;
}

export interface RaceReport {
  readonly winners: number;
  /** Losers that were told what they must be told: 409, which line, nothing available. */
  readonly toldLosers: number;
  /** Answers that are neither, as they came. */
  readonly others: readonly string[];
  readonly raceMs: number;
  /** Stock right after the race, before anything is shipped. */
  readonly stock: Stock;
  readonly verdicts: readonly Verdict[];
}

export interface Stock {
  readonly onHand: number;
  readonly reserved: number;
  /** Units that the ledger says were reserved. */
  readonly ledgerReserved: number;
  /** Units of live reservations. */
  readonly held: number;
}

/** Seeded with no stock anywhere. */
export const SKU = 'SKU-0999';
export const LOCATION = 'WH-EU';
const GATEWAYS = 2;

const STOCK = `
  select sum(on_hand)::int as "onHand", sum(reserved)::int as reserved,
    (select coalesce(sum(case when to_bucket = 'reserved' then quantity else -quantity end), 0)::int
      from inventory.movement where sku = $1 and 'reserved' in (from_bucket, to_bucket)) as "ledgerReserved",
    (select coalesce(sum(quantity - consumed - released), 0)::int
      from inventory.reservation_line join inventory.reservation r on r.id = reservation_id
      where sku = $1 and state in ('held', 'confirmed')) as held
  from inventory.position where sku = $1`;

export async function raceForLastUnits(plan: RacePlan): Promise<RaceReport> {
  const house = await HouseProcesses.start({ gateways: GATEWAYS });
  try {
    // Nothing leaves the warehouse during the race, so that the stock can be read in between.
    await house.control('PUT', 'wms/behaviour', { autoShip: false });
    await receive(house, 'last-units', plan.units);
    const startedAt = Date.now();
    const orders = Array.from({ length: plan.buyers }, (_, number) => oneUnit(number));
    const attempts = await placeAll(house.as('storefront-demo'), orders, plan.concurrent, 'last-units');
    const raceMs = Date.now() - startedAt;
    const [stock] = await house.storage.database.query<Stock & Record<string, number>>(STOCK, [SKU]);
    await house.control('PUT', 'wms/behaviour', { stepDelayMs: 0 });
    await comeToRest(house, plan.restMs);
    return {
      ...countAnswers(attempts), raceMs, stock: stock!, verdicts: await check(await gather(house, attempts)),
    };
  } finally {
    await house.close();
  }
}

/** Units of the scarce product arrive. */
export async function receive(house: HouseProcesses, fact: string, quantity: number): Promise<void> {
  const receipt = { fact, sku: SKU, locationId: LOCATION, reason: 'receipt', quantity };
  const { status, body } = await house.as('internal-demo').post('/system/inventory/v1/adjustments', receipt);
  if (status !== 200) throw new Error(`No stock received: ${JSON.stringify(body)}`);
}

function countAnswers(attempts: readonly Attempt[]): Pick<RaceReport, 'winners' | 'toldLosers' | 'others'> {
  const winners = accepted(attempts).length;
  const losers = attempts.filter(({ reply }) => reply.status === 409);
  const told = losers.filter(({ reply: { body } }) => body.type.endsWith('/problems/out-of-stock')
    && body.lines.some((line: Json) => line.sku === SKU));
  const others = attempts.filter(({ reply }) => ![201, 202, 409].includes(reply.status)).map(({ reply }) =>
    `${reply.status} ${JSON.stringify(reply.body)}`);
  return { winners, toldLosers: told.length, others };
}

function oneUnit(number: number): Json {
  const customer = { name: `Buyer ${number}`, email: `buyer${number}@customer.example` };
  return goodOrder({ customer, lines: [{ sku: SKU, quantity: 1 }] });
}
