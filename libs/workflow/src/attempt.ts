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

/** Runs `work` until it settles, `timeoutMs` pass, or `stop` aborts. */
export async function runAttempt<T>(
  clock: Clock, timeoutMs: number, stop: AbortSignal, work: (signal: AbortSignal) => Promise<T> | T,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort(stop.reason);
  stop.addEventListener('abort', abort, { once: true });
  let callOff = () => {};
  const late = new Promise<never>((_resolve, reject) => {
    callOff = clock.after(timeoutMs, () => {
      const error = new AttemptTimedOut(timeoutMs);
      reject(error);
      controller.abort(error);
    });
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    callOff();
    stop.removeEventListener('abort', abort);
  }
}
