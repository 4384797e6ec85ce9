// Reads one partition of the stream for a machine that is not at the database all the time: in order per key, each
// event at least once; what cannot be handled becomes a dead letter in PostgreSQL before it is acknowledged.
import { setTimeout as delay } from 'node:timers/promises';
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Database } from '#database';
import { createLogger } from '#telemetry';
import { bury, redeliver } from '../dead-letters.js';
import { toCloudEvent, type CloudEventJson } from '../event.js';
import { partitionOf, STREAM } from './stream.js';

const ATTEMPTS = 5;
const ACK_WAIT_NS = 30_000 * 1_000_000;
const RETRY_MS = 200;
const RETRY_MS_MAX = 30_000;
const FAILURE_DELAY_MS = 1_000;
/** How often it looks for dead letters that somebody wants tried again. */
const REDELIVER_EVERY_MS = 1_000;

const logger = createLogger('events.jetstream-consumer');

export interface JetStreamConsumerOptions {
  readonly name: string;
  /** 0 to 15; of all processes that read one partition under one name, one at a time gets the next event. */
  readonly partition: number;
  /** First word of the types; all when not given. */
  readonly domain?: string;
  /** Must tolerate to see an event again: `sequence` is its position in the log. */
  readonly handler: (event: CloudEventJson, attempt: number) => Promise<void>;
  readonly signal: AbortSignal;
  /** Deliveries before an event becomes a dead letter; default 5. */
  readonly attempts?: number;
}

/** Consumes until `signal` aborts; a stream that is gone is waited for. */
export async function consumeJetStream(
  connection: NatsConnection, database: Database, options: JetStreamConsumerOptions,
): Promise<void> {
  const { signal } = options;
  const redelivering = keepRedelivering(database, options);
  while (!signal.aborted && !connection.isClosed()) {
    try {
      await consumeOnce(connection, database, options);
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error, consumer: options.name }, 'interrupted, trying again');
    }
    await delay(FAILURE_DELAY_MS, undefined, { signal }).catch(() => undefined);
  }
  await redelivering;
}

/** Gives dead letters of this partition one more try, beside what is new; the stream has forgotten them. */
async function keepRedelivering(
  database: Database, { name, partition, handler, signal }: JetStreamConsumerOptions,
): Promise<void> {
  while (!signal.aborted) {
    await delay(REDELIVER_EVERY_MS, undefined, { signal }).catch(() => undefined);
    try {
      await redeliver(database, name, {
        signal,
        mine: ({ partitionKey }) => partitionOf(partitionKey) === partition,
        attempt: (event, attempts) => handler(toCloudEvent(event), attempts),
        bury: (event, attempts, error) => bury(database, name, event, attempts, error),
      });
    } catch (error) {
      logger.warn({ err: error, consumer: name }, 'dead letters were not tried again; the next look does');
    }
  }
}

async function consumeOnce(
  connection: NatsConnection, database: Database, options: JetStreamConsumerOptions,
): Promise<void> {
  const { name, partition, domain = '*', signal } = options;
  const durable = `${name}-${partition}`.replace(/[^\w-]/g, '-');
  const manager = await jetstreamManager(connection);
  await manager.consumers.add(STREAM, {
    durable_name: durable, filter_subject: `ev.${domain}.${partition}`, ack_policy: AckPolicy.Explicit,
    ack_wait: ACK_WAIT_NS, deliver_policy: DeliverPolicy.All,
    // One at a time: what is tried again keeps its place.
    max_ack_pending: 1, max_deliver: -1,
  });
  const consumer = await jetstream(connection).consumers.get(STREAM, durable);
  const messages = await consumer.consume({ max_messages: 1, abort_on_missing_resource: true });
  const stop = () => messages.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const message of messages) {
      if (signal.aborted) break;
      await handle(message, database, options);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await messages.close();
  }
}

/** Deliveries are counted here and not by the server, whose notice of a last one is lost when nobody listens. */
async function handle(
  message: JsMsg, database: Database, { name, handler, attempts = ATTEMPTS }: JetStreamConsumerOptions,
): Promise<void> {
  const event = message.json<CloudEventJson>();
  const attempt = message.info.deliveryCount;
  try {
    await handler(event, attempt);
    message.ack();
  } catch (error) {
    if (attempt < attempts) return message.nak(Math.min(RETRY_MS * 2 ** (attempt - 1), RETRY_MS_MAX));
    await bury(database, name, {
      position: Number(event.sequence), id: event.id, type: event.type, subject: event.subject,
    }, attempt, error);
    message.ack();
  }
}
