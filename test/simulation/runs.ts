// Orders as durable runs, carried by the engine's real core over the model of its tables, while workers are killed and
// frozen and messages get lost. At the end every run must have ended, every effect have happened once or be taken back,
// and its code, played again over its journal, must do nothing.
import { UnitOfWork, type BatchWriter } from '#database';
import {
  defineWorkflow, NonRetryable, RetryLater, StoreUnavailable, Worker, type Run, type StepAttempt, type Store,
} from '#workflow';
import { RunModel, type ModelFlaw, type StoredRun } from './run-model.js';
import { ConnectionLost, SimProcess, type World } from './world.js';

/** Ways to build the engine wrongly, to prove that the simulation would see it. */
export type RunFlaw = ModelFlaw | 'blind lease' | 'lost answer taken for no' | 'forgotten undo';

interface VendorCall {
  readonly process: SimProcess;
  readonly owner: string;
  readonly runId: string;
  readonly name: string;
  readonly refuses: boolean;
}

interface Effect { readonly at: number; undone: boolean }
interface SimOrder {
  readonly fails: string | null;
  readonly silent: boolean;
  readonly naps: boolean;
  /** Waits for the delivery as long as it takes. */
  readonly patient: boolean;
}

const WORKERS = 3;
const RUNS_MAX = 8;
const LEASE_MS = 3_000;
const FAULTS_MS = 25_000;
/** Far more than any run needs once the weather is good: retries, tasks and take-overs included. */
const END_MS = 900_000;
const STEP = { timeoutMs: 2_000, maxDelayMs: 5_000 };
const ENDS: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);
const CALLED = ['authorise', 'erp', 'mail', 'capture'] as const;
const rows: BatchWriter<{ runId: string; step: string }> = {
  name: 'sim.row', order: 1, write: () => Promise.reject(new Error('The model applies rows itself')),
};

export class RunsWorld {
  private readonly model: RunModel;
  private readonly written = new Map<string, number>();
  private readonly effects = new Map<string, Effect>();
  private readonly inputs = new Map<string, SimOrder>();
  private readonly workers: { process: SimProcess; owner: string }[] = [];
  private starts = 0;
  private over = false;

  constructor(private readonly world: World, private readonly flaws: ReadonlySet<RunFlaw>) {
    const apply = (writer: string, row: unknown): string | undefined => this.apply(writer, row);
    this.model = new RunModel(() => world.now, apply, flaws as ReadonlySet<ModelFlaw>);
  }

  async play(): Promise<void> {
    const { world } = this;
    const { random } = world;
    world.weather = {
      latencyMs: 4, lostRequests: random() * 0.06, lostAnswers: random() * 0.06, slow: random() * 0.05, slowMs: 6_000,
    };
    for (let index = 0; index < WORKERS; index++) this.openWorker(index);
    const count = 1 + Math.floor(random() * RUNS_MAX);
    for (let index = 0; index < count; index++) world.plan(random() * 4_000, () => this.newOrder(index));
    for (let at = random() * 4_000; at < FAULTS_MS; at += random() * 8_000) world.plan(at, () => this.disturb());
    world.plan(FAULTS_MS, () => world.calmDown());
    this.person();
    const started = (): boolean => world.now > FAULTS_MS && this.inputs.size === count;
    await world.play(END_MS, () => started() && this.ended());
    this.over = true;
    if (!this.ended()) {
      for (const run of this.model.runs.values()) {
        if (!ENDS.has(run.status)) world.accuse(`${run.id} is ${run.status} for ever`);
      }
    }
    world.end();
    await this.judge();
  }

  private ended(): boolean {
    return [...this.model.runs.values()].every(({ status }) => ENDS.has(status));
  }

  private newOrder(index: number): void {
    const { random } = this.world;
    const id = `run-${index}`;
    const input: SimOrder = {
      fails: random() < 0.25 ? this.world.pick(CALLED) : null, silent: random() < 0.15, naps: random() < 0.3,
      patient: random() < 0.5,
    };
    this.inputs.set(id, input);
    const signals = (): void => {
      if (!input.silent) this.signal(id, 'shipped', random() * 12_000);
      this.signal(id, 'delivered', random() * 20_000);
      if (random() < 0.3) this.signal(id, 'cancel', random() * 9_000);
    };
    // Signals may come before the run.
    const early = random() < 0.2;
    if (early) signals();
    this.model.start(id, 'sim-order', 1, input);
    if (!early) signals();
  }

  /** Sent once, or twice as a careful sender does who got no answer. */
  private signal(runId: string, name: string, afterMs: number): void {
    const times = this.world.chance(0.3) ? 2 : 1;
    for (let time = 0; time < times; time++) {
      this.world.plan(afterMs + this.world.random() * 500 * time, () => {
        this.model.send({ runId, name, key: `${name}-1`, payload: { name } });
        this.world.note('signal', runId, name);
      });
    }
  }

