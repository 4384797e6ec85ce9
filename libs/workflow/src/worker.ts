// The part of an engine that carries runs: claims those whose time has come while it has room, keeps its lease alive,
// takes over from workers that vanished, and hands its runs back when it stops.
import { createLogger, metrics, withTraceparent } from '#telemetry';
import { Bell } from './bell.js';
import { sleep, type Clock } from './clock.js';
import type { HoldEnd, RunHost } from './ownership.js';
import type { HouseRetry } from './retry.js';
import { RunContext } from './run-context.js';
import type { FirstOwner } from './start-writer.js';
import type { OnStep } from './step-event.js';
import type { ClaimedRun, ClaimRequest, Store } from './store.js';
import { Turns } from './turns.js';
import type { AnyWorkflow } from './workflow.js';

export interface WorkerOptions {
  store: Store;
  clock: Clock;
  /** 0..1 */
  random: () => number;
  workflows: readonly AnyWorkflow[];
  /** Unique to this worker and this start of it. */
  owner: string;
  /** Milliseconds of silence after which others take its runs over. */
  leaseMs: number;
  /** Most runs carried at the same time. */
  concurrency: number;
  /** 0..1: how much others need this process now; lowers the concurrency and lets runs rest between steps. */
  pressure?: (() => number) | undefined;
  onStep?: OnStep | undefined;
  retry?: HouseRetry | undefined;
  failpoint?: ((at: string) => void) | undefined;
  onEnd?: ((runId: string, end: HoldEnd) => void) | undefined;
}

const POLL_MIN_MS = 50;
const POLL_MAX_MS = 1_000;
const MAX_CLAIM = 200;
/** A claim is worth a query when this share of the concurrency is free. */
const CLAIM_SHARE = 1 / 8;
const LEASE_RENEWALS = 4;
/**
 * Leases after which a run that its owner does not carry is given up. Together with the rule that an answer older than
 * one lease is not believed, nobody begins a step of a run that was given up meanwhile: test/simulation found both.
 */
const ABANDON_LEASES = 2;
/** Short parkings that are remembered in memory, so that the run goes on in time; past it the poll finds them. */
const MAX_ALARMS = 1_000;
const ALARM_MAX_MS = 10_000;

const log = createLogger('workflow');
const ended = metrics.counter('throughline_workflow_holds_total', 'Runs let go of by this process.', ['kind', 'end']);

export class Worker implements RunHost {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onStep: OnStep | undefined;
  readonly retry: HouseRetry | undefined;
  readonly failpoint: ((at: string) => void) | undefined;
  private readonly active = new Map<string, RunContext>();
  private readonly workflows: Map<string, AnyWorkflow>;
  private readonly turns: Turns;
  private readonly bell: Bell;
  private readonly stopping = new AbortController();
  private readonly closing = new AbortController();
  private readonly idle: Bell;
  private loops: Promise<void>[] = [];
  /** Our name in the store in this term: a new one after each lapse, so that no answer to the old one is believed. */
  private owner: string;
  private terms = 1;
  private renewedAtMs = -Infinity;
  private lease = '';
  private promised = 0;
  private alarms = 0;
  /** There may be more to claim than there was room for. */
  private backlog = false;

  constructor(private readonly options: WorkerOptions) {
    this.store = options.store;
    this.clock = options.clock;
    this.random = options.random;
    this.onStep = options.onStep;
    this.retry = options.retry;
    this.failpoint = options.failpoint;
    this.owner = options.owner;
    this.turns = new Turns(options.clock);
    this.bell = new Bell(options.clock);
    this.idle = new Bell(options.clock);
    this.workflows = new Map(options.workflows.map((workflow) => [`${workflow.kind} ${workflow.version}`, workflow]));
    if (this.workflows.size !== options.workflows.length) {
      throw new Error('Two workflows have the same kind and version');
    }
  }

  get draining(): boolean {
    return this.stopping.signal.aborted;
  }

  ownsLease(): boolean {
    return this.isFresh(this.renewedAtMs);
  }

