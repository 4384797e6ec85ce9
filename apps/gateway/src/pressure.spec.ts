// Holds what pressure promises: people who ask get room step by step, a busy thread without them is nobody's trouble,
// and room that is no longer needed is given back.
import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Pressure } from './pressure.js';

const TURN_MS = 20;

/** Keeps the thread busy for most of `ms`, and asks in each turn when told to. */
async function busy(ms: number, pressure: Pressure, asking: boolean): Promise<void> {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    if (asking) pressure.asked();
    const turnEnds = performance.now() + TURN_MS;
    while (performance.now() < turnEnds);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('pressure', () => {
  let pressure: Pressure;
  beforeEach(() => {
    pressure?.close();
    pressure = new Pressure();
  });
  after(() => pressure.close());

  it('rises while people ask and the thread is full, by steps, and falls to nothing when they are gone', async () => {
    await busy(120, pressure, true);
    const early = pressure.level;
    await busy(1_000, pressure, true);
    assert.ok(early > 0 && early < pressure.level, `${early} < ${pressure.level}`);
    assert.equal(pressure.level, 1);
    await pause(800);
    assert.equal(pressure.level, 0);
  });

  it('stays at nothing when nobody asks, however busy the thread is', async () => {
    await busy(500, pressure, false);
    assert.equal(pressure.level, 0);
  });

  it('stays at nothing when people ask and the thread has room', async () => {
    for (let turn = 0; turn < 10; turn++) {
      pressure.asked();
      await pause(30);
    }
    assert.equal(pressure.level, 0);
  });
});
