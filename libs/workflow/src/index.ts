// Durable runs on PostgreSQL: workflows as plain async code whose steps, waits and undo survive crashes.
import { CreateWorkflow1700000000200 } from './migrations/1700000000200-create-workflow.js';
import { TaskLife1700000003160 } from './migrations/1700000003160-task-life.js';
import { RunRecord, SignalRecord, TaskRecord, WorkerRecord } from './run.entity.js';

export { Engine, type EngineOptions, type RunOutcome } from './engine.js';
export {
  defineWorkflow, type AnyWorkflow, type CommitOptions, type Run, type Step, type StepAttempt, type Waited,
  type WaitedAny, type WaitOptions, type Workflow,
} from './workflow.js';
export {
  NonRetryable, RetryLater, StillUncertain, RunCancelled, StartConflict, StepFailed, WorkflowUsage, type ErrorRecord,
} from './errors.js';
export { DEFAULT_RETRY, UNDO_RETRY, type HouseRetry, type RetryPolicy } from './retry.js';
export { startOf, startRun, START_CONFLICT, type Started, type StartRun } from './start-writer.js';
export { sendSignal, type Signal, type SignalSent } from './mailbox.js';
export { type OnStep, type StepEvent } from './step-event.js';
export { type Decision, type Tasks } from './tasks.js';
export { askPerson, TASK_SIGNAL, taskIdOf, type Question, type TaskAnswer } from './task-writer.js';
export { type JournalEntries, type JournalEntry } from './journal.js';
export { systemClock, type Clock } from './clock.js';
export {
  StoreUnavailable, type ChangeAnswer, type ClaimedRun, type ClaimRequest, type NextState, type RunChange,
  type RunEndStatus, type RunStatus, type Store, type Take, type TakeAnswer, type TaskAction,
} from './store.js';
export { Worker, type WorkerOptions } from './worker.js';
export { PostgresStore } from './postgres-store.js';

export { RunRecord, SignalRecord, TaskRecord, WorkerRecord };
/** For the data source of a process that runs workflows. */
export const workflowEntities = [RunRecord, SignalRecord, TaskRecord, WorkerRecord];
export const workflowMigrations = [CreateWorkflow1700000000200, TaskLife1700000003160];
