// The whole house for a story: sandbox vendors, a fresh database and every API, all in this process or one process a
// layer behind an ingress, so that the same story is told both ways. The apps are imported only when a house starts, so
// that a spec of a lib does not load them all.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Config } from '#config';
import type { Database } from '#database';
import { assertDocumented } from './conformance.js';
import type { Json } from './consumer.js';
import { startIngress } from './ingress.js';
import { control, type ControlMethod } from './sandbox-control.js';
import { testDatabase } from './test-database.js';

const MAIN = fileURLToPath(new URL('../../../apps/gateway/src/main.js', import.meta.url));
/** The layers of a split house, in the order they start, with the paths each serves; the last takes all others. */
const LAYERS: readonly (readonly [layer: string, prefixes: readonly string[]])[] = [
  ['system', ['/system/']],
  ['process', ['/process/']],
  ['experience', ['/storefront/', '/mobile/', '/store/', '/salesforce/', '/partner/']],
  ['platform', ['/']],
];
const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 50;
const STOP_TIMEOUT_MS = 20_000;
const CALL_TIMEOUT_MS = 30_000;
const POLL_MS = 50;

export interface HouseOptions {
  /** together: all APIs in this process; split: one process a layer. */
  mode?: 'together' | 'split';
  /** Every answer must be as its API's document says, or the asking fails. */
  documented?: boolean;
  /** More variables of the environment, e.g. `LEASE_MS`. */
  environment?: Record<string, string>;
}

export interface Asked<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface Ask {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface TestHouse {
  url: string;
  sandboxUrl: string;
  /** Connection to the house's database, for checks by SQL. */
  database: Database;
  /** Access token of a demo consumer. */
  token(clientId: string): Promise<string>;
  /** One request of a demo consumer; a body makes it a POST. */
  ask<Body = Record<string, unknown>>(clientId: string, path: string, options?: Ask): Promise<Asked<Body>>;
  /** Calls the sandbox's own API below /_control. @throws Error when it refuses */
  control(method: ControlMethod, path: string, body?: unknown): Promise<Json>;
  /** Replaces a sandbox vendor's faults; none when not given. */
  faults(vendor: string, settings?: Readonly<Record<string, unknown>>): Promise<void>;
  stop(): Promise<void>;
}

export async function startHouse(options: HouseOptions = {}): Promise<TestHouse> {
  const { mode = 'together', environment = {}, documented = false } = options;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'throughline-house-'));
  const { startSandbox } = await import('#sandbox');
  const sandbox = await startSandbox({ port: 0 });
  const test = await testDatabase({ poolSize: 4 });
  const url = `http://127.0.0.1:${port}`;
  const variables = {
    LOG_LEVEL: 'error',
    LEASE_MS: '3000',
    ...environment,
    DATA_DIR: folder,
    DATABASE_URL: test.url,
    SANDBOX_URL: sandbox.url,
    SMTP_URL: sandbox.smtpUrl.replace('//', '//throughline:throughline-secret@'),
    PUBLIC_URL: url,
  };
  const clean = async (): Promise<void> => {
    await test.drop();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const running = mode === 'together' ? await openTogether(port, variables) : await openSplit(port, variables);
    return {
      url,
      sandboxUrl: sandbox.url,
      database: test.database,
      ...caller(url, documented),
      control: (method, path, body) => control(sandbox.url, method, path, body),
      faults: async (vendor, settings = {}) => { await control(sandbox.url, 'PUT', `${vendor}/faults`, settings); },
      stop: async () => {
        await running.stop();
        await clean();
      },
    };
  } catch (error) {
    await clean();
    throw error;
  }
}

/**
 * Asks until the answer is as wished.
 * @throws Error with the last answer when it is not in time
 */
export async function askUntil<T>(
  ask: () => Promise<T>,
  wished: (answer: T) => boolean,
  withinMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let answer = await ask();
  while (!wished(answer)) {
    if (Date.now() > deadline) throw new Error(`Not in ${withinMs} ms; last: ${JSON.stringify(answer)}`);
    await pause(POLL_MS);
    answer = await ask();
  }
  return answer;
}

interface Running {
  stop(): Promise<void>;
}

async function openTogether(port: number, variables: Record<string, string>): Promise<Running> {
  const config = Config.read({ ...variables, PORT: String(port) });
  const { House } = await import('#gateway');
  const house = await House.open(config, config.DATABASE_URL, () => undefined);
  return { stop: () => house.close() };
}

async function openSplit(port: number, variables: Record<string, string>): Promise<Running> {
  const layers = await Promise.all(
    LAYERS.map(async ([layer, prefixes]) => ({ layer, prefixes, port: await freePort() })),
  );
  const addresses = layers.map(({ layer, port: own }) => `${layer}=http://127.0.0.1:${own}`).join(',');
  const children = layers.map(({ layer, port: own }) =>
    startLayer({
      ...variables,
      APIS: layer,
      API_URLS: addresses,
      PORT: String(own),
      WORKER_ID: `${layer}-${own}`,
    }),
  );
  const stopChildren = () => Promise.all(children.map(stopChild));
  try {
    await Promise.all(layers.map(({ port: own }, index) => untilReady(own, children[index]!)));
    const ingress = await startIngress(port, (path) => {
      const { port: own } = layers.find(({ prefixes }) => prefixes.some((prefix) => path.startsWith(prefix)))!;
      return `http://127.0.0.1:${own}`;
    });
    return {
      stop: async () => {
        await ingress.close();
        await stopChildren();
      },
    };
  } catch (error) {
    await stopChildren();
    throw error;
  }
}

function startLayer(variables: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['--enable-source-maps', MAIN], {
    env: variables,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function untilReady(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(1_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await pause(READY_POLL_MS);
  }
  throw new Error(`The process at port ${port} is not ready (exit code ${child.exitCode}).`);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(kill);
}

function caller(url: string, documented: boolean): Pick<TestHouse, 'token' | 'ask'> {
  const tokens = new Map<string, Promise<string>>();
  const token = (clientId: string): Promise<string> => {
    const known = tokens.get(clientId) ?? newToken(url, clientId);
    tokens.set(clientId, known);
    return known;
  };
  return {
    token,
    ask: async <Body>(clientId: string, path: string, { method, body, headers }: Ask = {}) => {
      const verb = method ?? (body === undefined ? 'GET' : 'POST');
      const response = await fetch(url + path, {
        method: verb,
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
        headers: {
          authorization: `Bearer ${await token(clientId)}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const { status, headers: answered } = response;
      const parsed = (text === '' ? undefined : JSON.parse(text)) as Body;
      if (documented) {
        const contentType = answered.get('content-type');
        assertDocumented({ method: verb, path, status, contentType, body: parsed });
      }
      return { status, headers: answered, body: parsed };
    },
  };
}

async function newToken(url: string, clientId: string): Promise<string> {
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientId}-secret`).toString('base64')}` },
  });
  const answer = (await response.json()) as { access_token?: string };
  if (!answer.access_token) throw new Error(`No token for ${clientId}: ${JSON.stringify(answer)}`);
  return answer.access_token;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        server.close(() => resolve(port));
      });
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
