// Holds the retry rules: as a pure decision, and in a run that retries in memory, parks, and ends with a person.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effects, eventually, openEngineBench, PATIENCE_MS } from '#testing';
import { defineWorkflow, DEFAULT_RETRY, NonRetryable, RetryLater, StillUncertain, type StepAttempt } from './index.js';
import type { Clock } from './clock.js';
import { countDelay, countFailure, decideRetry, type Failures } from './retry.js';

const bench = await openEngineBench();

test('delays double up to the cap, jitter takes away at most its share', () => {
  const policy = { ...DEFAULT_RETRY, firstDelayMs: 100, maxDelayMs: 1_000, jitter: 0.5 };
  const delay = (attempts: number, random: number) => {
    const decision = decideRetry(new Error('x'), { attempts, deferrals: 0 }, policy, () => random);
    assert.ok(decision.next === 'retry');
    return decision.delayMs;
  };
  assert.deepEqual([1, 2, 3, 4, 5, 6].map((n) => delay(n, 0)), [100, 200, 400, 800, 1_000, 1_000]);
  assert.equal(delay(3, 0.999), 400 * (1 - 0.4995));
});

test('NonRetryable fails, exhaustion asks a person, RetryLater is counted apart and names its time', () => {
  const decide = (error: unknown, attempts: number, deferrals = 0) =>
    decideRetry(error, { attempts, deferrals }, DEFAULT_RETRY, () => 0).next;
  assert.equal(decide(new NonRetryable('no'), 1), 'fail');
  assert.equal(decide(new Error('x'), DEFAULT_RETRY.maxAttempts - 1), 'retry');
  assert.equal(decide(new Error('x'), DEFAULT_RETRY.maxAttempts), 'ask');
  assert.equal(decide(new RetryLater('down'), 0, DEFAULT_RETRY.maxDeferrals - 1), 'retry');
  assert.equal(decide(new RetryLater('down'), 0, DEFAULT_RETRY.maxDeferrals), 'ask');
  assert.deepEqual(countFailure(new RetryLater('down'), { attempts: 2, deferrals: 3 }), { attempts: 2, deferrals: 4 });
  assert.deepEqual(decideRetry(new RetryLater('down', 5_000), { attempts: 0, deferrals: 1 }, DEFAULT_RETRY, () => 0),
    { next: 'retry', delayMs: 5_000 });
});

test('what stays uncertain reaches a person after four hours, though it was only put off', () => {
  let failures: Failures = { attempts: 0, deferrals: 0 };
  let passedMs = 0;
  for (;;) {
    // Once in doubt it stays so: that the vendor is down meanwhile does not stop the count.
    const error = passedMs > 3_600_000 ? new RetryLater('down') : new StillUncertain('no answer');
    failures = countFailure(error, failures, 1_000);
    passedMs += 1_000;
    const decision = decideRetry(error, failures, DEFAULT_RETRY, () => 0.5);
    if (decision.next === 'ask') break;
    assert.ok(decision.next === 'retry' && passedMs < DEFAULT_RETRY.maxUncertainMs);
    failures = countDelay(failures, decision.delayMs);
    passedMs += decision.delayMs;
  }
  assert.equal(failures.uncertainMs, passedMs);
  assert.ok(passedMs >= 4 * 3_600_000 && failures.deferrals < DEFAULT_RETRY.maxDeferrals);
  assert.equal(countFailure(new RetryLater('down'), { attempts: 0, deferrals: 9 }, 1_000).uncertainMs, undefined);
});

type Behaviour = (attempt: StepAttempt) => unknown;
let behave: Behaviour = () => null;

const call = defineWorkflow<null, unknown>({
  kind: 'call', version: 1,
  run: (run) => run.step('erp', {
    do: (attempt) => behave(attempt), retry: { maxAttempts: 4, firstDelayMs: 5, timeoutMs: 200 },
  }),
});

test('a step is tried again until it succeeds, and knows from its second try that it may have run', async () => {
  const engine = await bench.engine([call]);
  const tries: unknown[] = [];
  behave = ({ number, mayHaveRun, key }) => {
    tries.push([number, mayHaveRun, key]);
    if (number < 3) throw new Error(`down\u0000 ${number}`);
    return 'ok';
  };
  await engine.start('call', 'again', null);
  assert.equal((await engine.finished('again', PATIENCE_MS))!.result, 'ok');
  assert.deepEqual(tries, [[1, false, 'again:erp'], [2, true, 'again:erp'], [3, true, 'again:erp']]);
  assert.equal((await engine.get('again'))!.journal['step:erp']!.attempts, 3);
});

test('an attempt that does not answer in time is told so by its signal, given up and tried again', async () => {
  const engine = await bench.engine([call]);
  let aborted: unknown;
  behave = ({ number, signal }) => {
    if (number > 1) return 'answered';
    signal.addEventListener('abort', () => { aborted = signal.reason; });
    return new Promise(() => {});
  };
  await engine.start('call', 'silent', null);
  assert.equal((await engine.finished('silent', PATIENCE_MS))!.result, 'answered');
  assert.match(String(aborted), /No answer within 200 ms/);
});

test('a long back-off parks the run; its attempts are kept', async () => {
  const engine = await bench.engine([call]);
  behave = ({ mayHaveRun }) => {
    if (!mayHaveRun) throw new RetryLater('quota gone', 2_300);
    return 'later';
  };
  const started = Date.now();
  await engine.start('call', 'parked', null);
  const parked = await eventually('it is parked', async () => {
    const run = await engine.get('parked');
    return run?.status === 'ready' && run;
  });
  assert.equal(parked.owner, null);
  assert.deepEqual([parked.journal['step:erp']!.attempts, parked.journal['step:erp']!.deferrals], [0, 1]);
  assert.equal((await engine.finished('parked', PATIENCE_MS))!.result, 'later');
  assert.ok(Date.now() - started >= 2_300);
});

