// Holds what turns promise: nobody waits without need, a crowd shares one line, and no wait is longer than said.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Turns, TURN_MS, TURN_WAIT_MS_MAX } from './turns.js';

describe('turns', () => {
  let now = 1_000;
  const turns = () => new Turns({ monotonicMs: () => now, after: () => () => undefined, soon: () => undefined });

  it('keep nobody waiting while nobody else needs the process', () => {
    const line = turns();
    assert.deepEqual([line.next(0), line.next(0.01), line.next(0)], [0, 0, 0]);
  });

  it('are one line for all: each next one waits longer, and a quiet while empties it', () => {
    const line = turns();
    assert.deepEqual([line.next(1), line.next(1), line.next(0.4)], [TURN_MS, 2 * TURN_MS, 2.16 * TURN_MS]);
    now += 10 * TURN_MS;
    assert.equal(line.next(1), TURN_MS);
  });

  it('come within the longest wait however long the line is', () => {
    const line = turns();
    const waits = Array.from({ length: 500 }, () => line.next(1));
    assert.equal(Math.max(...waits), TURN_WAIT_MS_MAX);
    assert.equal(waits.at(-1), TURN_WAIT_MS_MAX);
  });
});
