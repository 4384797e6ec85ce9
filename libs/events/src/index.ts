// Events: the outbox that commits with the facts, the gapless log, its readers, and the journey of each order.
import {
  CursorRecord, DeadLetterRecord, EventRecord, JourneyRecord, OutboxRecord, SequencerRecord,
} from './event.entity.js';
import { CreateEvents1700000000100 } from './migrations.js';

export { toCloudEvent } from './event.js';
export type { CloudEventJson, NewEvent, StoredEvent } from './event.js';
export { announce, outbox } from './outbox.js';
export { Sequencer } from './sequencer.js';
export { EventLog } from './log.js';
export type { FollowOptions, ReadOptions } from './log.js';
export { consume, Unprocessable } from './consumer.js';
export type { ConsumerOptions, Delivery } from './consumer.js';
export { sseStream } from './sse.js';
export type { SseOptions } from './sse.js';
export { journey, JourneyRecorder, readJourney, recordJourney } from './journey.js';
export type { JourneyEntry, JourneyKind, StoredJourneyEntry } from './journey.js';

export const eventsEntities = [
  OutboxRecord, EventRecord, SequencerRecord, CursorRecord, DeadLetterRecord, JourneyRecord,
];
export const eventsMigrations = [CreateEvents1700000000100];
