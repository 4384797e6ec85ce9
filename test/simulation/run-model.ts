// A model of the workflow tables with the meaning of their SQL, in memory and at once: what the engine's core is
// simulated against. run-model.spec.ts plays the same calls on PostgreSQL and demands the same answers.
import type { UnitOfWork } from '#database';
import type {
  ChangeAnswer, ClaimedRun, ClaimRequest, JournalEntries, NextState, RunChange, RunStatus, Signal, Take, TakeAnswer,
} from '#workflow';

export interface StoredRun {
  readonly id: string;
  readonly kind: string;
  readonly version: number;
  readonly input: unknown;
  status: RunStatus;
  owner: string | null;
  epoch: number;
  due: number | null;
  waitFor: string[] | null;
  journal: JournalEntries;
  result?: unknown;
  /** Of an open task: the entry it is about. */
  task: { entry: string | null; actions: readonly string[] } | undefined;
  updatedAt: number;
}

export interface StoredSignal extends Signal { used: boolean }

/** Ways to build the tables wrongly, to prove that the simulation would see it. */
export type ModelFlaw = 'no fence' | 'trusting takeover' | 'deaf park' | 'no abandon' | 'lost wake-up';

/** One row of a unit of work, as the model's owner understands it; a text refuses the unit. */
export type ApplyRow = (writer: string, row: unknown) => string | undefined;

const ENDS: readonly RunStatus[] = ['completed', 'failed', 'cancelled'];
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

export class RunModel {
  readonly runs = new Map<string, StoredRun>();
  readonly signals: StoredSignal[] = [];
  readonly leases = new Map<string, number>();
  fenced = 0;

  constructor(
    private readonly now: () => number, private readonly apply: ApplyRow,
    private readonly flaws: ReadonlySet<ModelFlaw> = new Set(),
  ) {}

  start(id: string, kind: string, version: number, input: unknown): boolean {
    if (this.runs.has(id)) return false;
    this.runs.set(id, {
      id, kind, version, input: copy(input ?? null), status: 'ready', owner: null, epoch: 0, due: this.now(),
      waitFor: null, journal: {}, task: undefined, updatedAt: this.now(),
    });
    return true;
  }

  send(signal: Signal): { duplicate: boolean } {
    const { runId, name, key } = signal;
    const known = this.signals.some((other) => other.runId === runId && other.name === name && other.key === key);
    if (known) return { duplicate: true };
    this.signals.push({ ...copy(signal), used: false });
    const run = this.runs.get(runId);
    if (run !== undefined && !this.flaws.has('lost wake-up')) {
      const waits = (run.status === 'waiting' || run.status === 'stuck') && run.waitFor?.includes(name);
      if (waits === true || (run.status === 'ready' && name === 'cancel')) this.ready(run);
    }
    return { duplicate: false };
  }

  change(change: RunChange, unit: UnitOfWork): ChangeAnswer {
    const run = this.held(change.runId, change.epoch);
    if (run === undefined) return { accepted: false, fenced: true };
    for (const { writer, row } of unit.entries) {
      const reason = this.apply(writer.name, row);
      if (reason !== undefined) return { accepted: false, fenced: false, rejected: { reason } };
    }
    const cancel = this.unused(run.id, ['cancel']) !== undefined;
    this.write(run, change.entries);
    if (change.next !== undefined) this.leave(run, change.next, cancel && !change.cancelKnown);
    return { accepted: true, cancelRequested: cancel };
  }

  take(take: Take, unit: UnitOfWork): TakeAnswer {
    const run = this.held(take.runId, take.epoch);
    if (run === undefined) return { outcome: 'fenced' };
    for (const { writer, row } of unit.entries) this.apply(writer.name, row);
    const signal = this.flaws.has('deaf park') && take.park ? undefined : this.unused(run.id, take.names);
    const deadline = take.until !== null ? Number(take.until)
      : take.timeoutMs === null ? null : this.now() + take.timeoutMs;
    this.write(run, take.entries);
    const { n, key } = take;
    if (signal !== undefined) {
      signal.used = true;
      const { name, payload } = signal;
      const result = name === 'cancel' ? payload : { received: true, signal: name, payload };
      this.write(run, { [name === 'cancel' ? 'cancel' : key]: { n, state: 'done', result } });
      return { outcome: 'received', signal: name, payload };
    }
    if (deadline !== null && deadline <= this.now()) {
      this.write(run, { [key]: { n, state: 'done', result: { received: false } } });
      return { outcome: 'timedOut' };
    }
    if (!take.park) return { outcome: 'none' };
    this.write(run, { [key]: { n, state: 'waiting', until: deadline === null ? null : String(deadline) } });
    Object.assign(run, {
      status: 'waiting', owner: null, epoch: run.epoch + 1, due: deadline, waitFor: [...take.names],
    });
    return { outcome: 'parked' };
  }

