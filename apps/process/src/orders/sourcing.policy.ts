// Which locations may serve a line, best first: a pure function of the policy and the line, kept with the order's
// journey so that it can be explained and replayed.
import { Problem, problems, type Fulfilment } from '#contracts';

export interface SourcingPolicy {
  readonly version: string;
  /** Warehouses that serve a region, nearest first. */
  readonly warehouses: Readonly<Record<string, readonly string[]>>;
  /** Days from order to promised delivery. */
  readonly promiseDays: number;
}

export const sourcingPolicy: SourcingPolicy = {
  version: 'sourcing-1',
  warehouses: {
    EU: ['WH-EU', 'WH-EAST', 'WH-WEST'],
    US: ['WH-EAST', 'WH-WEST', 'WH-EU'],
    JP: ['WH-WEST', 'WH-EAST', 'WH-EU'],
  },
  promiseDays: 4,
};

/**
 * Candidate locations of a line, best first. A location the customer or channel chose is the only candidate.
 * @throws Problem unprocessable when a pickup names no store or no warehouse serves the region
 */
export function candidateLocations(
  fulfilment: Fulfilment | undefined,
  region: string,
  index: number,
  policy: SourcingPolicy,
): readonly string[] {
  if (fulfilment?.locationId) return [fulfilment.locationId];
  if (fulfilment && fulfilment.method !== 'ship') {
    throw new Problem(problems.unprocessable, {
      detail: `A line fulfilled by ${fulfilment.method} needs the store.`,
      errors: [{ pointer: `#/lines/${index}/fulfilment/locationId`, detail: 'A store id is expected, e.g. ST-001.' }],
    });
  }
  const warehouses = policy.warehouses[region];
  if (!warehouses) {
    throw new Problem(problems.unprocessable, {
      detail: `No warehouse serves region ${region}.`,
      errors: [{ pointer: '#/region', detail: `One of ${Object.keys(policy.warehouses).join(', ')} is expected.` }],
    });
  }
  return warehouses;
}
