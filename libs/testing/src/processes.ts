// The house as an operator runs it: gateways and sandbox vendors as processes of their own, on free ports, beside a
// database of the test's own, so that a test may kill one of them and see what the others make of it.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Consumer, type Json } from './consumer.js';
import { control, type ControlMethod } from './sandbox-control.js';
import { testDatabase, type TestDatabase } from './test-database.js';

const DIST = join(import.meta.dirname, '../../..');
/** The gateway's entry, below dist/. */
export const GATEWAY = 'apps/gateway/src/main.js';
const SANDBOX = 'apps/sandbox/src/main.js';
const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 50;
const STOP_TIMEOUT_MS = 15_000;
const LOG_TAIL_CHARS = 4_000;
const ENDING = ['SIGINT', 'SIGTERM'] as const;

/** Runs the exit handlers, which leave nothing behind. */
function leave(): void {
  process.exit(1);
}

export interface ProcessOptions {
  /** Gateways on the one database; 1 when not given. */
  readonly gateways?: number;
  /** Environment of the gateways, beside what they need. */
  readonly env?: Readonly<Record<string, string>>;
  /** So many gateways, the first ones, are called; the others only work. All when not given. */
  readonly fronts?: number;
  /** What one gateway has otherwise than the others, e.g. a line to the database that a test can cut. */
  readonly door?: (index: number, places: Places) => NodeJS.ProcessEnv | Promise<NodeJS.ProcessEnv>;
  /** A database on a server of the test's own; it is dropped when the house is closed. */
  readonly storage?: TestDatabase;
}

export interface Places { readonly databaseUrl: string; readonly sandboxUrl: string }

/** A process that can be killed and started again on its port. */
export class OwnProcess {
  private child: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();
  /** Added to its environment from the next start on. */
  extra: Readonly<Record<string, string>> = {};

  constructor(
    readonly url: string,
    private readonly script: string,
    private readonly readyPath: string,
    private readonly log: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** Starts it and waits until it is ready. @throws Error with the end of its log when it is not in time */
  async start(): Promise<void> {
    const out = openSync(this.log, 'a');
    const child = spawn(process.execPath, ['--enable-source-maps', join(DIST, this.script)], {
      stdio: ['ignore', out, out], env: { ...process.env, ...this.env, ...this.extra },
    });
    closeSync(out);
    this.child = child;
    this.exited = new Promise((resolve) => child.once('exit', () => resolve()));
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (Date.now() < deadline && this.alive) {
      const ready = await fetch(this.url + this.readyPath, { signal: AbortSignal.timeout(READY_TIMEOUT_MS) })
        .then((answer) => answer.ok, () => false);
      if (ready) return;
      await pause(READY_POLL_MS);
    }
    throw new Error(`${this.script} is not ready at ${this.url}:\n${this.tail}`);
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Whether the process runs, ready or not. */
  get alive(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** SIGSTOP: it stands still and does not know it, until `thaw`. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** kill -9: no goodbye, nothing flushed. */
  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.exited;
  }

  /** Ends it as an operator does; by force when it takes too long. */
  async stop(): Promise<void> {
    if (!this.alive) return;
    const force = setTimeout(() => this.child?.kill('SIGKILL'), STOP_TIMEOUT_MS);
    this.child!.kill('SIGTERM');
    await this.exited;
    clearTimeout(force);
  }

  /** Last words of its log. */
  get tail(): string {
    return readFileSync(this.log, 'utf8').slice(-LOG_TAIL_CHARS);
  }

  /** For an exit handler, which cannot wait. */
  abandon(): void {
    this.child?.kill('SIGKILL');
  }
}

export class HouseProcesses {
  private readonly consumers = new Map<string, Consumer>();

  private constructor(
    readonly gateways: readonly OwnProcess[], readonly sandbox: OwnProcess, readonly storage: TestDatabase,
    private readonly folder: string, private readonly fronts: number,
  ) {}

  /** Starts PostgreSQL (or takes TEST_DATABASE_URL), the sandbox vendors and the gateways, all empty and seeded. */
  static async start(options: ProcessOptions = {}): Promise<HouseProcesses> {
    const { gateways = 1, env = {}, fronts = gateways } = options;
    const folder = mkdtempSync(join(tmpdir(), 'throughline-house-'));
    const storage = options.storage ?? await testDatabase();
    const ports = await freePorts(gateways + 2);
    const [sandboxPort, smtpPort, ...gatewayPorts] = ports as [number, number, ...number[]];
    const smtpUrl = `smtp://throughline:throughline-secret@127.0.0.1:${smtpPort}`;
    const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
    const sandbox = new OwnProcess(sandboxUrl, SANDBOX, '/_control', join(folder, 'sandbox.log'), {
      SANDBOX_PORT: String(sandboxPort), SANDBOX_SMTP_PORT: String(smtpPort), DATA_DIR: folder,
    });
    const places = { databaseUrl: storage.url, sandboxUrl };
    const doors = await Promise.all(gatewayPorts.map(async (port, index) => new OwnProcess(
      `http://localhost:${port}`, GATEWAY, '/readyz', join(folder, `gateway-${port}.log`),
      { LOG_LEVEL: 'error', PUBLIC_URL: `http://localhost:${gatewayPorts[0]!}`, ...env, PORT: String(port),
        DATABASE_URL: storage.url, SANDBOX_URL: sandboxUrl, SMTP_URL: smtpUrl, APIS: '',
        ...await options.door?.(index, places) },
    )));
    const house = new HouseProcesses(doors, sandbox, storage, folder, fronts);
    process.once('exit', house.abandon);
    for (const signal of ENDING) process.once(signal, leave);
    try {
      await sandbox.start();
      // The first gateway alone creates and seeds the database.
      for (const door of doors) await door.start();
    } catch (error) {
      await house.close();
      throw error;
    }
    return house;
  }

  /** The calling application of this id, over all gateways that are called. */
  as(clientId: string): Consumer {
    const urls = this.gateways.slice(0, this.fronts).map(({ url }) => url);
    const known = this.consumers.get(clientId) ?? new Consumer(urls, clientId);
    this.consumers.set(clientId, known);
    return known;
  }

  /** What a sandbox vendor holds, e.g. `vendor('sap', 'orders')`. */
  async vendor(name: string, ...records: string[]): Promise<Json> {
    return (await this.control('GET', `${name}/state${records.length > 0 ? `?records=${records.join(',')}` : ''}`));
  }

  /** Replaces a sandbox vendor's faults; none when not given. */
  async faults(name: string, settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.control('PUT', `${name}/faults`, settings);
  }

  /** Calls the sandbox's own API below /_control. @throws Error when it refuses */
  control(method: ControlMethod, path: string, body?: unknown): Promise<Json> {
    return control(this.sandbox.url, method, path, body);
  }

  async close(): Promise<void> {
    for (const consumer of this.consumers.values()) await consumer.close();
    await Promise.all(this.gateways.map((gateway) => gateway.stop()));
    await this.sandbox.stop();
    await this.storage.drop();
    process.off('exit', this.abandon);
    for (const signal of ENDING) process.off(signal, leave);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private readonly abandon = (): void => {
    for (const child of [...this.gateways, this.sandbox]) child.abandon();
  };
}

/** Ports that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return server;
  }));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