  claimDue({ owner, workflows, limit }: ClaimRequest): ClaimedRun[] {
    const due = [...this.runs.values()]
      .filter(({ status, due }) => (status === 'ready' || status === 'waiting') && due !== null && due <= this.now())
      .filter((run) => knows(workflows, run)).sort((a, b) => a.due! - b.due!).slice(0, limit);
    return due.map((run) => this.own(run, owner, false));
  }

  claimOrphans({ owner, workflows, limit }: ClaimRequest): ClaimedRun[] {
    const orphans = [...this.runs.values()]
      .filter((run) => run.status === 'running' && knows(workflows, run) && !this.leased(run.owner)).slice(0, limit);
    return orphans.map((run) => this.own(run, owner, !this.flaws.has('trusting takeover')));
  }

  abandon(owner: string, lease: string, active: readonly string[], idleMs: number): void {
    if (this.flaws.has('no abandon')) return;
    if (String(this.leases.get(owner)) !== lease) return;
    for (const run of this.runs.values()) {
      const idle = run.updatedAt < this.now() - idleMs;
      if (run.owner === owner && run.status === 'running' && idle && !active.includes(run.id)) run.owner = null;
    }
  }

  renewLease(owner: string, leaseMs: number): string {
    this.leases.set(owner, this.now() + leaseMs);
    return String(this.leases.get(owner));
  }

  endLease(owner: string): void {
    this.leases.delete(owner);
  }

  wakeSignalled(): number {
    if (this.flaws.has('lost wake-up')) return 0;
    const woken = [...this.runs.values()].filter((run) => run.status === 'waiting'
      && this.unused(run.id, run.waitFor ?? []) !== undefined);
    for (const run of woken) this.ready(run);
    return woken.length;
  }

  /** A person's decision about an open task. */
  decide(runId: string, action: 'retry' | 'cancel' | 'skip'): boolean {
    const run = this.runs.get(runId);
    const task = run?.task;
    if (run === undefined || task === undefined || !task.actions.includes(action)) return false;
    const { entry } = task;
    if (action === 'cancel') {
      if (entry !== null) delete run.journal[entry];
      run.journal['cancel'] = { n: 0, state: 'done', result: null };
    } else if (entry !== null && run.journal[entry] !== undefined) {
      const known = run.journal[entry];
      run.journal[entry] = action === 'skip' ? { ...known, state: 'done' } : { ...known, attempts: 0, deferrals: 0 };
      if (action === 'retry') delete run.journal[entry].uncertainMs;
    }
    run.task = undefined;
    if (run.status === 'stuck') this.ready(run);
    return true;
  }

  unused(runId: string, names: readonly string[]): StoredSignal | undefined {
    const open = this.signals.filter((signal) => !signal.used && signal.runId === runId && names.includes(signal.name));
    return open.find(({ name }) => name === 'cancel') ?? open[0];
  }

  leased(owner: string | null): boolean {
    return owner !== null && (this.leases.get(owner) ?? -1) > this.now();
  }

  private held(id: string, epoch: number): StoredRun | undefined {
    const run = this.runs.get(id);
    if (run !== undefined && (run.epoch === epoch || this.flaws.has('no fence'))) return run;
    this.fenced++;
    return undefined;
  }

  private write(run: StoredRun, entries: JournalEntries): void {
    Object.assign(run.journal, copy(entries));
    run.updatedAt = this.now();
  }

  private leave(run: StoredRun, next: NextState, hurried: boolean): void {
    run.owner = null;
    run.epoch++;
    run.waitFor = null;
    run.due = null;
    run.status = next.status;
    if (next.status === 'completed') run.result = copy(next.result ?? null);
    if (ENDS.includes(next.status)) run.task = undefined;
    if (next.status === 'ready') run.due = this.now() + next.dueMs;
    if (next.status === 'stuck') run.waitFor = next.task.actions.includes('cancel') ? ['cancel'] : [];
    if (hurried && (next.status === 'ready' || next.status === 'stuck')) return this.readyAs(run, next.status);
    if (next.status === 'stuck') run.task = { entry: next.task.entry, actions: next.task.actions };
  }

  // The statement keeps wait_for of a hurried run; nobody reads it while the run is ready.
  private readyAs(run: StoredRun, from: RunStatus): void {
    const { waitFor } = run;
    this.ready(run);
    if (from === 'stuck') run.waitFor = waitFor;
  }

  private ready(run: StoredRun): void {
    Object.assign(run, { status: 'ready', due: this.now(), waitFor: null, task: undefined });
  }

  private own(run: StoredRun, owner: string, interrupted: boolean): ClaimedRun {
    Object.assign(run, { status: 'running', owner, epoch: run.epoch + 1, due: null, waitFor: null });
    run.updatedAt = this.now();
    const { id, kind, version, epoch, input, journal } = run;
    const cancelRequested = this.unused(id, ['cancel']) !== undefined;
    return copy({ id, kind, version, epoch, input, journal, interrupted, cancelRequested, traceparent: null });
  }
}

const knows = (workflows: ClaimRequest['workflows'], { kind, version }: StoredRun): boolean =>
  workflows.some((workflow) => workflow.kind === kind && workflow.version === version);
