// Carries one claimed run through its workflow's code: replays what the journal knows, does and journals what it does
// not, and when the code fails or the run is cancelled takes back what was done, last step first.
import type { UnitOfWork } from '#database';
import { createLogger } from '#telemetry';
import { errorRecord, NonRetryable, RunCancelled, StepFailed, WorkflowUsage } from './errors.js';
import { throughJson } from './input-hash.js';
import { CANCEL, Journal } from './journal.js';
import { never, Ownership, type HoldEnd, type RunHost } from './ownership.js';
import { DEFAULT_RETRY, UNDO_RETRY } from './retry.js';
import type { ClaimedRun } from './store.js';
import { mayHaveRun, newTask, perform, workKey, type Work, type WorkScope } from './work.js';
import type { AnyWorkflow, CommitOptions, Run, Step, Waited, WaitedAny, WaitOptions } from './workflow.js';

const log = createLogger('workflow');

export class RunContext implements Run {
  readonly id: string;
  private readonly scope: WorkScope;
  private readonly journal: Journal;
  private readonly hold: Ownership;
  private readonly uses = new Map<string, number>();
  private readonly undos: { n: number; work: Work<void> }[] = [];
  private bodyEnded = false;
  private cancelling: Promise<unknown> | undefined;

  constructor(
    private readonly claimed: ClaimedRun, private readonly workflow: AnyWorkflow, private readonly host: RunHost,
  ) {
    this.id = claimed.id;
    this.journal = new Journal(claimed.journal);
    this.hold = new Ownership(claimed, this.journal, host);
    this.scope = { claimed, workflow, journal: this.journal, hold: this.hold, host };
  }

  /** Runs until the run has ended, is parked or lost. Never rejects. */
  execute(): Promise<HoldEnd> {
    this.drive().catch((error: unknown) => {
      log.error({ err: error, runId: this.id }, 'a run could not be carried on and is given up to be claimed again');
      void this.hold.lose();
    });
    return this.hold.ended;
  }

  /** Lets go of the run at once, without a word to the store. */
  drop(): void {
    void this.hold.lose();
  }

  get cancelled(): boolean {
    return this.journal.find(CANCEL) !== undefined;
  }

  async step<T>(name: string, step: Step<T>): Promise<T> {
    const { undo, undoWrites, writes, evenIfCancelled } = step;
    const { result, n } = await this.once<T>({
      phase: 'step', name, policy: { ...DEFAULT_RETRY, ...this.host.retry, ...step.retry }, evenIfCancelled,
      do: (attempt, unit) => {
        const keep = (done: T): T => {
          const value = throughJson(done);
          writes?.(unit, value);
          return value;
        };
        const done = step.do(attempt);
        return isPromiseLike(done) ? Promise.resolve(done).then(keep) : keep(done);
      },
    });
    if (undo !== undefined || undoWrites !== undefined) {
      this.pushUndo(n, name, async (attempt, unit) => {
        await undo?.(result, attempt);
        undoWrites?.(unit, result);
      });
    }
    return result;
  }

  async commit<T>(name: string, write: (unit: UnitOfWork) => T, options: CommitOptions<T> = {}): Promise<T> {
    const { undo, retry } = options;
    const { result, n } = await this.once<T>({
      phase: 'step', name, policy: { ...DEFAULT_RETRY, ...this.host.retry, ...retry }, writesOnly: true,
      do: (_attempt, unit) => throughJson(write(unit)),
    });
    if (undo !== undefined) this.pushUndo(n, name, (_attempt, unit) => undo(unit, result));
    return result;
  }

  async wait<T>(signal: string, options?: WaitOptions): Promise<Waited<T>> {
    const answer = await this.waitAny<T>([signal], options);
    return answer.received ? { received: true, payload: answer.payload } : { received: false };
  }

  async waitAny<T>(signals: readonly string[], options: WaitOptions = {}): Promise<WaitedAny<T>> {
    if (signals.includes(CANCEL)) throw new WorkflowUsage('The signal "cancel" reaches a run by itself');
    return this.park<WaitedAny<T>>(`wait:${signals.join('|')}`, signals, options.timeoutMs ?? null);
  }

  async sleep(ms: number): Promise<void> {
    await this.park('sleep', [], ms);
  }

  version(change: string, from: number, to: number): number {
    const key = `version:${change}`;
    const known = this.journal.read(key);
    if (known !== undefined) return known.result as number;
    // After a takeover the old code may have begun the next step already, so the run stays with it.
    const result = this.journal.replaying || mayHaveRun(this.scope, undefined) ? from : to;
    this.hold.defer({ [key]: { n: this.journal.nextNumber(), state: 'done', result } });
    return result;
  }

