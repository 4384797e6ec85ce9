// Publishes what happens to orders, shipments, refunds and cases as Salesforce platform events, for Flows and triggers
// in the org. It follows the log on its own cursor, so that an org that is down or short of calls delays nobody.
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clients, type Client } from '#client';
import { crmApi, eventTypes, serviceContext, type EventType } from '#contracts';
import { Database } from '#database';
import { consume, EventLog, Unprocessable, type StoredEvent } from '#events';
import { LoopBackground } from '#governance';

/** What an org acts upon; its hourly allocation of events is too small for every step of every order. */
const STEPS_NOT_TOLD: readonly EventType[] = [
  'order.sourced.v1', 'order.accepted.v1', 'order.released.v1', 'shipment.created.v1', 'shipment.picked.v1',
  'shipment.packed.v1',
  // It came from there.
  'case.changed.v1',
];
const TOPICS = ['order', 'shipment', 'refund', 'case'];
const TYPES = eventTypes.filter((type) => TOPICS.includes(topicOf(type)) && !STEPS_NOT_TOLD.includes(type));
/** Events published at the same time; the connector bundles up to 200 in one API call. */
const CONCURRENCY = 200;
const DEADLINE_MS = 20_000;
/** An org that is down is asked again for days before an event is put aside as a dead letter. */
const ATTEMPTS_MAX = 20_000;
/** Events known to be published; after a crash a few come twice, and subscribers drop them by their event id. */
const PUBLISHED_MAX = 10_000;

@Injectable()
export class PlatformEvents extends LoopBackground {
  private readonly published = new LRUCache<string, true>({ max: PUBLISHED_MAX });
  private readonly crm: Client<typeof crmApi>;

  constructor(private readonly database: Database, private readonly log: EventLog, clients: Clients) {
    super();
    this.crm = clients.of(crmApi);
  }

  protected run(signal: AbortSignal): Promise<void> {
    return consume(this.database, this.log, {
      name: 'process/orders platform events', types: TYPES, signal, startAt: 'end',
      concurrency: CONCURRENCY, attempts: ATTEMPTS_MAX, handler: (event) => this.publish(event),
    });
  }

  private async publish(event: StoredEvent): Promise<void> {
    if (this.published.has(event.id)) return;
    const { orderId = event.subject } = event.data as { orderId?: string };
    const call = serviceContext('process/orders', {
      deadline: Date.now() + DEADLINE_MS, subject: orderId, requestId: event.id,
    });
    const written = await this.crm.publishEvent({ body: {
      eventId: event.id, topic: topicOf(event.type), type: event.type, orderId, status: event.type.split('.')[1]!,
      occurredAt: event.time, data: event.data as Record<string, unknown>,
    } }, call);
    if (written.outcome === 'uncertain') throw new Error(`Not known whether it was published: ${written.lookUp}`);
    if (written.outcome === 'rejected') {
      throw new Unprocessable(`The customer system rejected the event ${event.id}: ${written.reason}`);
    }
    this.published.set(event.id, true);
  }
}

function topicOf(type: string): string {
  return type.split('.', 1)[0]!;
}
