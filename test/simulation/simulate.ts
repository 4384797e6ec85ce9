// Plays seeds: each is one story in each of the three worlds. What a seed finds is printed with the seed, and the same
// seed finds it again; `npm run chaos -- simulation` spreads seeds over the machine's cores.
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker as Thread, workerData } from 'node:worker_threads';
import { setupTelemetry } from '#telemetry';
import { LogWorld, type LogFlaw } from './log.js';
import { RunsWorld, type RunFlaw } from './runs.js';
import { StockWorld, type StockFlaw } from './stock.js';
import { World } from './world.js';

export type WorldName = 'runs' | 'stock' | 'log';
export type Flaw = RunFlaw | StockFlaw | LogFlaw;

export interface Played {
  readonly world: WorldName;
  readonly seed: number;
  readonly violations: readonly string[];
  readonly trace: number;
  readonly events: number;
  readonly faults: World['faults'];
}

export interface SimulationReport {
  readonly seeds: number;
  readonly events: number;
  readonly faults: number;
  readonly ms: number;
  readonly seedsPerMinute: number;
  readonly failed: readonly Played[];
}

interface Share { readonly from: number; readonly to: number; readonly step: number }
interface Counted { seeds: number; events: number; faults: number; failed: Played[] }

const WORLDS: Record<WorldName, (world: World, flaws: ReadonlySet<never>) => { play(): Promise<void> }> = {
  runs: (world, flaws) => new RunsWorld(world, flaws),
  stock: (world, flaws) => new StockWorld(world, flaws),
  log: (world, flaws) => new LogWorld(world, flaws),
};
export const WORLD_NAMES = Object.keys(WORLDS) as WorldName[];
const FAILED_MAX = 20;

/** One story; with a flaw the world is built wrongly on purpose. */
export async function playSeed(name: WorldName, seed: number, flaw?: Flaw): Promise<Played> {
  const world = new World(seed);
  const flaws = new Set((flaw === undefined ? [] : [flaw]) as never[]);
  await WORLDS[name](world, flaws).play();
  const { violations, trace, events, faults } = world;
  return { world: name, seed, violations, trace, events, faults };
}

/** How often something befell the story. */
export const faultsOf = ({ faults }: Played): number =>
  Object.values(faults).reduce((sum, count) => sum + count, 0);

/** What the core says of every lost message would drown what was found. */
export function keepQuiet(): void {
  setupTelemetry({ LOG_LEVEL: 'silent', WORKER_ID: 'simulation' });
}

async function playShare({ from, to, step }: Share): Promise<Counted> {
  const counted: Counted = { seeds: 0, events: 0, faults: 0, failed: [] };
  for (let seed = from; seed < to; seed += step) {
    for (const name of WORLD_NAMES) {
      const played = await playSeed(name, seed);
      counted.events += played.events;
      counted.faults += faultsOf(played);
      if (played.violations.length > 0 && counted.failed.length < FAILED_MAX) counted.failed.push(played);
    }
    counted.seeds++;
  }
  return counted;
}

function inThread(share: Share): Promise<Counted> {
  return new Promise((resolve, reject) => {
    const thread = new Thread(new URL(import.meta.url), { workerData: { simulation: share } });
    thread.once('message', resolve);
    thread.once('error', reject);
  });
}

/** Seeds `first` to `first + seeds - 1` on all cores. */
export async function simulate(first: number, seeds: number): Promise<SimulationReport> {
  const started = performance.now();
  const threads = Math.min(seeds, availableParallelism());
  const shares = await Promise.all(Array.from({ length: threads }, (_, place) =>
    inThread({ from: first + place, to: first + seeds, step: threads })));
  const ms = performance.now() - started;
  const sum = (field: 'seeds' | 'events' | 'faults'): number =>
    shares.reduce((total, share) => total + share[field], 0);
  return {
    seeds: sum('seeds'), events: sum('events'), faults: sum('faults'), ms, seedsPerMinute: sum('seeds') / ms * 60_000,
    failed: shares.flatMap(({ failed }) => failed).sort((a, b) => a.seed - b.seed),
  };
}

if (!isMainThread && (workerData as { simulation?: Share } | null)?.simulation !== undefined) {
  keepQuiet();
  parentPort!.postMessage(await playShare((workerData as { simulation: Share }).simulation));
}
