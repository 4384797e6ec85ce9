// Copies the log to NATS JetStream, in order and once: of all processes one publishes, each message says which one it
// follows, and where to go on is read from the stream itself, so that whatever a stream loses comes back from the log.
import { setTimeout as delay } from 'node:timers/promises';
import {
  DeliverPolicy, jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager,
} from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import type { Database } from '#database';
import { createLogger, metrics } from '#telemetry';
import { toCloudEvent, type StoredEvent } from '../event.js';
import type { EventLog } from '../log.js';
import { ensureStream, POSITION_HEADER, REPUBLISHED_HEADER, STREAM, subjectOf } from './stream.js';

const BATCH_EVENTS = 256;
const PUBLISH_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;
const RETRY_MS = 1_000;
const AUDIT_MS = 60_000;
/** Messages read from the end of the stream to find one whose place says how far it goes. */
const LOOK_BACK_MAX = 10_000;
/** Positions whose counts are compared in one range. */
const RANGE_POSITIONS = 1_000;
/** Messages that one audit publishes again; the next audit goes on. */
const REPUBLISHED_MAX = 10_000;
/** Arbitrary constant, the same in every process: key of the advisory lock of the one relay. */
const RELAY_LOCK_KEY = 7_482_160_771;

const logger = createLogger('events.jetstream');
const relayed = metrics.counter('throughline_jetstream_published_total', 'Events published to JetStream.', ['kind']);

export interface RelayOptions {
  readonly servers: readonly string[];
  readonly auditMs?: number;
}

export class JetStreamRelay {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database, private readonly log: EventLog, private readonly options: RelayOptions,
  ) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.database.withConnection(async (connection) => {
          const [lock] = await connection.query<{ held: boolean }>(
            'select pg_try_advisory_lock($1) as held', [RELAY_LOCK_KEY]);
          if (!lock!.held) return;
          try {
            await this.relay(signal);
          } finally {
            await connection.query('select pg_advisory_unlock($1)', [RELAY_LOCK_KEY]);
          }
        });
      } catch (error) {
        logger.warn({ err: error }, 'the relay to JetStream was interrupted; it goes on where the stream ends');
      }
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async relay(signal: AbortSignal): Promise<void> {
    const connection = await connect({
      servers: [...this.options.servers], reconnect: false, timeout: CONNECT_TIMEOUT_MS, name: 'throughline relay',
    });
    const failed = new AbortController();
    const working = AbortSignal.any([signal, failed.signal]);
    void connection.closed().then(() => failed.abort(new Error('The connection to NATS ended')));
    try {
      const tenure = new Tenure(connection, await jetstreamManager(connection), this.database, this.log);
      let after = await tenure.begin();
      const audits = this.auditEvery(tenure, working).catch((error: unknown) => failed.abort(error));
      try {
        for await (const { events, upTo } of this.log.followPages({ after, signal: working })) {
          for (let next = 0; next < events.length && !working.aborted; next += BATCH_EVENTS) {
            await tenure.publish(events.slice(next, next + BATCH_EVENTS));
          }
          after = upTo;
        }
        failed.signal.throwIfAborted();
      } finally {
        failed.abort();
        await audits;
      }
    } finally {
      await connection.close().catch(() => undefined);
    }
  }

  private async auditEvery(tenure: Tenure, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(this.options.auditMs ?? AUDIT_MS, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await tenure.audit();
    }
  }
}

/** The time in which this process publishes, over one connection. */
class Tenure {
  private readonly js: JetStreamClient;
  /** Sequence of the stream's last message: what the next one must follow. */
  private sequence = 0;
  /** Last position on the stream. */
  private position = 0;
  /** One writer at a time, so that each message follows the one before. */
  private writing: Promise<unknown> = Promise.resolve();

  constructor(
    connection: NatsConnection, private readonly manager: JetStreamManager, private readonly database: Database,
    private readonly log: EventLog,
  ) {
    this.js = jetstream(connection, { timeout: PUBLISH_TIMEOUT_MS });
  }

  /** Reads the last position that the stream holds; 0 when it holds nothing. */
  async begin(): Promise<number> {
    const { state } = await ensureStream(this.manager);
    this.sequence = state.last_seq;
    const oldest = Math.max(state.first_seq, state.last_seq - LOOK_BACK_MAX, 1);
    for (let seq = state.last_seq; state.messages > 0 && seq >= oldest; seq--) {
      const message = await this.manager.streams.getMessage(STREAM, { seq });
      if (!message || message.header.has(REPUBLISHED_HEADER)) continue;
      return (this.position = Number(message.header.get(POSITION_HEADER)));
    }
    return 0;
  }

