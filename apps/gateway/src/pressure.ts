// How much of this process's one thread people at the front door need, so that background runs leave room for them.
import { performance, type EventLoopUtilization } from 'node:perf_hooks';

const SAMPLE_MS = 50;
/** Share of the thread that may be in use while people ask: what is left keeps their answers quick. */
const WANTED_UTILIZATION = 0.5;
/** Change of the level a sample, at full distance from what is wanted. */
const GAIN = 0.5;
/** Whoever asked so long ago may ask again at once. */
const PRESENT_MS = 300;

export class Pressure {
  private last: EventLoopUtilization = performance.eventLoopUtilization();
  private askedAt = -Infinity;
  private current = 0;
  private readonly timer = setInterval(() => this.sample(), SAMPLE_MS).unref();

  /**
   * 0: nothing need be held back; 1: hold back all you can. It moves step by step to where the thread has room, since
   * a level that followed the load at once would swing between the two ends.
   */
  get level(): number {
    return this.current;
  }

  /** Somebody asks and waits for the answer. */
  asked(): void {
    this.askedAt = performance.now();
  }

  close(): void {
    clearInterval(this.timer);
  }

  private sample(): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.last);
    this.last = now;
    const excess = performance.now() - this.askedAt > PRESENT_MS ? -1 : utilization - WANTED_UTILIZATION;
    this.current = Math.max(0, Math.min(1, this.current + excess * GAIN));
  }
}
