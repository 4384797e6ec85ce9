// Makes a clone runnable: installs packages when the lock file asks for it and compiles what changed since the last
// time. Says what it does, and costs a few milliseconds when there is nothing to do.
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './child.mjs';

export const ROOT = dirname(import.meta.dirname);
const LOCK = 'dist/.setup.lock';
const LOCK_WAIT_MS = 600_000;
const LOCK_POLL_MS = 500;
const MODULES = join(ROOT, 'node_modules');

/** The Node 24 of node_modules; the running one where install scripts were switched off. */
export function nodeBinary() {
  const installed = join(MODULES, 'node/bin/node');
  return existsSync(installed) ? installed : process.execPath;
}

/** Installs and builds what is missing or older than its sources, one process at a time; leaves on a failure. */
export async function setUp() {
  process.chdir(ROOT);
  const unlock = await lock();
  try {
    await install();
    await build('server', [['apps', ['console']], ['libs'], ['test'], ['tsconfig.json']], compile);
    if (existsSync('apps/console/package.json') || existsSync('apps/console/index.html')) {
      await build('console', [['apps/console']], bundle);
    }
  } finally {
    unlock();
  }
}

/** Runs one step and leaves with its exit code when it fails. */
async function must(command, args, env) {
  const code = await run(command, args, { env });
  if (code !== 0) process.exit(code);
}

async function install() {
  if (isInstalled()) return;
  if (existsSync(MODULES) && lstatSync(MODULES).isSymbolicLink()) {
    console.error('node_modules is a link to another checkout and does not fit package-lock.json: run npm ci there.');
    process.exit(1);
  }
  console.log('Installing packages (npm ci; about half a minute) …');
  await must('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** npm keeps a copy of the lock file it installed: same packages, nothing to do, whatever git did to the times. */
function isInstalled() {
  const installed = join(MODULES, '.package-lock.json');
  if (!existsSync(installed)) return false;
  if (statSync(installed).mtimeMs >= statSync('package-lock.json').mtimeMs) return true;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(JSON.parse(readFileSync('package-lock.json', 'utf8')).packages).every(([path, wanted]) =>
    path === '' || (wanted.optional && !present[path]) || present[path]?.integrity === wanted.integrity);
}

/** Runs a build when the fingerprint of its sources is not the one that was stamped after the last success. */
async function build(name, sources, work) {
  const stamp = join('dist', `.${name}.stamp`);
  const now = fingerprint([...sources, ['package.json'], ['package-lock.json']]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  await work();
  writeFileSync(stamp, now);
}

/** Path, size and time of every source: reading the text of hundreds of files would cost more than it tells. */
function fingerprint(sources) {
  const hash = createHash('sha256');
  const add = (path, except = []) => {
    const { size, mtimeMs } = statSync(path);
    if (!statSync(path).isDirectory()) return hash.update(`${path}:${size}:${mtimeMs}\n`);
    for (const name of readdirSync(path).sort()) {
      if (name !== 'node_modules' && !except.includes(name)) add(join(path, name));
    }
    return hash;
  };
  for (const [path, except] of sources) if (existsSync(path)) add(path, except);
  return hash.digest('hex');
}

async function compile() {
  console.log('Compiling (tsc) …');
  await must(nodeBinary(), ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']);
  removeStale('dist');
}

/** tsc leaves the output of deleted sources behind, and the test runner would go on running deleted specs. */
function removeStale(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && path !== join('dist', 'console')) removeStale(path);
    const source = path.slice('dist/'.length).replace(/\.js(\.map)?$/, '.ts');
    if (/\.js(\.map)?$/.test(entry.name) && !existsSync(source)) rmSync(path);
  }
}

async function bundle() {
  console.log('Building the console (vite) …');
  await must(nodeBinary(), ['node_modules/vite/bin/vite.js', 'build', 'apps/console',
    '--outDir', join(ROOT, 'dist/console'), '--emptyOutDir', '--logLevel', 'warn']);
}

/** Two commands started at once must not install over each other: the second waits for the first. */
async function lock() {
  mkdirSync('dist', { recursive: true });
  const deadline = Date.now() + LOCK_WAIT_MS;
  for (let told = false; Date.now() < deadline; told = true) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      const unlock = () => rmSync(LOCK, { force: true });
      process.once('exit', unlock);
      return unlock;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = Number(readFileSync(LOCK, 'utf8'));
    if (!isAlive(owner)) {
      rmSync(LOCK, { force: true });
      continue;
    }
    if (!told) console.log(`Waiting for another set-up of this folder (pid ${owner}) …`);
    await sleep(LOCK_POLL_MS);
  }
  console.error(`Another set-up held ${LOCK} for ${LOCK_WAIT_MS / 60_000} minutes; giving up.`);
  return process.exit(1);
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

if (process.argv[1] === import.meta.filename) await setUp();
