// How an order goes on, as text/event-stream: made of waits for the next event at the process layer, so that it is the
// same whether that layer runs beside it or elsewhere. Nothing is queued: a slow device is asked for more slowly.
import { Readable } from 'node:stream';
import { DEFAULT_DEADLINE_MS, ORDER_EVENTS_WAIT_MAX_S, type CallContext, type OrderEventPage } from '#contracts';
import { createLogger } from '#telemetry';
import { toTrackingEvent } from './order.mapping.js';

/** What a device waits before it comes back. */
const RECONNECT_MS = 1_000;
/** A stream ends after so long and is taken up again, so that tokens and consumers are looked at anew. */
const STREAM_MS_MAX = 10 * 60_000;

const logger = createLogger('mobile.tracking');

export interface Tracked {
  /** Position of the last event the device has. */
  readonly after: number;
  readonly call: CallContext;
  /** Events after a position, or the wait for one. */
  readonly next: (query: { after: number; waitSeconds: number }, call: CallContext) => Promise<OrderEventPage>;
  /** Where the order stands now. */
  readonly statusOf: (call: CallContext) => Promise<string>;
}

/** Frames `id` = position, `event` = type, `data` = the event with the order's status; a comment while all is quiet. */
export function trackingStream(tracked: Tracked): Readable {
  return Readable.from(frames(tracked), { objectMode: false });
}

async function* frames({ after, call, next, statusOf }: Tracked): AsyncGenerator<string, void, undefined> {
  yield `retry: ${RECONNECT_MS}\n\n`;
  let position = after;
  const endsAt = Date.now() + STREAM_MS_MAX;
  try {
    while (Date.now() < endsAt) {
      const context = { ...call, deadline: Date.now() + DEFAULT_DEADLINE_MS };
      const page = await next({ after: position, waitSeconds: ORDER_EVENTS_WAIT_MAX_S }, context);
      position = page.position;
      if (page.events.length === 0) {
        yield ': \n\n';
        continue;
      }
      const status = await statusOf({ ...call, deadline: Date.now() + DEFAULT_DEADLINE_MS });
      for (const event of page.events) {
        const data = JSON.stringify({ ...toTrackingEvent(event), status });
        yield `id: ${event.position}\nevent: ${event.type}\ndata: ${data}\n\n`;
      }
    }
  } catch (error) {
    // The device comes back with its last position; until then nothing is lost.
    logger.warn({ err: error }, 'a stream of an order ended early');
  }
}
