// Reading an order through every step of governance, with its lines, payments and shipments, beside a bare server that
// answers one row by its primary key: it only informs, because the bare one leaves out what makes an order's answer.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { alternate, median, ratios, show, type Bench, type BenchCase } from './comparison.js';
import { freshDatabase } from './databases.js';
import { House } from './house.js';
import { runLoad, type Door, type Load } from './order-load.js';

const CLIENTS = 32;
const SERVER_START_MS = 30_000;
/** The orders' runs end before reading begins, or at the latest after this time. */
const QUIET_AFTER_MS = 15_000;

export const reads: BenchCase = {
  name: 'reads',
  about: `GET /storefront/v1/orders/{id} a second beside bare Fastify and one primary-key select, ${CLIENTS} at once`,
  async run(bench) {
    const [rounds, forMs] = bench.quick ? [2, 1_000] : [4, 2_500];
    const databaseUrl = await freshDatabase(bench);
    bench.progress('starting the house');
    const house = await House.start({ databaseUrl });
    bench.resources.defer(() => house.stop());
    const door: Door = { url: house.url, authorization: house.authorization };
    await runLoad({ clients: 4, warmUpMs: 0, forMs: 1_000, to: door });
    const read = await orderIds(databaseUrl);
    const bare: Door = { url: await startBare(bench, databaseUrl), authorization: 'none', read };
    const loads: Record<'house' | 'bare', Load[]> = { house: [], bare: [] };
    const take = async (name: 'house' | 'bare', to: Door) => {
      const result = await runLoad({ clients: CLIENTS, warmUpMs: 400, forMs, to });
      loads[name].push(result);
      return result.perSecond;
    };
    const figures = await alternate(rounds, {
      house: () => take('house', { ...door, read }), bare: () => take('bare', bare),
    }, (text) => bench.progress(`${text} reads/s`));
    const say = (name: 'house' | 'bare') => `${name} ${show(median(figures[name]))} reads/s, ` +
      `p50 ${show(median(loads[name].map(({ p50 }) => p50)))} ms`;
    return [{
      what: `read an order at ${CLIENTS} at once / bare Fastify`, ratios: ratios(figures.house, figures.bare),
      figures: `${say('house')}; ${say('bare')}`,
    }];
  },
};

/** Ids of all orders, once their runs have ended. */
async function orderIds(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const deadline = Date.now() + QUIET_AFTER_MS;
    const open = async () =>
      (await client.query(`select from orders."order" where completed_at is null limit 1`)).rowCount! > 0;
    while (Date.now() < deadline && await open()) await new Promise((resolve) => setTimeout(resolve, 200));
    return (await client.query<{ id: string }>('select id from orders."order"')).rows.map(({ id }) => id);
  } finally {
    await client.end();
  }
}

async function startBare({ resources }: Bench, databaseUrl: string): Promise<string> {
  const child = fork(fileURLToPath(new URL('./reads-server.js', import.meta.url)), [databaseUrl]);
  resources.defer(() => void child.kill());
  const [message] = await once(child, 'message', { signal: AbortSignal.timeout(SERVER_START_MS) });
  return (message as { url: string }).url;
}