  private async drive(): Promise<void> {
    const started = this.host.clock.monotonicMs();
    try {
      const result = throughJson(await this.workflow.run(this, this.claimed.input));
      await this.honourCancel(false);
      this.bodyEnded = true;
      this.tellEnd('completed', started);
      await this.hold.leave({ status: 'completed', result });
    } catch (error) {
      this.bodyEnded = true;
      if (error instanceof RunCancelled || error instanceof NonRetryable) await this.takeBack(error, started);
      else await this.askAbout(error, started);
    }
  }

  private async takeBack(cause: Error, started: number): Promise<void> {
    await this.hold.quiet();
    if (this.hold.cancelRequested && !this.cancelled) await this.takeCancel();
    for (const { work } of this.undos.sort((a, b) => b.n - a.n)) await this.once(work);
    const error = errorRecord(cause);
    const status = this.cancelled ? 'cancelled' : 'failed';
    this.tellEnd(status, started, error);
    await this.hold.leave({ status, error });
  }

  // Neither the author nor a vendor said that this failed for good, so it may be our mistake: nothing is taken back
  // before a person has looked.
  private async askAbout(cause: unknown, started: number): Promise<void> {
    const error = errorRecord(cause);
    log.error({ err: cause, runId: this.id }, 'workflow code threw outside its steps');
    this.tellEnd('stuck', started, error);
    const reason = `Workflow code threw ${error.name}: ${error.message}`;
    const task = newTask(this.workflow, { reason, entry: null, error, actions: ['retry', 'cancel'] });
    await this.hold.leave({ status: 'stuck', task });
  }

  // The journal's answer, or the work itself.
  private async once<T>(work: Work<T>): Promise<{ result: T; n: number }> {
    const key = workKey(work);
    if (work.phase === 'step' && this.bodyEnded) return never();
    if (this.use(key) > 1) throw new WorkflowUsage(`Step "${work.name}" is used twice in run ${this.id}`);
    const entry = this.journal.read(key);
    if (entry?.state === 'done') return { result: entry.result as T, n: entry.n };
    if (entry?.state === 'failed') throw new StepFailed(work.name, entry.error!);
    if (!work.writesOnly) await this.hold.written();
    if (work.phase === 'step' && !work.evenIfCancelled) await this.honourCancel(mayHaveRun(this.scope, entry));
    const end = await this.hold.during(() => perform(work, this.scope));
    return end.done ? end : this.hold.leave(end.next, end.entries);
  }

  private async park<T>(name: string, signals: readonly string[], timeoutMs: number | null): Promise<T> {
    if (this.bodyEnded) return never();
    const use = this.use(name);
    const key = use === 1 ? name : `${name}#${use}`;
    const entry = this.journal.read(key);
    if (entry?.state === 'done') return entry.result as T;
    this.throwIfCancelled();
    if (!this.host.ownsLease()) return this.hold.lose();
    const answer = await this.hold.take({
      key, names: [...signals, CANCEL], until: entry?.until ?? null, timeoutMs: entry === undefined ? timeoutMs : null,
      park: true,
    });
    this.throwIfCancelled();
    if (signals.length > 0) {
      const outcome = answer.outcome === 'received' ? 'received' : 'timedOut';
      this.hold.deferEvent({ phase: 'wait', name: signals.join('|'), outcome, attempt: 1, durationMs: 0 });
    }
    return this.journal.find(key)?.result as T;
  }

  // A step that may have run is finished first, so that there is a result to take back.
  private async honourCancel(uncertain: boolean): Promise<void> {
    this.throwIfCancelled();
    if (!this.hold.cancelRequested || uncertain) return;
    await this.takeCancel();
    this.throwIfCancelled();
  }

  private async takeCancel(): Promise<void> {
    this.cancelling ??= this.hold.take({ key: CANCEL, names: [CANCEL], until: null, timeoutMs: null, park: false });
    await this.cancelling;
  }

  private throwIfCancelled(): void {
    const cancel = this.journal.find(CANCEL);
    if (cancel !== undefined) throw new RunCancelled(cancel.result);
  }

  private pushUndo(n: number, name: string, undo: Work<void>['do']): void {
    this.undos.push({ n, work: { phase: 'undo', name, policy: { ...UNDO_RETRY, ...this.host.retry }, do: undo } });
  }

  private use(name: string): number {
    const use = (this.uses.get(name) ?? 0) + 1;
    this.uses.set(name, use);
    return use;
  }

  private tellEnd(
    outcome: 'completed' | 'failed' | 'cancelled' | 'stuck', started: number, error?: ReturnType<typeof errorRecord>,
  ): void {
    const durationMs = this.host.clock.monotonicMs() - started;
    const name = this.claimed.kind;
    this.hold.deferEvent({ phase: 'run', name, outcome, attempt: 1, durationMs, ...(error && { error }) });
  }
}

function isPromiseLike<T>(value: Promise<T> | T): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
