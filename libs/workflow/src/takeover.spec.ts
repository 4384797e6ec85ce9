// Holds what is promised when workers die, stall or stop: others go on from the journal, rows of a step are written
// once, a late writer leaves nothing, and a step that may have run is told so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effects, eventually, openEngineBench, PATIENCE_MS, startWorkerProcess, worked, WORKED_STEPS } from '#testing';
import { defineWorkflow, systemClock, type Clock } from './index.js';

const bench = await openEngineBench();
const LEASE_MS = 1_000;

test('after kill -9 of a process its runs are taken over: all end, no row twice', { timeout: 90_000 }, async () => {
  const child = await startWorkerProcess(bench.test.url, LEASE_MS);
  const ids = Array.from({ length: 200 }, (_, i) => `killed-${i}`);
  // As a process without an engine leaves them, so that the other process claims them.
  await bench.test.database.query(`INSERT INTO workflow.run (id, kind, version, status, epoch, due, input_hash)
    SELECT id, 'worked', 1, 'ready', 0, clock_timestamp(), '' FROM unnest($1::text[]) AS id`, [ids]);
  await eventually('the process is at work', async () => {
    const [row] = await bench.test.database.query<{ n: number }>('SELECT count(*) AS n FROM effect');
    return row!.n > 50;
  });
  child.kill('SIGKILL');
  const killed = Date.now();
  const retaken = new Set<string>();
  const survivor = await bench.engine([worked], {
    leaseMs: LEASE_MS, onStep: ({ runId }) => { retaken.add(runId); },
  });
  for (const id of ids) assert.equal((await survivor.finished(id, PATIENCE_MS))!.status, 'completed');
  assert.ok(Date.now() - killed < 15_000);
  const rows = await bench.test.database.query<{ steps: string[] }>(
    `SELECT array_agg(step ORDER BY n) AS steps FROM effect WHERE run_id LIKE 'killed-%' GROUP BY run_id`);
  assert.equal(rows.length, ids.length);
  for (const { steps } of rows) assert.deepEqual(steps, WORKED_STEPS);
  const [taken] = await bench.test.database.query<{ n: number }>(
    `SELECT count(*) AS n FROM workflow.run WHERE kind = 'worked' AND epoch >= 3`);
  assert.ok(taken!.n > 0, 'some runs changed hands');
  assert.ok(retaken.size > 0);
});

test('a worker that stalls is fenced: its late write and its rows are refused', async () => {
  // A clock that the spec can stop: the worker believes its lease is fresh and does not renew it.
  let frozen = false;
  const stalling: Clock = {
    ...systemClock,
    monotonicMs: () => (frozen ? 0 : systemClock.monotonicMs()),
    after: (ms, callback) => systemClock.after(ms, () => { if (!frozen) callback(); }),
  };
  const gate = Promise.withResolvers<void>();
  const seen: { worker: string; mayHaveRun: boolean }[] = [];
  const define = (worker: string) => defineWorkflow<null, string>({
    kind: 'zombie', version: 1,
    run: async (run) => {
      await run.step('first', { do: () => null });
      await run.step('slow', {
        do: async ({ mayHaveRun }) => {
          seen.push({ worker, mayHaveRun });
          if (worker === 'old') await gate.promise;
          return worker;
        },
        writes: (unit) => unit.add(effects, { runId: run.id, step: worker }),
      });
      return worker;
    },
  });
  const old = await bench.engine([define('old')], { clock: stalling, leaseMs: 400 });
  await old.start('zombie', 'zombie', null);
  await eventually('the old worker is in the step', async () => seen.length === 1);
  frozen = true;
  const fresh = await bench.engine([define('fresh')], { leaseMs: 400 });
  assert.equal((await fresh.finished('zombie', PATIENCE_MS))!.result, 'fresh');
  gate.resolve();
  await new Promise((resolve) => setTimeout(resolve, 200));
  frozen = false;
  assert.deepEqual(await bench.effects('zombie'), ['fresh']);
  assert.deepEqual(seen, [{ worker: 'old', mayHaveRun: false }, { worker: 'fresh', mayHaveRun: true }]);
  assert.equal((await fresh.get('zombie'))!.result, 'fresh');
});

