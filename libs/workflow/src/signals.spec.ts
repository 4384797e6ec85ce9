// Holds what is promised about waits: no signal is lost to a race with parking, none counts twice, one that came before
// the run is kept, and a wait that times out says so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effects, eventually, openEngineBench, PATIENCE_MS } from '#testing';
import { defineWorkflow } from './index.js';

const bench = await openEngineBench();

const RACES = 3_000;
const RACE_MS = 12;

const ship = defineWorkflow<null, unknown>({
  kind: 'ship', version: 1,
  run: async (run) => {
    await run.step('release', { do: () => null });
    const shipped = await run.wait<number>('shipped', { timeoutMs: 60_000 });
    await run.commit('close', (unit) => void unit.add(effects, { runId: run.id, step: 'closed' }));
    return shipped;
  },
});

test('3,000 signals sent within 0-12 ms of the start, by two engines: none is lost', { timeout: 120_000 }, async () => {
  // With this lease the second net does not look before the test has given up.
  const engines = [await bench.engine([ship], { leaseMs: 600_000 }), await bench.engine([ship], { leaseMs: 600_000 })];
  const pick = () => engines[Math.floor(Math.random() * 2)]!;
  const race = async (n: number) => {
    const runId = `race-${n}`;
    await pick().start('ship', runId, null);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * RACE_MS));
    await pick().signal(runId, 'shipped', 'once', n);
  };
  for (let first = 0; first < RACES; first += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, i) => race(first + i)));
  }
  await eventually('all runs have ended', async () => {
    const [row] = await bench.test.database.query<{ open: number }>(
      `SELECT count(*) AS open FROM workflow.run WHERE kind = 'ship' AND finished_at IS NULL`);
    return row!.open === 0;
  });
  const [row] = await bench.test.database.query<{ right: number }>(
    `SELECT count(*) AS right FROM workflow.run WHERE result ->> 'payload' = substr(id, 6)`);
  assert.equal(row!.right, RACES);
  const [written] = await bench.test.database.query<{ n: number }>('SELECT count(*) AS n FROM effect');
  assert.equal(written!.n, RACES);
});

const pair = defineWorkflow<null, unknown>({
  kind: 'pair', version: 1,
  run: async (run) => [await run.wait('fact', { timeoutMs: 60_000 }), await run.wait('fact', { timeoutMs: 400 })],
});

test('a signal before the start is kept, and one sent twice is one signal', async () => {
  const engine = await bench.engine([pair]);
  assert.deepEqual(await engine.signal('early', 'fact', 'k', 1), { duplicate: false });
  assert.deepEqual(await engine.signal('early', 'fact', 'k', 2), { duplicate: true });
  await engine.start('pair', 'early', null);
  const outcome = await engine.finished('early', PATIENCE_MS);
  assert.deepEqual(outcome!.result, [{ received: true, payload: 1 }, { received: false }]);
});

test('signals are consumed once each, oldest first, by whichever wait names them', async () => {
  const any = defineWorkflow<null, unknown>({
    kind: 'any', version: 1,
    run: async (run) => {
      const got = [];
      for (let i = 0; i < 3; i++) got.push(await run.waitAny(['a', 'b'], { timeoutMs: 60_000 }));
      return got;
    },
  });
  const engine = await bench.engine([any]);
  for (const [name, key] of [['b', '1'], ['a', '1'], ['b', '2']] as const) await engine.signal('any', name, key, key);
  await engine.start('any', 'any', null);
  assert.deepEqual((await engine.finished('any', PATIENCE_MS))!.result, [
    { received: true, signal: 'b', payload: '1' }, { received: true, signal: 'a', payload: '1' },
    { received: true, signal: 'b', payload: '2' },
  ]);
});

test('a sleep lasts its time, and a parked run holds no place in its worker', async () => {
  const nap = defineWorkflow<null, unknown>({
    kind: 'nap', version: 1, run: async (run) => { await run.sleep(500); return 'awake'; },
  });
  const engine = await bench.engine([nap], { concurrency: 1 });
  const started = Date.now();
  const ids = Array.from({ length: 10 }, (_, i) => `nap-${i}`);
  await Promise.all(ids.map((id) => engine.start('nap', id, null)));
  for (const id of ids) assert.equal((await engine.finished(id, PATIENCE_MS))!.result, 'awake');
  assert.ok(Date.now() - started >= 500);
});

test('the second net finds a wake-up that was lost', async () => {
  const engine = await bench.engine([pair], { leaseMs: 400 });
  await engine.start('pair', 'lost', null);
  await eventually('it waits', async () => (await engine.get('lost'))!.status === 'waiting');
  // Past the mailbox, as a bug or a hand-written statement would.
  await bench.test.database.query(
    `INSERT INTO workflow.signal (run_id, name, key, payload) VALUES ('lost', 'fact', 'x', '9')`);
  const outcome = await engine.finished('lost', PATIENCE_MS);
  assert.deepEqual((outcome!.result as unknown[])[0], { received: true, payload: 9 });
});