  publish(events: readonly StoredEvent[]): Promise<void> {
    return this.inTurn(async () => {
      const base = this.sequence;
      const sent = await Promise.allSettled(events.map((event, index) => this.send(event, base + index, false)));
      const failure = sent.find((each) => each.status === 'rejected');
      if (failure) throw failure.reason;
      relayed.inc({ kind: 'new' }, events.length);
      this.sequence = base + events.length;
      this.position = events.at(-1)?.position ?? this.position;
    });
  }

  /** Compares what the stream holds with the log, range by range, and publishes again what is missing. */
  async audit(): Promise<void> {
    const { state } = await this.manager.streams.info(STREAM);
    const upTo = this.position;
    if (upTo === 0) return;
    // A stream that ends before what we published has been reset: the relay begins again from its end.
    if (state.last_seq < this.sequence || state.messages === 0) throw new Error('The stream has lost its end');
    if (state.messages === state.last_seq - state.first_seq + 1) return;
    const held = await this.heldCounts(upTo);
    const first = Math.min(...held.positions);
    const stored = await this.database.query<{ range: number; count: number }>(
      `select position / ${RANGE_POSITIONS} as range, count(*)::int as count from events.event_log
       where position between $1 and $2 group by 1 order by 1`, [first, upTo]);
    let left = REPUBLISHED_MAX;
    for (const { range, count } of stored) {
      if ((held.counts.get(range) ?? 0) >= count || left === 0) continue;
      left -= await this.republish(range, held.positions, first, upTo, left);
    }
  }

  private async heldCounts(upTo: number): Promise<{ counts: Map<number, number>; positions: Set<number> }> {
    const positions = new Set<number>();
    const consumer = await this.js.consumers.get(STREAM, { headers_only: true, deliver_policy: DeliverPolicy.All });
    const { num_pending: pending } = await consumer.info();
    for (let read = 0; read < pending;) {
      const batch = await consumer.fetch({ max_messages: Math.min(RANGE_POSITIONS, pending - read), expires: 2_000 });
      let got = 0;
      for await (const message of batch) {
        got++;
        const position = Number(message.headers?.get(POSITION_HEADER));
        if (position <= upTo) positions.add(position);
      }
      if (got === 0) break;
      read += got;
    }
    const counts = new Map<number, number>();
    for (const position of positions) {
      const range = Math.floor(position / RANGE_POSITIONS);
      counts.set(range, (counts.get(range) ?? 0) + 1);
    }
    return { counts, positions };
  }

  private async republish(
    range: number, held: ReadonlySet<number>, first: number, upTo: number, most: number,
  ): Promise<number> {
    const from = Math.max(range * RANGE_POSITIONS, first);
    const to = Math.min((range + 1) * RANGE_POSITIONS - 1, upTo);
    const missing = Array.from({ length: to - from + 1 }, (_, index) => from + index)
      .filter((position) => !held.has(position)).slice(0, most);
    const events = await this.log.at(missing);
    await this.inTurn(async () => {
      for (const event of events) {
        await this.send(event, this.sequence, true);
        this.sequence++;
      }
    });
    relayed.inc({ kind: 'again' }, events.length);
    logger.warn({ range, events: events.length }, 'published again what the stream had lost');
    return events.length;
  }

  private async send(event: StoredEvent, lastSequence: number, again: boolean): Promise<void> {
    const fields = headers();
    fields.set(POSITION_HEADER, String(event.position));
    fields.set('content-type', 'application/cloudevents+json');
    if (event.traceparent !== null) fields.set('traceparent', event.traceparent);
    if (again) fields.set(REPUBLISHED_HEADER, 'true');
    // A copy has an id of its own: the first one is known as a duplicate although its message is gone.
    const msgID = again ? `${event.position}-${lastSequence}` : String(event.position);
    const ack = await this.js.publish(subjectOf(event.type, event.partitionKey), JSON.stringify(toCloudEvent(event)), {
      msgID, headers: fields, timeout: PUBLISH_TIMEOUT_MS, expect: { lastSequence },
    });
    if (ack.duplicate) throw new Error(`JetStream knows position ${event.position}, which its stream does not hold`);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.writing.then(work);
    this.writing = turn.catch(() => undefined);
    return turn;
  }
}
