// Holds the central promise under random trouble: whatever fails and whenever a worker is lost, each transactional step
// of each run writes its row exactly once, in order, and every run ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { effects, openEngineBench, PATIENCE_MS } from '#testing';
import { defineWorkflow, NonRetryable } from './index.js';

const bench = await openEngineBench();

/** What goes wrong at the first tries of a step. */
type Trouble = 'none' | 'throws' | 'throws twice' | 'loses the lease' | 'sql error' | 'refused';
const trouble = fc.constantFrom<Trouble>(
  'none', 'none', 'throws', 'throws twice', 'loses the lease', 'sql error', 'refused');

let round = 0;

test('rows of steps are written exactly once under random failures', { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.array(trouble, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 12 }), async (plans) => {
      const prefix = `once-${++round}`;
      const tries = new Map<string, number>();
      const trying = defineWorkflow<Trouble[], string>({
        kind: 'trying', version: 1,
        run: async (run, plan) => {
          for (const [i, kind] of plan.entries()) {
            const step = `s${i}`;
            await run.step(step, {
              retry: { firstDelayMs: 1, maxDelayMs: 2 },
              do: async () => {
                const key = `${run.id} ${step}`;
                const tried = (tries.get(key) ?? 0) + 1;
                tries.set(key, tried);
                if (tried === 1 && kind === 'loses the lease') {
                  // As a takeover would: somebody else owns the run while this attempt goes on.
                  await bench.test.database.query(
                    'UPDATE workflow.run SET epoch = epoch + 1, owner = NULL WHERE id = $1', [run.id]);
                }
                if (kind === 'refused') throw new NonRetryable('refused');
                if (kind.startsWith('throws') && tried <= (kind === 'throws' ? 1 : 2)) throw new Error('passing');
                return tried;
              },
              writes: (unit, tried) => {
                const bad = kind === 'sql error' && tried === 1;
                // A NUL in the text is an SQL error of this unit alone.
                unit.add(effects, { runId: run.id, step: bad ? '\u0000' : step });
              },
              undoWrites: (unit) => unit.add(effects, { runId: run.id, step: `undo ${step}` }),
            });
          }
          return 'done';
        },
      });
      const engine = await bench.engine([trying], { leaseMs: 200 });
      await Promise.all(plans.map((plan, i) => engine.start('trying', `${prefix}-${i}`, plan)));
      for (const [i, plan] of plans.entries()) {
        const runId = `${prefix}-${i}`;
        const outcome = await engine.finished(runId, PATIENCE_MS);
        const end = plan.indexOf('refused');
        assert.equal(outcome?.status, end === -1 ? 'completed' : 'failed');
        const done = plan.slice(0, end === -1 ? plan.length : end).map((_, n) => `s${n}`);
        const undone = end === -1 ? [] : done.map((step) => `undo ${step}`).reverse();
        assert.deepEqual(await bench.effects(runId), [...done, ...undone]);
      }
      await engine.stop();
    }), { numRuns: 12 });
});

test('a result rests in the store before the next step begins, and rides with the commit that follows', async () => {
  const seen: string[][] = [];
  const journaled = async (id: string) => {
    const [row] = await bench.test.database.query<{ keys: string[] }>(
      'SELECT ARRAY(SELECT jsonb_object_keys(journal)) AS keys FROM workflow.run WHERE id = $1', [id]);
    seen.push(row!.keys.sort());
  };
  const resting = defineWorkflow<null, null>({
    kind: 'resting', version: 1,
    run: async (run) => {
      await Promise.all([run.step('a', { do: () => 'a' }), run.step('b', { do: () => 'b' })]);
      await run.step('look', { do: () => journaled(run.id) });
      await run.commit('write', (unit) => { unit.add(effects, { runId: run.id, step: 'write' }); return null; });
      await run.step('look again', { do: () => journaled(run.id) });
      return null;
    },
  });
  const engine = await bench.engine([resting]);
  await engine.start('resting', 'resting', null);
  assert.equal((await engine.finished('resting', PATIENCE_MS))?.status, 'completed');
  assert.deepEqual(seen, [['step:a', 'step:b'], ['step:a', 'step:b', 'step:look', 'step:write']]);
  assert.deepEqual(await bench.effects('resting'), ['write']);
  await engine.stop();
});
