// The event log for readers: pages by position, and an endless follow that carries on where a reader stopped.
import type { Database } from '#database';
import type { StoredEvent } from './event.js';
import type { Sequencer } from './sequencer.js';
import { Tail, type Page } from './tail.js';

export interface ReadOptions {
  /** Position of the last event the reader has; 0 reads from the beginning. */
  after?: number;
  /** Most events to return, 1 to 1,000. */
  limit?: number;
  types?: readonly string[];
  subject?: string;
}

export interface FollowOptions {
  /** Position of the last event the reader has; without it only events to come are delivered. */
  after?: number;
  types?: readonly string[];
  /** Ends the iteration, without an error. */
  signal?: AbortSignal;
}

const READ_LIMIT_DEFAULT = 100;
const READ_LIMIT_MAX = 1_000;
/** Most events a follower holds at a time. */
const FOLLOW_EVENTS_MAX = 256;

const COLUMNS = `position, id, type, source, subject, partition_key, data, time, recorded_time,
  correlation_id, causation_id, traceparent`;

const READ_ALL = `select ${COLUMNS} from events.event_log where position > $1 order by position limit $2`;

const READ_SUBJECT = `select ${COLUMNS} from events.event_log
  where subject = $4 and position > $1 and ($3::text[] is null or type = any ($3))
  order by position limit $2`;

// One index range per type, so that a page of rare types never scans the log.
const READ_TYPES = `select found.* from unnest($3::text[]) wanted cross join lateral (
    select ${COLUMNS} from events.event_log
    where type = wanted and position > $1 order by position limit $2
  ) found
  order by position limit $2`;

export interface EventRow {
  position: number; id: string; type: string; source: string; subject: string; partition_key: string;
  data: unknown; time: Date; recorded_time: Date;
  correlation_id: string | null; causation_id: string | null; traceparent: string | null;
}

export const toStored = (row: EventRow): StoredEvent => ({
  position: row.position,
  id: row.id,
  type: row.type,
  source: row.source,
  subject: row.subject,
  partitionKey: row.partition_key,
  data: row.data,
  time: row.time.toISOString(),
  recordedTime: row.recorded_time.toISOString(),
  correlationId: row.correlation_id,
  causationId: row.causation_id,
  traceparent: row.traceparent,
});

/** Reads the log; one per process, because its followers share one reader of the log's end. */
export class EventLog {
  private readonly tail: Tail;
  private closed = false;

  /**
   * @param sequencer of the same process, if it runs one: its moves wake followers without a round trip
   * @param pressure 0..1: how much others need this process now; consumers then rest between their waves
   */
  constructor(
    private readonly database: Database, sequencer?: Sequencer, readonly pressure: () => number = () => 0,
  ) {
    const { url } = database.dataSource.options as { url?: string };
    if (url === undefined) throw new Error('The event log needs a database that was opened with a URL');
    this.tail = new Tail({
      url,
      read: (after, limit) => this.query(READ_ALL, [after, limit]),
      head: () => this.head(),
    });
    sequencer?.on('moved', (head) => this.tail.announce(head));
  }

  /** One page of events after a position, oldest first. Throws RangeError for a limit or position out of range. */
  async read(options: ReadOptions = {}): Promise<StoredEvent[]> {
    const { after = 0, limit = READ_LIMIT_DEFAULT, types, subject } = options;
    if (!Number.isInteger(limit) || limit < 1 || limit > READ_LIMIT_MAX) throw new RangeError(`limit ${limit}`);
    if (!Number.isSafeInteger(after) || after < 0) throw new RangeError(`after ${after}`);
    if (subject !== undefined) return this.query(READ_SUBJECT, [after, limit, types ?? null, subject]);
    if (types === undefined) return this.query(READ_ALL, [after, limit]);
    return this.query(READ_TYPES, [after, limit, types]);
  }

  /** Position of the newest event; 0 when there is none. */
  async head(): Promise<number> {
    const rows = await this.database.query<{ last_position: number }>('select last_position from events.sequencer');
    return rows[0]!.last_position;
  }

  /** Position of the oldest event that is kept; undefined when there is none. */
  async oldest(): Promise<number | undefined> {
    const rows = await this.database.query<{ position: number | null }>(
      'select min(position) as position from events.event_log');
    return rows[0]!.position ?? undefined;
  }

  /** One event by its id; undefined when the log does not have it. */
  async get(id: string): Promise<StoredEvent | undefined> {
    return (await this.query(`select ${COLUMNS} from events.event_log where id = $1`, [id]))[0];
  }

  /** The events at these positions, oldest first. */
  at(positions: readonly number[]): Promise<StoredEvent[]> {
    return this.query(
      `select ${COLUMNS} from events.event_log where position = any ($1::bigint[]) order by position`, [positions]);
  }

  /** Delivers events for ever, oldest first; ends when `signal` aborts or the log is closed. */
  async *follow(options: FollowOptions = {}): AsyncGenerator<StoredEvent, void, undefined> {
    for await (const page of this.followPages(options)) yield* page.events;
  }

  /** Like follow, in batches that also say up to which position nothing else of interest is there. */
  async *followPages(options: FollowOptions = {}): AsyncGenerator<Page, void, undefined> {
    const { signal } = options;
    const over = () => this.closed || signal?.aborted === true;
    if (over()) return;
    const follower = await this.tail.join();
    const onAbort = () => follower.wake?.();
    signal?.addEventListener('abort', onAbort, { once: true });
    const wanted = options.types === undefined ? undefined : new Set(options.types);
    try {
      let position = options.after ?? this.tail.head;
      // A position beyond the end comes from a log that is gone; waiting for it would hide all events until then.
      if (position > this.tail.head) position = Math.min(position, await this.head());
      while (!over()) {
        const page = this.tail.after(position, FOLLOW_EVENTS_MAX) ?? (await this.readPage(position, options.types));
        if (page.upTo === position) {
          await this.tail.longer(follower, position);
          continue;
        }
        position = page.upTo;
        yield wanted === undefined
          ? page : { events: page.events.filter((event) => wanted.has(event.type)), upTo: page.upTo };
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.tail.leave(follower);
    }
  }

  /** Ends all followers and gives the listening connection back. */
  async close(): Promise<void> {
    this.closed = true;
    await this.tail.close();
  }

  private async readPage(position: number, types: readonly string[] | undefined): Promise<Page> {
    // Known before the query: up to there, what the query does not find is not there.
    const { head } = this.tail;
    const events = await this.read({ after: position, limit: FOLLOW_EVENTS_MAX, types });
    const complete = events.length < FOLLOW_EVENTS_MAX;
    const found = events.at(-1)?.position ?? position;
    return { events, upTo: complete ? Math.max(found, head) : found };
  }

  private async query(text: string, values: readonly unknown[]): Promise<StoredEvent[]> {
    return (await this.database.query<EventRow>(text, values)).map(toStored);
  }
}
