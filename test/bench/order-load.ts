// The clients of a benchmark, in a thread of their own: so many shoppers, each with one request under way, for a set
// time. They order from the house over HTTP, look at their orders, or write an order's rows by plain SQL.
import { randomUUID } from 'node:crypto';
import { parentPort, workerData, Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { Pool } from 'undici';
import { quantile } from './comparison.js';
import { PlainOrders, type Line } from './plain-order.js';

const ANSWER_TIMEOUT_MS = 30_000;
/** SKUs that warehouses have plenty of. */
const SKUS = 900;
const CUSTOMERS = 200;
const READ_PATH = '/storefront/v1/orders/';
const TURN_TIMEOUT_MS = 120_000;

export interface LoadOptions {
  readonly clients: number;
  readonly warmUpMs: number;
  readonly forMs: number;
  readonly to: Target;
}

/** Where the requests go: the house's door, or a database of the same schema. */
export type Target = Door | { readonly databaseUrl: string };

export interface Door {
  readonly url: string;
  readonly authorization: string;
  /** Ids to look at; without them orders are placed. */
  readonly read?: readonly string[];
  /** Where an id is looked at; the storefront's orders when not given. */
  readonly path?: string;
}

export interface Load {
  readonly perSecond: number;
  /** Milliseconds from sending a request to its answer. */
  readonly p50: number;
  readonly p99: number;
  /** Requests answered in all, warm-up and run-out included. */
  readonly requests: number;
  /** Seconds of processor time the clients themselves used. */
  readonly clientSeconds: number;
}

/** One request; rejects when it is not answered as it should be. */
type Request = () => Promise<void>;

/** Runs one turn in a thread of its own and returns what it saw. */
export async function runLoad(options: LoadOptions): Promise<Load> {
  const worker = new Worker(new URL(import.meta.url), { workerData: options });
  try {
    const [result] = await once(worker, 'message', { signal: AbortSignal.timeout(TURN_TIMEOUT_MS) });
    return result as Load;
  } finally {
    await worker.terminate();
  }
}

async function load(options: LoadOptions, request: Request): Promise<Load> {
  const { clients, warmUpMs, forMs } = options;
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const from = startedAt + warmUpMs;
  const until = from + forMs;
  const times: number[] = [];
  let requests = 0;
  await Promise.all(Array.from({ length: clients }, async () => {
    while (performance.now() < until) {
      const began = performance.now();
      await request();
      const ended = performance.now();
      requests += 1;
      if (ended >= from && ended < until) times.push(ended - began);
    }
  }));
  const used = process.cpuUsage(before);
  return {
    perSecond: times.length / (forMs / 1000), p50: quantile(times, 0.5), p99: quantile(times, 0.99), requests,
    clientSeconds: (used.user + used.system) / 1e6,
  };
}

function randomLines(): Line[] {
  const first = 1 + Math.floor(Math.random() * SKUS);
  const second = 1 + (first + Math.floor(Math.random() * (SKUS - 1))) % SKUS;
  return (Math.random() < 0.5 ? [first] : [first, second])
    .map((number) => ({ sku: `SKU-${String(number).padStart(4, '0')}`, quantity: 1 + Math.floor(Math.random() * 2) }));
}

function orderOver(pool: Pool, authorization: string): Request {
  return async () => {
    const { statusCode, body } = await pool.request({
      method: 'POST', path: '/storefront/v1/orders',
      headers: { authorization, 'content-type': 'application/json', 'idempotency-key': `"${randomUUID()}"` },
      body: JSON.stringify(newOrder()),
    });
    await expect(201, statusCode, body);
  };
}

function readOver(pool: Pool, { authorization, path = READ_PATH }: Door, ids: readonly string[]): Request {
  return async () => {
    const id = ids[Math.floor(Math.random() * ids.length)]!;
    const { statusCode, body } = await pool.request({
      method: 'GET', path: path + id, headers: { authorization },
    });
    await expect(200, statusCode, body);
  };
}

async function expect(wanted: number, status: number, body: { text(): Promise<string> }): Promise<void> {
  const text = await body.text();
  if (status !== wanted) throw new Error(`answered ${status}, not ${wanted}: ${text.slice(0, 500)}`);
}

/** An order of a seeded customer, as a shop sends it. */
export function newOrder(): object {
  const number = 1 + Math.floor(Math.random() * CUSTOMERS);
  return {
    customer: { customerId: `CUS-${String(number).padStart(4, '0')}` }, currency: 'EUR', lines: randomLines(),
    shippingAddress: {
      name: 'Ada Lovelace', line1: 'Marktplatz 1', city: 'Leipzig', postalCode: '04109', country: 'DE',
    },
    payment: { method: 'card', token: 'pm_card_visa' },
  };
}

async function main(options: LoadOptions): Promise<Load> {
  const { to, clients } = options;
  if ('databaseUrl' in to) {
    const plain = new PlainOrders(to.databaseUrl, clients);
    try {
      return await load(options, () => plain.place(randomLines()));
    } finally {
      await plain.close();
    }
  }
  const pool = new Pool(to.url, {
    connections: clients, pipelining: 1, headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS,
  });
  try {
    const { authorization, read } = to;
    return await load(options, read ? readOver(pool, to, read) : orderOver(pool, authorization));
  } finally {
    await pool.close();
  }
}

if (parentPort) parentPort.postMessage(await main(workerData as LoadOptions));
