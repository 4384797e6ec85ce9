// Holds the engine's first promises: a run goes through its steps once, starts are idempotent and join a caller's unit
// of work, and a run parked or interrupted goes on from its journal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GroupCommit, Rejected, UnitOfWork, type BatchWriter } from '#database';
import { effects, eventually, openEngineBench, PATIENCE_MS } from '#testing';
import type { Clock } from './clock.js';
import { TURN_MS } from './turns.js';
import { defineWorkflow, StartConflict, START_CONFLICT, StepFailed, type StepEvent } from './index.js';

const bench = await openEngineBench();

const STEPS = ['validate', 'price', 'reserve', 'erp', 'publish', 'crm'];

const saga = defineWorkflow<{ order: number }, { steps: string[] }>({
  kind: 'saga', version: 1,
  run: async (run, input) => {
    const steps: string[] = [];
    for (const name of STEPS) {
      steps.push(await run.step(name, {
        do: (attempt) => `${name} ${input.order} ${attempt.key} ${attempt.mayHaveRun}`,
        writes: (unit) => unit.add(effects, { runId: run.id, step: name }),
      }));
    }
    return { steps };
  },
});

test('six steps run once, in order, each with its key; the result and the journal are kept', async () => {
  const engine = await bench.engine([saga]);
  assert.deepEqual(await engine.start('saga', 'happy', { order: 7 }),
    { started: true, owned: true, cancelRequested: false });
  const outcome = await engine.finished('happy', PATIENCE_MS);
  assert.deepEqual(outcome, { status: 'completed', result: { steps: STEPS.map((s) => `${s} 7 happy:${s} false`) } });
  assert.deepEqual(await bench.effects('happy'), STEPS);
  const run = (await engine.get('happy'))!;
  assert.equal(run.status, 'completed');
  assert.deepEqual(run.result, outcome!.result);
  assert.deepEqual(Object.values(run.journal).map(({ n }) => n).sort(), [1, 2, 3, 4, 5, 6]);
});

test('a start with the same id and input is one run, in any order of keys; another input is a conflict', async () => {
  const engine = await bench.engine([saga]);
  const starts = await Promise.all(Array.from({ length: 20 }, (_, i) =>
    engine.start('saga', 'again', i % 2 === 0 ? { order: 1, note: 'x' } : { note: 'x', order: 1 })));
  assert.equal(starts.filter(({ started }) => started).length, 1);
  await engine.finished('again', PATIENCE_MS);
  assert.deepEqual(await bench.effects('again'), STEPS);
  assert.deepEqual(await engine.start('saga', 'again', { note: 'x', order: 1 }), { started: false });
  await assert.rejects(engine.start('saga', 'again', { order: 2 }), StartConflict);
});

test('a start joins the unit of its caller: both or neither, and the run begins right after the commit', async () => {
  const engine = await bench.engine([saga]);
  const commit = new GroupCommit(bench.test.database);
  const refuse: BatchWriter<null> = { name: 'refuse', order: 1, guards: true, write: async () => [new Rejected('no')] };

  const good = new UnitOfWork();
  good.add(effects, { runId: 'joined', step: 'captured' });
  const entry = engine.start('saga', 'joined', { order: 1 }, good);
  const result = await commit.commit(good);
  assert.ok(result.committed && result.outcome(entry).started);
  assert.equal((await engine.finished('joined', PATIENCE_MS))!.status, 'completed');
  assert.deepEqual(await bench.effects('joined'), ['captured', ...STEPS]);

  const refused = new UnitOfWork();
  engine.start('saga', 'refused', { order: 1 }, refused);
  refused.add(refuse, null);
  assert.equal((await commit.commit(refused)).committed, false);
  assert.equal(await engine.get('refused'), null);

  const conflict = new UnitOfWork();
  conflict.add(effects, { runId: 'joined', step: 'captured again' });
  engine.start('saga', 'joined', { order: 2 }, conflict);
  const answer = await commit.commit(conflict);
  assert.ok(!answer.committed && answer.rejected.reason === START_CONFLICT);
  assert.deepEqual(await bench.effects('joined'), ['captured', ...STEPS]);
  await commit.close();
});

test('starts beyond the capacity are left ready and all run', async () => {
  const engine = await bench.engine([saga], { concurrency: 4, pressure: () => 0.5 });
  const ids = Array.from({ length: 12 }, (_, i) => `many-${i}`);
  const starts = await Promise.all(ids.map((id) => engine.start('saga', id, { order: 1 })));
  assert.ok(starts.filter((start) => start.started && start.owned).length <= 2);
  for (const id of ids) assert.equal((await engine.finished(id, PATIENCE_MS))!.status, 'completed');
  const [row] = await bench.test.database.query<{ count: number }>(
    `SELECT count(*) FROM effect WHERE run_id LIKE 'many-%'`);
  assert.equal(row!.count, 12 * STEPS.length);
});

