// Holds the limits to their word with the counters of two processes on one database: never more than the limit, no less
// when demand is there, whoever asks; and a way on when the database does not answer.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { testDatabase, type TestDatabase } from '#testing';
import type { CounterSpec } from './counter.js';
import { Counters } from './counters.js';
import { GovernanceData } from './governance-data.js';
import { Consumers1700000003100 } from './migrations/1700000003100-consumers.js';
import { QuotaFunctions1700000003110 } from './migrations/1700000003110-quota-functions.js';
import { StoredAnswer1700000000100 } from './migrations/1700000000100-stored-answer.js';
import { QuotaStore } from './quota-store.js';
import { SharedThrottlerStorage } from './throttler-storage.js';

/** Longer than any test takes. */
const LONG_SECONDS = 3_600;

describe('limits over two processes', () => {
  let test: TestDatabase;
  let data: GovernanceData[] = [];
  let processes: Counters[] = [];
  let keys = 0;

  before(async () => {
    const migrations = [StoredAnswer1700000000100, Consumers1700000003100, QuotaFunctions1700000003110];
    test = await testDatabase({ migrations });
    const { database, url } = test;
    data = await Promise.all([0, 1].map(() => GovernanceData.open({ database, url, parts: [] })));
    processes = data.map((one, index) => {
      const counters = new Counters(new QuotaStore(database, `process-${index}`));
      one.onRecall((key) => counters.recall(key));
      return counters;
    });
  });
  after(async () => {
    await Promise.all(processes.map((one) => one.close()));
    await Promise.all(data.map((one) => one.close()));
    await test.drop();
  });

  const window = (quota: number, seconds = LONG_SECONDS): CounterSpec =>
    ({ kind: 'window', key: `window ${(keys += 1)}`, name: 'w', quota, seconds });
  const slots = (quota: number): CounterSpec => ({ kind: 'slots', key: `slots ${(keys += 1)}`, name: 's', quota });
  const take = (place: number, spec: CounterSpec, count = 1) => {
    const counters = processes[place % processes.length]!;
    return Promise.resolve(counters.take(counters.of(spec), count));
  };
  const granted = (answers: readonly boolean[]) => answers.filter(Boolean).length;

  it('let exactly the limit through when four times as much is sent at once', async () => {
    for (const quota of [1, 7, 100, 2_500]) {
      const spec = window(quota);
      const answers = await Promise.all(Array.from({ length: quota * 4 }, (_, index) => take(index, spec)));
      assert.equal(granted(answers), quota);
    }
  });

  it('count for a throttler of Nest on the same counters, exactly and over both', async () => {
    const storages = processes.map((counters) => new SharedThrottlerStorage(counters));
    const hit = (place: number) => storages[place % 2]!.increment('caller', LONG_SECONDS * 1_000, 50, 1_000, 'guard');
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => hit(index)));
    assert.equal(answers.filter(({ isBlocked }) => !isBlocked).length, 50);
    const refused = answers.find(({ isBlocked }) => isBlocked)!;
    assert.ok(refused.totalHits > 50 && refused.timeToBlockExpire > 0);
    const other = await storages[0]!.increment('other', LONG_SECONDS * 1_000, 50, 1_000, 'guard');
    assert.deepEqual([other.isBlocked, other.totalHits > 0], [false, true]);
  });

  it('let exactly the limit through whoever asks, in whatever groups, one group after the other', async () => {
    await fc.assert(fc.asyncProperty(
      fc.integer({ min: 1, max: 300 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 1, max: 60 })), { maxLength: 15 }),
      async (quota, groups) => {
        const spec = window(quota);
        let passed = 0;
        let asked = 0;
        for (const [place, size] of [...groups, [0, quota], [1, quota]] as const) {
          passed += granted(await Promise.all(Array.from({ length: size }, () => take(place, spec))));
          asked += size;
          assert.equal(passed, Math.min(asked, quota));
        }
      }), { numRuns: 25 });
  });

  it('count costs of several tokens all or nothing', async () => {
    const spec = window(100);
    const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => take(index, spec, 7)));
    assert.equal(granted(answers), 14);
    assert.equal(granted(await Promise.all([0, 1, 0, 1].map((place) => take(place, spec)))), 2);
  });

  it('begin anew when the window has ended, and never give more than the quota in one', async () => {
    const spec = window(5, 1);
    const first = await Promise.all(Array.from({ length: 20 }, (_, index) => take(index, spec)));
    assert.equal(granted(first), 5);
    for (const deadline = Date.now() + 30_000; !(await take(0, spec));) assert.ok(Date.now() < deadline);
  });

  it('count what is under way: a slot that is given back goes to the next, in any process', async () => {
    const spec = slots(10);
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => take(index, spec)));
    assert.equal(granted(answers), 10);
    const holder = answers.findIndex(Boolean) % 2;
    processes[holder]!.of(spec).giveBack(1, Date.now());
    const other = holder + 1;
    for (const deadline = Date.now() + 30_000; !(await take(other, spec));) assert.ok(Date.now() < deadline);
    assert.equal(await take(other, spec), false);
  });

  it('smooth a rate: the burst at once, then evenly', async () => {
    const spec: CounterSpec = { kind: 'smooth', key: 'smooth', name: 'spike-arrest', quota: 5, rate: 0.01 };
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => take(index, spec)));
    assert.equal(granted(answers), 5);
    assert.ok(processes[0]!.of(spec).secondsLeft(Date.now()) > 10);
  });

  it('take a changed quota over at once', async () => {
    const spec = window(3) as CounterSpec & { kind: 'window' };
    assert.equal(granted(await Promise.all(Array.from({ length: 6 }, (_, index) => take(index, spec)))), 3);
    const raised = { ...spec, quota: 5 };
    assert.equal(granted(await Promise.all(Array.from({ length: 6 }, (_, index) => take(index, raised)))), 2);
  });

  it('count in each process alone while the counters do not answer', async () => {
    const lost = new QuotaStore({ query: () => Promise.reject(new Error('no database')) } as never, 'lost');
    const counters = new Counters(lost);
    const spec = window(4);
    const answers = await Promise.all(Array.from({ length: 9 }, () => counters.take(counters.of(spec), 1)));
    assert.equal(granted(answers), 4);
    await counters.close();
  });
});