  /**
   * Undefined when there is no need to. Else all runs of this process take turns, so that a hundred of them need no
   * more of it than ten; each still moves on, after its turn or the longest rest.
   */
  rest(): Promise<void> | undefined {
    const ms = this.turns.next(this.pressure);
    return ms === 0 ? undefined : sleep(this.clock, ms, this.stopping.signal);
  }

  carries(runId: string): boolean {
    return this.active.has(runId);
  }

  /** Takes the lease and begins to claim. */
  async open(): Promise<void> {
    await this.renewLease();
    this.loops = [this.keepLease(), this.keepHouse(), this.keepClaiming()];
  }

  /**
   * Claims no more, lets the steps in flight end for at most `timeoutMs` and hands every run back, so that another
   * worker goes on at once; steps that did not end in time are then taken for interrupted.
   */
  async stop(timeoutMs: number): Promise<void> {
    this.stopping.abort();
    this.bell.ring();
    const deadline = this.clock.monotonicMs() + timeoutMs;
    while (this.active.size > 0 && this.clock.monotonicMs() < deadline) {
      await this.idle.wait(deadline - this.clock.monotonicMs());
    }
    for (const context of this.active.values()) context.drop();
    this.closing.abort();
    await Promise.all(this.loops);
    await this.store.endLease(this.owner);
  }

  /** Looks for runs now: something has become ready. */
  wake(): void {
    this.bell.ring();
  }

  /**
   * A place for one run that is being started; `release` it when the start is decided. Decided too late (not `inTime`)
   * the run must not be carried: it will be given up and claimed as any other.
   */
  offerPlace(): FirstOwner & { release(): void; inTime(): boolean } {
    let owner: string | undefined;
    let claimedAtMs = -Infinity;
    return {
      claim: () => {
        if (owner === undefined && this.room() > 0 && this.ownsLease() && !this.draining) {
          owner = this.owner;
          claimedAtMs = this.clock.monotonicMs();
          this.promised++;
        }
        return owner;
      },
      inTime: () => owner === this.owner && this.isFresh(claimedAtMs),
      release: () => {
        if (owner !== undefined) this.promised--;
      },
    };
  }

  /** Carries a run this worker owns. */
  carry(run: ClaimedRun): void {
    const workflow = this.workflows.get(`${run.kind} ${run.version}`);
    if (workflow === undefined) throw new Error(`No workflow ${run.kind} of version ${run.version} here`);
    this.active.get(run.id)?.drop();
    const context = new RunContext(run, workflow, this);
    this.active.set(run.id, context);
    void withTraceparent(run.traceparent ?? undefined, () => context.execute())
      .then((end) => this.letGo(run, context, end));
  }

  private letGo(run: ClaimedRun, context: RunContext, end: HoldEnd): void {
    if (this.active.get(run.id) === context) this.active.delete(run.id);
    ended.inc({ kind: run.kind, end: end.kind === 'next' ? end.next.status : end.kind });
    if (end.kind === 'waiting' && end.timeoutMs !== null) this.setAlarm(end.timeoutMs);
    if (end.kind === 'next' && end.next.status === 'ready') this.setAlarm(end.next.dueMs);
    this.options.onEnd?.(run.id, end);
    if (this.active.size === 0) this.idle.ring();
    if (this.backlog && this.room() >= this.limit() * CLAIM_SHARE) this.bell.ring();
  }

  private setAlarm(ms: number): void {
    if (ms > ALARM_MAX_MS || this.alarms >= MAX_ALARMS || this.draining) return;
    this.alarms++;
    this.clock.after(ms, () => {
      this.alarms--;
      this.bell.ring();
    });
  }

  private limit(): number {
    return Math.max(1, Math.floor(this.options.concurrency * (1 - this.pressure)));
  }

  private get pressure(): number {
    return Math.min(1, Math.max(0, this.options.pressure?.() ?? 0));
  }

  private room(): number {
    return this.limit() - this.active.size - this.promised;
  }

