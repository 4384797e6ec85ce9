// The errors authors throw to steer the engine and those the engine throws at them; all else that a step throws is
// taken as passing trouble and retried.

/** Why something failed, as it is kept in the journal and in tasks. */
export interface ErrorRecord {
  name: string;
  message: string;
  /** Stable word for programs, e.g. a guard's `out-of-stock`. */
  reason?: string;
  detail?: unknown;
}

/** Trying again cannot help. Thrown in a step it fails the step; uncaught it undoes the run and ends it as `failed`. */
export class NonRetryable extends Error {
  readonly reason: string | undefined;
  readonly detail: unknown;

  constructor(message: string, options: { reason?: string; detail?: unknown; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'NonRetryable';
    this.reason = options.reason;
    this.detail = options.detail;
  }
}

/** The step is all right but its time has not come (vendor down, quota gone): try again, not counted as a failure. */
export class RetryLater extends Error {
  /** @param afterMs milliseconds until the next try; without it the back-off of the step's policy */
  constructor(message: string, readonly afterMs?: number) {
    super(message);
    this.name = 'RetryLater';
  }
}

/**
 * Nobody knows whether the step took effect: it is looked up on the next try. As RetryLater, but a person is asked when
 * it lasts (`maxUncertainMs`).
 */
export class StillUncertain extends RetryLater {
  constructor(message: string, afterMs?: number) {
    super(message, afterMs);
    this.name = 'StillUncertain';
  }
}

/** A step failed for good or one of its rows was refused by a guard. The same on replay, so code may branch on it. */
export class StepFailed extends NonRetryable {
  constructor(readonly step: string, record: ErrorRecord) {
    super(record.message, record);
    this.name = 'StepFailed';
  }
}

/** The run was cancelled; the engine undoes what was done. Catching it delays that: the next step throws it again. */
export class RunCancelled extends Error {
  constructor(readonly payload: unknown) {
    super('The run was cancelled');
    this.name = 'RunCancelled';
  }
}

/** A start with the id of an existing run, but of another kind or with another input. */
export class StartConflict extends Error {
  constructor(readonly runId: string) {
    super(`Run ${runId} exists with another kind or input`);
    this.name = 'StartConflict';
  }
}

/** A start, signal or decision that this engine cannot serve: unknown kind, reserved name, decided task. */
export class WorkflowUsage extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WorkflowUsage';
  }
}

const MAX_MESSAGE_LENGTH = 2_000;

/** The storable form of anything thrown. jsonb takes no NUL character. */
export function errorRecord(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { name: 'Error', message: clean(String(error)) };
  const { name } = error;
  const message = clean(error.message);
  if (!(error instanceof NonRetryable)) return { name, message };
  return { name, message, reason: error.reason, detail: error.detail };
}

function clean(text: string): string {
  return text.replaceAll('\u0000', '').slice(0, MAX_MESSAGE_LENGTH);
}
