// One order's whole way, from POST to completed, with all layers in one process and with one process a layer: what
// taking the house apart costs a customer. The sandbox's warehouse works at once, so that only our time counts.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { alternate, median, quantile, ratios, show, type Bench, type BenchCase } from './comparison.js';
import { freshDatabase } from './databases.js';
import { House } from './house.js';
import { newOrder } from './order-load.js';

const REQUEST_TIMEOUT_MS = 10_000;
const JOURNEY_TIMEOUT_MS = 30_000;
const POLL_MS = 15;

export const journey: BenchCase = {
  name: 'journey',
  about: 'milliseconds from POST to completed, all layers in one process beside one process a layer',
  async run(bench) {
    const [rounds, ordersARound] = bench.quick ? [2, 5] : [5, 10];
    bench.progress('starting the house twice');
    const houses = { together: await open(bench, false), split: await open(bench, true) };
    const times: Record<keyof typeof houses, number[]> = { together: [], split: [] };
    const take = async (name: keyof typeof houses) => {
      const house = houses[name];
      house.go();
      const ofRound: number[] = [];
      for (let n = 0; n < ordersARound; n++) ofRound.push(await wholeWay(house));
      house.hold();
      times[name].push(...ofRound);
      return median(ofRound);
    };
    const figures = await alternate(rounds, { together: () => take('together'), split: () => take('split') },
      (text) => bench.progress(`${text} ms`));
    const say = (name: keyof typeof houses) =>
      `${name} p50 ${show(median(times[name]))} ms, p95 ${show(quantile(times[name], 0.95))} ms`;
    return [{
      what: 'journey split / together', ratios: ratios(figures.split, figures.together),
      figures: `${say('together')}; ${say('split')}; ${times.split.length} orders each`,
    }];
  },
};

/** Started, warmed by one order, and held still. */
async function open(bench: Bench, split: boolean): Promise<House> {
  const house = await House.start({ databaseUrl: await freshDatabase(bench), split });
  bench.resources.defer(() => house.stop());
  for (let n = 0; n < 3; n++) await wholeWay(house);
  house.hold();
  return house;
}

/** Milliseconds from sending an order until it is completed. */
async function wholeWay(house: House): Promise<number> {
  const startedAt = performance.now();
  const { id } = await ask(house, 201, '/storefront/v1/orders', {
    method: 'POST', body: JSON.stringify(newOrder()),
    headers: { 'content-type': 'application/json', 'idempotency-key': `"${randomUUID()}"` },
  });
  while (performance.now() - startedAt < JOURNEY_TIMEOUT_MS) {
    const { status } = await ask(house, 200, `/storefront/v1/orders/${id!}`);
    if (status === 'completed') return performance.now() - startedAt;
    await pause(POLL_MS);
  }
  throw new Error(`order ${id!} was not completed in ${JOURNEY_TIMEOUT_MS} ms`);
}

async function ask(
  { url, authorization }: House, wanted: number, path: string, init: RequestInit = {},
): Promise<{ id?: string; status?: string }> {
  const answer = await fetch(url + path, {
    ...init, headers: { ...init.headers, authorization }, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const text = await answer.text();
  if (answer.status !== wanted) throw new Error(`${path}: ${answer.status} ${text.slice(0, 500)}`);
  return JSON.parse(text) as { id?: string; status?: string };
}
