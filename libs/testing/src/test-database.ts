// Gives each test a fresh database of its own on one PostgreSQL per test process, so that specs may run side by side
// and leave nothing behind.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Database, isAlive, startPostgres, type RunningPostgres } from '#database';

export interface TestDatabaseOptions {
  entities?: Function[];
  migrations?: Function[];
  /** Connections of the pool; 10 when not given. */
  poolSize?: number;
  /** URL of a server of the test's own; the common one when not given. */
  server?: string;
}

export interface TestDatabase {
  database: Database;
  url: string;
  /** Closes the pool and removes the database. */
  drop(): Promise<void>;
}

const SERVER_TIMEOUT_MS = 30_000;
const STOP_WAIT_MS = 3_000;
const STOP_POLL_MS = 20;

let server: Promise<string> | undefined;

/** URL of the test server: TEST_DATABASE_URL when set, else an embedded one that lives as long as this process. */
export function testServer(): Promise<string> {
  server ??= process.env.TEST_DATABASE_URL ? Promise.resolve(process.env.TEST_DATABASE_URL) : startServer();
  return server;
}

async function startServer(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-test-'));
  chmodSync(folder, 0o755);
  const running = await startPostgres({ dataDir: join(folder, 'postgres'), settings: { shared_buffers: '64MB' } });
  process.once('exit', () => stopAtExit(running, folder));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  return running.url;
}

// An exit handler cannot await, so it waits by sleeping; the data is thrown away, so the shutdown may be immediate.
function stopAtExit(running: RunningPostgres, folder: string): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  try {
    process.kill(running.pid, 'SIGQUIT');
    for (let waited = 0; isAlive(running.pid) && waited < STOP_WAIT_MS; waited += STOP_POLL_MS) {
      Atomics.wait(pause, 0, 0, STOP_POLL_MS);
    }
  } catch {
    // ESRCH: it has ended already.
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Creates a database, connects to it and runs the migrations. */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const base = options.server ?? await testServer();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(base, `CREATE DATABASE ${name}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  const database = await Database.connect({
    url: url.href, poolSize: options.poolSize ?? 10, applicationName: 'test',
    entities: options.entities ?? [], migrations: options.migrations ?? [],
  });
  await database.migrate();
  return {
    database,
    url: url.href,
    drop: async () => {
      await database.close();
      await onServer(base, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function onServer(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, query_timeout: SERVER_TIMEOUT_MS });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
