// Contract of the control plane: what runs, what happened to an order, what the event log says, what must hold.
import { Choice, Flag, Integer, JsonMap, Many, Shape, Text, Texts, Timestamp } from './field.js';
import { Invariant } from './canonical/outcome.js';
import { defineApi, operation } from './operation.js';
import { taskOperations } from './platform-tasks.js';
import { apiVersionOperations } from './platform/api-versions.js';
import { kpiOperations } from './platform/kpis.js';
import { policyOperations } from './platform/policies.js';
import { consumerOperations } from './platform/consumers.js';
import { productOperations } from './platform/products.js';
import { problems } from './problem.js';
import { deadLetterOperations, webhookOperations } from './webhooks.js';

@Shape('One entry of a journey.')
export class JourneyEntry {
  @Integer({ doc: 'Place in the journey, from 1.' })
  seq: number;

  @Timestamp({ doc: 'When it ended.' })
  at: string;

  @Choice(['command', 'decision', 'vendorCall', 'event', 'step', 'person'], { doc: 'Kind.' })
  kind: string;

  @Text({ doc: 'System it concerns (throughline, sap, wms, stripe, salesforce), or the consumer who acted.', max: 100,
    example: 'sap' })
  system: string;

  @Text({ doc: 'What was done.', max: 200, example: 'createSalesOrder' })
  name: string;

  @Text({ doc: 'How it ended: ok, applied, rejected, uncertain, failed, waiting, ...', max: 40, example: 'applied' })
  outcome: string;

  @Integer({ doc: 'How long it took, in milliseconds.', optional: true })
  durationMs?: number;

  @Integer({ doc: 'Which attempt it was.', optional: true })
  attempt?: number;

  @Text({ doc: 'Why.', optional: true, max: 1000 })
  reason?: string;

  @JsonMap({ doc: 'Evidence: references, decision inputs, payload hash.', optional: true })
  detail?: Record<string, unknown>;

  @Text({ doc: 'W3C trace context of the work.', optional: true, max: 60 })
  traceparent?: string;
}

@Shape('The append-only timeline of one order or return.')
export class Journey {
  @Text({ doc: 'Order or return id.', max: 60 })
  subject: string;

  @Choice(['running', 'waiting', 'completed', 'cancelled', 'failed', 'stuck', 'unknown'], { doc: 'State of its run.' })
  runState: string;

  @Text({ doc: 'What it waits for.', optional: true, max: 200 })
  waitingFor?: string;

  @Many(() => JourneyEntry, { doc: 'Entries, oldest first.', max: 1000 })
  entries: JourneyEntry[];
}

@Shape('Whose journey.')
export class JourneyId {
  @Text({ doc: 'Order or return id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  subject: string;
}

@Shape('Which events.')
export class EventQuery {
  @Integer({ doc: 'Only events after this position.', optional: true, max: 9_007_199_254_740_991 })
  after?: number;

  @Texts({ doc: 'Only these types, comma-separated.', optional: true, max: 50 })
  types?: string[];

  @Text({ doc: 'Only events about this order, return or SKU.', optional: true, max: 100 })
  subject?: string;

  @Integer({ doc: 'Events a page.', optional: true, min: 1, max: 1000, example: 100 })
  limit?: number;
}

@Shape('A CloudEvents 1.0 event.', 'CloudEvent')
export class CloudEventDocument {
  @Text({ doc: 'CloudEvents version.', example: '1.0' }) specversion: string;
  @Text({ doc: 'Event id.' }) id: string;
  @Text({ doc: 'Producing API.' }) source: string;
  @Text({ doc: 'Event type, noun.past-tense.v1.', example: 'order.captured.v1' }) type: string;
  @Text({ doc: 'Order, return or SKU.', optional: true }) subject?: string;
  @Timestamp({ doc: 'When it happened.' }) time: string;
  @Text({ doc: 'Media type of data.' }) datacontenttype: string;
  @Text({ doc: 'Position in the event log, zero-padded.' }) sequence: string;
  @Text({ doc: 'Key within which order is kept.' }) partitionkey: string;
  @Timestamp({ doc: 'When it entered the log.', optional: true }) recordedtime?: string;
  @Text({ doc: 'Journey.', optional: true }) correlationid?: string;
  @Text({ doc: 'Event or command that caused it.', optional: true }) causationid?: string;
  @Text({ doc: 'W3C trace context of the origin.', optional: true }) traceparent?: string;
  @JsonMap({ doc: 'The fact.' }) data: Record<string, unknown>;
}

@Shape('Which event.')
export class EventId {
  @Text({ doc: 'Event id.', max: 60, example: '0197c0de-0000-7000-8000-00000000000a' })
  eventId: string;
}

@Shape('A page of events (CloudEvents 1.0), in commit order.')
export class EventPage {
  @Many(() => CloudEventDocument, { doc: 'Events.', max: 1000 })
  events: CloudEventDocument[];

  @Integer({ doc: 'Position to go on after.', max: 9_007_199_254_740_991 })
  next: number;
}

@Shape('All invariants of the house.')
export class InvariantOverview {
  @Flag({ doc: 'True when every invariant holds.' })
  holds: boolean;

  @Many(() => Invariant, { doc: 'Invariants.', max: 500 })
  invariants: Invariant[];
}

export const platformApi = defineApi({
  name: 'platform',
  version: 1,
  title: 'Control plane',
  description: 'Catalog and lifecycle of APIs, usage, journeys, events, invariants, exception tasks.',
  operations: {
    ...apiVersionOperations,
    ...consumerOperations,
    ...productOperations,
    ...policyOperations,
    ...kpiOperations,
    getJourney: operation({
      method: 'GET',
      path: '/journeys/{subject}',
      summary: 'Read the journey of an order or return',
      params: JourneyId,
      answer: Journey,
      scope: 'platform:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound],
    }),
    streamEvents: operation({
      method: 'GET',
      path: '/events',
      summary: 'Follow the event log (server-sent events, or a page as JSON)',
      params: EventQuery,
      answer: EventPage,
      scope: 'events:read',
      rate: 'status',
      idempotency: 'safe',
      produces: 'text/event-stream',
      description:
        'With `Accept: text/event-stream` a stream whose ids are positions (resume with Last-Event-ID or `after`; '
        + 'without either it starts at the head); otherwise one page, from the beginning without `after`. Bodies are '
        + 'the same CloudEvents either way. You see what your scopes allow, and of orders your own; platform:read sees '
        + 'everything.',
    }),
    getEvent: operation({
      method: 'GET',
      path: '/events/{eventId}',
      summary: 'Read one event',
      params: EventId,
      answer: CloudEventDocument,
      scope: 'events:read',
      rate: 'status',
      idempotency: 'safe',
      problems: [problems.notFound],
    }),
    ...webhookOperations,
    ...deadLetterOperations,
    checkInvariants: operation({
      method: 'GET',
      path: '/invariants',
      summary: 'Check that nothing is lost, oversold or posted twice',
      answer: InvariantOverview,
      scope: 'platform:read',
      rate: 'batch',
      idempotency: 'safe',
    }),
    ...taskOperations,
  },
});
