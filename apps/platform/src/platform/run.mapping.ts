// What a stored run means to a person: is it moving, and if not, what does it wait for. Pure.
import type { Journey } from '#contracts';
import type { JournalEntries, RunStatus, TaskRecord } from '#workflow';

/** A run as far as a journey tells about it. */
export interface StoredRun {
  readonly status: RunStatus;
  readonly due: Date | null;
  readonly waitFor: readonly string[] | null;
  readonly journal: JournalEntries;
}

const TEXT_LENGTH_MAX = 200;
/** Every run listens to it, so it says nothing about what is missing. */
const CANCEL = 'cancel';

/** State of the run and what it waits for; `task` is its open exception task, if any. */
export function runOf(
  run: StoredRun | undefined, task: TaskRecord | undefined, now: Date,
): Pick<Journey, 'runState' | 'waitingFor'> {
  if (!run) return { runState: 'unknown' };
  const { status, due } = run;
  if (status === 'ready') {
    return due === null || due <= now ? { runState: 'running' }
      : { runState: 'waiting', waitingFor: short(`${nextOf(run)} at ${due.toISOString()}`) };
  }
  if (status === 'waiting') return { runState: status, waitingFor: short(signalsOf(run)) };
  if (status === 'stuck' && task) {
    return { runState: status, waitingFor: short(`${task.owner} to decide task ${task.id}: ${task.reason}`) };
  }
  return { runState: status };
}

function signalsOf({ waitFor, due }: StoredRun): string {
  const signals = (waitFor ?? []).filter((name) => name !== CANCEL).join(' or ');
  return due === null ? signals : `${signals}, at most until ${due.toISOString()}`;
}

/** A parked run goes on by itself: after a failed try, or when a pause is over. */
function nextOf({ journal }: StoredRun): string {
  const [latest] = Object.entries(journal).filter(([, { state }]) => state === 'trying')
    .sort(([, a], [, b]) => b.n - a.n);
  if (!latest) return 'the end of a pause';
  const [key, { error }] = latest;
  const reason = error ? ` (${error.message.slice(0, TEXT_LENGTH_MAX / 2)})` : '';
  return `another try of ${key.slice(key.indexOf(':') + 1)}${reason}`;
}

function short(text: string): string {
  return text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX - 1)}…` : text;
}
