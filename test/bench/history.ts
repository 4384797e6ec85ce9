// Whether a house with years of orders answers like a young one: placing, reading and listing with many orders stored
// beside a house with few, in turns on one server. The orders are copies of completed ones, written set-based.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { alternate, median, ratios, show, type Bench, type BenchCase } from './comparison.js';
import { databaseName, freshDatabase } from './databases.js';
import { House } from './house.js';
import { newOrder } from './order-load.js';

const FEW = 10_000;
const MANY = { quick: 50_000, usual: 200_000, full: 1_000_000 };
const TARGET_RATIO = 1.2;
const CUSTOMERS = 200;
const MODELS = 3;
const FILL_AT_ONCE = 50_000;
const REQUEST_TIMEOUT_MS = 30_000;
const COMPLETED_TIMEOUT_MS = 60_000;
const LOOK_MS = 100;
const COUNTS = { place: 15, get: 60, list: 40 };

type Kind = keyof typeof COUNTS;
const KINDS: readonly Kind[] = ['get', 'list', 'place'];

/** The tables of an order and what differs in each copy: its id `h` and number `n`. Columns follow the schema. */
const FILLS: readonly (readonly [table: string, key: string, changes: string])[] = [
  ['orders."order"', 'id', `'id', h, 'order_number', 'TL-H' || n, 'placed_at', r.placed_at - n * interval '20 seconds',
    'customer_id', 'CUS-' || lpad((1 + n % ${CUSTOMERS})::text, 4, '0')`],
  ['orders.line', 'order_id', `'order_id', h`],
  ['orders.payment', 'order_id', `'order_id', h`],
  ['orders.system_reference', 'order_id', `'order_id', h, 'reference', 'H' || n`],
  ['orders.shipment', 'order_id', `'order_id', h, 'id', r.id || '-' || n`],
  ['workflow.run', 'id', `'id', h`],
];
const JOURNEY = `
  insert into events.journey (subject, at, kind, system, name, outcome, detail)
  select 'ord_h' || n, r.at, r.kind, r.system, r.name, r.outcome, r.detail
  from generate_series($2::int, $3::int) n cross join (
    select * from events.journey where subject = $1 order by seq limit 8) r`;

export const history: BenchCase = {
  name: 'history',
  about: 'milliseconds to place, read and list orders, many stored (--full: a million) beside ten thousand',
  async run(bench) {
    const many = bench.full ? MANY.full : bench.quick ? MANY.quick : MANY.usual;
    const houses = await openBoth(bench, many);
    const rounds = bench.quick ? 3 : 6;
    const times: Record<Kind, Record<'few' | 'many', number[]>> = {
      place: { few: [], many: [] }, get: { few: [], many: [] }, list: { few: [], many: [] },
    };
    const take = async (name: 'few' | 'many') => {
      houses[name].go();
      for (const kind of KINDS) times[kind][name].push(await typical(houses[name], kind, name === 'few' ? FEW : many));
      await drained(houses[name]);
      houses[name].hold();
      return times.get[name].at(-1)!;
    };
    for (const name of ['few', 'many'] as const) await take(name);
    for (const kind of KINDS) times[kind] = { few: [], many: [] };
    await alternate(rounds, { many: () => take('many'), few: () => take('few') },
      (text) => bench.progress(`${text} ms to read an order`));
    return KINDS.map((kind) => {
      const perRound = ratios(times[kind].many, times[kind].few);
      return {
        what: `${kind} with ${many.toLocaleString('en')} orders / ${FEW.toLocaleString('en')}`, ratios: perRound,
        figures: `${show(median(times[kind].many))} ms, ${show(median(times[kind].few))} ms`,
        target: { text: `<= ${TARGET_RATIO}`, met: median(perRound) <= TARGET_RATIO },
      };
    });
  },
};

interface Customer extends Pick<House, 'url' | 'authorization' | 'go' | 'hold'> { internal: string }

