// `npm run audit:verify`: follows the hash chain of the audit log in the deployment's database, says whether it holds
// and ends with 1 when it does not (2 when it cannot be read), so that a scheduled job can watch it.
import { join } from 'node:path';
import { Config } from '#config';
import { Database, startPostgres } from '#database';
import { verifyAudit } from '#governance';

const config = Config.read();

async function main(): Promise<void> {
  const postgres = config.DATABASE_URL === undefined
    ? await startPostgres({ dataDir: join(config.DATA_DIR, 'postgres') }) : undefined;
  try {
    await verify(config.DATABASE_URL ?? postgres!.url);
  } finally {
    if (postgres?.owner === 'us') await postgres.stop();
  }
}

async function verify(url: string): Promise<void> {
  const database = await Database.connect({
    url, poolSize: 2, entities: [], migrations: [], applicationName: 'throughline audit:verify',
  });
  try {
    const { holds, entries, head, brokenAt, fault } = await verifyAudit(database);
    console.log(holds ? `The audit log holds: ${entries} entries, head ${head}`
      : `The audit log was tampered with at entry ${brokenAt}: ${fault}; ${entries} entries before it hold, ${head}`);
    process.exitCode = holds ? 0 : 1;
  } finally {
    await database.close();
  }
}

await main().catch((error: unknown) => {
  console.error(`The audit log could not be read: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
});
