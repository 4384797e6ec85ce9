// What governance costs a request over HTTP: processor time of the smallest API behind its whole pipeline beside a bare
// route of the same framework, and reads of one row by its key through it beside bare Fastify and the same select.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Config } from '#config';
import { Database } from '#database';
import { Identity } from '#governance';
import { alternate, median, ratios, show, type Bench, type BenchCase, type Row } from './comparison.js';
import { freshDatabase } from './databases.js';
import { runLoad, type Door, type Load } from './order-load.js';
import { processorSeconds } from './processor-time.js';

const TARGET_CPU_MS = 0.35;
const TARGET_READS = 0.5;
const CLIENTS = 32;
const SERVER_START_MS = 30_000;
const ITEMS = 1_000;
const SCOPES = ['items:read'];

export type ServerKind = 'governed' | 'bare' | 'governed-row' | 'bare-row';

interface Turn extends Load { cpuMs: number }

export const pipeline: BenchCase = {
  name: 'pipeline',
  about: 'processor time of governance a request beside a bare route; reads of one row through it beside bare Fastify',
  async run(bench) {
    const databaseUrl = await itemsDatabase(bench);
    return [await cost(bench, databaseUrl), await readsOfARow(bench, databaseUrl)];
  },
};

async function cost(bench: Bench, databaseUrl: string): Promise<Row> {
  const turns = await compare(bench, databaseUrl, 'governed', 'bare');
  const cpu = (kind: ServerKind) => turns[kind]!.map(({ cpuMs }) => cpuMs);
  const more = median(cpu('governed').map((ms, round) => ms - cpu('bare')[round]!));
  return {
    what: 'CPU of a governed request / bare route', ratios: ratios(cpu('governed'), cpu('bare')),
    figures: `governance ${show(more)} ms a request (${show(median(cpu('governed')))} - ${show(median(cpu('bare')))})`,
    target: { text: `<= ${TARGET_CPU_MS} ms`, met: more <= TARGET_CPU_MS },
  };
}

async function readsOfARow(bench: Bench, databaseUrl: string): Promise<Row> {
  const turns = await compare(bench, databaseUrl, 'governed-row', 'bare-row');
  const rate = (kind: ServerKind) => turns[kind]!.map(({ perSecond }) => perSecond);
  const perRound = ratios(rate('governed-row'), rate('bare-row'));
  return {
    what: `read a row at ${CLIENTS} at once / bare Fastify`, ratios: perRound,
    figures: `governed ${show(median(rate('governed-row')))}/s, bare ${show(median(rate('bare-row')))}/s`,
    target: { text: `>= ${TARGET_READS}`, met: median(perRound) >= TARGET_READS },
  };
}

async function compare(
  bench: Bench, databaseUrl: string, ours: ServerKind, bare: ServerKind,
): Promise<Partial<Record<ServerKind, Turn[]>>> {
  const [rounds, forMs] = bench.quick ? [3, 800] : [6, 2_000];
  const servers = new Map([
    [ours, await startServer(bench, ours, databaseUrl)], [bare, await startServer(bench, bare, databaseUrl)],
  ]);
  const turns: Partial<Record<ServerKind, Turn[]>> = { [ours]: [], [bare]: [] };
  const take = async (kind: ServerKind) => {
    const { door, pid } = servers.get(kind)!;
    const before = processorSeconds(pid);
    const load = await runLoad({ clients: CLIENTS, warmUpMs: 300, forMs, to: door });
    turns[kind]!.push({ ...load, cpuMs: (processorSeconds(pid) - before) * 1000 / load.requests });
    return load.perSecond;
  };
  for (const kind of [ours, bare]) await take(kind);
  for (const kind of [ours, bare]) turns[kind] = [];
  await alternate(rounds, { [ours]: () => take(ours), [bare]: () => take(bare) },
    (text) => bench.progress(`${text} requests/s`));
  return turns;
}

async function itemsDatabase(bench: Bench): Promise<string> {
  const url = await freshDatabase(bench);
  const database = await Database.connect(
    { url, poolSize: 1, applicationName: 'bench', entities: [], migrations: [] });
  await database.query('CREATE TABLE item ("itemId" text PRIMARY KEY, name text NOT NULL, quantity int NOT NULL)');
  await database.query(`INSERT INTO item SELECT 'itm_' || n, 'Item ' || n, n FROM generate_series(0, ${ITEMS - 1}) n`);
  await database.close();
  return url;
}

async function startServer(
  { resources }: Bench, kind: ServerKind, databaseUrl: string,
): Promise<{ door: Door; pid: number }> {
  const child = fork(fileURLToPath(new URL('./pipeline-server.js', import.meta.url)), [kind, databaseUrl]);
  resources.defer(() => void child.kill());
  const [message] = await once(child, 'message', { signal: AbortSignal.timeout(SERVER_START_MS) });
  const config = Config.read({ LOG_LEVEL: 'error' });
  const identity = new Identity(config.THROUGHLINE_SECRET, config.publicUrl);
  return {
    pid: child.pid!,
    door: {
      url: (message as { url: string }).url, path: '/system/items/v1/items/',
      authorization: await identity.serviceAuthorization('bench', SCOPES),
      read: Array.from({ length: ITEMS }, (_, n) => `itm_${n}`),
    },
  };
}
