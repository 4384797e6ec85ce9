// All scenarios by name: R1 to R24 are those of reference/durable.md, the others failures that other systems are known
// for. R19 and R20 (loss of a NATS node or stream) are specs of libs/events, because they need no house.
import type { Scenario } from '../stage.js';
import { buyerScenarios } from './buyers.js';
import { databaseScenarios } from './database.js';
import { fleetScenarios } from './fleet.js';
import { processScenarios } from './processes.js';
import { returnScenarios } from './returns.js';
import { vendorScenarios } from './vendors.js';

const number = ({ id }: Scenario): number => Number(/^R(\d+)$/.exec(id)?.[1] ?? Infinity);

/** In the order of the table; the named failures come last. */
export const scenarios: readonly Scenario[] = [
  ...processScenarios, ...databaseScenarios, ...vendorScenarios, ...buyerScenarios, ...returnScenarios,
  ...fleetScenarios,
].sort((a, b) => (number(a) === number(b) ? 0 : number(a) - number(b)));

export function scenarioOf(id: string): Scenario {
  const found = scenarios.find((scenario) => scenario.id.toLowerCase() === id.toLowerCase());
  if (found !== undefined) return found;
  throw new Error(`No scenario ${id}; there are ${scenarios.map((each) => each.id).join(', ')}`);
}