  /** Kills a worker, which starts again under a new name, or freezes one for longer or shorter than its lease. */
  private disturb(): void {
    const { world } = this;
    const index = Math.floor(world.random() * WORKERS);
    const victim = this.workers[index];
    if (victim === undefined || !victim.process.alive) return;
    world.note('disturb', index);
    if (world.chance(0.5)) return victim.process.freeze(world.random() * 2.5 * LEASE_MS);
    victim.process.kill();
    world.plan(world.random() * 3_000, () => this.openWorker(index));
  }

  private openWorker(index: number): void {
    const process = new SimProcess(this.world);
    const owner = `worker-${index}.${this.starts++}`;
    this.workers[index] = { process, owner };
    const Kind = this.flaws.has('blind lease') ? BlindWorker : Worker;
    const worker = new Kind({
      store: this.storeFor(process), clock: process, random: this.world.random, owner, leaseMs: LEASE_MS,
      workflows: [this.workflow(process, owner)], concurrency: 4,
    });
    const open = (): void => void worker.open().catch(() => process.after(100, open));
    open();
  }

  private storeFor(process: SimProcess): Store {
    const { world, model } = this;
    const asked = <T>(name: string, act: () => T): Promise<T> => world.ask(process, () => {
      world.note(name);
      return act();
    });
    const written = <T>(name: string, act: () => T): Promise<T> => asked(name, act).catch((error: unknown) => {
      throw error instanceof ConnectionLost && !this.flaws.has('lost answer taken for no')
        ? new StoreUnavailable(error) : error;
    });
    return {
      change: (change, unit) => written(`change ${change.runId} ${change.epoch} ${Object.keys(change.entries).join()}`,
        () => model.change(change, unit)),
      take: (take, unit) => written(`take ${take.runId} ${take.key}`, () => {
        const answer = model.take(take, unit);
        const deaf = answer.outcome === 'parked' || answer.outcome === 'timedOut';
        const unheard = deaf ? model.unused(take.runId, take.names) : undefined;
        if (unheard !== undefined) world.accuse(`${take.runId} ${answer.outcome} with ${unheard.name} unheard`);
        return answer;
      }),
      claimDue: (request) => asked(`claim ${request.owner}`, () => model.claimDue(request)),
      claimOrphans: (request) => asked(`orphans ${request.owner}`, () => model.claimOrphans(request)),
      abandon: (owner, lease, active, idleMs) =>
        asked(`abandon ${owner}`, () => model.abandon(owner, lease, active, idleMs)),
      renewLease: (owner, leaseMs) => asked(`renew ${owner}`, () => model.renewLease(owner, leaseMs)),
      endLease: (owner) => asked(`end ${owner}`, () => model.endLease(owner)),
      wakeSignalled: () => asked('wake', () => model.wakeSignalled()),
    };
  }

  private workflow(process: SimProcess, owner: string) {
    const call = (name: string, undo = true) => (run: Run, input: SimOrder) => run.step(name, {
      retry: STEP,
      do: (attempt) => this.vendor({ process, owner, runId: run.id, name, refuses: input.fails === name }, attempt),
      ...(undo && !this.flaws.has('forgotten undo')
        ? { undo: (_done: unknown, attempt: StepAttempt) => this.takeBack(process, run.id, name, attempt) } : {}),
    });
    return defineWorkflow<SimOrder, string>({
      kind: 'sim-order', version: 1,
      run: async (run, input) => {
        await run.commit('reserve', (unit) => { unit.add(rows, { runId: run.id, step: 'reserve' }); return null; }, {
          undo: (unit) => { unit.add(rows, { runId: run.id, step: 'undo reserve' }); },
        });
        await call('authorise')(run, input);
        await Promise.all([call('erp')(run, input), call('mail')(run, input)]);
        if (input.naps) await run.sleep(1_500);
        const shipped = await run.wait('shipped', { timeoutMs: 15_000 });
        if (!shipped.received) throw new NonRetryable('nobody shipped it');
        run.version('capture', 1, 2);
        await call('capture')(run, input);
        const end = await run.waitAny(['delivered', 'lost'], input.patient ? {} : { timeoutMs: 40_000 });
        await run.commit('complete', (unit) => { unit.add(rows, { runId: run.id, step: 'complete' }); return null; }, {
          undo: (unit) => { unit.add(rows, { runId: run.id, step: 'undo complete' }); },
        });
        return end.received ? end.signal : 'silence';
      },
    });
  }

  /** A vendor keeps one effect per key; a second try that was not announced as one would have made a second. */
  private async vendor(
    { process, owner, runId, name, refuses }: VendorCall, attempt: StepAttempt,
  ): Promise<string> {
    const { world } = this;
    const begun = world.now;
    const key = `${runId} ${name}`;
    if (this.over) throw new Error(`${key} is done again over a finished journal`);
    const run = this.model.runs.get(runId)!;
    if (run.owner?.split('~')[0] !== owner) world.accuse(`${owner} begins ${key}, which ${run.owner} owns`);
    if (world.chance(0.05)) throw new RetryLater('the quota is gone', 500);
    return world.ask(process, () => {
      world.note('vendor', key, attempt.number);
      if (refuses) throw new NonRetryable(`${name} is refused`);
      const known = this.effects.get(key);
      if (known === undefined) this.effects.set(key, { at: world.now, undone: false });
      else if (known.at < begun && !attempt.mayHaveRun) world.accuse(`${key} is done twice without a warning`);
      return key;
    });
  }

