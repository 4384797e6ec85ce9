// PostgreSQL for everyone: pool, migrations, group commit and the embedded server.
export { Database, type DatabaseOptions } from './database.js';
export { PLAN_BY_KEY, type Sql } from './connection.js';
export { CommitUncertain, isTransient, QueueFull, TransactionRolledBack, WriterClosed } from './failures.js';
export { type BatchWriter, type Entry, Rejected, UnitOfWork, type UnitResult } from './unit-of-work.js';
export { Sending } from './batch.js';
export { type BatchReport, GroupCommit, type GroupCommitOptions } from './group-commit.js';
export { PostgresLauncher, startPostgres, type PostgresOptions, type RunningPostgres } from './launcher.js';
export { isAlive } from './postmaster.js';
