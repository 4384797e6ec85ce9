// Tells what has happened to an order by position in the event log, and lets a channel wait for the next event; many
// wait at the same time, all on the one reader of the log's end that this process has.
import { Controller } from '@nestjs/common';
import { eventTypes, ordersApi, type CallContext, type OrderEvent, type OrderEventPage, type OrderEventsQuery }
  from '#contracts';
import { EventLog, type StoredEvent } from '#events';
import { Implements } from '#governance';
import { OrderReader } from './order.reader.js';

const { operations } = ordersApi;
const PAGE = 50;
/** Beyond so many that wait here, the answer comes at once: whoever tracks asks again. */
const WAITING_MAX = 2_000;
/** Time left for the way back, out of the caller's deadline. */
const ANSWER_MARGIN_MS = 500;
/** What an order's customer may know of: not what the house does inside. */
const NOUNS = new Set(['order', 'payment', 'shipment', 'pickup', 'refund', 'invoice']);
const TYPES = eventTypes.filter((type) => NOUNS.has(type.split('.', 1)[0]!));

@Controller()
export class OrderEventController {
  private waiting = 0;

  constructor(private readonly log: EventLog, private readonly reader: OrderReader) {}

  @Implements(operations.listOrderEvents)
  async listOrderEvents({ params }: { params: OrderEventsQuery }, call: CallContext): Promise<OrderEventPage> {
    const { after = 0, limit = PAGE, waitSeconds = 0 } = params;
    const id = await this.reader.idOf(params.orderId);
    const head = waitSeconds > 0 ? await this.log.head() : 0;
    let events = await this.read(id, after, limit);
    if (events.length === 0 && waitSeconds > 0 && this.waiting < WAITING_MAX) {
      const waitMs = Math.min(waitSeconds * 1_000, call.deadline - Date.now() - ANSWER_MARGIN_MS);
      if (waitMs > 0 && (await this.happens(id, head, waitMs))) events = await this.read(id, after, limit);
    }
    return { orderId: id, events: events.map(shown), position: events.at(-1)?.position ?? after };
  }

  private read(subject: string, after: number, limit: number): Promise<StoredEvent[]> {
    return this.log.read({ subject, after, limit, types: TYPES });
  }

  /** Whether an event of the order comes after a position of the log, in time. */
  private async happens(subject: string, head: number, waitMs: number): Promise<boolean> {
    this.waiting += 1;
    try {
      const signal = AbortSignal.timeout(waitMs);
      for await (const { events } of this.log.followPages({ after: head, types: TYPES, signal })) {
        if (events.some((event) => event.subject === subject)) return true;
      }
      return false;
    } finally {
      this.waiting -= 1;
    }
  }
}

function shown({ position, id, type, time, data }: StoredEvent): OrderEvent {
  return { position, id, type, time, data: data as Record<string, unknown> };
}
