/*
 * The sandbox as a process: reads SANDBOX_PORT (3900), SANDBOX_SMTP_PORT (25 above that), SANDBOX_HOST (127.0.0.1),
 * DATA_DIR (.throughline) and SANDBOX_SEED, prints one line when ready, and leaves when it is told to or when its
 * parent is gone.
 */
import { startSandbox } from './sandbox.js';

const PARENT_CHECK_MS = 1_000;

const { SANDBOX_PORT = '3900', SANDBOX_SMTP_PORT, SANDBOX_HOST, DATA_DIR = '.throughline', SANDBOX_SEED } = process.env;
const port = Number(SANDBOX_PORT);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`SANDBOX_PORT must be a port number, not "${SANDBOX_PORT}"`);
  process.exit(1);
}

const sandbox = await startSandbox({
  port, host: SANDBOX_HOST, dataDir: DATA_DIR, seed: SANDBOX_SEED,
  ...(SANDBOX_SMTP_PORT === undefined ? {} : { smtpPort: Number(SANDBOX_SMTP_PORT) }),
});
console.log(`sandbox vendors ready at ${sandbox.url} (controls: ${sandbox.url}/_control), mail at ${sandbox.smtpUrl}`);

let leaving = false;
async function leave(): Promise<void> {
  if (leaving) return;
  leaving = true;
  await sandbox.close();
  process.exit(0);
}

process.on('SIGTERM', () => void leave());
process.on('SIGINT', () => void leave());
const parent = process.ppid;
setInterval(() => process.ppid !== parent && void leave(), PARENT_CHECK_MS).unref();
