// What an author of a workflow sees: a workflow is plain async code, and `run` is its only door to anything that must
// survive a crash. Code outside steps is repeated on every replay, so it must be deterministic and free of effects.
import type { UnitOfWork } from '#database';
import type { RetryPolicy } from './retry.js';

/** One try of a step's `do` or `undo`. Remote calls are at least once: pass `key` on, look up when `mayHaveRun`. */
export interface StepAttempt {
  /** `<run id>:<step>` (`…:undo` for an undo): the idempotency key or external reference to give to the vendor. */
  readonly key: string;
  /** 1 for the first try. Time put off by RetryLater does not count. */
  readonly number: number;
  /** True on a retry and after a takeover: an earlier try may have taken effect, look it up before you create. */
  readonly mayHaveRun: boolean;
  /** True when a cancel waits for this uncertain step: find out what happened, throw NonRetryable if nothing did. */
  readonly cancelling: boolean;
  /** Aborts at the time-out of the attempt and when this process has lost the run. */
  readonly signal: AbortSignal;
}

/** A remote or computed step: its result is journaled, so that a replay returns it without running `do` again. */
export interface Step<T> {
  /** Returns a JSON value. Throw RetryLater to be called again later, NonRetryable to fail the step for good. */
  do: (attempt: StepAttempt) => Promise<T> | T;
  /** Takes the effect back when the run fails or is cancelled later; five failed tries open an exception task. */
  undo?: (result: T, attempt: StepAttempt) => Promise<void> | void;
  retry?: Partial<RetryPolicy>;
  /** Rows that commit together with the journaled result; a guard's rejection fails the step (StepFailed). */
  writes?: (unit: UnitOfWork, result: T) => void;
  /** Rows that commit together with the journaled undo. */
  undoWrites?: (unit: UnitOfWork, result: T) => void;
  /** Done also when the run was cancelled before: for what was true before the run began and must be taken back. */
  evenIfCancelled?: boolean;
}

/** Extras of a transactional step. */
export interface CommitOptions<T> {
  /** Rows that take the step's rows back, committed with the journaled undo. */
  undo?: (unit: UnitOfWork, result: T) => void;
  retry?: Partial<RetryPolicy>;
}

export type Waited<T> = { received: true; payload: T } | { received: false };
export type WaitedAny<T> = { received: true; signal: string; payload: T } | { received: false };

export interface WaitOptions {
  /** Milliseconds after which the wait ends with `received: false`; without it the run waits as long as it takes. */
  timeoutMs?: number;
}

/** The durable side of one run. Steps may run in parallel; a wait begins when the steps in flight have ended. */
export interface Run {
  /** The business key the run was started with. */
  readonly id: string;
  /** True once a cancel was taken; from then on every new step and wait throws RunCancelled. */
  readonly cancelled: boolean;
  /** Runs a step once to its journaled result; a name may be used once a run. Throws StepFailed, RunCancelled. */
  step<T>(name: string, step: Step<T>): Promise<T>;
  /** A transactional step: the rows added to the unit commit exactly once, together with the journal entry. */
  commit<T>(name: string, write: (unit: UnitOfWork) => T, options?: CommitOptions<T>): Promise<T>;
  /** Parks until the signal comes (or had come); each signal is consumed once, oldest first. */
  wait<T = unknown>(signal: string, options?: WaitOptions): Promise<Waited<T>>;
  /** Parks until the first of several signals. */
  waitAny<T = unknown>(signals: readonly string[], options?: WaitOptions): Promise<WaitedAny<T>>;
  /** Parks for a time that survives restarts, in milliseconds. */
  sleep(ms: number): Promise<void>;
  /** Guards a change of released code: `from` for runs that were past this point before the change, else `to`. */
  version(change: string, from: number, to: number): number;
}

export interface Workflow<Input = unknown, Output = unknown> {
  /** Stable name, e.g. `place-order`. */
  readonly kind: string;
  /** Pinned by each run at its start; keep a version registered until its last run has ended. */
  readonly version: number;
  readonly run: (run: Run, input: Input) => Promise<Output>;
  /** Who decides about stuck runs, and in what time. */
  readonly tasks?: { readonly owner: string; readonly dueMs: number };
}

/** Any workflow, whatever its input; what an engine is given. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- input is contravariant; `unknown` would refuse all
export type AnyWorkflow = Workflow<any, unknown>;

/** Declares a workflow; input and output are JSON values. */
export function defineWorkflow<Input, Output>(workflow: Workflow<Input, Output>): Workflow<Input, Output> {
  if (workflow.kind === '') throw new Error('A workflow needs a kind');
  if (!Number.isInteger(workflow.version) || workflow.version < 1) {
    throw new Error(`Workflow ${workflow.kind} needs a version of 1 or more`);
  }
  return workflow;
}
