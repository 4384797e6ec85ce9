// `npm run bench [-- case … --quick|--full]`: runs the benchmarks one after the other, each in a bounded time, and
// prints their ratios as one table. Starts what it needs in a folder of its own and leaves nothing running or behind.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres, type RunningPostgres } from '#database';
import { accept } from './accept.js';
import { spread, type Bench, type BenchCase, type Row } from './comparison.js';
import { endToEnd } from './end-to-end.js';
import { engine } from './engine.js';
import { fanout } from './fanout.js';
import { history } from './history.js';
import { hotSku } from './hot-sku.js';
import { hop } from './hop.js';
import { journey } from './journey.js';
import { parked } from './parked.js';
import { pipeline } from './pipeline.js';
import { reads } from './reads.js';

const CASES: readonly BenchCase[] = [
  hop, pipeline, engine, parked, fanout, hotSku, accept, endToEnd, journey, reads, history,
];
const CASE_TIMEOUT_MS = 240_000;
const FULL_TIMEOUT_MS = 1_200_000;
const CLOSE_TIMEOUT_MS = 30_000;

const { values: { quick = false, full = false }, positionals } = parseArgs({
  options: { quick: { type: 'boolean' }, full: { type: 'boolean' } }, allowPositionals: true,
});
const unknown = positionals.filter((name) => !CASES.some((entry) => entry.name === name));
if (unknown.length > 0) {
  console.error(`No such case: ${unknown.join(', ')}. Cases:`);
  for (const { name, about } of CASES) console.error(`  ${name.padEnd(11)}${about}`);
  process.exit(2);
}
const chosen = CASES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

const startedAt = Date.now();
const house = new AsyncDisposableStack();
let stopping: Promise<void> | undefined;
let current: AsyncDisposableStack | undefined;
/** Set once everything is to end; the case that runs then hears nothing but failures. */
let interrupted = false;
let server: Promise<RunningPostgres> | undefined;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void interrupt(130));
process.once('uncaughtException', (error) => {
  console.error(error);
  void interrupt(1);
});

const results: [BenchCase, readonly Row[] | Error][] = [];
console.log(`${cpus().length} cores, Node ${process.version}`);
if (quick) console.log('quick: for a look, not for a judgement');
for (const entry of chosen) {
  console.log(`\n${entry.name}: ${entry.about}`);
  const outcome = await runCase(entry).catch((error: unknown) => error as Error);
  if (interrupted) break;
  if (outcome instanceof Error) console.error(`  failed: ${outcome.stack ?? outcome.message}`);
  results.push([entry, outcome]);
}
if (!interrupted) {
  report(results);
  await stop();
  process.exit(results.some(([, outcome]) => outcome instanceof Error) ? 1 : 0);
}

async function runCase(entry: BenchCase): Promise<readonly Row[]> {
  const resources = new AsyncDisposableStack();
  current = resources;
  const bench: Bench = { quick, full, resources, progress, postgres: () => (server ??= startServer()) };
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timeoutMs = full ? FULL_TIMEOUT_MS : CASE_TIMEOUT_MS;
  const timer = setTimeout(
    () => reject(new Error(`${entry.name} took longer than ${timeoutMs / 1000} s`)), timeoutMs);
  try {
    return await Promise.race([entry.run(bench), late]);
  } finally {
    clearTimeout(timer);
    await resources.disposeAsync();
  }
}

async function startServer(): Promise<RunningPostgres> {
  progress('starting a PostgreSQL for the benchmarks');
  const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
  chmodSync(folder, 0o711); // as root PostgreSQL runs as another user, which must reach its data below
  house.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
  house.defer(() => postgres.stop());
  return postgres;
}

async function interrupt(code: number): Promise<void> {
  interrupted = true;
  console.error('\nStopping …');
  await stop();
  process.exit(code);
}

/** Takes everything down, once; what cannot be taken down in time is left to the end of this process. */
function stop(): Promise<void> {
  return stopping ??= (async () => {
    setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref();
    await current?.disposeAsync();
    await house.disposeAsync();
  })();
}

function progress(text: string): void {
  console.log(`  ${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)}s  ${text}`);
}

function report(outcomes: readonly [BenchCase, readonly Row[] | Error][]): void {
  const lines = [['case', 'what', 'ratio: median (min-max)', 'must reach', 'figures (medians)']];
  for (const [{ name }, outcome] of outcomes) {
    if (outcome instanceof Error) {
      lines.push([name, 'failed', '', '', outcome.message.split('\n', 1)[0]!]);
      continue;
    }
    for (const { what, ratios, target, figures } of outcome) {
      lines.push([name, what, spread(ratios), target ? `${target.text}: ${target.met ? 'yes' : 'NO'}` : '', figures]);
    }
  }
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  console.log('');
  for (const [index, line] of lines.entries()) {
    console.log(line.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd());
    if (index === 0) console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  }
  console.log(`\nOne run of ${Math.round((Date.now() - startedAt) / 1000)} s; trust the ratios, the figures are this ` +
    `machine's.`);
}
