// Runs that wait for days must cost nothing meanwhile: what an engine with 100,000 parked runs uses of a core and of
// memory while nothing happens, beside the same engine with none, and that a parked run still hears its signal.
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Database, GroupCommit } from '#database';
import { defineWorkflow, Engine, workflowEntities, workflowMigrations } from '#workflow';
import { median, show, type Bench, type BenchCase } from './comparison.js';
import { freshDatabase } from './databases.js';
import { processorSeconds } from './processor-time.js';

const PARKED = 100_000;
const TARGET_SHARE = 0.05;
const TARGET_GROWTH_MB = 100;
const CONNECTIONS = 10;
const LEASE_MS = 3_000;
const RUN_TIMEOUT_MS = 30_000;
const WAIT_MS = 3 * 86_400_000;
const SETTLE_MS = 2_000;

const parcel = defineWorkflow<{ sku: string }, string>({
  kind: 'parcel', version: 1,
  run: async (run, order) => {
    const erpOrder = await run.step('create ERP order', { do: () => `so-${run.id}-${order.sku}` });
    const shipped = await run.wait('shipped', { timeoutMs: WAIT_MS });
    return shipped.received ? erpOrder : 'late';
  },
});

// Every row is a true parked run's, but for its id; their time-outs are spread as those of real orders are.
const FILL = `
  INSERT INTO workflow.run SELECT parked.*
  FROM workflow.run r CROSS JOIN generate_series(1, $1::int) AS n
  CROSS JOIN LATERAL jsonb_populate_record(r, jsonb_build_object('id', 'parked-' || n,
    'due', r.due + n * interval '10 ms')) AS parked
  WHERE r.id = 'first'`;

interface Idle { share: number; heapMb: number; rssMb: number }

export const parked: BenchCase = {
  name: 'parked',
  about: `share of a core and memory that ${PARKED.toLocaleString('en')} parked runs cost while nothing happens`,
  async run(bench) {
    const url = await freshDatabase(bench);
    const server = await bench.postgres();
    const forMs = bench.quick ? 2_000 : 6_000;
    const without = await idle(bench, await openEngine(bench, url), forMs, server.pid);
    const engine = await openEngine(bench, url);
    await engine.engine.start('parcel', 'first', { sku: 'SKU-0001' });
    while ((await engine.engine.get('first'))?.status !== 'waiting') await pause(20);
    await engine.database.query(FILL, [PARKED]);
    await engine.database.query('VACUUM ANALYZE workflow.run');
    await engine.close();
    bench.progress(`${PARKED.toLocaleString('en')} runs are parked`);
    const again = await openEngine(bench, url);
    await pause(SETTLE_MS);
    const withAll = await idle(bench, again, forMs, server.pid, async () => {
      for (const id of ['parked-1', `parked-${PARKED}`]) {
        await again.engine.signal(id, 'shipped', 'once', null);
        const outcome = await again.engine.finished(id, RUN_TIMEOUT_MS);
        if (outcome?.status !== 'completed') throw new Error(`parked run ${id} did not wake up`);
      }
    });
    const growth = Math.max(withAll.heapMb - without.heapMb, withAll.rssMb - without.rssMb);
    const say = ({ share, heapMb, rssMb }: Idle) =>
      `${show(share * 100)} % of a core, heap ${show(heapMb)} MB, RSS ${show(rssMb)} MB`;
    return [{
      what: 'parked runs, Node and PostgreSQL idle', ratios: [],
      figures: `${say(withAll)}; none parked ${say(without)}`,
      target: { text: `< ${TARGET_SHARE * 100} % of a core`, met: withAll.share < TARGET_SHARE },
    }, {
      what: 'memory they add', ratios: [], figures: `${show(growth)} MB`,
      target: { text: `< ${TARGET_GROWTH_MB} MB`, met: growth < TARGET_GROWTH_MB },
    }];
  },
};

interface Opened { engine: Engine; database: Database; close(): Promise<void> }

async function openEngine({ resources }: Bench, url: string): Promise<Opened> {
  const database = await Database.connect({
    url, poolSize: CONNECTIONS, applicationName: 'bench', entities: workflowEntities, migrations: workflowMigrations,
  });
  await database.migrate();
  const groupCommit = new GroupCommit(database);
  const engine = new Engine({
    database, groupCommit, workflows: [parcel], workerId: 'bench', leaseMs: LEASE_MS, concurrency: 64,
  });
  let closing: Promise<void> | undefined;
  const close = () => closing ??= (async () => {
    await engine.stop();
    await groupCommit.close();
    await database.close();
  })();
  resources.defer(close);
  await engine.open();
  return { engine, database, close };
}

/** What the engine uses while nothing happens; the median of three turns, since the machine is not ours alone. */
async function idle(
  bench: Bench, opened: Opened, forMs: number, serverPid: number, prove: () => Promise<void> = async () => {},
): Promise<Idle> {
  const used = () => processorSeconds(serverPid) + (process.cpuUsage().user + process.cpuUsage().system) / 1e6;
  const shares: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    const [before, startedAt] = [used(), performance.now()];
    await pause(forMs / 3);
    shares.push((used() - before) / ((performance.now() - startedAt) / 1000));
  }
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  const found = { share: median(shares), heapMb: heapUsed / 1e6, rssMb: rss / 1e6 };
  bench.progress(`${show(found.share * 100)} % of a core, heap ${show(found.heapMb)} MB`);
  await prove();
  await opened.close();
  return found;
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
