// Durable runs a second: the six-step saga on our engine and on the leading open Postgres engine, on one PostgreSQL,
// in one process, in turns. The steps do nothing, so that only what durability costs is measured.
import { randomUUID } from 'node:crypto';
import { Database, GroupCommit, type BatchWriter } from '#database';
import { defineWorkflow, Engine, workflowEntities, workflowMigrations } from '#workflow';
import { alternate, median, quantile, ratios, show, type Bench, type BenchCase, type Row } from './comparison.js';
import { freshDatabase } from './databases.js';
import { openDbos, type SagaEngine } from './dbos-saga.js';
import { processorSeconds } from './processor-time.js';

const TARGET_RATIO = 20;
const IN_FLIGHT = 64;
const CONNECTIONS = 20;
const LEASE_MS = 30_000;
const RUN_TIMEOUT_MS = 60_000;

const TABLES = `
  CREATE TABLE reservation (order_id text PRIMARY KEY, sku text NOT NULL, quantity int NOT NULL);
  CREATE TABLE published (order_id text PRIMARY KEY, erp_order text NOT NULL, price int NOT NULL)`;

interface Order { sku: string; quantity: number }
interface Reservation extends Order { id: string }
interface Published { id: string; erpOrder: string; price: number }

const reservations: BatchWriter<Reservation> = {
  name: 'bench.reservation', order: 100, pipelined: true,
  async write(tx, rows) {
    await tx.query('INSERT INTO reservation SELECT * FROM unnest($1::text[], $2::text[], $3::int[])',
      [rows.map(({ id }) => id), rows.map(({ sku }) => sku), rows.map(({ quantity }) => quantity)]);
  },
};

const published: BatchWriter<Published> = {
  name: 'bench.published', order: 110, pipelined: true,
  async write(tx, rows) {
    await tx.query('INSERT INTO published SELECT * FROM unnest($1::text[], $2::text[], $3::int[])',
      [rows.map(({ id }) => id), rows.map(({ erpOrder }) => erpOrder), rows.map(({ price }) => price)]);
  },
};

const saga = defineWorkflow<Order, string>({
  kind: 'saga', version: 1,
  run: async (run, order) => {
    await run.step('validate', { do: () => order.quantity > 0 });
    const price = await run.step('price', { do: () => order.quantity * 1234 });
    await run.commit('reserve', (unit) => { unit.add(reservations, { id: run.id, ...order }); return null; });
    const erpOrder = await run.step('create ERP order', { do: () => `so-${run.id}` });
    await run.commit('publish', (unit) => { unit.add(published, { id: run.id, erpOrder, price }); return null; });
    await run.step('update Salesforce', { do: () => `sf-${run.id}` });
    return erpOrder;
  },
});

export const engine: BenchCase = {
  name: 'engine',
  about: `runs of a six-step saga with two business rows a second, beside @dbos-inc/dbos-sdk, ${IN_FLIGHT} in flight`,
  async run(bench) {
    const rounds = bench.quick ? 2 : 5;
    const turnMs = bench.quick ? 1_500 : 4_000;
    const ours = await openEngine(bench);
    const server = await bench.postgres();
    const turn = (one: SagaEngine, inFlight: number, forMs = turnMs) => measure(one, inFlight, forMs, server.pid);
    await turn(ours, IN_FLIGHT, turnMs / 2);
    const alone: Row[] = [];
    for (const inFlight of [1, 256]) {
      const result = await turn(ours, inFlight);
      bench.progress(`alone at ${inFlight} in flight: ${show(result.perSecond)} runs/s`);
      alone.push({ what: `saga at ${inFlight} in flight`, ratios: [], figures: say([result]) });
    }
    const theirs = await openDbos(await sagaDatabase(bench), bench.resources);
    await turn(theirs, IN_FLIGHT, turnMs / 2);
    return [...await compare(bench, rounds, () => turn(ours, IN_FLIGHT), () => turn(theirs, IN_FLIGHT)), ...alone];
  },
};

async function compare(
  bench: Bench, rounds: number, ours: () => Promise<Turn>, theirs: () => Promise<Turn>,
): Promise<Row[]> {
  const turns = { ours: [] as Turn[], dbos: [] as Turn[] };
  const take = async (name: keyof typeof turns, turn: () => Promise<Turn>) => {
    const result = await turn();
    turns[name].push(result);
    return result.perSecond;
  };
  const figures = await alternate(rounds, { ours: () => take('ours', ours), dbos: () => take('dbos', theirs) },
    (text) => bench.progress(`${text} runs/s`));
  const perRound = ratios(figures.ours, figures.dbos);
  const cpu = ratios(turns.dbos.map(({ cpuMs }) => cpuMs), turns.ours.map(({ cpuMs }) => cpuMs));
  return [{
    what: `saga at ${IN_FLIGHT} in flight / DBOS`, ratios: perRound,
    figures: `ours ${say(turns.ours)}; DBOS ${say(turns.dbos)}`,
    target: { text: `>= ${TARGET_RATIO}`, met: median(perRound) >= TARGET_RATIO },
  }, { what: 'CPU a run at DBOS / ours', ratios: cpu, figures: 'Node and PostgreSQL together' }];
}

async function sagaDatabase(bench: Bench): Promise<string> {
  const url = await freshDatabase(bench);
  const database = await Database.connect(
    { url, poolSize: 1, applicationName: 'bench', entities: [], migrations: [] });
  await database.query(TABLES);
  await database.close();
  return url;
}

async function openEngine(bench: Bench): Promise<SagaEngine> {
  const database = await Database.connect({
    url: await sagaDatabase(bench), poolSize: CONNECTIONS, applicationName: 'bench', entities: workflowEntities,
    migrations: workflowMigrations,
  });
  bench.resources.defer(() => database.close());
  await database.migrate();
  const groupCommit = new GroupCommit(database);
  bench.resources.defer(() => groupCommit.close());
  const carrier = new Engine({
    database, groupCommit, workflows: [saga], workerId: 'bench', leaseMs: LEASE_MS, concurrency: 1_024,
  });
  bench.resources.defer(() => carrier.stop());
  await carrier.open();
  return async (id) => {
    await carrier.start('saga', id, { sku: 'SKU-0001', quantity: 2 });
    const outcome = await carrier.finished(id, RUN_TIMEOUT_MS);
    if (outcome?.status !== 'completed') throw new Error(`run ${id} ended ${outcome?.status ?? 'not at all'}`);
  };
}

interface Turn { perSecond: number; p50: number; p99: number; cpuMs: number }

/** As many clients as runs in flight, each starting its next run when its last has ended. */
async function measure(one: SagaEngine, inFlight: number, forMs: number, serverPid: number): Promise<Turn> {
  const times: number[] = [];
  const used = () => processorSeconds(serverPid) + (process.cpuUsage().user + process.cpuUsage().system) / 1e6;
  const before = used();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: inFlight }, async () => {
    while (performance.now() - startedAt < forMs) {
      const began = performance.now();
      await one(randomUUID());
      times.push(performance.now() - began);
    }
  }));
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuMs = (used() - before) * 1000 / times.length;
  return { perSecond: times.length / seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99), cpuMs };
}

function say(turns: readonly Turn[]): string {
  const typical = (pick: (turn: Turn) => number) => show(median(turns.map(pick)));
  return `${typical(({ perSecond }) => perSecond)} runs/s, p50 ${typical(({ p50 }) => p50)} ms, ` +
    `p99 ${typical(({ p99 }) => p99)} ms, ${typical(({ cpuMs }) => cpuMs)} ms CPU a run`;
}
