// A PostgreSQL of a scenario's own, which may be killed, started again, put on a small or slow disk, without harm to
// anybody else on the machine.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, startPostgres, type RunningPostgres } from '#database';
import { testDatabase, type TestDatabase } from '#testing';

export interface OwnPostgresOptions {
  readonly settings?: Record<string, string>;
  /** Added to the environment of the server. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where its folder is made; the machine's place for temporary files when not given. */
  readonly below?: string;
}

const GONE_POLL_MS = 20;
const GONE_MAX_MS = 15_000;

export class OwnPostgres {
  /** A database on it; there once `start` has resolved. */
  storage!: TestDatabase;

  private constructor(
    readonly folder: string, private readonly options: OwnPostgresOptions, private running: RunningPostgres,
  ) {
    // Whoever stops the scenario must not leave a server behind: the one that runs then, not the first one.
    process.once('exit', this.abandon);
  }

  static async start(options: OwnPostgresOptions = {}): Promise<OwnPostgres> {
    const folder = mkdtempSync(join(options.below ?? tmpdir(), 'throughline-own-'));
    chmodSync(folder, 0o755);
    const own = new OwnPostgres(folder, options, await launch(folder, options));
    own.storage = await testDatabase({ server: own.running.url });
    return own;
  }

  get dataDir(): string {
    return join(this.folder, 'postgres');
  }

  get alive(): boolean {
    return isAlive(this.running.pid);
  }

  /** Ends the postmaster: `SIGKILL` as a crash does, `SIGQUIT` as an immediate restart does. */
  async end(signal: 'SIGKILL' | 'SIGQUIT'): Promise<void> {
    if (!this.alive) return;
    process.kill(this.running.pid, signal);
    for (let waited = 0; this.alive && waited < GONE_MAX_MS; waited += GONE_POLL_MS) await pause(GONE_POLL_MS);
  }

  /** Starts it again on the same data and port. */
  async restart(): Promise<void> {
    this.running = await launch(this.folder, this.options);
  }

  /** To be called after the house, which drops its database, is closed. */
  async close(): Promise<void> {
    await this.running.stop();
    process.off('exit', this.abandon);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  private readonly abandon = (): void => {
    try {
      process.kill(this.running.pid, 'SIGQUIT');
    } catch { /* it has ended already */ }
  };
}

function launch(folder: string, { settings = {}, env = {} }: OwnPostgresOptions): Promise<RunningPostgres> {
  return startPostgres({
    dataDir: join(folder, 'postgres'), settings: { shared_buffers: '64MB', ...settings },
    env: { ...process.env, ...env },
  });
}
