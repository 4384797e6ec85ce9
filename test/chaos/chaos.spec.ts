// Small forms of the scenarios that every build must stand: `npm run chaos` plays all of them in full. CHAOS_SEED plays
// a run again.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { perform } from './perform.js';
import { scenarioOf } from './scenarios/catalog.js';

const SCALE = 0.003;
const LEAST = 40;
const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);

for (const id of ['R1', 'R3', 'R4', 'R7', 'R11', 'R14', 'late-refunds']) {
  const scenario = scenarioOf(id);
  it(`${id}: ${scenario.title}`, async (context) => {
    context.diagnostic(`seed ${seed}`);
    const { complaints, skipped, counts } = await perform(
      scenario, { seed, scale: SCALE, least: LEAST }, (text) => context.diagnostic(text));
    if (skipped !== undefined) return context.skip(skipped);
    context.diagnostic(JSON.stringify(counts));
    assert.deepEqual(complaints, [], `npm run chaos -- ${id} --seed ${seed}`);
  });
}
