// Holds what pressure promises: people who ask get room step by step, a busy thread without them is nobody's trouble,
// and room that is no longer needed is given back.
import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { BURST_MS, LASTING_LEVEL, Pressure } from './pressure.js';

const TURN_MS = 20;

const answered = () => ({ headersSent: true }) as ServerResponse;

/** Keeps the thread busy for most of `ms`, and asks in each turn when told to. */
async function busy(ms: number, pressure: Pressure, asking: boolean): Promise<void> {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    if (asking) pressure.asks(answered());
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
    const levels: number[] = [];
    for (let turn = 0; turn < 60; turn++) {
      await busy(TURN_MS, pressure, true);
      levels.push(pressure.level);
    }
    assert.ok(levels.some((level) => level > 0 && level < 1), `${levels.join(' ')}`);
    assert.equal(levels.at(-1), 1);
    await pause(800);
    assert.equal(pressure.level, 0);
  });

  it('stays at nothing when nobody asks, however busy the thread is', async () => {
    await busy(500, pressure, false);
    assert.equal(pressure.level, 0);
  });

  it('stays at nothing when people ask and the thread has room', async () => {
    for (let turn = 0; turn < 10; turn++) {
      pressure.asks(answered());
      await pause(30);
    }
    assert.equal(pressure.level, 0);
  });

  it('stays at nothing when somebody looks in now and then, however busy the thread is', async () => {
    for (let turn = 0; turn < 4; turn++) {
      pressure.asks(answered());
      await busy(250, pressure, false);
    }
    assert.equal(pressure.level, 0);
  });

  it('leaves its part to the work behind the people when they do not go', async (test) => {
    pressure.close();
    test.mock.timers.enable({ apis: ['setInterval'] });
    pressure = new Pressure();
    const forMs = (ms: number) => {
      for (let at = 0; at < ms; at += 50) {
        const turnEnds = performance.now() + 0.2;
        while (performance.now() < turnEnds);
        pressure.asks(answered());
        test.mock.timers.tick(50);
      }
    };
    forMs(BURST_MS / 2);
    assert.equal(pressure.level, 1);
    forMs(BURST_MS);
    assert.ok(pressure.level > LASTING_LEVEL && pressure.level < 1, `${pressure.level}`);
    forMs(BURST_MS);
    assert.equal(pressure.level, LASTING_LEVEL);
  });
});
