// Entry of the gateway process: brings up PostgreSQL and the sandbox vendors where nobody else did, opens the house,
// says where everything is, and takes it all down again on SIGINT or SIGTERM.
import { join } from 'node:path';
import { Config } from '#config';
import { startPostgres, type RunningPostgres } from '#database';
import { servedApis } from './catalog.js';
import { House, needsDatabase } from './house.js';
import { startSandbox, type SandboxProcess } from './sandbox-process.js';
import { welcome } from './welcome.js';

const STOP_TIMEOUT_MS = 15_000;

async function main(): Promise<void> {
  const startedAt = Date.now();
  const config = Config.read();
  const progress = (text: string) =>
    console.log(`  ${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)}s  ${text}`);
  console.log('Throughline is starting');
  const served = servedApis(config.APIS);
  let postgres: RunningPostgres | undefined;
  let sandbox: SandboxProcess | undefined;
  let house: House | undefined;
  let stopping: Promise<void> | undefined;
  const stop = (reason: string, code: number): Promise<void> =>
    (stopping ??= (async () => {
      console.log(`\nStopping (${reason}) ...`);
      setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
      await ended('the APIs', house?.close());
      await ended('the sandbox vendors', sandbox?.stop());
      await ended('PostgreSQL', postgres?.stop());
      console.log('Stopped; nothing is left running.');
      process.exit(code);
    })());
  process.once('SIGINT', () => void stop('SIGINT', 0));
  process.once('SIGTERM', () => void stop('SIGTERM', 0));
  try {
    if (config.DATABASE_URL === undefined && needsDatabase(served)) {
      postgres = await startPostgres({ dataDir: join(config.DATA_DIR, 'postgres'), log: progress });
      if (postgres.owner === 'other')
        {throw new Error(
          `Another Throughline already uses ${config.DATA_DIR}. Stop it first, or set DATA_DIR and PORT.`,
        );}
      void postgres.ended.then((reason) => stop(`PostgreSQL ended: ${reason}`, 1));
    }
    if (config.THROUGHLINE_MODE === 'sandbox' && config.SANDBOX_URL === undefined && config.APIS.length === 0) {
      sandbox = await startSandbox(config, progress);
      void sandbox.ended.then((reason) => stop(`the sandbox vendors ended: ${reason}`, 1));
    }
    house = await House.open(
      config,
      config.DATABASE_URL ?? postgres?.url,
      progress,
    );
    console.log(welcome(config, Date.now() - startedAt, house));
  } catch (error) {
    console.error(`\nThroughline cannot start: ${error instanceof Error ? error.message : String(error)}`);
    if (config.LOG_LEVEL === 'debug') console.error(error);
    await stop('start failed', 1);
  }
}

/** What cannot end in order must not keep the rest from ending. */
async function ended(what: string, work: Promise<void> | undefined): Promise<void> {
  try {
    await work;
  } catch (error) {
    console.error(`  ${what} did not end in order: ${error instanceof Error ? error.message : String(error)}`);
  }
}

await main();
