// The report of a whole chaos run as a page for people: what was done to the house, how often, and which laws held.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import type { SimulationReport } from '../simulation/simulate.js';
import type { Performed } from './perform.js';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ').slice(0, CELL_MAX);
const CELL_MAX = 1_000;
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** How many of its verdicts hold. */
export const heldOf = ({ verdicts }: Performed): number =>
  verdicts.filter(({ offenders }) => offenders.length === 0).length;

/** What was done and seen, in words. */
export const countsOf = ({ counts }: Performed): string =>
  Object.entries(counts).map(([name, count]) => `${name} ${count}`).join(', ');

export function outcomeOf({ skipped, complaints }: Performed): 'held' | 'BROKEN' | 'skipped' {
  if (skipped !== undefined) return 'skipped';
  return complaints.length === 0 ? 'held' : 'BROKEN';
}

/** The page; `first` is the seed that plays all of it again. */
export function reportOf(
  performed: readonly Performed[], run: { first: number; scale: number; of: number }, simulated: SimulationReport,
): string {
  const { first, scale, of } = run;
  const counted = (outcome: string): number => performed.filter((each) => outcomeOf(each) === outcome).length;
  const total = performed.reduce((sum, { ms }) => sum + ms, 0);
  return `${[
    '# Chaos report', '',
    '<!-- Written by `npm run chaos -- all --report`; do not edit. -->', '',
    `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, commit ${commit()}, ${cpus().length} cores, Node `
      + `${process.version}. Seed ${first}, scale ${scale} of the sizes in the column "fault"; again with `
      + `\`npm run chaos -- all --seed ${first} --scale ${scale}\`.`, '',
    `Played ${performed.length} of ${of} scenarios: **${counted('held')} held, ${counted('BROKEN')} broken, `
      + `${counted('skipped')} skipped**, in `
      + `${seconds(total)}. Simulation: ${simulated.seeds.toLocaleString('en')} seeds, `
      + `${Math.round(simulated.seedsPerMinute).toLocaleString('en')} a minute, `
      + `${simulated.faults.toLocaleString('en')} faults injected, ${simulated.failed.length} failed.`, '',
    '| scenario | fault (full size) | seed | time | counts | laws | outcome |', '|---|---|---|---|---|---|---|',
    ...performed.map(rowOf), '',
    '## Laws', '',
    'Judged after each scenario over our database and every sandbox vendor; never-oversold and soon-taken-over at '
      + 'every moment of it.', '',
    '| law | statement | judged in | broken in |', '|---|---|---|---|',
    ...lawsOf(performed), '',
  ].join('\n')}`;
}

function rowOf(each: Performed): string {
  const { scenario, seed, ms, verdicts, complaints, skipped } = each;
  const outcome = outcomeOf(each) + (skipped === undefined ? '' : `: ${skipped}`)
    + complaints.map((complaint) => `<br>${complaint}`).join('');
  const cells = [`${scenario.id}: ${scenario.title}`, scenario.fault, String(seed), seconds(ms), countsOf(each),
    verdicts.length === 0 ? '' : `${heldOf(each)} of ${verdicts.length}`, outcome];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function lawsOf(performed: readonly Performed[]): string[] {
  const verdicts = performed.flatMap((each) => each.verdicts.map((verdict) => ({ ...verdict, id: each.scenario.id })));
  return [...Map.groupBy(verdicts, ({ name }) => name)].map(([name, judged]) => {
    const broken = judged.filter(({ offenders }) => offenders.length > 0).map(({ id }) => id);
    return `| ${name} | ${cell(judged[0]!.statement)} | ${judged.length} | ${broken.join(', ') || 'none'} |`;
  });
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
