// Holds what is promised when a run fails or is cancelled: what was done is taken back last first, each undo once, and
// an undo that does not succeed is a person's task and never dropped.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effects, eventually, openEngineBench, PATIENCE_MS } from '#testing';
import { defineWorkflow, NonRetryable, type Engine, type Run, type Step } from './index.js';

const bench = await openEngineBench();

/** A step whose do and undo each leave a row. */
const tracked = (run: Run, name: string, extra: Partial<Step<string>> = {}): Step<string> => ({
  do: () => name,
  writes: (unit) => unit.add(effects, { runId: run.id, step: name }),
  undoWrites: (unit, result) => unit.add(effects, { runId: run.id, step: `undo ${result}` }),
  ...extra,
});

async function until(engine: Engine, runId: string, status: string) {
  return eventually(`${runId} is ${status}`, async () => {
    const run = await engine.get(runId);
    return run?.status === status && run;
  });
}

test('a failed step undoes the steps before it in reverse; the run ends as failed with the reason', async () => {
  const fails = defineWorkflow<null, void>({
    kind: 'fails', version: 1,
    run: async (run) => {
      await run.step('a', tracked(run, 'a'));
      await run.commit('b', (unit) => void unit.add(effects, { runId: run.id, step: 'b' }),
        { undo: (unit) => void unit.add(effects, { runId: run.id, step: 'undo b' }) });
      await run.step('c', { do: () => 'no undo' });
      await run.step('d', tracked(run, 'd'));
      await run.step('e', tracked(run, 'e', {
        do: () => { throw new NonRetryable('credit refused', { reason: 'credit' }); },
      }));
    },
  });
  const engine = await bench.engine([fails]);
  await engine.start('fails', 'fails', null);
  const outcome = await engine.finished('fails', PATIENCE_MS);
  assert.equal(outcome!.status, 'failed');
  assert.deepEqual([outcome!.error!.message, outcome!.error!.reason], ['credit refused', 'credit']);
  assert.deepEqual(await bench.effects('fails'), ['a', 'b', 'd', 'undo d', 'undo b', 'undo a']);
});

test('an undo that fails five times opens a task; retry resumes it and the rest follows', async () => {
  let tries = 0;
  let healthy = false;
  const half = defineWorkflow<null, void>({
    kind: 'half', version: 1,
    run: async (run) => {
      await run.step('a', tracked(run, 'a'));
      await run.step('b', tracked(run, 'b', {
        undo: () => {
          tries++;
          if (!healthy) throw new Error('vendor down');
        },
      }));
      await run.step('c', tracked(run, 'c'));
      throw new NonRetryable('no');
    },
  });
  const engine = await bench.engine([half]);
  for (const [runId, action] of [['half-retry', 'retry'], ['half-skip', 'skip']] as const) {
    tries = 0;
    healthy = false;
    await engine.start('half', runId, null);
    await until(engine, runId, 'stuck');
    assert.equal(tries, 5);
    assert.deepEqual(await bench.effects(runId), ['a', 'b', 'c', 'undo c']);
    const [task] = await engine.tasks.ofRun(runId);
    assert.deepEqual([task!.entry, task!.actions], ['undo:b', ['retry', 'skip']]);
    // A cancel cannot hurry what is already being taken back.
    await engine.cancel(runId, 'late', null);
    assert.equal((await engine.get(runId))!.status, 'stuck');
    healthy = true;
    await engine.tasks.decide(task!.id, { action, by: 'ops' });
    await engine.finished(runId, PATIENCE_MS);
    assert.deepEqual(await bench.effects(runId),
      action === 'retry' ? ['a', 'b', 'c', 'undo c', 'undo b', 'undo a'] : ['a', 'b', 'c', 'undo c', 'undo a']);
    assert.equal(tries, action === 'retry' ? 6 : 5);
  }
});

const patient = defineWorkflow<null, string>({
  kind: 'patient', version: 1,
  run: async (run) => {
    await run.step('a', tracked(run, 'a'));
    await run.step('b', tracked(run, 'b', { do: async () => { await hold.promise; return 'b'; } }));
    await run.wait('shipped');
    await run.step('c', tracked(run, 'c'));
    return 'shipped';
  },
});
let hold = Promise.withResolvers<void>();

