// One PostgreSQL connection with prepared statements by name and an honest COMMIT, so that hot SQL is parsed once
// and a transaction that PostgreSQL silently rolled back is never taken for a committed one.
import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { isStalePlan, TransactionRolledBack } from './failures.js';

/** Something that runs SQL: a pool, or one connection inside a transaction. */
export interface Sql {
  /**
   * Runs one statement and returns its rows. It is prepared under a name derived from its text, so keep texts
   * constant and pass what varies in `values` (lists as arrays, with unnest() or = any()). int8 arrives as number.
   * A text without values that contains a semicolon may hold several statements and returns [].
   * Throws pg's DatabaseError (SQLSTATE in `code`) or a connection error.
   */
  query<R = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]>;
}

/** Milliseconds after which PostgreSQL cancels a statement. */
export const STATEMENT_TIMEOUT_MS = 30_000;
/** Milliseconds after which we stop waiting for an answer and drop the connection. */
export const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
/** Milliseconds a connection that is closed may take to end by itself. */
const CLOSE_TIMEOUT_MS = 1_000;
/** Texts past this number run unnamed, so that generated SQL cannot fill the memory of every backend. */
const MAX_PREPARED_TEXTS = 1_000;

/**
 * Makes the rest of a transaction find rows by index. Prepared statements keep the plan they got: one made while a
 * table was nearly empty scans or hashes the whole table at each call, also when it has grown to millions of rows.
 */
export const PLAN_BY_KEY =
  'SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off';

const OID_INT8 = 20;
const OID_DATE = 1082;
const OID_INT8_ARRAY = 1016;

const toInteger = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} does not fit a JavaScript number; cast to text`);
  return value;
};
const parseArray = pg.types.getTypeParser(OID_INT8_ARRAY as never) as (text: string) => (string | null)[];

/** How wire values become JavaScript: int8 as number (checked), date as `YYYY-MM-DD`; all else as pg does it. */
export const wireTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text' | 'binary' = 'text') => {
    if (format === 'text' && oid === OID_INT8) return toInteger;
    if (format === 'text' && oid === OID_DATE) return (text: string) => text;
    if (format === 'text' && oid === OID_INT8_ARRAY) {
      return (text: string) => parseArray(text).map((item) => (item === null ? null : toInteger(String(item))));
    }
    return pg.types.getTypeParser(oid as never, format as never);
  }) as pg.CustomTypesConfig['getTypeParser'],
};

const namesByText = new Map<string, string>();
let renamed = 0;

// A table changed under the statement: a name no connection knows yet makes each of them parse the text afresh.
function renewName(text: string): void {
  const name = namesByText.get(text);
  if (name !== undefined) namesByText.set(text, `${name.split('.')[0]}.${++renamed}`);
}

function statementName(text: string): string | undefined {
  const known = namesByText.get(text);
  if (known !== undefined || namesByText.size >= MAX_PREPARED_TEXTS) return known;
  const name = `t_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
  namesByText.set(text, name);
  return name;
}

/**
 * Keeps a lost connection from ending the process: pg also emits the loss as an event on the client, at moments when
 * nobody listens (between being lent and its first statement, after it was dropped). The next statement reports it.
 */
export function surviveLoss(pool: pg.Pool): void {
  const known = new WeakSet<pg.PoolClient>();
  pool.on('acquire', (client) => {
    if (known.has(client)) return;
    known.add(client);
    client.on('error', () => undefined);
  });
}

/** A connection and whether it can still be trusted. */
class Connection implements Sql {
  protected broken = false;

  constructor(private readonly client: pg.ClientBase) {}

  async query<R = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]> {
    const several = values === undefined && text.includes(';');
    const prepared = () => ({ text, name: statementName(text), values: [...(values ?? [])] });
    const result = await this.run(several ? { text } : prepared());
    return Array.isArray(result) ? [] : (result.rows as R[]);
  }

  async begin(): Promise<void> {
    await this.run({ text: 'BEGIN' });
  }

  /** Commits; throws TransactionRolledBack when PostgreSQL answers ROLLBACK because an error was swallowed before. */
  async commit(): Promise<void> {
    const result = await this.run({ text: 'COMMIT' });
    if (result.command !== 'COMMIT') throw new TransactionRolledBack();
  }

  /** Rolls back as well as it can; a connection on which even that fails is dropped at release. */
  async rollback(): Promise<void> {
    if (this.broken) return;
    await this.run({ text: 'ROLLBACK' }).catch(() => { this.broken = true; });
  }

  protected async run(query: pg.QueryConfig): Promise<pg.QueryResult> {
    try {
      return await this.client.query({ ...query, query_timeout: ANSWER_TIMEOUT_MS } as pg.QueryConfig);
    } catch (error) {
      // Only an answer of severity ERROR leaves the connection usable.
      if (isStalePlan(error)) renewName(query.text);
      if (!(error instanceof pg.DatabaseError && error.severity === 'ERROR')) this.broken = true;
      throw error;
    }
  }
}

/** A checked-out pool connection; give it back with `release`, which drops it when it may be broken. */
export class PoolConnection extends Connection {
  constructor(private readonly pooled: pg.PoolClient) {
    super(pooled);
  }

  release(): void {
    this.pooled.release(this.broken);
  }
}

// The session finds rows by key and refuses to write outside of its transactions: statements follow BEGIN without
// waiting for its answer, so had it failed they would otherwise each commit on their own.
const SESSION = 'SET default_transaction_read_only = on; SET enable_seqscan = off; SET enable_hashjoin = off; ' +
  'SET enable_mergejoin = off';
const MARK = `WITH swept AS (DELETE FROM database.commit_marker WHERE token = $2::uuid)
  INSERT INTO database.commit_marker (token) VALUES ($1::uuid)`;

/** A connection of a group commit's lane: statements may follow each other at once; answers come in their order. */
export class LaneConnection extends Connection {
  private constructor(private readonly lane: pg.Client & { connection: { stream: Duplex } }) {
    super(lane);
    lane.on('error', () => { this.broken = true; }).on('end', () => { this.broken = true; });
  }

  static async open(config: pg.ClientConfig): Promise<LaneConnection> {
    const connection = new LaneConnection(
      new pg.Client({ ...config, pipeline: true } as pg.ClientConfig) as LaneConnection['lane']);
    try {
      await connection.lane.connect();
      await connection.run({ text: SESSION });
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** False once it can no longer be used; then close it and open another. */
  get usable(): boolean {
    return !this.broken;
  }

  async close(): Promise<void> {
    this.broken = true;
    // A half-open connection never hears of the other side's end.
    const late = setTimeout(() => this.lane.connection.stream.destroy(), CLOSE_TIMEOUT_MS);
    await this.lane.end().catch(() => undefined);
    clearTimeout(late);
  }

  /**
   * Begins a transaction that finds rows by key (see PLAN_BY_KEY) and leaves a mark that becomes visible with COMMIT
   * only; the mark `previous` goes. Both are UUIDs. Needs Database.migrate(). Others may be sent behind it at once.
   */
  async beginMarked(token: string, previous: string | undefined): Promise<void> {
    await Promise.all([this.run({ text: 'BEGIN READ WRITE' }), this.query(MARK, [token, previous ?? null])]);
  }
}
