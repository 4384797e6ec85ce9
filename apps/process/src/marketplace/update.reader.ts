// What became of a partner's orders, from the event log by position: the same events its webhooks carry, so that an
// older position replays them.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import {
  eventTypes, ordersApi, Problem, problems, type CallContext, type ExternalReference, type PartnerUpdate,
  type PartnerUpdates,
} from '#contracts';
import { Database } from '#database';
import { Audience, EventLog, type StoredEvent } from '#events';

const PAGE = 50;
/** A partner of few orders gets an answer after so many looks at the log; `position` goes on from there. */
const LOOKS_MAX = 10;
const LOOK_EVENTS = 1_000;
const NOUNS = new Set(['order', 'shipment', 'refund', 'return', 'pickup']);
const TYPES = eventTypes.filter((type) => NOUNS.has(type.split('.', 1)[0]!));
const SCOPES = new Set(['orders:read']);

@Injectable()
export class UpdateReader {
  private readonly audience: Audience;

  constructor(private readonly log: EventLog, private readonly clients: Clients, database: Database) {
    this.audience = new Audience(database);
  }

  async read(after: number, limit = PAGE, call: CallContext): Promise<PartnerUpdates> {
    let [position, seen, ended]: [number, StoredEvent[], boolean] = [after, [], false];
    for (let looks = 0; looks < LOOKS_MAX && seen.length <= limit && !ended; looks += 1) {
      const stored = await this.log.read({ after: position, limit: LOOK_EVENTS, types: TYPES });
      seen = [...seen, ...await this.audience.visible({ consumer: call.consumer, scopes: SCOPES }, stored)];
      position = stored.at(-1)?.position ?? position;
      ended = stored.length < LOOK_EVENTS;
    }
    const events = seen.slice(0, limit);
    const references = await this.references(events, call);
    const full = seen.length > limit;
    return {
      updates: events.map((event) => shown(event, references.get(orderOf(event)))),
      position: full ? events.at(-1)!.position : position, more: full || !ended,
    };
  }

  /** The partner's numbers of the orders concerned; reads of one answer share their queries. */
  private async references(
    events: readonly StoredEvent[], call: CallContext,
  ): Promise<Map<string, ExternalReference | undefined>> {
    const ids = [...new Set(events.map(orderOf))];
    return new Map(await Promise.all(ids.map(
      async (orderId): Promise<[string, ExternalReference | undefined]> =>
        [orderId, await this.reference(orderId, call)],
    )));
  }

  private async reference(orderId: string, call: CallContext): Promise<ExternalReference | undefined> {
    try {
      return (await this.clients.of(ordersApi).getOrder({ params: { orderId } }, call)).externalReference;
    } catch (error) {
      if (error instanceof Problem && error.type === problems.notFound) return undefined;
      throw error;
    }
  }
}

function orderOf({ data, subject }: StoredEvent): string {
  return (data as { orderId?: string }).orderId ?? subject;
}

function shown(event: StoredEvent, externalReference: ExternalReference | undefined): PartnerUpdate {
  const { position, id, type, time, data } = event;
  return {
    position, id, type, time, data: data as Record<string, unknown>, orderId: orderOf(event),
    ...(externalReference ? { externalReference } : {}),
  };
}
