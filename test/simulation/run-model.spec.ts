// The simulation is worth what its model is worth: random calls are played on the model and on PostgreSQL, and both
// must give the same answers and hold the same runs.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { GroupCommit, UnitOfWork } from '#database';
import { eventsMigrations } from '#events';
import { testDatabase, type TestDatabase } from '#testing';
import {
  Engine, PostgresStore, startOf, startRun, sendSignal, systemClock, workflowEntities, workflowMigrations,
  type ClaimedRun, type NextState, type RunChange, type Take,
} from '#workflow';
import { RunModel } from './run-model.js';
import { numbersOf } from './world.js';

const STORIES = 12;
const CALLS = 60;
const LONG_MS = 3_600_000;
const RUNS = ['a', 'b', 'c'];
const OWNERS = ['one', 'two'];
const SIGNALS = ['go', 'stop', 'cancel'];
const KIND = { kind: 'modelled', version: 1 };

let test: TestDatabase;
let commit: GroupCommit;
let store: PostgresStore;
let engine: Engine;

before(async () => {
  test = await testDatabase({
    entities: workflowEntities, migrations: [...eventsMigrations, ...workflowMigrations], poolSize: 4,
  });
  commit = new GroupCommit(test.database);
  store = new PostgresStore(test.database, commit, systemClock);
  engine = new Engine({
    database: test.database, groupCommit: commit, workflows: [], workerId: 'spec', leaseMs: LONG_MS, concurrency: 1,
  });
});

after(async () => {
  await commit.close();
  await test.drop();
});

for (let seed = 1; seed <= STORIES; seed++) {
  it(`model and PostgreSQL tell the same story (seed ${seed})`, async () => {
    await test.database.query(
      'truncate workflow.run, workflow.signal, workflow.task, workflow.worker, events.outbox, events.journey');
    const story = new Story(seed);
    for (let call = 0; call < CALLS; call++) await story.call();
  });
}

/** One random sequence of calls to both. */
class Story {
  private now = 0;
  private readonly model = new RunModel(() => this.now, () => undefined);
  private readonly random: () => number;
  private readonly leases = new Map<string, { model: string; real: string }>();
  private calls = 0;

  constructor(seed: number) {
    this.random = numbersOf(seed);
  }

  async call(): Promise<void> {
    this.now += 10;
    const name = this.pick(Object.keys(this.acts));
    const [model, real] = await this.acts[name]!();
    const where = `call ${++this.calls}, ${name}`;
    assert.deepEqual(real, model, where);
    assert.deepEqual(await this.stored(), this.modelled(), where);
  }

  private readonly acts: Record<string, () => Promise<[unknown, unknown]>> = {
    start: async () => {
      const id = this.pick(RUNS);
      const unit = new UnitOfWork();
      const entry = unit.add(startRun, startOf(KIND, id, { id }));
      const result = await commit.commit(unit);
      assert.ok(result.committed);
      return [this.model.start(id, KIND.kind, KIND.version, { id }), result.outcome(entry).started];
    },
    send: async () => {
      const signal = {
        runId: this.pick(RUNS), name: this.pick(SIGNALS), key: this.pick(['1', '2', '3']), payload: { x: 1 },
      };
      const unit = new UnitOfWork();
      const entry = unit.add(sendSignal, signal);
      const result = await commit.commit(unit);
      assert.ok(result.committed);
      return [this.model.send(signal), result.outcome(entry)];
    },
    claimDue: async () => {
      const request = { owner: this.pick(OWNERS), workflows: [KIND], limit: 10 };
      return [byId(this.model.claimDue(request)), byId(await store.claimDue(request))];
    },
    claimOrphans: async () => {
      const request = { owner: this.pick(OWNERS), workflows: [KIND], limit: 10 };
      return [byId(this.model.claimOrphans(request)), byId(await store.claimOrphans(request))];
    },
    change: () => this.change(),
    changeAgain: () => this.change(),
    take: () => this.take(),
    takeAgain: () => this.take(),
    renew: async () => {
      const owner = this.pick(OWNERS);
      const leaseMs = this.pick([0, LONG_MS]);
      this.leases.set(owner, {
        model: this.model.renewLease(owner, leaseMs), real: await store.renewLease(owner, leaseMs),
      });
      this.now += 1;
      return [undefined, undefined];
    },
    abandon: async () => {
      const owner = this.pick(OWNERS);
      const lease = this.random() < 0.8 ? this.leases.get(owner) : { model: 'old', real: 'old' };
      const active = this.random() < 0.3 ? [this.pick(RUNS)] : [];
      const idleMs = this.pick([0, LONG_MS]);
      this.model.abandon(owner, lease?.model ?? 'none', active, idleMs);
      await store.abandon(owner, lease?.real ?? 'none', active, idleMs);
      return [undefined, undefined];
    },
    wake: async () => [this.model.wakeSignalled(), await store.wakeSignalled()],
    decide: async () => {
      const runId = this.pick(RUNS);
      const action = this.pick(['retry', 'cancel', 'skip'] as const);
      const task = (await engine.tasks.ofRun(runId)).find(({ decidedAt }) => decidedAt === null);
      const decided = task === undefined ? false
        : await engine.tasks.decide(task.id, { action, by: 'spec' }).then(() => true, () => false);
      return [this.model.decide(runId, action), decided];
    },
  };

