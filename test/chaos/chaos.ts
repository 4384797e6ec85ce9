// `npm run chaos`: the stories of test/chaos in full size, with a table at the end. `--seed <n>` plays a run again,
// `--orders <n>` changes its size. `npm run chaos -- simulation` plays seeds of test/simulation instead.
import { parseArgs } from 'node:util';
import { simulate } from '../simulation/simulate.js';
import { complaints, type Verdict } from './checker.js';
import { killGateway } from './kill-gateway.js';
import { raceForLastUnits } from './last-units.js';

interface Row {
  readonly story: string;
  readonly result: string;
  readonly duration: string;
  readonly complaints: readonly string[];
}

const SEEDS = 1_000_000;
const REST_MS = 600_000;
const RACE = { buyers: 5_000, units: 500, concurrent: 200, restMs: REST_MS };
const BUYERS = 64;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' }, orders: { type: 'string', default: '2000' }, seeds: { type: 'string', default: '5000' },
  },
});
const seed = Number(values.seed ?? Date.now() % SEEDS);

async function killed(): Promise<Row> {
  const plan = { orders: Number(values.orders), buyers: BUYERS, seed, restMs: REST_MS };
  const report = await killGateway(plan, (text) => console.log(`  ${text}`));
  return {
    story: `kill -9 of the gateway, ${report.killedAt.length} times`,
    result: `${report.accepted} of ${plan.orders} orders accepted; ${held(report.verdicts)}`,
    duration: `${seconds(report.takeOrdersMs)} to take, ${seconds(report.comeToRestMs)} to finish`,
    complaints: [
      ...(report.accepted === plan.orders ? [] : [`${plan.orders - report.accepted} orders were not accepted`]),
      ...complaints(report.verdicts),
    ],
  };
}

async function raced(): Promise<Row> {
  const report = await raceForLastUnits(RACE);
  const { winners, toldLosers, others, stock } = report;
  const agree = [stock.reserved, stock.ledgerReserved, stock.held].every((units) => units === RACE.units);
  return {
    story: `${RACE.buyers} buyers race for ${RACE.units} units over 2 gateways`,
    result: `${winners} succeeded, ${toldLosers} were told out-of-stock; ${held(report.verdicts)}`,
    duration: `${seconds(report.raceMs)}`,
    complaints: [
      ...(winners === RACE.units ? [] : [`${winners} winners of ${RACE.units} units`]),
      ...(toldLosers === RACE.buyers - winners ? [] : [`${RACE.buyers - winners - toldLosers} losers not told`]),
      ...(agree ? [] : [`positions, ledger and reservations disagree: ${JSON.stringify(stock)}`]),
      ...others, ...complaints(report.verdicts),
    ],
  };
}

/** Plays seeds under the deterministic scheduler; the exit code says whether all of them held. */
async function simulated(first: number, seeds: number): Promise<number> {
  console.log(`Simulating seeds ${first} to ${first + seeds - 1} of runs, stock and log …`);
  const { events, faults, ms, seedsPerMinute, failed } = await simulate(first, seeds);
  console.log(`${seeds} seeds in ${seconds(ms)}: ${Math.round(seedsPerMinute).toLocaleString('en')} seeds a minute, `
    + `${events.toLocaleString('en')} events, ${faults.toLocaleString('en')} faults injected, ${failed.length} failed`);
  for (const { world, seed: broken, violations } of failed) {
    console.log(`FAIL  ${world}, seed ${broken} (npm run chaos -- simulation --seed ${broken} --seeds 1)`);
    for (const violation of violations) console.log(`      ! ${violation}`);
  }
  return failed.length === 0 ? 0 : 1;
}

const held = (verdicts: readonly Verdict[]): string =>
  `${verdicts.filter(({ offenders }) => offenders.length === 0).length} of ${verdicts.length} laws hold`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

if (positionals[0] === 'simulation') process.exit(await simulated(seed, Number(values.seeds)));
console.log(`Chaos with seed ${seed} (play it again: npm run chaos -- --seed ${seed})`);
const rows: Row[] = [];
for (const story of [killed, raced]) rows.push(await story());
console.log('');
for (const { story, result, duration, complaints: broken } of rows) {
  console.log(`${broken.length === 0 ? 'PASS' : 'FAIL'}  ${story}\n      ${result}\n      ${duration}`);
  for (const complaint of broken) console.log(`      ! ${complaint}`);
}
process.exit(rows.every(({ complaints: broken }) => broken.length === 0) ? 0 : 1);