test('a step that does not succeed makes the run stuck with a task; retry lets it go on', async () => {
  const engine = await bench.engine([call]);
  let healthy = false;
  const seen: boolean[] = [];
  behave = ({ mayHaveRun }) => {
    seen.push(mayHaveRun);
    if (!healthy) throw new Error('still down');
    return 'finally';
  };
  await engine.start('call', 'stuck', null);
  const [task] = await eventually('a task is open', async () => {
    const tasks = await engine.tasks.ofRun('stuck');
    return tasks.length > 0 && tasks;
  });
  assert.equal((await engine.get('stuck'))!.status, 'stuck');
  assert.equal(seen.length, 4);
  assert.deepEqual([task!.owner, task!.actions, task!.entry], ['operations', ['retry', 'cancel'], 'step:erp']);
  assert.match(task!.reason, /Step "erp" does not succeed: still down/);
  assert.ok(task!.dueAt.getTime() > task!.createdAt.getTime());
  assert.ok((await engine.tasks.open()).some(({ id }) => id === task!.id));
  healthy = true;
  await assert.rejects(engine.tasks.decide(task!.id, { action: 'skip', by: 'ops' }), /does not allow skip/);
  await engine.tasks.decide(task!.id, { action: 'retry', by: 'ops', note: 'ERP is back' });
  assert.equal((await engine.finished('stuck', PATIENCE_MS))!.result, 'finally');
  assert.deepEqual(seen, [false, true, true, true, true]);
  await assert.rejects(engine.tasks.decide(task!.id, { action: 'cancel', by: 'ops' }), /decided already/);
});

test('workflow code that throws outside a step opens a task instead of undoing anything', async () => {
  let undone = 0;
  let broken = true;
  const bug = defineWorkflow<null, string>({
    kind: 'bug', version: 1, tasks: { owner: 'orders-team', dueMs: 60_000 },
    run: async (run) => {
      await run.step('a', { do: () => 1, undo: () => { undone++; } });
      if (broken) throw new TypeError('undefined is not a function');
      await run.commit('b', (unit) => void unit.add(effects, { runId: run.id, step: 'b' }));
      return 'repaired';
    },
  });
  const engine = await bench.engine([bug]);
  await engine.start('bug', 'bug', null);
  const [task] = await eventually('a task is open', async () => {
    const tasks = await engine.tasks.ofRun('bug');
    return tasks.length > 0 && tasks;
  });
  assert.deepEqual([task!.owner, task!.entry, undone], ['orders-team', null, 0]);
  broken = false;
  await engine.tasks.decide(task!.id, { action: 'retry', by: 'dev' });
  assert.equal((await engine.finished('bug', PATIENCE_MS))!.result, 'repaired');
});

test('a write that PostgreSQL refuses at a wait or at the end opens a task instead of hanging', async () => {
  const bad = defineWorkflow<boolean, string>({
    kind: 'bad', version: 1,
    run: async (run, waits) => {
      if (waits) await run.wait('go\u0000', { timeoutMs: 60_000 });
      return 'bad\u0000';
    },
  });
  const engine = await bench.engine([bad]);
  for (const waits of [true, false]) {
    await engine.start('bad', `bad-${waits}`, waits);
    await eventually('a task is open', async () => (await engine.tasks.ofRun(`bad-${waits}`)).length === 1);
    assert.equal((await engine.get(`bad-${waits}`))!.status, 'stuck');
  }
});

/** Time that passes a thousand times as fast. */
const hasty: Clock = {
  monotonicMs: () => performance.now() * 1_000,
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms / 1_000);
    return () => clearTimeout(timer);
  },
  soon: setImmediate,
};

test('a run that nobody knows about asks a person in time, and looks again before anything is done', async () => {
  const doubtful = defineWorkflow<null, unknown>({
    kind: 'doubtful', version: 1,
    run: (run) => run.step('erp', {
      do: (attempt) => behave(attempt), retry: { firstDelayMs: 1_000, maxDelayMs: 1_900, timeoutMs: 3_600_000 },
    }),
  });
  const engine = await bench.engine([doubtful],
    { clock: hasty, leaseMs: 600_000_000, retry: { maxUncertainMs: 60_000 } });
  let found = false;
  const looked: boolean[] = [];
  behave = ({ mayHaveRun }) => {
    looked.push(mayHaveRun);
    if (!found) throw new StillUncertain('no answer, and not to be found');
    return 'found';
  };
  await engine.start('doubtful', 'doubt', null);
  const [task] = await eventually('a person is asked', async () => {
    const tasks = await engine.tasks.ofRun('doubt');
    return tasks.length > 0 && tasks;
  });
  assert.match(task!.reason, /does not succeed: no answer/);
  const { deferrals, uncertainMs } = (await engine.get('doubt'))!.journal['step:erp']!;
  assert.ok(deferrals! > 10 && deferrals! < DEFAULT_RETRY.maxDeferrals && uncertainMs! >= 60_000);
  found = true;
  await engine.tasks.decide(task!.id, { action: 'retry', by: 'ada' });
  await eventually('it goes on', async () => (await engine.get('doubt'))!.status === 'completed');
  assert.deepEqual(looked, looked.map((_, place) => place > 0));
});
