// What the engine tells about a run while it happens, for journeys and metrics.
import type { UnitOfWork } from '#database';
import type { ErrorRecord } from './errors.js';

export interface StepEvent {
  runId: string;
  kind: string;
  version: number;
  /** The run's input, so that a listener finds the order or return it is about. */
  input: unknown;
  /** `run` is the end of the whole run. */
  phase: 'step' | 'undo' | 'wait' | 'run';
  /** Name of the step or wait; the kind for `run`. */
  name: string;
  outcome: 'done' | 'failed' | 'retrying' | 'stuck' | 'received' | 'timedOut' | 'completed' | 'cancelled';
  /** Tries so far, this one included. */
  attempt: number;
  durationMs: number;
  error?: ErrorRecord;
}

/**
 * Called just before the write that makes the event true; rows added to `unit` commit with it or not at all.
 * It may be called for a write that then fails, so it must do nothing but add rows and count. It must not throw.
 */
export type OnStep = (event: StepEvent, unit: UnitOfWork) => void;
