// The log as a text/event-stream (https://html.spec.whatwg.org/multipage/server-sent-events.html): a plain Node stream
// that any HTTP server can send. Nothing is queued per client: a slow one is read for more slowly, then disconnected.
import { Readable } from 'node:stream';
import { metrics } from '#telemetry';
import { toCloudEvent, type StoredEvent } from './event.js';
import type { EventLog } from './log.js';

export interface SseOptions {
  /** The request's `Last-Event-ID` header; a position. Anything else is ignored. */
  lastEventId?: string;
  /** Where to begin without a Last-Event-ID; default: only events to come. */
  after?: number;
  types?: readonly string[];
  /** What this client may see. */
  allows?: (event: StoredEvent) => boolean;
  heartbeatMs?: number;
  /** A client that takes nothing for so long is disconnected; it can resume. */
  stallMs?: number;
}

const HEARTBEAT_MS = 15_000;
const STALL_MS = 15_000;
const BUFFER_BYTES = 64 * 1024;
/** What a browser waits before it comes back. */
const RECONNECT_MS = 1_000;

const slowClients = metrics.counter('throughline_sse_slow_clients_total', 'Event streams closed for not reading.');

/** Followers share the event objects, so each event is turned to text once however many clients get it. */
const frames = new WeakMap<StoredEvent, string>();

function frameOf(event: StoredEvent): string {
  let frame = frames.get(event);
  if (frame === undefined) {
    frame = `id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(toCloudEvent(event))}\n\n`;
    frames.set(event, frame);
  }
  return frame;
}

/**
 * Each event is a frame `id` = position, `event` = type, `data` = CloudEvent JSON. Send it as
 * `text/event-stream` with `cache-control: no-store`; destroying the stream stops the following.
 */
export function sseStream(log: EventLog, options: SseOptions = {}): Readable {
  const stream = new SseStream(options.stallMs ?? STALL_MS);
  void stream.pump(log, options);
  return stream;
}

function startingPoint({ lastEventId, after }: SseOptions): number | undefined {
  const position = lastEventId !== undefined && /^\d{1,16}$/.test(lastEventId) ? Number(lastEventId) : undefined;
  return position !== undefined && Number.isSafeInteger(position) ? position : after;
}

class SseStream extends Readable {
  private readonly ended = new AbortController();
  private resume: (() => void) | undefined;

  constructor(private readonly stallMs: number) {
    super({ highWaterMark: BUFFER_BYTES });
  }

  override _read(): void {
    this.resume?.();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.ended.abort();
    this.resume?.();
    callback(error);
  }

  async pump(log: EventLog, options: SseOptions): Promise<void> {
    const { types, allows } = options;
    let position = startingPoint(options);
    let quiet = true;
    const heartbeat = setInterval(() => {
      // An id without data moves the client's resume position past what it was not to see.
      if (quiet && this.resume === undefined) this.push(position === undefined ? ': \n\n' : `: \nid: ${position}\n\n`);
      quiet = true;
    }, options.heartbeatMs ?? HEARTBEAT_MS);
    try {
      await this.send(`retry: ${RECONNECT_MS}\n\n`);
      for await (const page of log.followPages({ after: position, types, signal: this.ended.signal })) {
        for (const event of page.events) {
          if (allows !== undefined && !allows(event)) continue;
          await this.send(frameOf(event));
          if (this.destroyed) return;
          quiet = false;
        }
        position = page.upTo;
      }
      this.push(null);
    } catch (error) {
      this.destroy(error as Error);
    } finally {
      clearInterval(heartbeat);
    }
  }

  /** Waits while the client's buffer is full, and gives up on a client that does not read. */
  private async send(text: string): Promise<void> {
    if (this.destroyed || this.push(text)) return;
    await new Promise<void>((resolve) => {
      const stalled = setTimeout(() => {
        slowClients.inc();
        this.destroy();
      }, this.stallMs);
      this.resume = () => {
        clearTimeout(stalled);
        resolve();
      };
    });
    this.resume = undefined;
  }
}
