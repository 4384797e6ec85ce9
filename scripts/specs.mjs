// The second half of `npm test`, on a built tree: starts one PostgreSQL for all specs, finds a browser and runs every
// spec whose path contains one of the patterns. Benchmarks and full chaos have commands of their own. With `--again`
// (continuous integration) the few files that failed run once more, one at a time: what passes then was hurried, not
// wrong, and is named as such; what fails again has failed.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { run } from './child.mjs';

const CONCURRENCY = 2;
const TEST_TIMEOUT_MS = 300_000;
const APT_TIMEOUT_MS = 240_000;
const SPEC = /^(?:libs|apps|test)\/.*\.spec\.js$/;
const NOT_HERE = /^test\/(?:bench|chaos\/full)\//;
/** Debian keeps it where a plain user's path does not look. */
const NATS_PLACES = ['/usr/sbin/nats-server'];
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

const AGAIN_MAX_FILES = 5;

const again = process.argv.includes('--again');
const options = process.argv.slice(2).filter((argument) => argument.startsWith('-') && argument !== '--again');
const patterns = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const specs = readdirSync('dist', { recursive: true })
  .filter((path) => SPEC.test(path) && !NOT_HERE.test(path))
  .map((path) => join('dist', path))
  .filter((path) => patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)))
  .sort();
if (specs.length === 0) {
  console.error(`No spec matches ${patterns.join(' ')}.`);
  process.exit(1);
}

const need = (word) => specs.some((path) => readFileSync(path, 'utf8').includes(word));
const chromium = need('playwright') ? browser() : undefined;
const nats = need('NATS_SERVER_PATH') ? natsServer() : undefined;
const database = await testDatabase();
const reports = mkdtempSync(join(tmpdir(), 'throughline-specs-'));
try {
  const first = await runSpecs(specs, CONCURRENCY);
  process.exitCode = again && first.code === 1 ? await runAgain(first.failed) : first.code;
} finally {
  rmSync(reports, { recursive: true, force: true });
  await database.stop();
}

/** Runs specs to their end; answers the runner's exit code and the files with a test that failed. */
async function runSpecs(files, concurrency) {
  const report = join(reports, `failed-${concurrency}`);
  const code = await run(process.execPath, [
    // A failed spec may leave something open: it must not keep its file, and with it the whole run, from ending.
    '--enable-source-maps', '--test', '--test-force-exit', `--test-concurrency=${concurrency}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`, '--test-reporter=spec', '--test-reporter-destination=stdout',
    `--test-reporter=${join(import.meta.dirname, 'failed-specs.mjs')}`, `--test-reporter-destination=${report}`,
    ...options, ...files,
  ], { env: { TEST_DATABASE_URL: database.url, CHROMIUM_PATH: chromium, NATS_SERVER_PATH: nats } });
  const told = readFileSync(report, 'utf8');
  return { code, failed: files.filter((path) => told.includes(sourceOf(path))) };
}

/** The runner names a compiled spec by its source. */
function sourceOf(path) {
  return relative('dist', path).replace(/\.js$/, '.ts');
}

async function runAgain(failed) {
  if (failed.length === 0 || failed.length > AGAIN_MAX_FILES) return 1;
  console.log(`\nOnce more, one at a time: ${failed.join(', ')}`);
  const { code } = await runSpecs(failed, 1);
  if (code === 0) console.log(`HURRIED: failed among others, passed alone: ${failed.join(', ')}`);
  return code;
}

/** One PostgreSQL for the whole run, in a folder of its own; each spec makes its own database in it. */
async function testDatabase() {
  const { TEST_DATABASE_URL: url } = process.env;
  if (url) return { url, stop: async () => {} };
  const { startPostgres } = await import('../dist/libs/database/src/index.js');
  const folder = mkdtempSync(join(tmpdir(), 'throughline-test-'));
  chmodSync(folder, 0o711); // as root PostgreSQL runs as another user, which must reach its data below
  console.log('Starting a PostgreSQL for the tests …');
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
  return {
    url: postgres.url,
    stop: async () => { await postgres.stop(); rmSync(folder, { recursive: true, force: true }); },
  };
}

/** A Chromium for the console's tests, installed when this machine lets us; without one those tests say they skip. */
function browser() {
  const found = process.env.CHROMIUM_PATH ?? onPath(BROWSERS);
  if (found) return found;
  if (installed('chromium', 'Chromium for the browser tests')) return onPath(BROWSERS);
  console.log('No Chromium here and none could be installed: the browser tests are skipped (set CHROMIUM_PATH).');
  return undefined;
}

/** A nats-server for the tests of the fan-out; without one they say they skip. */
function natsServer() {
  const find = () => process.env.NATS_SERVER_PATH ?? onPath(['nats-server'])
    ?? NATS_PLACES.find((path) => existsSync(path));
  const found = find() ?? (installed('nats-server', 'NATS for the tests of the fan-out') ? find() : undefined);
  if (!found) console.log('No nats-server here and none could be installed: its tests are skipped.');
  return found;
}

/** Installs a Debian package when this machine lets us. */
function installed(name, what) {
  if (process.getuid?.() !== 0 || !onPath(['apt-get'])) return false;
  console.log(`Installing ${what} (apt-get) …`);
  const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'], timeout: APT_TIMEOUT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;
  return apt('update') && apt('install', '-y', '--no-install-recommends', name);
}

function onPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}