test('runs rest before each step while others need the process, and still come to their end', async () => {
  let level = 1;
  const rests: number[] = [];
  const isRest = (ms: number) => ms > TURN_MS - 0.1 && ms < TURN_MS + 2;
  const clock: Clock = {
    monotonicMs: () => performance.now(),
    after: (ms, callback) => {
      if (isRest(ms)) rests.push(ms);
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    soon: setImmediate,
  };
  const engine = await bench.engine([saga], { clock, pressure: () => level });
  await engine.start('saga', 'rests', { order: 1 });
  assert.equal((await engine.finished('rests', PATIENCE_MS))!.status, 'completed');
  assert.ok(rests.length >= STEPS.length, `${rests.length} rests`);
  level = 0;
  rests.length = 0;
  await engine.start('saga', 'goes on', { order: 1 });
  assert.equal((await engine.finished('goes on', PATIENCE_MS))!.status, 'completed');
  assert.deepEqual(rests, []);
});

test('a guard that refuses a transactional step fails it with its reason; the code may branch on it', async () => {
  const stock: BatchWriter<null> = {
    name: 'stock', order: 2, guards: true,
    write: async (_tx, rows) => rows.map(() => new Rejected('out-of-stock', { left: 0 })),
  };
  const branch = defineWorkflow<null, unknown>({
    kind: 'branch', version: 1,
    run: async (run) => {
      try {
        await run.commit('reserve', (unit) => void unit.add(stock, null));
      } catch (error) {
        assert.ok(error instanceof StepFailed);
        await run.sleep(1);
        return run.step('backorder', { do: () => ({ reason: error.reason, detail: error.detail }) });
      }
      return null;
    },
  });
  const engine = await bench.engine([branch]);
  await engine.start('branch', 'short', null);
  const outcome = await engine.finished('short', PATIENCE_MS);
  assert.deepEqual(outcome!.result, { reason: 'out-of-stock', detail: { left: 0 } });
});

test('parallel steps are all journaled, and a wait parks only when they have ended', async () => {
  const fan = defineWorkflow<null, unknown>({
    kind: 'fan', version: 1,
    run: async (run) => {
      const chain = async () => {
        await run.commit('a', (unit) => void unit.add(effects, { runId: run.id, step: 'a' }));
        return run.step('b', {
          do: async () => { await new Promise((r) => setTimeout(r, 30)); return 'b'; },
          writes: (unit) => unit.add(effects, { runId: run.id, step: 'b' }),
        });
      };
      const [b, c, waited] = await Promise.all([chain(), run.step('c', { do: () => 'c' }), run.wait('go')]);
      return { b, c, waited };
    },
  });
  const engine = await bench.engine([fan]);
  await engine.start('fan', 'fan', null);
  await eventually('the run is parked', async () => (await engine.get('fan'))!.status === 'waiting');
  assert.deepEqual(await bench.effects('fan'), ['a', 'b']);
  await engine.signal('fan', 'go', '1', 5);
  assert.deepEqual((await engine.finished('fan', PATIENCE_MS))!.result,
    { b: 'b', c: 'c', waited: { received: true, payload: 5 } });
  assert.deepEqual(await bench.effects('fan'), ['a', 'b']);
});

test('a listener hears of steps and its rows commit with them', async () => {
  const heard: StepEvent[] = [];
  const engine = await bench.engine([saga], {
    onStep: (event, unit) => {
      heard.push(event);
      unit.add(effects, { runId: `journey-${event.runId}`, step: `${event.phase} ${event.name} ${event.outcome}` });
    },
  });
  await engine.start('saga', 'told', { order: 3 });
  await engine.finished('told', PATIENCE_MS);
  assert.deepEqual(await bench.effects('journey-told'),
    [...STEPS.map((name) => `step ${name} done`), 'run saga completed']);
  assert.deepEqual(heard[0]!.input, { order: 3 });
});

test('ended runs move to the archive with their signals; their ids are free again', async () => {
  const engine = await bench.engine([saga]);
  await engine.start('saga', 'old', { order: 1 });
  await engine.finished('old', PATIENCE_MS);
  await engine.signal('old', 'late', '1', null);
  await engine.signal('nobody', 'early', '1', null);
  assert.ok(await engine.archiveDone(0) > 0);
  assert.equal(await engine.get('old'), null);
  const archived = await bench.test.database.query(`SELECT id FROM workflow.run_archive WHERE id = 'old'`);
  assert.equal(archived.length, 1);
  assert.deepEqual((await engine.strandedSignals(0)).map(({ runId }) => runId), ['nobody']);
  assert.equal((await engine.start('saga', 'old', { order: 2 })).started, true);
});
