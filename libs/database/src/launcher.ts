// Starts the embedded PostgreSQL of a data folder so that `npm start` needs no database beside Node: safe for root and
// ordinary users, never reachable from outside this machine, and gone when its owner is gone.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, realpathSync,
  renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { canTieLife, checkReach, chooseAccount, commandLine, type Account } from './postgres-account.js';
import { findBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { isAlive, processState, readPostmaster } from './postmaster.js';

export interface PostgresOptions {
  /** Folder of the data; its password, port, owner and log lie beside it as `<folder>.password` and so on. */
  dataDir: string;
  /** TCP port on 127.0.0.1; by default a free one that is remembered. */
  port?: number;
  /** Told in plain words what is being done. */
  log?: (text: string) => void;
  /** PostgreSQL settings that override ours. */
  settings?: Record<string, string>;
  /** Environment of the server; that of this process when not given. */
  env?: NodeJS.ProcessEnv;
}

export interface RunningPostgres {
  /** `postgres://throughline:…@127.0.0.1:port/throughline` */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** `other` when a process that still lives started it; then stop() leaves it running and it may stop without us. */
  readonly owner: 'us' | 'other';
  /** Resolves with a reason when the server we started ends without stop(). */
  readonly ended: Promise<string>;
  /** Fast shutdown (running transactions roll back, all committed data is safe); harder after 30 s. */
  stop(): Promise<void>;
}

const ROLE = 'throughline';
const HOST = '127.0.0.1';
const READY_POLL_MS = 15;
const CONNECT_TIMEOUT_MS = 5_000;
/** Crash recovery replays at most max_wal_size, which takes well under this. */
const READY_TIMEOUT_MS = 120_000;
const PROGRESS_EVERY_MS = 3_000;
const INITDB_TIMEOUT_MS = 120_000;
/** How long the remains of a killed server (zombie, backends that still hold its memory) may stand in the way. */
const REMAINS_TIMEOUT_MS = 5_000;
const REMAINS_POLL_MS = 100;
const REMAINS = /lock file .* already exists|shared memory block .* still in use/;
const STOP_TIMEOUT_MS = 30_000;
const KILL_TIMEOUT_MS = 5_000;
const STOP_POLL_MS = 10;
const MAX_LOG_BYTES = 10_000_000;
const LOG_TAIL_LINES = 12;

const SETTINGS: Record<string, string> = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_buffers: '16MB',
  min_wal_size: '256MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '10min',
  checkpoint_completion_target: '0.9',
  log_checkpoints: 'off',
  // Transactions are short: compiled and parallel plans cost more than they give, and /dev/shm of containers is small.
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %a ',
};

/** Starts PostgreSQL on `dataDir`, or attaches to ours that runs there; throws a message an operator can act on. */
export function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  return new PostgresLauncher(options).start();
}

export class PostgresLauncher {
  private readonly dataDir: string;
  private readonly log: (text: string) => void;
  private account: Account | undefined;
  private stopping = false;

  constructor(private readonly options: PostgresOptions) {
    this.dataDir = resolve(options.dataDir);
    this.log = options.log ?? (() => undefined);
  }

  async start(): Promise<RunningPostgres> {
    const binaries = await findBinaries(this.log);
    this.account = chooseAccount(this.log);
    this.makeParent();
    checkReach(this.account, this.dataDir, binaries.postgres);
    if (!existsSync(join(this.dataDir, 'PG_VERSION'))) this.initialise(binaries);
    const deadline = Date.now() + REMAINS_TIMEOUT_MS;
    for (;;) {
      const running = await this.settlePrevious() ?? await this.launch(binaries);
      if (!('failure' in running)) return running;
      if (!REMAINS.test(running.failure) || Date.now() > deadline) throw new Error(running.failure);
      await delay(REMAINS_POLL_MS);
    }
  }

  // Folders made here may be entered by the account PostgreSQL runs under, whatever our umask; the data itself is 0700.
  private makeParent(): void {
    const made = mkdirSync(dirname(this.dataDir), { recursive: true });
    if (made === undefined) return;
    for (let at = dirname(this.dataDir); at.startsWith(made); at = dirname(at)) chmodSync(at, 0o755);
  }

  private file(kind: 'password' | 'port' | 'owner' | 'log'): string {
    return `${this.dataDir}.${kind}`;
  }

