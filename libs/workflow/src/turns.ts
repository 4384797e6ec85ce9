// Who may take the next step while others need this process: all runs stand in one line, so that a hundred of them cost
// the people who wait for an answer no more than ten do.
import type { Clock } from './clock.js';

/** Under full pressure steps begin this far apart. */
export const TURN_MS = 100;
/** Longest wait for a turn: every run still moves on. */
export const TURN_WAIT_MS_MAX = 10_000;

export class Turns {
  private lastMs = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** Milliseconds until the caller's turn; 0 when nobody else needs the process. @param pressure 0..1 */
  next(pressure: number): number {
    // Squared: a little pressure hardly slows the work, a lot of it leaves the process to the people.
    const apartMs = pressure ** 2 * TURN_MS;
    if (apartMs < 1) return 0;
    const now = this.clock.monotonicMs();
    this.lastMs = Math.min(Math.max(now, this.lastMs) + apartMs, now + TURN_WAIT_MS_MAX);
    return this.lastMs - now;
  }
}
