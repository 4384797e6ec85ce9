// Orders all the way: accepted at the front door until ERP, warehouse, payments and Salesforce know of them, with the
// sandbox's vendors on the same machine, and how long each leg takes for the slowest hundredth.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { show, type Bench, type BenchCase } from './comparison.js';
import { freshDatabase } from './databases.js';
import { House } from './house.js';
import { runLoad } from './order-load.js';
import { processorSeconds } from './processor-time.js';

const CLIENTS = 16;
const DRAIN_TIMEOUT_MS = 180_000;
const LOOK_MS = 200;

/** Legs between two events of an order. */
const LEGS: readonly (readonly [name: string, from: string, to: string])[] = [
  ['ERP has it', 'order.captured.v1', 'order.accepted.v1'],
  ['released', 'order.accepted.v1', 'order.released.v1'],
  ['shipped', 'order.released.v1', 'order.shipped.v1'],
  ['completed', 'order.shipped.v1', 'order.completed.v1'],
  ['whole way', 'order.captured.v1', 'order.completed.v1'],
];
const LEG = `
  select percentile_cont(array[0.5, 0.99]) within group (order by extract(epoch from b.time - a.time) * 1000) as ms
  from (select subject, min(time) as time from events.event_log where type = $1 group by subject) a
  join (select subject, max(time) as time from events.event_log where type = $2 group by subject) b using (subject)`;
const TOLD = `
  select percentile_cont(array[0.5, 0.99]) within group (order by extract(epoch from t.at - e.time) * 1000) as ms
  from (select subject, min(time) as time from events.event_log where type = 'order.captured.v1' group by subject) e
  join (select subject, min(at) as at from events.journey
        where kind = 'vendorCall' and name = 'upsertOrder' and outcome = 'applied' group by subject) t using (subject)`;
const OPEN = `
  select (select count(*) from orders."order" where completed_at is null and cancelled_at is null)::int as orders,
    (select count(*) from events.outbox)::int +
    (select count(*) from events.cursor, events.sequencer where position < last_position)::int as behind`;

export const endToEnd: BenchCase = {
  name: 'end-to-end',
  about: 'orders a second from POST until completed and known to ERP and Salesforce, sandbox included, time a leg',
  async run(bench) {
    const databaseUrl = await freshDatabase(bench);
    bench.progress('starting the house');
    const house = await House.start({ databaseUrl });
    bench.resources.defer(() => house.stop());
    const client = await connect(bench, databaseUrl);
    const door = { url: house.url, authorization: house.authorization };
    await runLoad({ clients: 4, warmUpMs: 0, forMs: 1_000, to: door });
    await drained(client);
    const { pid } = await bench.postgres();
    const used = () => house.processorSeconds() + processorSeconds(pid);
    const [before, count, startedAt] = [used(), await orders(client), performance.now()];
    await runLoad({ clients: CLIENTS, warmUpMs: 0, forMs: bench.quick ? 1_000 : 4_000, to: door });
    const accepted = await orders(client) - count;
    const acceptedMs = performance.now() - startedAt;
    bench.progress(`${accepted} orders accepted in ${show(acceptedMs / 1000)} s`);
    await drained(client);
    const seconds = (performance.now() - startedAt) / 1000;
    const cpuMs = (used() - before) * 1000 / accepted;
    const legs = [];
    for (const [name, from, to] of LEGS) legs.push(say(name, await percentiles(client, LEG, [from, to])));
    legs.push(say('Salesforce told', await percentiles(client, TOLD, [])));
    return [{
      what: 'orders completed, every consumer up to date', ratios: [],
      figures: `${show(accepted / seconds)} orders/s (${accepted} in ${show(seconds)} s), ${show(cpuMs)} ms CPU an ` +
        `order without the vendors'`,
    }, { what: 'legs, p50 and p99 in ms', ratios: [], figures: legs.join('; ') }];
  },
};

async function connect({ resources }: Bench, connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  resources.defer(() => client.end());
  return client;
}

async function orders(client: pg.Client): Promise<number> {
  return (await client.query<{ n: number }>('select count(*)::int as n from orders."order"')).rows[0]!.n;
}

/** Resolves when every order has ended and every consumer of the log has seen everything. */
async function drained(client: pg.Client): Promise<void> {
  const deadline = performance.now() + DRAIN_TIMEOUT_MS;
  for (;;) {
    const { orders: open, behind } = (await client.query<{ orders: number; behind: number }>(OPEN)).rows[0]!;
    if (open === 0 && behind === 0) return;
    if (performance.now() > deadline) throw new Error(`${open} orders open, ${behind} consumers behind`);
    await pause(LOOK_MS);
  }
}

async function percentiles(client: pg.Client, text: string, values: string[]): Promise<number[]> {
  return (await client.query<{ ms: number[] | null }>(text, values)).rows[0]!.ms ?? [NaN, NaN];
}

const say = (name: string, [p50, p99]: number[]) => `${name} ${show(p50!)}, ${show(p99!)}`;
