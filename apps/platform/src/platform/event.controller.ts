// The event log over HTTP: one address, a stream for those who follow and pages for those who fetch, bodies the same.
// Everybody sees what its scopes allow, and of orders its own.
import { Controller } from '@nestjs/common';
import {
  Answer, platformApi, Problem, problems, type CallContext, type CloudEventDocument, type EventId, type EventPage,
  type EventQuery,
} from '#contracts';
import { Database } from '#database';
import { Audience, EventLog, seesAll, sseStream, toCloudEvent, type StoredEvent, type Viewer } from '#events';
import { header, Implements } from '#governance';

const { operations } = platformApi;
const STREAM = 'text/event-stream';
/** Nobody on the way may keep or hold back a stream. */
const STREAM_HEADERS = { 'content-type': STREAM, 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
const PAGE_EVENTS = 100;
/** Who may see few of the events gets a page after so many looks at the log, full or not; `next` goes on from there. */
const LOOKS_MAX = 10;
const LOOK_EVENTS = 1_000;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

@Controller()
export class EventController {
  private readonly audience: Audience;

  constructor(private readonly log: EventLog, database: Database) {
    this.audience = new Audience(database);
  }

  @Implements(operations.streamEvents)
  async streamEvents({ params }: { params: EventQuery }, call: CallContext): Promise<EventPage | Answer<EventPage>> {
    return header(call, 'accept')?.includes(STREAM) ? this.stream(params, call) : this.page(params, viewerOf(call));
  }

  @Implements(operations.getEvent)
  async getEvent({ params: { eventId } }: { params: EventId }, call: CallContext): Promise<CloudEventDocument> {
    const event = UUID.test(eventId) ? await this.log.get(eventId) : undefined;
    const [seen] = event ? await this.audience.visible(viewerOf(call), [event]) : [];
    if (!seen) throw new Problem(problems.notFound, { detail: `There is no event ${eventId} for you.` });
    return documentOf(seen);
  }

  private stream({ after, types, subject }: EventQuery, call: CallContext): Answer<EventPage> {
    const viewer = viewerOf(call);
    const everything = subject === undefined && seesAll(viewer);
    const stream = sseStream(this.log, {
      after, types: named(types), lastEventId: header(call, 'last-event-id'),
      ...(everything ? {} : { allows: async (event: StoredEvent) =>
        (subject === undefined || event.subject === subject)
          && (await this.audience.visible(viewer, [event])).length === 1 }),
    });
    // The contract describes the page; typed clients do not call operations that produce another media type.
    return new Answer(200, stream as unknown as EventPage, STREAM_HEADERS);
  }

  private async page(
    { after = 0, types, subject, limit = PAGE_EVENTS }: EventQuery, viewer: Viewer,
  ): Promise<EventPage> {
    const all = seesAll(viewer);
    const look = all ? limit : LOOK_EVENTS;
    let [next, seen]: [number, StoredEvent[]] = [after, []];
    for (let looks = 0; looks < LOOKS_MAX && seen.length < limit; looks++) {
      const stored = await this.log.read({ after: next, subject, limit: look, types: named(types) });
      seen = [...seen, ...await this.audience.visible(viewer, stored)];
      next = stored.at(-1)?.position ?? next;
      if (all || stored.length < look) break;
    }
    const events = seen.slice(0, limit);
    return { events: events.map(documentOf), next: seen.length > limit ? events.at(-1)!.position : next };
  }
}

function documentOf(event: StoredEvent): CloudEventDocument {
  return toCloudEvent(event) as CloudEventDocument;
}

function viewerOf({ consumer, caller }: CallContext): Viewer {
  return { consumer, scopes: caller.scopes };
}

/** An empty list means all types, like none. */
function named(types: string[] | undefined): string[] | undefined {
  return types?.length === 0 ? undefined : types;
}
