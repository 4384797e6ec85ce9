// The end of the log in memory, read once per process however many follow it: a thousand open streams cost one query
// per batch of events, not a thousand. A follower that falls behind this window reads the database until it is back.
import pg from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger, metrics } from '#telemetry';
import type { StoredEvent } from './event.js';
import { LOG_CHANNEL } from './sequencer.js';

const WINDOW_EVENTS_MAX = 2_048;
const READ_EVENTS_MAX = 512;
/** The net under lost notifications. */
const POLL_MS = 100;
const FAILURE_DELAY_MS = 500;
const LISTEN_RETRY_MS = 1_000;
const CONNECT_TIMEOUT_MS = 5_000;

const logger = createLogger('events.tail');
const open = metrics.gauge('throughline_event_followers', 'Open followers of the event log in this process.');

/** Events after `position`, oldest first, and the position up to which nothing else is there. */
export interface Page { events: StoredEvent[]; upTo: number }

/** One reader of the tail; `wake` is set while it waits. */
export class Follower {
  wake: (() => void) | undefined;
}

export interface TailOptions {
  read: (after: number, limit: number) => Promise<StoredEvent[]>;
  head: () => Promise<number>;
  /** PostgreSQL to LISTEN on, with a connection of its own. */
  url: string;
}

export class Tail {
  private readonly followers = new Set<Follower>();
  private window: StoredEvent[] = [];
  /** Position of the last event that was read. */
  private last = 0;
  private ready: Promise<void> | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopping: AbortController | undefined;
  private wakeReader: (() => void) | undefined;
  private announced = 0;

  constructor(private readonly options: TailOptions) {}

  /** Joins as a follower; the first one starts the reader. Resolves when the tail knows where the log ends. */
  async join(): Promise<Follower> {
    const follower = new Follower();
    this.followers.add(follower);
    open.set(this.followers.size);
    this.ready ??= this.start();
    try {
      await this.ready;
    } catch (error) {
      this.leave(follower);
      throw error;
    }
    return follower;
  }

  /** The last one that leaves stops the reader. */
  leave(follower: Follower): void {
    this.followers.delete(follower);
    open.set(this.followers.size);
    if (this.followers.size === 0) this.stop();
  }

  /** Where the log ended when it was last read. */
  get head(): number {
    return this.last;
  }

  /** Up to `limit` events after `position`; undefined when they are older than the window. */
  after(position: number, limit: number): Page | undefined {
    if (position >= this.last) return { events: [], upTo: position };
    const from = position + 1 - (this.last - this.window.length + 1);
    if (from < 0) return undefined;
    const events = this.window.slice(from, from + limit);
    return { events, upTo: position + events.length };
  }

  /** Resolves when the log is longer than `position`, or when `follower.wake` is called. */
  async longer(follower: Follower, position: number): Promise<void> {
    if (this.last > position) return;
    await new Promise<void>((resolve) => (follower.wake = resolve));
    follower.wake = undefined;
  }

  /** Says that the log goes at least up to `head`. */
  announce(head: number): void {
    this.announced = Math.max(this.announced, head);
    if (this.announced > this.last) this.wakeReader?.();
  }

  /** Wakes all followers and stops the reader, even if followers are left. */
  async close(): Promise<void> {
    await this.ready?.catch(() => undefined);
    this.stop();
    for (const follower of this.followers) follower.wake?.();
    await this.running;
  }

  private async start(): Promise<void> {
    const stopping = new AbortController();
    this.stopping = stopping;
    await this.running;
    this.window = [];
    this.last = await this.options.head();
    this.running = Promise.all([this.readOn(stopping.signal), this.listen(stopping.signal)]).then(() => undefined);
  }

  private stop(): void {
    this.ready = undefined;
    this.stopping?.abort();
    this.wakeReader?.();
  }

  private async readOn(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const events = await this.options.read(this.last, READ_EVENTS_MAX);
        if (signal.aborted) return;
        this.append(events);
        if (events.length === READ_EVENTS_MAX || this.announced > this.last) continue;
        await this.pause(POLL_MS, signal);
      } catch (error) {
        logger.error({ err: error }, 'reading the end of the event log failed, trying again');
        await this.pause(FAILURE_DELAY_MS, signal);
      }
    }
  }

  private append(events: readonly StoredEvent[]): void {
    const newest = events.at(-1);
    if (newest === undefined) {
      // Whoever announced more than there is was wrong; believing it would make the reader spin.
      this.announced = this.last;
      return;
    }
    // A deleted beginning of the log may leave a hole, and the window is addressed by position.
    if (events[0]!.position !== this.last + 1) this.window = [];
    this.window.push(...events);
    if (this.window.length > WINDOW_EVENTS_MAX) this.window = this.window.slice(-WINDOW_EVENTS_MAX);
    this.last = newest.position;
    for (const follower of this.followers) follower.wake?.();
  }

  private async pause(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeReader = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeReader = undefined;
  }

  private async listen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.listenOnce(signal);
      } catch (error) {
        logger.warn({ err: error }, 'listening for new events failed; polling goes on');
      }
      await delay(LISTEN_RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async listenOnce(signal: AbortSignal): Promise<void> {
    const client = new pg.Client({
      connectionString: this.options.url,
      application_name: 'throughline-listen',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    });
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    // Every error must have a listener: pg may emit more than one while a connection breaks.
    client.on('error', end).on('end', end);
    signal.addEventListener('abort', end, { once: true });
    client.on('notification', (message) => this.announce(Number(message.payload)));
    try {
      await client.connect();
      await client.query(`listen ${LOG_CHANNEL}`);
      await ended;
    } finally {
      signal.removeEventListener('abort', end);
      await client.end().catch(() => undefined);
    }
  }
}