async function openBoth(bench: Bench, many: number): Promise<Record<'few' | 'many', Customer>> {
  bench.progress('completing the orders that are copied');
  const urls = { few: await freshDatabase(bench), many: '' };
  const first = await House.start({ databaseUrl: urls.few });
  try {
    await completeSome(first, urls.few);
  } finally {
    await first.stop();
  }
  urls.many = await freshDatabase(bench, databaseName(urls.few));
  await fill(bench, urls.few, FEW);
  await fill(bench, urls.many, many);
  return { few: await open(bench, urls.few), many: await open(bench, urls.many) };
}

async function open(bench: Bench, databaseUrl: string): Promise<Customer> {
  const house = await House.start({ databaseUrl });
  bench.resources.defer(() => house.stop());
  const answer = await fetch(`${house.url}/oauth/token`, {
    method: 'POST', signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    body: new URLSearchParams({
      grant_type: 'client_credentials', client_id: 'internal-demo', client_secret: 'internal-demo-secret',
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  house.hold();
  return {
    url: house.url, authorization: house.authorization, internal: `Bearer ${token}`,
    go: () => house.go(), hold: () => house.hold(),
  };
}

async function completeSome({ url, authorization }: House, databaseUrl: string): Promise<void> {
  for (let n = 0; n < MODELS; n++) await ask(`${url}/storefront/v1/orders`, authorization, newOrder());
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const deadline = performance.now() + COMPLETED_TIMEOUT_MS;
    const open = async () => (await client.query(`select from orders."order" where completed_at is null
      union all select from workflow.run where status <> 'completed'`)).rowCount! > 0;
    while (await open()) {
      if (performance.now() > deadline) throw new Error('the orders to be copied were not completed');
      await pause(LOOK_MS);
    }
  } finally {
    await client.end();
  }
}

/** Copies one completed order, its rows in every table, until there are `count`. */
async function fill(bench: Bench, databaseUrl: string, count: number): Promise<void> {
  bench.progress(`storing ${count.toLocaleString('en')} orders`);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const model = (await client.query<{ id: string }>('select id from orders."order" order by id limit 1')).rows[0]!.id;
    for (let from = 1; from <= count; from += FILL_AT_ONCE) {
      const range = [model, from, Math.min(count, from + FILL_AT_ONCE - 1)];
      for (const [table, key, changes] of FILLS) {
        await client.query(`insert into ${table} select copied.*
          from generate_series($2::int, $3::int) n cross join lateral (select 'ord_h' || n as h) as own
          cross join ${table} r cross join lateral jsonb_populate_record(r, jsonb_build_object(${changes})) copied
          where r.${key} = $1`, range);
      }
      await client.query(JOURNEY, range);
    }
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

/** Waits until the orders placed have ended, so that the next turn does not meet the work of this one. */
async function drained({ url, internal }: Customer): Promise<void> {
  const deadline = performance.now() + COMPLETED_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const { orders } = await ask<{ orders: unknown[] }>(`${url}/process/orders/v1/orders?open=true&limit=1`, internal);
    if (orders.length === 0) return;
    await pause(LOOK_MS);
  }
}

/** Median milliseconds of one kind of request, one after the other. */
async function typical({ url, authorization, internal }: Customer, kind: Kind, stored: number): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < COUNTS[kind]; n++) {
    const any = 1 + Math.floor(Math.random() * stored);
    const startedAt = performance.now();
    if (kind === 'place') await ask(`${url}/storefront/v1/orders`, authorization, newOrder());
    else if (kind === 'get') await ask(`${url}/process/orders/v1/orders/ord_h${any}`, internal);
    else {
      const customer = n % 2 ? `&customerId=CUS-${String(1 + any % CUSTOMERS).padStart(4, '0')}` : '';
      await ask(`${url}/process/orders/v1/orders?limit=20${customer}`, internal);
    }
    times.push(performance.now() - startedAt);
  }
  return median(times);
}

async function ask<Body>(url: string, authorization: string, order?: object): Promise<Body> {
  const answer = await fetch(url, {
    headers: { authorization, 'content-type': 'application/json', 'idempotency-key': `"${randomUUID()}"` },
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    ...(order && { method: 'POST', body: JSON.stringify(order) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text.slice(0, 500)}`);
  return JSON.parse(text) as Body;
}