  private password(): string {
    try {
      return readFileSync(this.file('password'), 'utf8').trim();
    } catch (error) {
      throw new Error(`${this.dataDir} holds PostgreSQL data, but ${this.file('password')} cannot be read, so it is `
        + 'not ours to start. Restore that file, or set DATA_DIR to another folder.', { cause: error });
    }
  }

  private url(port: number, database = ROLE): string {
    return `postgres://${ROLE}:${encodeURIComponent(this.password())}@${HOST}:${port}/${database}`;
  }

  // The data folder appears under its name only when complete, so an interrupted first start leaves nothing half-made.
  private initialise(binaries: PostgresBinaries): void {
    if (existsSync(this.dataDir) && readdirSync(this.dataDir).length > 0) {
      throw new Error(`${this.dataDir} exists but holds no PostgreSQL data. Remove it or set DATA_DIR.`);
    }
    this.log(`Creating a PostgreSQL data folder in ${this.dataDir}`);
    const folder = `${this.dataDir}.new-${process.pid}`;
    mkdirSync(folder, { mode: 0o700 });
    const passwordFile = `${folder}.password`;
    try {
      // Kept from an interrupted or a simultaneous first start, so that both agree.
      writeFileSync(this.file('password'), randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    writeFileSync(passwordFile, this.password(), { mode: 0o600 });
    try {
      if (this.account !== undefined) {
        for (const path of [folder, passwordFile]) chownSync(path, this.account.uid, this.account.gid);
      }
      const { program, args, options } = commandLine(this.account, binaries.initdb, [
        '-D', folder, '-U', ROLE, '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C',
        '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions',
      ]);
      const result = spawnSync(program, args, { ...options, encoding: 'utf8', timeout: INITDB_TIMEOUT_MS });
      if (result.status !== 0) {
        const reason = result.error?.message ?? result.stderr.trim();
        throw new Error(`PostgreSQL could not create its data folder: ${reason}`);
      }
      renameSync(folder, this.dataDir);
    } catch (error) {
      if (!existsSync(join(this.dataDir, 'PG_VERSION'))) throw error;
    } finally {
      rmSync(passwordFile, { force: true });
      rmSync(folder, { recursive: true, force: true });
    }
  }

  // What an earlier start left: nothing, a running server of ours to attach to, one that is ending, or only its file.
  private async settlePrevious(): Promise<RunningPostgres | undefined> {
    for (let deadline = Date.now() + STOP_TIMEOUT_MS, told = false; Date.now() < deadline; told = true) {
      const previous = readPostmaster(this.dataDir);
      if (previous === undefined) return undefined;
      const state = processState(previous.pid, this.dataDir);
      if (state === 'ended') return undefined;
      if (state === 'other') {
        // PostgreSQL would take the stranger for its predecessor and refuse; its shared memory check still protects us.
        rmSync(join(this.dataDir, 'postmaster.pid'), { force: true });
        return undefined;
      }
      const answer = await this.ask(previous.port);
      if (answer === 'ours') return this.attach(previous.pid, previous.port);
      if (answer === 'foreign') {
        throw new Error(`A PostgreSQL that is not ours runs on ${this.dataDir} (process ${previous.pid}, port `
          + `${previous.port}). Stop it, or set DATA_DIR to another folder or DATABASE_URL to use that server.`);
      }
      if (!told) this.log(`Waiting for the previous PostgreSQL (process ${previous.pid}) to finish`);
      await delay(REMAINS_POLL_MS);
    }
    throw new Error(`The PostgreSQL on ${this.dataDir} neither answers nor ends. Stop it, then start again.`);
  }

  private async ask(port: number): Promise<'ours' | 'foreign' | 'silent'> {
    const client = new pg.Client({
      connectionString: this.url(port, 'postgres'), connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: CONNECT_TIMEOUT_MS,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
      return realpathSync(rows[0]!.data_directory) === realpathSync(this.dataDir) ? 'ours' : 'foreign';
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      return code.startsWith('28') || code === '3D000' ? 'foreign' : 'silent';
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private attach(pid: number, port: number): RunningPostgres {
    const owner = Number(existsSync(this.file('owner')) ? readFileSync(this.file('owner'), 'utf8') : 0);
    const orphan = owner === process.pid || owner <= 0 || !isAlive(owner);
    this.log(orphan ? `Taking over the PostgreSQL that runs on port ${port}`
      : `Using the PostgreSQL that process ${owner} runs on port ${port}`);
    if (orphan) writeFileSync(this.file('owner'), String(process.pid));
    return {
      url: this.url(port), port, pid, owner: orphan ? 'us' : 'other', ended: new Promise(() => undefined),
      stop: async () => { if (orphan) await this.stop(pid); },
    };
  }

  private async launch(binaries: PostgresBinaries): Promise<RunningPostgres | { failure: string }> {
    const port = await this.choosePort();
    const settings = { ...SETTINGS, ...this.options.settings, port: String(port) };
    const { program, args, options } = commandLine(this.account, binaries.postgres, [
      '-D', this.dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]);
    if (!canTieLife()) this.log('No setpriv here: if this process is killed, PostgreSQL runs on until the next start');
    const tooLong = existsSync(this.file('log')) && statSync(this.file('log')).size > MAX_LOG_BYTES;
    const output = openSync(this.file('log'), tooLong ? 'w' : 'a', 0o600);
    // A session of its own keeps Ctrl-C from PostgreSQL until its owner has finished its work.
    const child = spawn(program, args, {
      ...options, env: this.options.env, detached: true, stdio: ['ignore', output, output],
    });
    closeSync(output);
    child.unref();
    const exit = new Promise<string>((done) => {
      child.once('error', (error) => done(error.message));
      child.once('exit', (code, signal) => done(`PostgreSQL ended (${signal ?? `code ${code}`})`));
    });
    const failure = await this.untilReady(child, port, exit);
    if (failure !== undefined) return { failure };
    await this.ensureDatabase(port);
    writeFileSync(this.file('owner'), String(process.pid));
    return this.running(child, port, exit);
  }

  private running(child: ChildProcess, port: number, exit: Promise<string>): RunningPostgres {
    return {
      url: this.url(port), port, pid: child.pid!, owner: 'us',
      ended: exit.then((reason) => (this.stopping ? new Promise<string>(() => undefined) : reason)),
      stop: async () => { await this.stop(child.pid!); },
    };
  }

  private async untilReady(child: ChildProcess, port: number, exit: Promise<string>): Promise<string | undefined> {
    let ended: string | undefined;
    void exit.then((reason) => { ended = reason; });
    const started = Date.now();
    for (let told = started; Date.now() - started < READY_TIMEOUT_MS;) {
      if (ended !== undefined) return `${ended}. Its last words:\n${this.lastWords()}`;
      if (readPostmaster(this.dataDir)?.pid === child.pid && (await this.ask(port)) === 'ours') return undefined;
      if (Date.now() - told > PROGRESS_EVERY_MS) {
        told = Date.now();
        this.log('PostgreSQL is recovering from an unclean end');
      }
      await delay(READY_POLL_MS);
    }
    await this.stop(child.pid!);
    return `PostgreSQL was not ready after ${READY_TIMEOUT_MS / 1000} s. Its last words:\n${this.lastWords()}`;
  }

  private lastWords(): string {
    return readFileSync(this.file('log'), 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
  }

  private async choosePort(): Promise<number> {
    const wanted = this.options.port
      ?? Number(existsSync(this.file('port')) ? readFileSync(this.file('port'), 'utf8') : 0);
    let port = await freePort(wanted);
    if (port === undefined && this.options.port !== undefined) {
      throw new Error(`Port ${wanted} on ${HOST} is taken, so PostgreSQL cannot use it. Free it or choose another.`);
    }
    port ??= (await freePort(0))!;
    writeFileSync(this.file('port'), String(port));
    return port;
  }

  private async ensureDatabase(port: number): Promise<void> {
    const client = new pg.Client({ connectionString: this.url(port, 'postgres'), query_timeout: STOP_TIMEOUT_MS });
    await client.connect();
    try {
      const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [ROLE]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${ROLE}`);
    } finally {
      await client.end();
    }
  }

  private async stop(pid: number): Promise<void> {
    this.stopping = true;
    for (const [signal, patience] of [
      ['SIGINT', STOP_TIMEOUT_MS], ['SIGQUIT', KILL_TIMEOUT_MS], ['SIGKILL', KILL_TIMEOUT_MS],
    ] as const) {
      if (!isAlive(pid)) break;
      try {
        process.kill(pid, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
      for (let deadline = Date.now() + patience; isAlive(pid) && Date.now() < deadline;) await delay(STOP_POLL_MS);
    }
    rmSync(this.file('owner'), { force: true });
  }
}

/** The port itself when it is free, any free one for 0, undefined when it is taken. */
async function freePort(port: number): Promise<number | undefined> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(undefined));
    probe.listen({ port, host: HOST, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
