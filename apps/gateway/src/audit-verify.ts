// `npm run audit:verify`: follows the hash chain of the audit log in the deployment's database, says whether it holds
// and ends with 1 when it does not, so that a scheduled job can watch it.
import { join } from 'node:path';
import { Config } from '#config';
import { Database, startPostgres, type RunningPostgres } from '#database';
import { verifyAudit } from '#governance';

const config = Config.read();
let postgres: RunningPostgres | undefined;
if (config.DATABASE_URL === undefined) {
  postgres = await startPostgres({ dataDir: join(config.DATA_DIR, 'postgres') });
}
const database = await Database.connect({
  url: config.DATABASE_URL ?? postgres!.url, poolSize: 2, entities: [], migrations: [],
  applicationName: 'throughline audit:verify',
});
const { holds, entries, head, brokenAt, fault } = await verifyAudit(database);
await database.close();
if (postgres?.owner === 'us') await postgres.stop();
console.log(holds ? `The audit log holds: ${entries} entries, head ${head}`
  : `The audit log was tampered with at entry ${brokenAt}: ${fault}; ${entries} entries before it hold, head ${head}`);
process.exitCode = holds ? 0 : 1;
