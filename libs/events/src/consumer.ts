// A named consumer handles each event of the log at least once and in order, remembers how far it came, and puts an
// event it cannot handle aside with the cause, so that one bad event never stops the rest.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '#database';
import { createLogger, inSpan, metrics, withTraceparent } from '#telemetry';
import { bury, redeliver } from './dead-letters.js';
import type { StoredEvent } from './event.js';
import type { EventLog } from './log.js';

export interface Delivery {
  /** 1 for the first try. */
  attempt: number;
  /** Aborts when the try has taken too long, the consumer stops, or another process has taken over. */
  signal: AbortSignal;
}

export interface ConsumerOptions {
  /** Name of the cursor; of all processes that consume under one name, one at a time does the work. */
  name: string;
  types?: readonly string[];
  /**
   * Must tolerate to see an event again: after a crash up to 100 events (or `concurrency`) are delivered a second
   * time.
   */
  handler: (event: StoredEvent, delivery: Delivery) => Promise<void>;
  /** Ends the consumer; the try in progress sees its own signal abort and is waited for. */
  signal: AbortSignal;
  /** Where a new name begins; default `beginning`. */
  startAt?: 'beginning' | 'end';
  /** Tries before an event becomes a dead letter; default 5. */
  attempts?: number;
  /** Pause before the second try; doubles up to 100 times that; default 200. */
  retryDelayMs?: number;
  /** Longest one try may take; default 30,000. */
  timeoutMs?: number;
  /** After so long without a sign of life another process takes over; default 5,000. */
  leaseMs?: number;
  /** Events handled at the same time; those of one partition key are always handled one after the other. Default 1. */
  concurrency?: number;
}

const ATTEMPTS = 5;
const RETRY_DELAY_MS = 200;
const RETRY_DELAY_FACTOR_MAX = 100;
const TIMEOUT_MS = 30_000;
const LEASE_MS = 5_000;
/** Signs of life and tries to take over per lease. */
const BEATS_PER_LEASE = 4;
/** Progress is saved after so many events or so long, whichever comes first. */
const SAVE_EVENTS_MAX = 100;
const SAVE_MS = 500;
const FAILURE_DELAY_MS = 1_000;
/** Longest rest between two waves of events while people need the process. */
const REST_MS_MAX = 1_000;

const logger = createLogger('events.consumer');
const handled = metrics.counter('throughline_events_consumed_total', 'Events by consumer and outcome.',
  ['consumer', 'outcome']);

const CREATE = `insert into events.cursor (name, position)
  values ($1, case when $2 then (select last_position from events.sequencer) else 0 end)
  on conflict (name) do nothing`;
// Times are the database's: clocks of processes do not matter. A row that another process is taking is left alone.
const CLAIM = `update events.cursor
  set holder = $2, epoch = epoch + 1, leased_until = clock_timestamp() + $3 * interval '1 millisecond'
  where name = (select name from events.cursor
                where name = $1 and leased_until < clock_timestamp() for update skip locked)
  returning position, epoch`;
// A sign of life saves the progress too: past events that are not for this consumer nothing else would.
const RENEW = `update events.cursor set leased_until = clock_timestamp() + $3 * interval '1 millisecond',
    position = greatest(position, $4)
  where name = $1 and epoch = $2
  returning exists (select from events.dead_letter d where d.consumer = $1 and d.state = 'retrying') as retry`;
const SAVE = 'update events.cursor set position = $3 where name = $1 and epoch = $2 returning name';
// It stays known when somebody last worked: retention forgets cursors that are long abandoned.
const RELEASE = `update events.cursor set holder = null, leased_until = clock_timestamp()
  where name = $1 and epoch = $2`;
/** Thrown by a handler for an event that no further try can mend: it becomes a dead letter at once. */
export class Unprocessable extends Error {}

class LeaseLost extends Error {
  constructor(name: string) {
    super(`Another process took over consumer ${name}`);
  }
}

