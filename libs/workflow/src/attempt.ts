// One try of a step under its time-out: user code gets an abort signal, and the engine does not wait for code that
// ignores it.
import type { Clock } from './clock.js';

/** An attempt did not answer in time; whether it took effect is unknown. */
export class AttemptTimedOut extends Error {
  constructor(readonly timeoutMs: number) {
    super(`No answer within ${timeoutMs} ms`);
    this.name = 'AttemptTimedOut';
  }
}

/** The abort signal of one try, made when somebody asks for it. */
export class AttemptSignal {
  private controller: AbortController | undefined;
  private aborted: { reason: unknown } | undefined;

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.aborted !== undefined) this.controller.abort(this.aborted.reason);
    return this.controller.signal;
  }

  abort(reason: unknown): void {
    this.aborted = { reason };
    this.controller?.abort(reason);
  }
}

/** Runs `work` until it settles, `timeoutMs` pass, or `stop` aborts. Work that answers at once is not timed. */
export async function runAttempt<T>(
  clock: Clock, timeoutMs: number, stop: AbortSignal, work: (own: AttemptSignal) => Promise<T> | T,
): Promise<T> {
  const own = new AttemptSignal();
  const abort = () => own.abort(stop.reason);
  if (stop.aborted) abort();
  const answer = work(own);
  if (!(answer instanceof Promise)) return answer;
  stop.addEventListener('abort', abort, { once: true });
  let callOff = () => {};
  const late = new Promise<never>((_resolve, reject) => {
    callOff = clock.after(timeoutMs, () => {
      const error = new AttemptTimedOut(timeoutMs);
      reject(error);
      own.abort(error);
    });
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    callOff();
    stop.removeEventListener('abort', abort);
  }
}
