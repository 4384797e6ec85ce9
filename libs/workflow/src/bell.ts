// Sleeping that can be cut short: loops wait for their next look at the store or for somebody who knows better.
import { sleep, type Clock } from './clock.js';

// A constant, because building an error for each wake-up costs more than the wake-up.
const RUNG = 'rung';

export class Bell {
  private waiting: AbortController | undefined;
  private rung = false;

  constructor(private readonly clock: Clock) {}

  /** Ends the wait that is on, or the next one before it begins. */
  ring(): void {
    this.rung = true;
    this.waiting?.abort(RUNG);
  }

  /** Resolves after `ms` or when the bell rings. */
  async wait(ms: number): Promise<void> {
    if (!this.rung) {
      this.waiting = new AbortController();
      await sleep(this.clock, ms, this.waiting.signal);
    }
    this.waiting = undefined;
    this.rung = false;
  }
}
