// Events: the outbox that commits with the facts, the gapless log, its readers, and the journey of each order.
import {
  CursorRecord, DeadLetterRecord, EventRecord, JourneyRecord, OutboxRecord, SequencerRecord,
} from './event.entity.js';
import { CreateEvents1700000000100 } from './migrations.js';
import { Webhooks1700000003100 } from './migrations/1700000003100-webhooks.js';
import {
  KeyOwnerRecord, WebhookAttemptRecord, WebhookDeliveryRecord, WebhookEndpointRecord,
} from './webhooks/webhook.entity.js';

export { toCloudEvent } from './event.js';
export type { CloudEventJson, NewEvent, StoredEvent } from './event.js';
export { announce, outbox } from './outbox.js';
export { Sequencer, type OutboxDatabase } from './sequencer.js';
export { EventLog } from './log.js';
export type { FollowOptions, ReadOptions } from './log.js';
export { consume, Unprocessable } from './consumer.js';
export type { ConsumerOptions, Delivery } from './consumer.js';
export { sseStream } from './sse.js';
export type { SseOptions } from './sse.js';
export { journey, JourneyRecorder, readJourney, recordJourney } from './journey.js';
export type { JourneyEntry, JourneyKind, StoredJourneyEntry } from './journey.js';

export { Audience, reachOf, seesAll, visibleTypes } from './audience.js';
export type { Viewer } from './audience.js';
export { messageOf, WebhookDispatcher, webhookHeaders } from './webhooks/dispatcher.js';
export { trimLog } from './retention.js';
export { JetStreamRelay } from './jetstream/relay.js';
export { consumeJetStream } from './jetstream/consumer.js';
export type { JetStreamConsumerOptions } from './jetstream/consumer.js';
export { partitionOf } from './jetstream/stream.js';
export { webhookSecret } from './webhooks/secret.js';
export { WebhookSender } from './webhooks/sender.js';
export { DELIVERY_STATES, WebhookDeliveryRecord, WebhookEndpointRecord } from './webhooks/webhook.entity.js';
export type { DeliveryState } from './webhooks/webhook.entity.js';
export { DeadLetterRecord } from './event.entity.js';

export const eventsEntities = [
  OutboxRecord, EventRecord, SequencerRecord, CursorRecord, DeadLetterRecord, JourneyRecord,
  KeyOwnerRecord, WebhookEndpointRecord, WebhookDeliveryRecord, WebhookAttemptRecord,
];
export const eventsMigrations = [CreateEvents1700000000100, Webhooks1700000003100];