interface Lease { position: number; epoch: number }

/** Consumes until `options.signal` aborts; then it resolves. Failures of the database are waited out. */
export async function consume(database: Database, log: EventLog, options: ConsumerOptions): Promise<void> {
  const { signal, name, leaseMs = LEASE_MS } = options;
  const holder = randomUUID();
  while (!signal.aborted) {
    let pauseMs = leaseMs / BEATS_PER_LEASE;
    try {
      await database.query(CREATE, [name, options.startAt === 'end']);
      const lease = (await database.query<Lease>(CLAIM, [name, holder, leaseMs]))[0];
      if (lease !== undefined) await new Tenure(database, log, options, lease).work();
    } catch (error) {
      if (!(error instanceof LeaseLost)) pauseMs = FAILURE_DELAY_MS;
      logger.warn({ err: error, consumer: name }, 'consumer interrupted, claiming its cursor again');
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** The time in which one process holds one cursor. */
class Tenure {
  private readonly ended = new AbortController();
  private position: number;
  private saved: number;
  private savedAt = Date.now();
  private readonly trying = new Set<AbortController>();
  private redelivering: Promise<void> | undefined;

  constructor(
    private readonly database: Database, private readonly log: EventLog,
    private readonly options: ConsumerOptions, private readonly lease: Lease,
  ) {
    this.position = lease.position;
    this.saved = lease.position;
  }

  async work(): Promise<void> {
    const { name, types, signal, leaseMs = LEASE_MS, concurrency = 1 } = this.options;
    const working = AbortSignal.any([signal, this.ended.signal]);
    working.addEventListener('abort', () => {
      for (const attempt of this.trying) attempt.abort(working.reason);
    }, { once: true });
    const beats = this.beat(leaseMs, working);
    try {
      for await (const page of this.log.followPages({ after: this.position, types, signal: working })) {
        for (let next = 0; next < page.events.length && !working.aborted; next += concurrency) {
          await this.yield(working);
          const wave = page.events.slice(next, next + concurrency);
          await this.deliverAll(wave, working);
          if (this.saveDue) await this.save();
        }
        if (working.aborted) break;
        this.position = page.upTo;
        if (page.events.length > 0 || this.saveDue) await this.save();
      }
      this.ended.signal.throwIfAborted();
      await this.save();
      await this.database.query(RELEASE, [name, this.lease.epoch]);
    } finally {
      this.ended.abort();
      await beats;
      await this.redelivering;
    }
  }

  /** Leaves the process to people who wait for an answer; so shortly that the work still gets done, more at once. */
  private async yield(working: AbortSignal): Promise<void> {
    const restMs = this.log.pressure() ** 2 * REST_MS_MAX;
    if (restMs >= 1) await delay(restMs, undefined, { signal: working }).catch(() => undefined);
  }

  /** Renews the lease in the background, so that a slow handler keeps it and a dead process loses it. */
  private async beat(leaseMs: number, working: AbortSignal): Promise<void> {
    const { name } = this.options;
    let goodUntil = Date.now() + leaseMs;
    while (!working.aborted) {
      await delay(leaseMs / BEATS_PER_LEASE, undefined, { signal: working }).catch(() => undefined);
      if (working.aborted) return;
      try {
        const renewedAt = Date.now();
        const rows = await this.database.query<{ retry: boolean }>(RENEW,
          [name, this.lease.epoch, leaseMs, this.position]);
        if (rows.length === 0) this.ended.abort(new LeaseLost(name));
        if (rows[0]?.retry) {
          this.redelivering ??= this.redeliver(working).finally(() => (this.redelivering = undefined));
        }
        goodUntil = renewedAt + leaseMs;
      } catch (error) {
        logger.warn({ err: error, consumer: name }, 'renewing the lease failed');
        if (Date.now() > goodUntil) this.ended.abort(new LeaseLost(name));
      }
    }
  }

  /** Different keys side by side, one key in order; the cursor moves on over what is done without a gap. */
  private async deliverAll(events: readonly StoredEvent[], working: AbortSignal): Promise<void> {
    const done = new Set<StoredEvent>();
    const keys = Map.groupBy(events, (event) => event.partitionKey);
    await Promise.all([...keys.values()].map(async (sequence) => {
      for (const event of sequence) {
        if (working.aborted || !(await this.deliver(event, working))) return;
        done.add(event);
      }
    }));
    const open = events.findIndex((event) => !done.has(event));
    const last = events.at(open === -1 ? -1 : open - 1);
    if (open !== 0 && last) this.position = last.position;
  }

  /** True when the event is handled or put aside; false when we were stopped before that. */
  private async deliver(event: StoredEvent, working: AbortSignal): Promise<boolean> {
    const { name, attempts = ATTEMPTS, retryDelayMs = RETRY_DELAY_MS } = this.options;
    for (let attempt = 1; attempt <= attempts; attempt++) {
      try {
        await this.attempt(event, attempt);
        handled.inc({ consumer: name, outcome: 'handled' });
        return true;
      } catch (error) {
        // What failed because we were stopped is not the event's fault: it is delivered again.
        if (working.aborted) return false;
        const dead = attempt === attempts || error instanceof Unprocessable;
        handled.inc({ consumer: name, outcome: dead ? 'dead' : 'retried' });
        if (dead) {
          await this.bury(event, attempt, error);
          return true;
        }
      }
      const factor = Math.min(2 ** (attempt - 1), RETRY_DELAY_FACTOR_MAX);
      await delay(retryDelayMs * factor * (0.5 + Math.random() / 2), undefined, { signal: working })
        .catch(() => undefined);
      if (working.aborted) return false;
    }
    return false;
  }

  private async attempt(event: StoredEvent, attempt: number): Promise<void> {
    const { name, handler, timeoutMs = TIMEOUT_MS } = this.options;
    const trying = new AbortController();
    this.trying.add(trying);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new Error(`${name} took longer than ${timeoutMs} ms`);
        trying.abort(error);
        reject(error);
      }, timeoutMs);
    });
    try {
      await withTraceparent(event.traceparent ?? undefined, () =>
        inSpan(`consume ${event.type}`, { 'event.id': event.id, consumer: name }, () =>
          Promise.race([handler(event, { attempt, signal: trying.signal }), late])));
    } finally {
      clearTimeout(timer);
      this.trying.delete(trying);
    }
  }

  private async bury(event: StoredEvent, attempts: number, error: unknown): Promise<void> {
    const { name } = this.options;
    await bury(this.database, name, event, attempts, error);
    logger.error({ err: error, consumer: name, eventId: event.id, type: event.type }, 'event became a dead letter');
  }

  /** Gives dead letters that somebody wants tried again one more try, beside what is new. */
  private async redeliver(working: AbortSignal): Promise<void> {
    const { name } = this.options;
    try {
      await redeliver(this.database, name, {
        signal: working,
        attempt: async (event, attempts) => {
          await this.attempt(event, attempts);
          handled.inc({ consumer: name, outcome: 'handled' });
        },
        bury: (event, attempts, error) => this.bury(event, attempts, error),
      });
    } catch (error) {
      logger.warn({ err: error, consumer: name }, 'dead letters were not tried again; the next sign of life does');
    }
  }

  private get saveDue(): boolean {
    return this.position - this.saved >= SAVE_EVENTS_MAX || Date.now() - this.savedAt > SAVE_MS;
  }

  private async save(): Promise<void> {
    if (this.position === this.saved) return;
    const rows = await this.database.query(SAVE, [this.options.name, this.lease.epoch, this.position]);
    if (rows.length === 0) throw new LeaseLost(this.options.name);
    this.saved = this.position;
    this.savedAt = Date.now();
  }
}
