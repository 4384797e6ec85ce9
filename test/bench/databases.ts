// Databases of one benchmark on the run's server: made fresh, dropped with the case, so that no case meets another's
// rows.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Bench } from './comparison.js';

const STATEMENT_TIMEOUT_MS = 60_000;

/** Makes an empty database, or a copy of one that nobody is connected to, and returns its URL. */
export async function freshDatabase({ resources, postgres }: Bench, template = 'template1'): Promise<string> {
  const { url: server } = await postgres();
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  resources.defer(() => onServer(server, `DROP DATABASE ${name} WITH (FORCE)`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Name of the database in a URL. */
export function databaseName(url: string): string {
  return new URL(url).pathname.slice(1);
}

async function onServer(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, query_timeout: STATEMENT_TIMEOUT_MS });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
