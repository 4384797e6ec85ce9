// An event in its three shapes: as a domain announces it, as the log keeps it, and as it leaves the house
// (CloudEvents 1.0, one body for webhooks, SSE, feeds and brokers).
import { eventSpecOf, type EventData, type EventType } from '#contracts';

/**
 * What a domain adds to its unit of work, so that the announcement commits together with the fact. Only types of the
 * catalogue compile, and with the data that the catalogue declares.
 */
export interface NewEvent<Type extends EventType = EventType> {
  /** UUIDv7; set it only when the caller must know it before the commit. */
  id?: string;
  type: Type;
  /** URI reference of the API that announces it, e.g. `/process/orders`. */
  source: string;
  /** Id of the thing it is about, e.g. `ord_…`. */
  subject: string;
  /**
   * Events with one key are delivered in the order of their commits, if the writer holds a lock on what the key
   * stands for (its row, say) when it adds them.
   */
  partitionKey: string;
  data: EventData[Type];
  /** Consumer whose order or return the key stands for; said once, with the first event of the key. */
  owner?: string;
  /** RFC 3339 UTC, when it happened; default now. */
  time?: string;
  /** Id of the whole business conversation, e.g. the order id. */
  correlationId?: string;
  /** Id of the event or command that caused this one. */
  causationId?: string;
  /** W3C trace of the origin; `announce` fills in the current one. */
  traceparent?: string;
}

/** An event in the log. */
export interface StoredEvent {
  /** 1, 2, 3 … without gaps, in commit order per partition key. */
  position: number;
  id: string;
  type: string;
  source: string;
  subject: string;
  partitionKey: string;
  data: unknown;
  time: string;
  /** RFC 3339 UTC, when the log took it. */
  recordedTime: string;
  correlationId: string | null;
  causationId: string | null;
  traceparent: string | null;
}

/** CloudEvents 1.0.2 in JSON (https://github.com/cloudevents/spec), with documented extension attributes. */
export type CloudEventJson = {
  specversion: '1.0';
  id: string;
  type: string;
  source: string;
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: unknown;
  /** Position in the log, zero padded so that text order is number order. */
  sequence: string;
  partitionkey: string;
  recordedtime: string;
  correlationid?: string;
  causationid?: string;
  traceparent?: string;
  /** CloudEvents extension `deprecation`: true when the type is to go away. */
  deprecated?: true;
  deprecationfrom?: string;
  deprecationsunset?: string;
  deprecationmigration?: string;
};

/** As many digits as the largest bigint. */
const SEQUENCE_DIGITS = 19;

/** The structured CloudEvent (`application/cloudevents+json`) of a stored event. */
export function toCloudEvent(event: StoredEvent): CloudEventJson {
  return {
    specversion: '1.0',
    id: event.id,
    type: event.type,
    source: event.source,
    subject: event.subject,
    time: event.time,
    datacontenttype: 'application/json',
    sequence: String(event.position).padStart(SEQUENCE_DIGITS, '0'),
    partitionkey: event.partitionKey,
    recordedtime: event.recordedTime,
    ...(event.correlationId !== null && { correlationid: event.correlationId }),
    ...(event.causationId !== null && { causationid: event.causationId }),
    ...(event.traceparent !== null && { traceparent: event.traceparent }),
    ...deprecationOf(event.type),
    data: event.data,
  };
}

function deprecationOf(type: string): Partial<CloudEventJson> {
  const deprecated = eventSpecOf(type)?.deprecated;
  return deprecated === undefined ? {} : {
    deprecated: true, deprecationfrom: deprecated.from, deprecationmigration: deprecated.migration,
    ...(deprecated.sunset !== undefined && { deprecationsunset: deprecated.sunset }),
  };
}
