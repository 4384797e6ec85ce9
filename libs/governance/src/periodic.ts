// Work beside the calls: a loop that runs until it is told to end; most look every so often whether there is something
// to do, one loop for all of them, that outlives a failed look and never overlaps with itself.
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '#telemetry';
import type { Background } from './api.js';

export abstract class LoopBackground implements Background {
  private stopping = new AbortController();
  private loop: Promise<unknown> = Promise.resolve();

  /** Returns at once: what the loop meets does not hold up our own start. */
  async start(): Promise<void> {
    this.stopping = new AbortController();
    this.loop = this.run(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  /** Runs until the signal is aborted, whatever fails meanwhile. */
  protected abstract run(signal: AbortSignal): Promise<unknown>;
}

export abstract class PeriodicBackground extends LoopBackground {
  private readonly logger: ReturnType<typeof createLogger>;

  /**
   * @param name of its logger, e.g. `inventory.expiry`
   * @param everyMs pause between the end of a look and the next one
   */
  protected constructor(name: string, private readonly everyMs: number) {
    super();
    this.logger = createLogger(name);
  }

  /** One look, bounded by itself; what it throws is logged, and the next look tries again. */
  protected abstract lookOnce(): Promise<unknown>;

  protected async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.lookOnce();
      } catch (error) {
        this.logger.warn({ err: error }, 'a look failed, trying again');
      }
      await delay(this.everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