test('a cancel wakes a waiting run and takes back what was done', async () => {
  const engine = await bench.engine([patient]);
  hold.resolve();
  await engine.start('patient', 'waits', null);
  await until(engine, 'waits', 'waiting');
  await engine.cancel('waits', 'customer', { reason: 'changed mind' });
  assert.equal((await engine.finished('waits', PATIENCE_MS))!.status, 'cancelled');
  assert.deepEqual(await bench.effects('waits'), ['a', 'b', 'undo b', 'undo a']);
  assert.deepEqual((await engine.get('waits'))!.journal['cancel']!.result, { reason: 'changed mind' });
});

test('a cancel while a step runs lets it end and takes it back too', async () => {
  const engine = await bench.engine([patient]);
  hold = Promise.withResolvers();
  await engine.start('patient', 'runs', null);
  await eventually('a is done', async () => (await bench.effects('runs')).length === 1);
  await engine.cancel('runs', 'customer', null);
  hold.resolve();
  assert.equal((await engine.finished('runs', PATIENCE_MS))!.status, 'cancelled');
  assert.deepEqual(await bench.effects('runs'), ['a', 'b', 'undo b', 'undo a']);
});

test('a cancel before the start ends the run before its first step', async () => {
  const engine = await bench.engine([patient]);
  await engine.cancel('early', 'customer', null);
  await engine.start('patient', 'early', null);
  assert.equal((await engine.finished('early', PATIENCE_MS))!.status, 'cancelled');
  assert.deepEqual(await bench.effects('early'), []);
});

test('a cancel finds an uncertain step: it is settled first, as what it is', async () => {
  let applied = true;
  const tries: boolean[] = [];
  const unsure = defineWorkflow<null, void>({
    kind: 'unsure', version: 1,
    run: async (run) => {
      await run.step('a', tracked(run, 'a'));
      await run.step('erp', tracked(run, 'erp', {
        retry: { firstDelayMs: 60_000, jitter: 0 },
        do: ({ number, cancelling }) => {
          tries.push(cancelling);
          if (number === 1) throw new Error('time-out, nobody knows');
          if (!applied) throw new NonRetryable('looked up: it was never created');
          return 'erp';
        },
      }));
    },
  });
  const engine = await bench.engine([unsure]);
  for (const [runId, was] of [['applied', true], ['not-applied', false]] as const) {
    applied = was;
    tries.length = 0;
    await engine.start('unsure', runId, null);
    await until(engine, runId, 'ready');
    await engine.cancel(runId, 'customer', null);
    assert.equal((await engine.finished(runId, PATIENCE_MS))!.status, 'cancelled');
    assert.deepEqual(tries, [false, true]);
    assert.deepEqual(await bench.effects(runId), was ? ['a', 'erp', 'undo erp', 'undo a'] : ['a', 'undo a']);
  }
});

test('a person cancels a stuck run: the step they answer for is left out, the rest is taken back', async () => {
  const stuck = defineWorkflow<null, void>({
    kind: 'stuck', version: 1,
    run: async (run) => {
      await run.step('a', tracked(run, 'a'));
      await run.step('b', tracked(run, 'b', { retry: { maxAttempts: 1 }, do: () => { throw new Error('down'); } }));
    },
  });
  const engine = await bench.engine([stuck]);
  await engine.start('stuck', 'given-up', null);
  await until(engine, 'given-up', 'stuck');
  const [task] = await engine.tasks.ofRun('given-up');
  await engine.tasks.decide(task!.id, { action: 'cancel', by: 'ops', note: 'not there, checked by phone' });
  assert.equal((await engine.finished('given-up', PATIENCE_MS))!.status, 'cancelled');
  assert.deepEqual(await bench.effects('given-up'), ['a', 'undo a']);
});

test('a run cancelled before it began does the step that stands for what was before, and takes that back', async () => {
  const early = defineWorkflow<null, void>({
    kind: 'cancelled-first', version: 1,
    run: async (run) => {
      await run.step('before', tracked(run, 'before', { evenIfCancelled: true }));
      await run.step('first', tracked(run, 'first'));
    },
  });
  const engine = await bench.engine([early]);
  await engine.signal('cancelled-first', 'cancel', 'changed-mind', { reason: 'customerRequest' });
  await engine.start('cancelled-first', 'cancelled-first', null);
  assert.equal((await engine.finished('cancelled-first', PATIENCE_MS))!.status, 'cancelled');
  assert.deepEqual(await bench.effects('cancelled-first'), ['before', 'undo before']);
});
