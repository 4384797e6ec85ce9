// What a failed statement means for the one who must decide between "try again", "it is wrong" and "look it up".
import pg from 'pg';

/** COMMIT was answered with ROLLBACK: a statement before it had failed and its error was swallowed. */
export class TransactionRolledBack extends Error {
  constructor() {
    super('PostgreSQL rolled the transaction back at COMMIT because an earlier statement in it had failed');
    this.name = 'TransactionRolledBack';
  }
}

/** The connection was lost around COMMIT and PostgreSQL could not be asked in time whether it took effect. */
export class CommitUncertain extends Error {
  constructor(readonly token: string, cause: unknown) {
    super(`Unknown whether a transaction committed: it did if database.commit_marker holds ${token}`, { cause });
    this.name = 'CommitUncertain';
  }
}

/** More units wait than the group commit holds; the caller should answer "busy, try again later". */
export class QueueFull extends Error {
  constructor(readonly maxQueued: number) {
    super(`The database writer is busy: ${maxQueued} units of work already wait`);
    this.name = 'QueueFull';
  }
}

/** Work was offered to a writer that has been closed. */
export class WriterClosed extends Error {
  constructor() {
    super('The database writer is closed');
    this.name = 'WriterClosed';
  }
}

// SQLSTATE classes and codes: https://www.postgresql.org/docs/18/errcodes-appendix.html
const TRANSIENT_CLASSES = new Set(['08', '53', '57']);
const TRANSIENT_CODES = new Set(['40001', '40P01', '55P03']);
const QUERY_CANCELED = '57014';
// PostgreSQL 18, src/backend/utils/cache/plancache.c: the error shares its SQLSTATE 0A000 with many others.
const STALE_PLAN_ROUTINE = 'RevalidateCachedQuery';

/** True when a table changed under a prepared statement; it was refused before it ran, and works when prepared anew. */
export function isStalePlan(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.routine === STALE_PLAN_ROUTINE;
}

/** True when the same work may succeed if tried again: deadlock, serialization, lock time-out, restart, connection. */
export function isTransient(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? '';
    if (error.severity !== 'ERROR' || isStalePlan(error)) return true;
    return code !== QUERY_CANCELED && (TRANSIENT_CODES.has(code) || TRANSIENT_CLASSES.has(code.slice(0, 2)));
  }
  return isConnectionLoss(error);
}

const CONNECTION_ERRNOS = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT',
]);
const CONNECTION_MESSAGES = /Connection terminated|Query read timeout|timeout (exceeded|expired)|not queryable/;

function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isConnectionLoss);
  const { syscall, code } = error as NodeJS.ErrnoException;
  return (syscall !== undefined && CONNECTION_ERRNOS.has(code ?? '')) || CONNECTION_MESSAGES.test(error.message);
}

/** True when PostgreSQL itself answered that the transaction failed; else a COMMIT may have taken effect. */
export function isDefiniteAnswer(error: unknown): boolean {
  return error instanceof TransactionRolledBack || (error instanceof pg.DatabaseError && error.severity === 'ERROR');
}
