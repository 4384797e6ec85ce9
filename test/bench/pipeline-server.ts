// One server of the pipeline benchmark in a process of its own: the items API behind governance, or a bare route of the
// same framework, answering from memory or with a row by its primary key. Its parent ends it.
import Fastify from 'fastify';
import pg from 'pg';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Config } from '#config';
import { Database } from '#database';
import { Identity } from '#governance';
import { itemOf, itemsApp, readRowsFrom } from './hop-api.js';
import type { ServerKind } from './pipeline.js';

const CONNECTIONS = 20;
const SELECT = 'select * from item where "itemId" = $1';
const PATH = '/system/items/v1/items/:itemId';

const [kind, databaseUrl] = process.argv.slice(2) as [ServerKind, string];
process.once('disconnect', () => process.exit(0));
process.send!({ url: await start() });

async function start(): Promise<string> {
  if (kind === 'bare' || kind === 'bare-row') return startBare(kind === 'bare-row');
  if (kind === 'governed-row') {
    const database = await Database.connect(
      { url: databaseUrl, poolSize: CONNECTIONS, applicationName: 'bench', entities: [], migrations: [] });
    readRowsFrom((itemId) => database.lookUp(SELECT, [itemId]));
  }
  const config = Config.read({ LOG_LEVEL: 'error' });
  const identity = new Identity(config.THROUGHLINE_SECRET, config.publicUrl);
  const app = await NestFactory.create<NestFastifyApplication>(
    itemsApp(config, { identity }), new FastifyAdapter(), { logger: ['error', 'fatal'] });
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

async function startBare(withRow: boolean): Promise<string> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: CONNECTIONS });
  pool.on('error', () => undefined); // told of connections that the database's end closes for it
  const app = Fastify();
  app.get<{ Params: { itemId: string } }>(PATH, async ({ params }) => {
    if (!withRow) return itemOf(params.itemId);
    const { rows: [item] } = await pool.query<Record<string, unknown>>(
      { name: 'item', text: SELECT, values: [params.itemId] });
    return item;
  });
  return app.listen({ port: 0, host: '127.0.0.1' });
}
