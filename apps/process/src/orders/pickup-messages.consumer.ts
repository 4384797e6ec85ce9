// Tells customers about their pickups: ready with the code, reminded, not collected; one message an event. It follows
// the event log on its own, so that a mail provider that is down delays no order.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { derivedId, notificationApi, serviceContext, type EventType, type NewMessage } from '#contracts';
import { Database } from '#database';
import { consume, EventLog, Unprocessable, type StoredEvent } from '#events';
import { LoopBackground } from '#governance';
import type { OrderRecord, PickupRecord } from './order.entity.js';
import { OrderReader } from './order.reader.js';
import { PolicyReader } from './policy.reader.js';

const TEMPLATES = {
  'pickup.ready.v1': 'readyForPickup', 'pickup.reminded.v1': 'pickupReminder', 'pickup.expired.v1': 'pickupExpired',
} as const satisfies Partial<Record<EventType, string>>;
const CONCURRENCY = 16;
const DEADLINE_MS = 20_000;
/** A provider that is down is asked again for days before a message is put aside. */
const ATTEMPTS_MAX = 20_000;

@Injectable()
export class PickupMessages extends LoopBackground {
  constructor(
    private readonly database: Database, private readonly log: EventLog, private readonly reader: OrderReader,
    private readonly policies: PolicyReader, private readonly clients: Clients,
  ) {
    super();
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/orders pickup messages', types: Object.keys(TEMPLATES), signal,
      concurrency: CONCURRENCY, attempts: ATTEMPTS_MAX, handler: (event) => this.tell(event),
    });
  }

  private async tell(event: StoredEvent): Promise<void> {
    const { fulfilmentOrderId, pickupId = fulfilmentOrderId } =
      event.data as { fulfilmentOrderId?: string; pickupId?: string };
    const order = await this.reader.get(event.subject);
    const pickup = order.pickups.find(({ id }) => id === pickupId);
    const to = order.customer.email;
    if (!pickup || to === undefined) return;
    const body = await this.message(event, order, pickup, to);
    const call = serviceContext('process/orders', {
      deadline: Date.now() + DEADLINE_MS, subject: order.id, requestId: event.id,
    });
    const sent = await this.clients.of(notificationApi).sendMessage({ body }, call);
    if (sent.outcome === 'uncertain') throw new Error(`Not known whether it was sent: ${sent.lookUp}`);
    if (sent.outcome === 'rejected') throw new Unprocessable(`The message was rejected: ${sent.reason}`);
  }

  private async message(
    event: StoredEvent, order: OrderRecord, pickup: PickupRecord, to: string,
  ): Promise<NewMessage> {
    const { document: { messages } } = await this.policies.current('exceptions');
    const { languages, defaultLanguage } = messages;
    const language = languages[order.shippingAddress?.country ?? ''] ?? languages[order.region] ?? defaultLanguage;
    const until = (event.data as { collectBy?: string }).collectBy;
    const waits = until !== undefined;
    const lines = order.lines.filter(({ lineId }) => pickup.lineIds.includes(lineId));
    return {
      messageId: derivedId('msg', event.id), subject: order.id,
      template: TEMPLATES[event.type as keyof typeof TEMPLATES], language, to,
      ...(order.customer.name === undefined ? {} : { name: order.customer.name }),
      facts: {
        orderNumber: order.orderNumber, place: pickup.locationId,
        lines: lines.map(({ sku, name, ordered }) => ({ sku, name, quantity: ordered })),
        ...(waits ? { until, code: pickup.code } : {}),
      },
    };
  }
}
