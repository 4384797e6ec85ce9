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
  allows?: (event: StoredEvent) => boolean | Promise<boolean>;
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
  const client = new SseClient(options.stallMs ?? STALL_MS);
  void pump(client, log, options);
  return client.stream;
}

async function pump(client: SseClient, log: EventLog, options: SseOptions): Promise<void> {
  let position = startingPoint(options);
  const heartbeat = setInterval(() => client.beat(position), options.heartbeatMs ?? HEARTBEAT_MS);
  try {
    // The place is taken before the client sees the stream open: what happens from then on is told.
    position ??= await log.head();
    await client.send(`retry: ${RECONNECT_MS}\n\n`);
    const pages = log.followPages({ after: position, types: options.types, signal: client.gone.signal });
    for await (const page of pages) {
      for (const event of page.events) {
        if (options.allows === undefined || (await options.allows(event))) await client.send(frameOf(event));
        if (client.gone.signal.aborted) return;
      }
      position = page.upTo;
    }
    client.stream.push(null);
  } catch (error) {
    client.stream.destroy(error as Error);
  } finally {
    clearInterval(heartbeat);
  }
}

function startingPoint({ lastEventId, after }: SseOptions): number | undefined {
  const position = lastEventId !== undefined && /^\d{1,16}$/.test(lastEventId) ? Number(lastEventId) : undefined;
  return position !== undefined && Number.isSafeInteger(position) ? position : after;
}

/** One client's end of the stream, and whether it still reads. */
class SseClient {
  readonly gone = new AbortController();
  readonly stream: Readable;
  private readOn: (() => void) | undefined;
  private quiet = true;

  constructor(private readonly stallMs: number) {
    this.stream = new Readable({
      highWaterMark: BUFFER_BYTES,
      read: () => this.readOn?.(),
      destroy: (error, done) => {
        this.gone.abort();
        this.readOn?.();
        done(error);
      },
    });
  }

  /** Waits while the client's buffer is full, and disconnects a client that does not read. */
  async send(text: string): Promise<void> {
    this.quiet = false;
    if (this.stream.destroyed || this.stream.push(text)) return;
    await new Promise<void>((resolve) => {
      const stalled = setTimeout(() => {
        slowClients.inc();
        this.stream.destroy();
      }, this.stallMs);
      this.readOn = () => {
        clearTimeout(stalled);
        resolve();
      };
    });
    this.readOn = undefined;
  }

  /** Shows proxies and the client that the stream lives, unless an event did so since the last beat. */
  beat(position: number | undefined): void {
    // An id without data moves the client's resume position past what it was not to see.
    if (this.quiet && this.readOn === undefined) {
      this.stream.push(position === undefined ? ': \n\n' : `: \nid: ${position}\n\n`);
    }
    this.quiet = true;
  }
}
