// A play that fails must not leave its attack behind: it would start processes of a house that is gone.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { play } from './stage.js';

it('a play that fails ends its attack before it closes the house', async () => {
  const stage = { seed: 1, random: () => 0, say: () => undefined, sized: (full: number) => full };
  let endedIn: 'a living house' | 'a closed house' | undefined;
  const played = play(stage, {
    orders: 1,
    begin: async (house) => {
      Object.assign(house, { as: () => ({ insist: () => Promise.reject(new Error('no buyer')) }) });
    },
    attack: async ({ house, until }) => {
      await until(1).finally(() => { endedIn = house.sandbox.alive ? 'a living house' : 'a closed house'; });
    },
  });
  await assert.rejects(played, /no buyer/);
  assert.equal(endedIn, 'a living house');
});
