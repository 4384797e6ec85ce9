// `npm run demo`: plays a business day against the house that runs (PORT, SANDBOX_PORT), or against one it starts for
// the time being, waits until every order has ended and prints the books. Exit code 1 when something is lost or
// doubled.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Config } from '#config';
import { Consumer, GATEWAY, OwnProcess, type Json } from '#testing';
import { playDay, type Day } from './business-day.js';
import { each, isHeld, isOver, readBooks, report, type Line } from './business-report.js';

const SEEDS = 1_000_000_000;
const PROBE_TIMEOUT_MS = 2_000;
const READ_TIMEOUT_MS = 30_000;
/** Longest wait for all orders to end; what has not by then is reported. */
const PATIENCE_MS = 300_000;
const POLL_MS = 1_000;
/** The customer system learns of an order's end a moment later. */
const SYNC_PATIENCE_MS = 30_000;

const { values } = parseArgs({ options: { orders: { type: 'string', default: '200' }, seed: { type: 'string' } } });
const config = Config.read();
const url = `http://localhost:${config.PORT}`;
const live = process.stdout.isTTY;

let shown = '';

/** One line that is overwritten on a terminal; elsewhere a line of its own when it says something new. */
function progress(text: string): void {
  if (live) process.stdout.write(`\r\u001b[K  ${text}`);
  else if (text !== shown) console.log(`  ${text}`);
  shown = text;
}

const runs = (): Promise<boolean> => fetch(`${url}/readyz`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })
  .then(({ ok }) => ok, () => false);

async function vendor(name: string, record: string): Promise<Json> {
  const answer = await fetch(`${config.sandboxUrl}/_control/${name}/state?records=${record}`,
    { signal: AbortSignal.timeout(READ_TIMEOUT_MS) });
  return answer.json();
}

/** Waits until every order has ended or is held for a person, and says how far it is. */
async function follow(operations: Consumer, day: Day): Promise<void> {
  const ended = new Map<string, string>();
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await pause(POLL_MS)) {
    const open = day.taken.filter(({ id }) => !ended.has(id));
    await each(open, async ({ id }) => {
      const { body } = await operations.get(`/process/orders/v1/orders/${id}`);
      if (isOver(body) || isHeld(body)) ended.set(id, body.status);
    });
    const of = (status: string): number => [...ended.values()].filter((word) => word === status).length;
    progress(`${of('completed')} completed, ${of('cancelled')} cancelled, ${of('onHold')} held, `
      + `${day.taken.length - ended.size} on their way`);
    if (ended.size === day.taken.length) return;
  }
}

/** Reads the books; again for a while when they disagree, because the customer system is told a moment later. */
async function evening(operations: Consumer, day: Day): Promise<Line[]> {
  for (const deadline = Date.now() + SYNC_PATIENCE_MS; ; await pause(POLL_MS)) {
    const lines = report(day, await readBooks(operations, day, vendor));
    if (Date.now() > deadline || lines.every(({ verdict }) => verdict !== 'FAIL')) return lines;
  }
}

async function play(): Promise<number> {
  const [storefront, partner, operations] = [
    new Consumer([url], 'storefront-demo'), new Consumer([url], 'partner-demo'), new Consumer([url], 'ops-demo'),
  ];
  const orders = Number(values.orders);
  const startedAt = Date.now();
  let toldAt = 0;
  const day = await playDay({ storefront, partner }, orders, Number(values.seed ?? Date.now() % SEEDS), (sent) => {
    if (Date.now() - toldAt < POLL_MS) return;
    toldAt = Date.now();
    progress(`${sent} orders sent`);
  });
  progress(`${orders} orders of shoppers and ${day.documents} documents of marketplaces sent in `
    + `${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  if (live) console.log('');
  await follow(operations, day);
  const lines = await evening(operations, day);
  if (live) console.log('');
  console.log(`\nThe day's books (${((Date.now() - startedAt) / 1000).toFixed(0)} s)\n`);
  for (const { verdict, text } of lines) console.log(`  ${verdict.padEnd(9)}  ${text}`);
  const failed = lines.filter(({ verdict }) => verdict === 'FAIL').length;
  console.log(failed === 0 ? '\nNothing is lost, nothing is doubled.' : `\n${failed} checks failed.`);
  await Promise.all([storefront, partner, operations].map((consumer) => consumer.close()));
  return failed === 0 ? 0 : 1;
}

if (await runs()) {
  console.log(`Playing a business day at ${url}`);
  process.exitCode = await play();
} else {
  console.log(`Nothing runs at ${url}: starting a house for the demo (npm start keeps one running)`);
  const folder = mkdtempSync(join(tmpdir(), 'throughline-demo-'));
  const house = new OwnProcess(url, GATEWAY, '/readyz', join(folder, 'house.log'), {});
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void house.stop().then(() => process.exit(1)));
  }
  try {
    await house.start();
    process.exitCode = await play();
  } finally {
    await house.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