  private takeBack(process: SimProcess, runId: string, name: string, attempt: StepAttempt): Promise<void> {
    if (this.over) throw new Error(`${name} of ${runId} is undone again over a finished journal`);
    return this.world.ask(process, () => {
      this.world.note('undo', runId, name, attempt.number);
      this.undone(`${runId} ${name}`);
    });
  }

  private undone(key: string): void {
    const effect = this.effects.get(key);
    if (effect !== undefined) effect.undone = true;
  }

  /** Decides open tasks now and then; who cancels or skips for a vendor's step has settled it with the vendor. */
  private person(): void {
    const { world } = this;
    world.plan(7_000 + 5_000 * world.random(), () => {
      for (const { id, task } of this.model.runs.values()) {
        if (task === undefined) continue;
        const action = world.pick(task.actions) as 'retry' | 'cancel' | 'skip';
        if (action !== 'retry' && task.entry !== null) this.undone(`${id} ${task.entry.replace(/^\w+:/, '')}`);
        this.model.decide(id, action);
      }
      if (!this.over) this.person();
    });
  }

  private apply(writer: string, row: unknown): string | undefined {
    if (writer !== rows.name) return undefined;
    const { runId, step } = row as { runId: string; step: string };
    this.written.set(`${runId} ${step}`, (this.written.get(`${runId} ${step}`) ?? 0) + 1);
    return undefined;
  }

  private async judge(): Promise<void> {
    for (const [row, times] of this.written) {
      if (times > 1) this.world.accuse(`row "${row}" was written ${times} times`);
    }
    for (const run of this.model.runs.values()) {
      this.judgeEffects(run);
      const kept = run.journal['step:reserve']?.state === 'done';
      if (kept !== this.written.has(`${run.id} reserve`)) this.world.accuse(`journal and rows of ${run.id} disagree`);
      if (run.status === 'completed') await this.replay(run);
    }
    this.world.note('end', this.model.runs.size, this.model.fenced);
  }

  private judgeEffects({ id, status, journal }: StoredRun): void {
    const { world } = this;
    const complete = status === 'completed';
    for (const name of CALLED) {
      const effect = this.effects.get(`${id} ${name}`);
      if (complete && effect === undefined) world.accuse(`${id} is completed without ${name}`);
      if (complete && effect?.undone === true) world.accuse(`${id} is completed, but ${name} was taken back`);
      if (!complete && effect?.undone === false) world.accuse(`${id} is ${status}, but ${name} was not taken back`);
    }
    for (const step of ['reserve', 'complete']) {
      const stands = this.written.has(`${id} ${step}`) && !this.written.has(`${id} undo ${step}`);
      if (stands !== complete) world.accuse(`${id} is ${status} against its row "${step}"`);
    }
    const open = Object.entries(journal).filter(([, { state }]) => state === 'trying' || state === 'waiting');
    if (complete && open.length > 0) world.accuse(`${id} is completed with ${open.map(([key]) => key).join()} open`);
  }

  /** The code again over the finished journal: it must come to the same result and do nothing on its way. */
  private async replay({ id, kind, version, input, journal, result }: StoredRun): Promise<void> {
    const process = new SimProcess(this.world);
    const again = new RunModel(() => this.world.now, () => 'a replay writes nothing');
    again.start(id, kind, version, input);
    Object.assign(again.runs.get(id)!.journal, structuredClone(journal));
    const answer = <T>(act: () => T): Promise<T> => Promise.resolve().then(act);
    const store: Store = {
      change: (change, unit) => answer(() => again.change(change, unit)),
      take: (take) => answer(() => again.take(take, new UnitOfWork())),
      claimDue: () => answer(() => []), claimOrphans: () => answer(() => []),
      abandon: () => answer(() => {}), renewLease: (owner, ms) => answer(() => again.renewLease(owner, ms)),
      endLease: () => answer(() => {}), wakeSignalled: () => answer(() => 0),
    };
    let ended = false;
    const worker = new Worker({
      store, clock: process, random: this.world.random, owner: 'replay', leaseMs: LEASE_MS, concurrency: 1,
      workflows: [this.workflow(process, 'replay')], onEnd: () => { ended = true; },
    });
    await worker.open();
    const [claimed] = again.claimDue({ owner: 'replay', workflows: [{ kind, version }], limit: 1 });
    worker.carry(claimed!);
    await this.world.play(this.world.now + LEASE_MS / 2, () => ended);
    const replayed = again.runs.get(id)!;
    if (replayed.status !== 'completed' || replayed.result !== result) {
      this.world.accuse(`${id} replayed is ${replayed.status} (${String(replayed.result)}), not ${String(result)}`);
    }
    process.kill();
    this.world.end();
  }
}

/** Goes on although its lease may have passed. */
class BlindWorker extends Worker {
  override ownsLease(): boolean {
    return true;
  }
}