  private request(limit: number): ClaimRequest {
    const { owner, options: { workflows } } = this;
    // From another end each time, so that one kind's backlog does not keep the others waiting.
    const turn = Math.floor(this.random() * workflows.length);
    return { owner, workflows: [...workflows.slice(turn), ...workflows.slice(0, turn)], limit };
  }

  private async keepClaiming(): Promise<void> {
    let pauseMs = POLL_MIN_MS;
    while (!this.draining) {
      const limit = Math.min(MAX_CLAIM, this.room());
      let claimed = 0;
      if (limit > 0 && this.ownsLease()) {
        claimed = await this.claim(() => this.store.claimDue(this.request(limit)));
      }
      this.backlog = limit <= 0 || claimed === limit;
      if (claimed > 0) pauseMs = POLL_MIN_MS;
      if (claimed > 0 && this.backlog && this.room() > 0) continue;
      await this.bell.wait(pauseMs);
      pauseMs = Math.min(POLL_MAX_MS, pauseMs * 2);
    }
  }

  private async claim(ask: () => Promise<ClaimedRun[]>): Promise<number> {
    const { owner } = this;
    const askedAtMs = this.clock.monotonicMs();
    try {
      const runs = await ask();
      if (owner !== this.owner || !this.isFresh(askedAtMs)) {
        log.warn({ runs: runs.length }, 'claimed runs were told too late and are left to be given up');
        return 0;
      }
      for (const run of runs) this.carry(run);
      return runs.length;
    } catch (error) {
      log.warn({ err: error }, 'runs could not be claimed');
      return 0;
    }
  }

  private isFresh(askedAtMs: number): boolean {
    return this.clock.monotonicMs() - askedAtMs < this.options.leaseMs;
  }

  private async keepLease(): Promise<void> {
    while (!this.closing.signal.aborted) {
      await sleep(this.clock, this.options.leaseMs / LEASE_RENEWALS, this.closing.signal);
      if (this.closing.signal.aborted) return;
      // A connection that hangs must not keep us from trying another one.
      await Promise.race([
        this.renewLease().catch((error: unknown) => log.warn({ err: error }, 'the lease could not be renewed')),
        sleep(this.clock, this.options.leaseMs / 2, this.closing.signal),
      ]);
    }
  }

  private async renewLease(): Promise<void> {
    if (this.lapsed) this.beginTerm();
    const { owner } = this;
    const asked = this.clock.monotonicMs();
    const lease = await this.store.renewLease(owner, this.options.leaseMs);
    // An answer after the lapse says nothing about the time between: somebody may have taken our runs over.
    if (owner !== this.owner || this.lapsed || asked < this.renewedAtMs) return;
    this.renewedAtMs = asked;
    this.lease = lease;
  }

  private get lapsed(): boolean {
    return this.renewedAtMs !== -Infinity && !this.ownsLease();
  }

  // A lease that is taken anew does not bring back what was ours: all runs are let go of, and as nobody keeps the old
  // name alive, they are taken over at once, by us or by others.
  private beginTerm(): void {
    log.warn({ owner: this.owner, runs: this.active.size }, 'the lease has lapsed; its runs are given up');
    this.owner = `${this.options.owner}~${++this.terms}`;
    this.renewedAtMs = -Infinity;
    for (const context of this.active.values()) context.drop();
  }

  private async keepHouse(): Promise<void> {
    const { leaseMs } = this.options;
    while (!this.draining) {
      await sleep(this.clock, leaseMs / LEASE_RENEWALS, this.stopping.signal);
      if (this.draining || !this.ownsLease()) continue;
      try {
        await this.store.abandon(this.owner, this.lease, [...this.active.keys()], ABANDON_LEASES * leaseMs);
        const limit = Math.min(MAX_CLAIM, this.room());
        if (limit > 0) await this.claim(() => this.store.claimOrphans(this.request(limit)));
        if (await this.store.wakeSignalled() > 0) this.bell.ring();
      } catch (error) {
        log.warn({ err: error }, 'housekeeping of runs failed and will be repeated');
      }
    }
  }
}
