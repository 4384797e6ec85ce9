// Time of this process as a value that is handed in, so that a simulation can run the engine in virtual time. It only
// measures durations: every moment that is stored comes from the database's clock.

export interface Clock {
  /** Milliseconds from an arbitrary origin; never jumps back. */
  monotonicMs(): number;
  /** Calls `callback` after `ms`; the function returned calls it off. */
  after(ms: number, callback: () => void): () => void;
  /** Calls `callback` after all that is ready to run now has run. */
  soon(callback: () => void): void;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  soon: (callback) => void setImmediate(callback),
};

/** Resolves after `ms`, or at once when `signal` aborts. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = () => {
      callOff();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const callOff = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
