// The one way to PostgreSQL: a TypeORM data source for records, relations and migrations, and the same pool for
// hand-written SQL, so that both see the same connections, limits and time-outs.
import 'reflect-metadata';
import type pg from 'pg';
import { DataSource, MigrationExecutor } from 'typeorm';
import { CommitMarker1700000000000 } from './commit-marker.js';
import {
  LaneConnection, PoolConnection, STATEMENT_TIMEOUT_MS, surviveLoss, wireTypes, type Sql,
} from './connection.js';
import { isStalePlan } from './failures.js';

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database` */
  url: string;
  /** Most connections this process opens, besides those of its group commit's lanes. */
  poolSize: number;
  /** TypeORM entity classes. */
  entities: Function[];
  /** TypeORM migration classes of all APIs; a class name ends in its 13-digit timestamp, which orders them. */
  migrations: Function[];
  /** Shown in pg_stat_activity. */
  applicationName: string;
}

const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;
/** Longest a process waits for another one that is migrating. */
const MIGRATION_LOCK_TIMEOUT_MS = 120_000;
/** Arbitrary constant, the same in every process: the key of the advisory lock around migrations. */
const MIGRATION_LOCK_KEY = 7_482_160_331;
/** Connections that serve look-ups by key; each takes many at once. */
const READERS = 2;
const MIGRATION_NAME = /[A-Za-z]\d{13}$/;

/** A pool of connections to one PostgreSQL database. */
export class Database implements Sql {
  private readonly lanes = new Set<LaneConnection>();
  private readonly readers: (Promise<LaneConnection> | undefined)[] = Array.from({ length: READERS }, () => undefined);
  private lastReader = 0;
  private closed = false;

  private constructor(
    readonly dataSource: DataSource, private readonly pool: pg.Pool, private readonly lane: pg.ClientConfig,
  ) {}

  /** Opens the pool and checks one connection; changes nothing in the database. */
  static async connect(options: DatabaseOptions): Promise<Database> {
    const session = {
      types: wireTypes,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    };
    const dataSource = new DataSource({
      type: 'postgres',
      url: options.url,
      applicationName: options.applicationName,
      poolSize: options.poolSize,
      entities: options.entities,
      migrations: [CommitMarker1700000000000, ...options.migrations],
      migrationsTableName: 'migrations',
      logging: false,
      extra: session,
    });
    await dataSource.initialize();
    const pool = (dataSource.driver as unknown as { master: pg.Pool }).master;
    surviveLoss(pool);
    const lane = { ...session, connectionString: options.url, application_name: options.applicationName };
    return new Database(dataSource, pool, lane);
  }

  /**
   * Runs the pending migrations of all APIs in the order of their timestamps, each in its own transaction, under an
   * advisory lock, so that several processes may start at once. Returns the names it ran.
   */
  async migrate(): Promise<string[]> {
    const unnamed = this.dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name)
      .filter((name) => !MIGRATION_NAME.test(name));
    if (unnamed.length > 0) throw new Error(`Migration names must end in a 13-digit timestamp: ${unnamed.join(', ')}`);
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.query(`SET statement_timeout = 0; SET lock_timeout = ${MIGRATION_LOCK_TIMEOUT_MS}`);
      await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK_KEY]);
      try {
        const executor = new MigrationExecutor(this.dataSource, runner);
        executor.transaction = 'each';
        const ran = await executor.executePendingMigrations();
        await runner.query(`DELETE FROM database.commit_marker WHERE at < now() - interval '1 day'`);
        return ran.map((migration) => migration.name);
      } finally {
        await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK_KEY]);
        await runner.query(`SET statement_timeout = ${STATEMENT_TIMEOUT_MS}; RESET lock_timeout`);
      }
    } finally {
      await runner.release();
    }
  }

  /** Runs one statement on any connection of the pool; see Sql. */
  async query<R = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]> {
    return this.withConnection((connection) => connection.query<R>(text, values).catch((error: unknown) => {
      if (!isStalePlan(error)) throw error;
      return connection.query<R>(text, values);
    }));
  }

  /** Commits when `work` resolves, rolls back when it throws; `work` must not use `tx` after it has settled. */
  async transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return this.withConnection(async (connection) => {
      await connection.begin();
      try {
        const result = await work(connection);
        await connection.commit();
        return result;
      } catch (error) {
        await connection.rollback();
        throw error;
      }
    });
  }

  /** Lends a connection of its own to `work`, for transactions that need more control, and takes it back. */
  async withConnection<T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> {
    const connection = new PoolConnection(await this.pool.connect());
    try {
      return await work(connection);
    } finally {
      connection.release();
    }
  }

  /**
   * Runs one short statement that finds rows by their keys and writes nothing. Look-ups of many callers share few
   * connections without waiting for each other's answers, and use indexes whatever the planner thinks of small tables.
   */
  async lookUp<R = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]> {
    const reader = await this.reader();
    return reader.query<R>(text, values).catch((error: unknown) => {
      if (!isStalePlan(error)) throw error;
      return reader.query<R>(text, values);
    });
  }

  private reader(): Promise<LaneConnection> {
    const place = this.lastReader = (this.lastReader + 1) % READERS;
    return this.readers[place] = this.usable(this.readers[place]);
  }

  private async usable(before: Promise<LaneConnection> | undefined): Promise<LaneConnection> {
    const reader = await before?.catch(() => undefined);
    if (reader?.usable === true) return reader;
    if (reader !== undefined) void this.closeLane(reader);
    return this.openLane();
  }

  /** Opens a connection for a lane of a group commit; close it with `closeLane`, or with the database. */
  async openLane(): Promise<LaneConnection> {
    const lane = await LaneConnection.open(this.lane);
    this.lanes.add(lane);
    if (this.closed) await this.closeLane(lane);
    return lane;
  }

  async closeLane(lane: LaneConnection): Promise<void> {
    this.lanes.delete(lane);
    await lane.close();
  }

  /** Closes the pool after the connections in use have come back. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([this.dataSource.destroy(), ...[...this.lanes].map((lane) => this.closeLane(lane))]);
  }
}

