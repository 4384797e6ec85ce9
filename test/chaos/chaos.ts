// `npm run chaos -- <scenario…|named|all|simulation>`: plays scenarios by name and says how each ended. `--seed n`
// plays a run again, `--scale <s>` sets the size (1: that of the table), `--report` writes test/chaos/REPORT.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { simulate, type SimulationReport } from '../simulation/simulate.js';
import { perform, type Performed } from './perform.js';
import { countsOf, heldOf, outcomeOf, reportOf, seconds } from './report.js';
import { scenarioOf, scenarios } from './scenarios/catalog.js';

const SEEDS = 1_000_000;
const REPORT = 'test/chaos/REPORT.md';
/** Ends with all scenarios in less than twenty minutes on two cores. */
const SCALE = '0.01';
const SIMULATED_SEEDS = '5000';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' }, scale: { type: 'string', default: SCALE }, report: { type: 'boolean', default: false },
    seeds: { type: 'string', default: SIMULATED_SEEDS },
  },
});
const first = Number(values.seed ?? Date.now() % SEEDS);
const scale = Number(values.scale);

async function simulated(): Promise<SimulationReport> {
  const seeds = Number(values.seeds);
  console.log(`Simulating seeds ${first} to ${first + seeds - 1} of runs, stock and log …`);
  const report = await simulate(first, seeds);
  const { events, faults, ms, seedsPerMinute, failed } = report;
  console.log(`${seeds} seeds in ${seconds(ms)}: ${Math.round(seedsPerMinute).toLocaleString('en')} seeds a minute, `
    + `${events.toLocaleString('en')} events, ${faults.toLocaleString('en')} faults injected, ${failed.length} failed`);
  for (const { world, seed, violations } of failed) {
    console.log(`FAIL  ${world}, seed ${seed} (npm run chaos -- simulation --seed ${seed} --seeds 1)`);
    for (const violation of violations) console.log(`      ! ${violation}`);
  }
  return report;
}

function tell(performed: Performed): void {
  const { scenario, ms, verdicts, complaints, skipped } = performed;
  console.log(`${outcomeOf(performed)}  ${scenario.id}: ${scenario.title} (${seconds(ms)})`);
  if (skipped !== undefined) return console.log(`      ${skipped}`);
  console.log(`      ${countsOf(performed)}`);
  console.log(`      ${heldOf(performed)} of ${verdicts.length} laws hold`);
  for (const complaint of complaints) console.log(`      ! ${complaint}`);
}

async function main(): Promise<boolean> {
  const [what = 'all', ...others] = positionals;
  if (what === 'simulation') return (await simulated()).failed.length === 0;
  const chosen = what === 'all' ? scenarios
    : what === 'named' ? scenarios.filter(({ id }) => !/^R\d+$/.test(id)) : [what, ...others].map(scenarioOf);
  console.log(`Chaos with seed ${first} at scale ${scale} (again: npm run chaos -- ${positionals.join(' ') || 'all'} `
    + `--seed ${first} --scale ${scale})`);
  const report = what === 'all' ? await simulated() : undefined;
  const performed: Performed[] = [];
  for (const [index, scenario] of chosen.entries()) {
    console.log(`\n${index + 1} of ${chosen.length}  ${scenario.id}: ${scenario.fault}`);
    const done = await perform(scenario, { seed: first, scale }, (text) => console.log(`      ${text}`));
    performed.push(done);
    tell(done);
    // After each, so that a run that is broken off leaves what it has.
    if (values.report && report !== undefined) {
      writeFileSync(REPORT, reportOf(performed, { first, scale, of: chosen.length }, report));
    }
  }
  const broken = performed.filter((each) => outcomeOf(each) === 'BROKEN');
  console.log(`\n${performed.length - broken.length} of ${performed.length} scenarios hold`
    + (broken.length === 0 ? '' : `; broken: ${broken.map(({ scenario }) => scenario.id).join(', ')}`));
  return broken.length === 0 && (report?.failed.length ?? 0) === 0;
}

process.exit(await main() ? 0 : 1);
