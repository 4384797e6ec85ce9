// How busy this process's one thread is, so that background runs leave room for people who wait at the front door.
import { performance, type EventLoopUtilization } from 'node:perf_hooks';

const SAMPLE_MS = 100;
/** Utilization up to which nothing is held back. */
const FREE_BELOW = 0.7;

export class Pressure {
  private last: EventLoopUtilization = performance.eventLoopUtilization();
  private waiting = 0;
  private current = 0;
  private readonly timer = setInterval(() => this.sample(), SAMPLE_MS).unref();

  /** 0: idle; 1: the thread is full and requests wait. Without requests there is nobody to make room for. */
  get level(): number {
    return this.current;
  }

  /** Called around every request that came from outside. */
  enter(): void {
    this.waiting += 1;
  }

  leave(): void {
    this.waiting -= 1;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private sample(): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.last);
    this.last = now;
    this.current = this.waiting === 0 ? 0 : Math.max(0, Math.min(1, (utilization - FREE_BELOW) / (1 - FREE_BELOW)));
  }
}
