// What governs calls (consumers, plans, policies, lifecycles) is data in PostgreSQL that no request reads: each process
// keeps it in memory and takes a change over at once, told by NOTIFY, or else with the next look at the revisions.
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Database, Sql } from '#database';
import { createLogger, metrics } from '#telemetry';

/** One part of the data with a revision of its own; its tables tell their changes by `governance.tell('<name>')`. */
export interface DataPart<T> {
  readonly name: string;
  /** The value before the first load. */
  readonly empty: T;
  load(sql: Sql): Promise<T>;
}

export interface GovernanceDataOptions {
  readonly database: Database;
  /** PostgreSQL to LISTEN on, with a connection of its own. */
  readonly url: string;
  readonly parts: readonly DataPart<unknown>[];
}

const CHANNEL = 'governance';
/** Other news between the processes, with a payload that the listener understands. */
const RECALLS = 'governance_recall';
/** A change that no notification told is seen after so long: well below the second that is promised. */
const POLL_MS = 400;
const LISTEN_RETRY_MS = 1_000;
const CONNECT_TIMEOUT_MS = 5_000;

const logger = createLogger('governance-data');
const reloads = metrics.counter('throughline_governance_reloads_total', 'Loads of governance data.', ['part']);
const failures = metrics.counter('throughline_governance_data_failures_total',
  'Looks at the governance data that failed; what was loaded last stays in force.');

export class GovernanceData {
  private readonly values = new Map<string, unknown>();
  private readonly revisions = new Map<string, number>();
  private readonly listeners = new Map<string, (() => void)[]>();
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();
  private looking: Promise<void> | undefined;
  private told = false;
  private wake: () => void = () => undefined;
  private recalled: (key: string) => void = () => undefined;

  private constructor(private readonly options: GovernanceDataOptions) {}

  /** Loads every part and keeps them fresh until close(). The tables must be there. */
  static async open(options: GovernanceDataOptions): Promise<GovernanceData> {
    const data = new GovernanceData(options);
    await data.look(true);
    data.running = Promise.all([data.poll(), data.listen()]);
    return data;
  }

  /** The part as it is now; hold it no longer than one request. */
  of<T>(part: DataPart<T>): T {
    return (this.values.get(part.name) ?? part.empty) as T;
  }

  /** Calls back after each load of the part, for what is compiled from it. */
  onChange(part: DataPart<unknown>, listener: () => void): void {
    const known = this.listeners.get(part.name) ?? [];
    this.listeners.set(part.name, [...known, listener]);
  }

  /** Calls back when a process needs the tokens of a limit that others have leased ahead. */
  onRecall(listener: (key: string) => void): void {
    this.recalled = listener;
  }

  /** Resolves when what was committed before the call is in force here; concurrent callers share the look. */
  async refresh(): Promise<void> {
    await this.looking?.catch(() => undefined);
    await (this.looking ?? this.shareLook());
  }

  async close(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  private shareLook(): Promise<void> {
    this.looking = this.look(false).finally(() => (this.looking = undefined));
    return this.looking;
  }

  /** Loads the parts whose revision moved; the revision is read first, so a change in between is loaded again. */
  private async look(everything: boolean): Promise<void> {
    const { database, parts } = this.options;
    const rows = await database.query<{ part: string; value: number }>('select part, value from governance.revision');
    const now = new Map(rows.map(({ part, value }) => [part, value]));
    for (const part of parts) {
      const revision = now.get(part.name) ?? 0;
      if (!everything && this.revisions.get(part.name) === revision) continue;
      this.values.set(part.name, await part.load(database));
      this.revisions.set(part.name, revision);
      reloads.inc({ part: part.name });
      for (const listener of this.listeners.get(part.name) ?? []) listener();
    }
  }

  private async poll(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      if (!this.told) await this.untilWoken();
      this.told = false;
      if (signal.aborted) return;
      await this.refresh().catch((error: unknown) => {
        failures.inc();
        logger.warn({ err: error }, 'the governance data could not be read; what was loaded last stays in force');
      });
    }
  }

  private untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async listen(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.listenOnce(signal).catch((error: unknown) => {
        logger.warn({ err: error }, 'listening for changes of governance data failed; polling goes on');
      });
      await delay(LISTEN_RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async listenOnce(signal: AbortSignal): Promise<void> {
    const client = new pg.Client({
      connectionString: this.options.url, application_name: 'throughline-governance', keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    client.on('error', end).on('end', end);
    signal.addEventListener('abort', end, { once: true });
    client.on('notification', ({ channel, payload = '' }) => {
      if (channel === RECALLS) return this.recalled(payload);
      this.told = true;
      this.wake();
    });
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      await client.query(`listen ${RECALLS}`);
      await ended;
    } finally {
      signal.removeEventListener('abort', end);
      await client.end().catch(() => undefined);
    }
  }
}