  private async change(): Promise<[unknown, unknown]> {
    const runId = this.pick(RUNS);
    const state = this.pick(['done', 'trying', 'failed'] as const);
    const key = this.pick(['step:x', 'step:y', 'undo:x']);
    const change: RunChange = {
      runId, epoch: this.epochOf(runId), entries: { [key]: { n: this.calls, state, attempts: 2 } },
      cancelKnown: this.random() < 0.5, ...(this.random() < 0.6 ? { next: this.next(key) } : {}),
    };
    return [this.model.change(change, new UnitOfWork()), await store.change(change, new UnitOfWork())].map((answer) =>
      ('rejected' in answer ? answer.rejected : answer)) as [unknown, unknown];
  }

  private next(entry: string): NextState {
    const error = { name: 'Error', message: 'no' };
    const actions = this.pick([['retry', 'cancel'], ['retry', 'skip']] as const);
    return this.pick<NextState>([
      { status: 'ready', dueMs: 0 }, { status: 'ready', dueMs: LONG_MS }, { status: 'completed', result: { ok: 1 } },
      { status: 'stuck', task: { reason: 'why', entry, error, owner: 'ops', dueMs: LONG_MS, actions: [...actions] } },
      { status: 'cancelled', error },
    ]);
  }

  private async take(): Promise<[unknown, unknown]> {
    const runId = this.pick(RUNS);
    const take: Take = {
      runId, epoch: this.epochOf(runId), key: this.pick(['wait:go', 'wait:stop']), n: this.calls,
      names: this.pick([['go', 'cancel'], ['stop', 'cancel'], ['cancel']]), until: null,
      timeoutMs: this.pick([null, 0, LONG_MS]), park: this.random() < 0.7, entries: {},
    };
    const plain = (answer: object): unknown => Object.fromEntries(
      Object.entries(answer).filter(([, value]) => value !== null && value !== undefined));
    const model = this.model.take(take, new UnitOfWork());
    return [plain(model), plain(await store.take(take, new UnitOfWork()))];
  }

  /** Mostly that of the owner; sometimes, and when there is none, that of an owner before. */
  private epochOf(runId: string): number {
    const run = this.model.runs.get(runId);
    const epoch = run?.epoch ?? 0;
    return run?.status === 'running' && this.random() < 0.8 ? epoch : epoch - 1;
  }

  private modelled(): unknown[] {
    return [...this.model.runs.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, status, owner, epoch, due, waitFor, journal, result, task }) => ({
        id, status, owner, epoch, due: due === null ? null : due > this.now ? 'later' : 'now',
        waitFor: waitFor ?? null, journal: timeless(journal), result: result ?? null, open: task !== undefined,
      }));
  }

  private stored(): Promise<unknown[]> {
    return test.database.query<Record<string, unknown>>(`
      select id, status, owner, epoch, wait_for as "waitFor", journal, result,
        case when due > clock_timestamp() then 'later' when due is not null then 'now' end as due,
        exists (select from workflow.task where run_id = run.id and decided_at is null) as open
      from workflow.run order by id`).then((rows) =>
      rows.map((row) => ({ ...row, journal: timeless(row.journal as Record<string, object>) })));
  }

  private pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)]!;
  }
}

const byId = (runs: ClaimedRun[]): ClaimedRun[] => runs
  .map((run) => ({ ...run, journal: timeless(run.journal) as ClaimedRun['journal'] }))
  .sort((a, b) => (a.id < b.id ? -1 : 1));

/** The same journal without moments: the clocks of model and PostgreSQL have nothing in common. */
function timeless(journal: Readonly<Record<string, object>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(journal).map(([key, entry]) => {
    const { until, ...rest } = entry as { until?: string | null };
    return [key, until === undefined ? rest : { ...rest, until: until === null ? null : 'later' }];
  }));
}
