// The event log over HTTP: one address, a stream for those who follow and pages for those who fetch, bodies the same.
import { Controller } from '@nestjs/common';
import { Answer, platformApi, type CallContext, type EventPage, type EventQuery } from '#contracts';
import { EventLog, sseStream, toCloudEvent } from '#events';
import { Implements } from '#governance';

const { operations } = platformApi;
const STREAM = 'text/event-stream';
/** Nobody on the way may keep or hold back a stream. */
const STREAM_HEADERS = { 'content-type': STREAM, 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

@Controller()
export class EventController {
  constructor(private readonly log: EventLog) {}

  @Implements(operations.streamEvents)
  async streamEvents({ params }: { params: EventQuery }, call: CallContext): Promise<EventPage | Answer<EventPage>> {
    return header(call, 'accept')?.includes(STREAM) ? this.stream(params, call) : this.page(params);
  }

  private stream({ after, types, subject }: EventQuery, call: CallContext): Answer<EventPage> {
    const stream = sseStream(this.log, {
      after, types: named(types), lastEventId: header(call, 'last-event-id'),
      ...(subject === undefined ? {} : { allows: (event) => event.subject === subject }),
    });
    // The contract describes the page; typed clients do not call operations that produce another media type.
    return new Answer(200, stream as unknown as EventPage, STREAM_HEADERS);
  }

  private async page({ after = 0, types, subject, limit }: EventQuery): Promise<EventPage> {
    const stored = await this.log.read({ after, subject, limit, types: named(types) });
    return {
      events: stored.map((event) => toCloudEvent(event) as EventPage['events'][number]),
      next: stored.at(-1)?.position ?? after,
    };
  }
}

/** An empty list means all types, like none. */
function named(types: string[] | undefined): string[] | undefined {
  return types?.length === 0 ? undefined : types;
}

function header({ headers }: CallContext, name: string): string | undefined {
  const value = headers?.[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
