// How much of this process people at the front door need, so that background runs leave room for them: a burst goes to
// the people first, a crowd that stays shares with the work behind it.
import type { ServerResponse } from 'node:http';
import { performance, type EventLoopUtilization } from 'node:perf_hooks';

const SAMPLE_MS = 50;
/** Share of the thread that may be in use while people wait: what is left keeps their answers quick. */
const WANTED_UTILIZATION = 0.25;
/** Change of the level a sample, at full distance from what is wanted. */
const GAIN = 0.5;
/** Weight of the newest sample in the share of time in which somebody waits. */
const PRESENCE_WEIGHT = 0.2;
/** From this share of the time on there are people; below it, somebody looks in now and then. */
const PRESENT = 0.5;
/** So long a burst has all the room it needs; over as long again its part shrinks to what a crowd may keep. */
export const BURST_MS = 60_000;
/** The level that people may keep for as long as they like. */
export const LASTING_LEVEL = 0.3;

export class Pressure {
  private last: EventLoopUtilization = performance.eventLoopUtilization();
  private readonly waiting = new Set<ServerResponse>();
  private asked = false;
  private presence = 0;
  private current = 0;
  private heldMs = 0;
  private readonly timer = setInterval(() => this.sample(), SAMPLE_MS).unref();

  /**
   * 0: nothing need be held back; 1: hold back all you can. It moves step by step to where the thread has room, since
   * a level that followed the load at once would swing between the two ends.
   */
  get level(): number {
    return Math.min(this.current, LASTING_LEVEL + (1 - LASTING_LEVEL) * Math.min(1, 2 - this.heldMs / BURST_MS));
  }

  /** Somebody asks and waits until the answer begins. */
  asks(response: ServerResponse): void {
    this.asked = true;
    this.waiting.add(response);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private sample(): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.last);
    this.last = now;
    for (const response of this.waiting) {
      if (response.headersSent || response.destroyed) this.waiting.delete(response);
    }
    const somebody = this.asked || this.waiting.size > 0;
    this.asked = false;
    this.presence += (Number(somebody) - this.presence) * PRESENCE_WEIGHT;
    const excess = this.presence < PRESENT ? -1 : utilization - WANTED_UTILIZATION;
    this.current = Math.max(0, Math.min(1, this.current + excess * GAIN));
    const heldMs = this.heldMs + (this.current > LASTING_LEVEL ? SAMPLE_MS : -SAMPLE_MS);
    this.heldMs = Math.max(0, Math.min(2 * BURST_MS, heldMs));
  }
}