test('a worker whose lease has passed begins no further step', async () => {
  let offsetMs = 0;
  const jumping: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + offsetMs };
  const begun: string[] = [];
  const two = defineWorkflow<null, void>({
    kind: 'two', version: 1,
    run: async (run) => {
      await run.step('a', { do: () => { begun.push('a'); offsetMs += 3_600_000; } });
      await run.step('b', { do: () => { begun.push('b'); } });
    },
  });
  const engine = await bench.engine([two], { clock: jumping, leaseMs: 60_000 });
  await engine.start('two', 'late', null);
  await eventually('a is journaled', async () => (await engine.get('late'))!.journal['step:a']?.state === 'done');
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(begun, ['a']);
  assert.equal((await engine.get('late'))!.status, 'running');
});

test('a graceful stop lets the step end and hands the run back; another engine goes on at once', async () => {
  const begun: { step: string; mayHaveRun: boolean }[] = [];
  let gate = Promise.withResolvers<void>();
  const handed = defineWorkflow<null, string>({
    kind: 'handed', version: 1,
    run: async (run) => {
      for (const step of ['a', 'b']) {
        await run.step(step, { do: async ({ mayHaveRun }) => {
          begun.push({ step, mayHaveRun });
          if (step === 'a') await gate.promise;
        } });
      }
      return 'ended';
    },
  });
  for (const inTime of [true, false]) {
    begun.length = 0;
    gate = Promise.withResolvers();
    const runId = `handed-${inTime}`;
    const first = await bench.engine([handed], { leaseMs: 60_000 });
    await first.start('handed', runId, null);
    await eventually('a has begun', async () => begun.length === 1);
    const stopping = first.stop(inTime ? 5_000 : 50);
    if (inTime) gate.resolve();
    await stopping;
    gate.resolve();
    const second = await bench.engine([handed], { leaseMs: LEASE_MS });
    const started = Date.now();
    assert.equal((await second.finished(runId, PATIENCE_MS))!.result, 'ended');
    assert.ok(Date.now() - started < 10_000, 'well before the 60 s lease of the first engine');
    const a = { step: 'a', mayHaveRun: false };
    const b = { step: 'b', mayHaveRun: false };
    assert.deepEqual(begun, inTime ? [a, b] : [a, { step: 'a', mayHaveRun: true }, b]);
    await second.stop();
  }
});

test('runs of a version or kind this process does not know are left for others', async () => {
  const of = (version: number) => defineWorkflow<null, number>({ kind: 'versions', version, run: async () => version });
  const older = await bench.engine([of(1)]);
  const idle = await bench.engine([]);
  await bench.test.database.query(`INSERT INTO workflow.run (id, kind, version, status, epoch, due, input_hash)
    VALUES ('v2', 'versions', 2, 'ready', 0, clock_timestamp(), '')`);
  await older.start('versions', 'v1', null);
  assert.equal((await older.finished('v1', PATIENCE_MS))!.result, 1);
  assert.equal((await idle.get('v2'))!.status, 'ready');
  const newer = await bench.engine([of(1), of(2)]);
  assert.equal((await newer.finished('v2', PATIENCE_MS))!.result, 2);
});

test('version() keeps runs that had gone past the change on the old path and new ones on the new', async () => {
  const path = (guarded: boolean) => defineWorkflow<null, string[]>({
    kind: 'guarded', version: 1,
    run: async (run) => {
      const taken: string[] = [];
      taken.push(await run.step('a', { do: () => 'a' }));
      const version = guarded ? run.version('check-fraud', 1, 2) : 1;
      if (version === 2) taken.push(await run.step('fraud', { do: () => 'fraud' }));
      await run.wait('go');
      taken.push(await run.step('b', { do: () => 'b' }));
      if (guarded) taken.push(String(run.version('check-fraud', 1, 2)));
      return taken;
    },
  });
  const before = await bench.engine([path(false)]);
  await before.start('guarded', 'old-path', null);
  await eventually('it waits', async () => (await before.get('old-path'))!.status === 'waiting');
  await before.stop();
  const after = await bench.engine([path(true)]);
  await after.start('guarded', 'new-path', null);
  for (const id of ['old-path', 'new-path']) await after.signal(id, 'go', '1', null);
  assert.deepEqual((await after.finished('old-path', PATIENCE_MS))!.result, ['a', 'b', '1']);
  assert.deepEqual((await after.finished('new-path', PATIENCE_MS))!.result, ['a', 'fraud', 'b', '2']);
});
