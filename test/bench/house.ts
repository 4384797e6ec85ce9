// The whole house for a benchmark: gateways and sandbox vendors as processes of their own on the run's PostgreSQL, all
// layers in one process or each in its own, with processor time to read and a way to hold them still meanwhile.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { processorSeconds } from './processor-time.js';

const GATEWAY = '../../apps/gateway/src/main.js';
const SANDBOX = '../../apps/sandbox/src/main.js';
const LAYERS = ['system', 'process', 'experience', 'platform'];
const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 50;
const PROBE_TIMEOUT_MS = 2_000;
const STOP_TIMEOUT_MS = 10_000;
const LOG_CHARS_MAX = 4_000;
/** Held still for a few seconds a process must not lose its runs to nobody. */
const LEASE_MS = '60000';
/** The warehouse's floor works at once, so that only our time is measured. */
const FLOOR = { stepDelayMs: 0 };

export interface HouseOptions {
  readonly databaseUrl: string;
  /** One process per layer instead of one for all. */
  readonly split?: boolean;
  /** Node options of the gateways, e.g. to profile them. */
  readonly nodeOptions?: readonly string[];
}

export class House {
  private constructor(
    /** Where the storefront answers. */
    readonly url: string,
    /** Authorization header of the storefront's demo consumer. */
    readonly authorization: string,
    private readonly gateways: readonly Program[],
    private readonly sandbox: Program,
    private readonly folder: string,
  ) {}

  static async start({ databaseUrl, split = false, nodeOptions = [] }: HouseOptions): Promise<House> {
    const roles = split ? LAYERS : [''];
    const [sandboxPort, ...ports] = await freePorts(roles.length + 1);
    const urls = ports.map((port) => `http://localhost:${port}`);
    const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-house-'));
    const sandbox = new Program(SANDBOX, [], { SANDBOX_PORT: String(sandboxPort), DATA_DIR: folder });
    const sandboxUrl = `http://localhost:${sandboxPort}`;
    const environment = {
      DATA_DIR: folder, DATABASE_URL: databaseUrl, SANDBOX_URL: sandboxUrl, LEASE_MS, LOG_LEVEL: 'error',
      // Issuer of tokens and target of webhooks: the same for all, and where the vendors' facts are taken in.
      PUBLIC_URL: urls[0], API_URLS: split ? roles.map((role, index) => `${role}=${urls[index]}`).join() : '',
    };
    const gateways = roles.map((role, index) =>
      new Program(GATEWAY, nodeOptions, { ...environment, APIS: role, PORT: String(ports[index]) }));
    try {
      await sandbox.ready(`${sandboxUrl}/_control`);
      for (const [index, gateway] of gateways.entries()) await gateway.ready(`${urls[index]}/readyz`);
      await send(`${sandboxUrl}/_control/wms/behaviour`, 'PUT', 'application/json', JSON.stringify(FLOOR));
      const { access_token: token } = await send(
        `${urls.at(-1)}/oauth/token`, 'POST', 'application/x-www-form-urlencoded',
        'grant_type=client_credentials&client_id=storefront-demo&client_secret=storefront-demo-secret');
      const door = split ? urls[LAYERS.indexOf('experience')]! : urls[0]!;
      return new House(door, `Bearer ${String(token)}`, gateways, sandbox, folder);
    } catch (error) {
      await Promise.all([...gateways, sandbox].map((program) => program.stop()));
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Seconds of processor time of our processes so far, without the vendors'. */
  processorSeconds(): number {
    return this.gateways.reduce((sum, { pid }) => sum + processorSeconds(pid), 0);
  }

  /** Holds every process still until `go`, so that a contender's turn is its own. */
  hold(): void {
    for (const program of [...this.gateways, this.sandbox]) process.kill(program.pid, 'SIGSTOP');
  }

  go(): void {
    for (const program of [...this.gateways, this.sandbox]) process.kill(program.pid, 'SIGCONT');
  }

  async stop(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.stop()));
    await this.sandbox.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

class Program {
  private static readonly all = new Set<Program>();
  private readonly child: ChildProcess;
  private log = '';

  static {
    // When the benchmark dies without a goodbye, nothing of the house may outlive it.
    process.once('exit', () => { for (const { child } of Program.all) child.kill('SIGKILL'); });
  }

  constructor(private readonly script: string, nodeOptions: readonly string[], environment: NodeJS.ProcessEnv) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    this.child = spawn(process.execPath, ['--enable-source-maps', ...nodeOptions, path], {
      stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment },
    });
    Program.all.add(this);
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (bytes: Buffer) => { this.log = (this.log + bytes.toString()).slice(-LOG_CHARS_MAX); });
    }
  }

  get pid(): number {
    return this.child.pid!;
  }

  async ready(url: string): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (Date.now() < deadline && this.child.exitCode === null) {
      if (await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).then(({ ok }) => ok, () => false)) return;
      await pause(READY_POLL_MS);
    }
    throw new Error(`${this.script} is not ready at ${url}:\n${this.log}`);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    const force = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    this.child.kill('SIGCONT');
    this.child.kill('SIGTERM');
    await ended;
    Program.all.delete(this);
    clearTimeout(force);
  }
}

async function send(url: string, method: string, type: string, body: string): Promise<Record<string, unknown>> {
  const answer = await fetch(url, {
    method, headers: { 'content-type': type }, body, signal: AbortSignal.timeout(READY_TIMEOUT_MS),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return JSON.parse(text || '{}') as Record<string, unknown>;
}

/** Ports that were free a moment ago, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
