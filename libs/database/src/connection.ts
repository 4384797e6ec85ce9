// One PostgreSQL connection with prepared statements by name and an honest COMMIT, so that hot SQL is parsed once
// and a transaction that PostgreSQL silently rolled back is never taken for a committed one.
import { createHash } from 'node:crypto';
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

/** A checked-out pool connection; give it back with `release`, which drops it when it may be broken. */
export class Connection implements Sql {
  private broken = false;

  constructor(private readonly client: pg.PoolClient) {}

  async query<R = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]> {
    const several = values === undefined && text.includes(';');
    const prepared = () => ({ text, name: statementName(text), values: [...(values ?? [])] });
    const result = await this.run(several ? { text } : prepared());
    return Array.isArray(result) ? [] : (result.rows as R[]);
  }

  async begin(): Promise<void> {
    await this.run({ text: 'BEGIN' });
  }

  /**
   * Begins a transaction that looks rows up by key (PLAN_BY_KEY) and leaves a mark that becomes visible with COMMIT
   * only, in one round trip; the mark `previous` goes. Both are UUIDs of ours. Needs Database.migrate().
   */
  async beginMarked(token: string, previous: string | undefined): Promise<void> {
    const sweep = previous === undefined ? '' : `DELETE FROM database.commit_marker WHERE token = '${previous}';`;
    const mark = `INSERT INTO database.commit_marker (token) VALUES ('${token}')`;
    await this.run({ text: `BEGIN; ${PLAN_BY_KEY}; ${sweep} ${mark}` });
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

  release(): void {
    this.client.release(this.broken);
  }

  private async run(query: pg.QueryConfig): Promise<pg.QueryResult> {
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
