// A small part of the simulation for every build; `npm run chaos -- simulation` plays thousands of seeds. It also
// proves that the simulation is worth its time: a seed plays one story, and every flaw planted is found.
import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { faultsOf, keepQuiet, playSeed, WORLD_NAMES, type Flaw, type WorldName } from './simulate.js';

const SEEDS = 120;
/** Seeds in which each planted flaw must be found; most take fewer than five. */
const HUNT_MAX = 500;
/** Other seeds for each build, but the same for one that is run again on the same day. */
const first = Number(process.env['SIMULATION_SEED'] ?? Math.floor(Date.now() / 86_400_000) * SEEDS);

const FLAWS: readonly [WorldName, Flaw][] = [
  ['runs', 'no fence'], ['runs', 'blind lease'], ['runs', 'trusting takeover'], ['runs', 'lost answer taken for no'],
  ['runs', 'no abandon'], ['runs', 'deaf park'], ['runs', 'lost wake-up'], ['runs', 'forgotten undo'],
  ['stock', 'no lock'], ['stock', 'lines apart'], ['stock', 'forgotten facts'], ['stock', 'expiry blind'],
  ['stock', 'unlisted movements'],
  ['log', 'two movers'], ['log', 'cursor over the outbox'], ['log', 'ids before the lock'],
];

before(keepQuiet);

for (const world of WORLD_NAMES) {
  it(`${world}: ${SEEDS} seeds from ${first} on break no law`, async () => {
    let struck = 0;
    for (let seed = first; seed < first + SEEDS; seed++) {
      const played = await playSeed(world, seed);
      struck += faultsOf(played);
      assert.deepEqual(played.violations, [], `npm run chaos -- simulation --seed ${seed} --seeds 1`);
    }
    assert.ok(struck > SEEDS, `only ${struck} faults struck`);
  });

  it(`${world}: a seed plays the same story twice, and another one another`, async () => {
    const [one, again, other] = [await playSeed(world, 7), await playSeed(world, 7), await playSeed(world, 8)];
    assert.deepEqual(one, again);
    assert.notEqual(one.trace, other.trace);
  });
}

for (const [world, flaw] of FLAWS) {
  it(`${world}: the flaw "${flaw}" is found`, async (context) => {
    for (let seed = 0; seed < HUNT_MAX; seed++) {
      const { violations } = await playSeed(world, seed, flaw);
      if (violations.length === 0) continue;
      context.diagnostic(`seed ${seed}: ${violations[0]}`);
      return;
    }
    assert.fail(`not found in ${HUNT_MAX} seeds`);
  });
}
