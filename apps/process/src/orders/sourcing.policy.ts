// Which locations serve an order: a pure function of the policy and the recorded inputs, in the field's order of
// decision (eligibility, hard constraints, stock, objective, split), so that every decision is explained and replayed.
import type { SourcingDocument } from './sourcing-document.policy.js';
import { bestPlan, type FreeStock, type Plan, type Wanted } from './sourcing-plan.policy.js';

export interface SourcingLine {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  /** What the customer pays for the units, in minor units. */
  readonly value: number;
  readonly method: string;
  /** Location the customer or channel chose. */
  readonly locationId?: string;
  readonly kit?: string;
  /** Locations that must not be asked (again), with the reason. */
  readonly excluded?: Readonly<Record<string, string>>;
}

export interface SourcingLocation {
  readonly id: string;
  readonly kind: string;
  readonly region: string;
  readonly shipsFromStore: boolean;
}

/** All that a decision is made of; kept with it. */
export interface SourcingInputs {
  readonly order: {
    readonly region: string; readonly brand: string; readonly channel: string; readonly currency: string;
    readonly shipComplete: boolean;
    /** A person has allowed a split whatever it is worth. */
    readonly splitAnyway?: boolean;
  };
  readonly lines: readonly SourcingLine[];
  readonly locations: readonly SourcingLocation[];
  /** Units to promise (on hand less reserved, unavailable and safety stock), by SKU and location. */
  readonly stock: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Units that wait for supply longer than this order, by SKU: they come first. */
  readonly queued: Readonly<Record<string, number>>;
  /** Parcels given to a location today. */
  readonly load: Readonly<Record<string, number>>;
}

export interface SourcedUnits {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly locationId: string;
}

export interface UnfilledUnits {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly reason: string;
}

export interface Candidate {
  readonly locationId: string;
  readonly eligible: boolean;
  readonly score?: string;
  readonly scores?: Readonly<Record<string, number>>;
  readonly whyNot?: string;
}

export interface SourcingDecision {
  readonly allocations: readonly SourcedUnits[];
  readonly unfilled: readonly UnfilledUnits[];
  readonly candidates: readonly Candidate[];
  readonly reason: string;
}

interface Scored {
  readonly candidate: Candidate;
  readonly points: number;
}

/** Decides; the same document and inputs always give the same answer. */
export function decideSourcing(policy: SourcingDocument, inputs: SourcingInputs): SourcingDecision {
  const scored = inputs.locations.map((location) => score(policy, inputs, location));
  const points = new Map(scored.map(({ candidate, points: found }) => [candidate.locationId, found]));
  const wanted = inputs.lines.map((line) => want(policy, inputs, line));
  let free: FreeStock = freeStock(policy, inputs);
  const chosen = wanted.filter((line) => line.forced);
  const open = wanted.filter((line) => !line.forced);
  const rules = { ...policy.split, ...(inputs.order.shipComplete ? { allowed: false, whole: true } : {}) };
  const least = inputs.order.splitAnyway ? 0 : (policy.split.minimumParcelValue[inputs.order.currency] ?? 0);
  const bounds = { ...rules, least, allowed: rules.allowed || inputs.order.splitAnyway === true };
  // A place the customer chose is no split: such lines are served there, each by itself.
  const fixed = chosen.map((line) => {
    const found = bestPlan([line], points, free, { ...bounds, allowed: false }, 0);
    free = without(free, found);
    return found;
  });
  const plan = bestPlan(open, points, free, bounds, policy.weights.parcel);
  return explain([...fixed, plan], wanted, scored, inputs);
}

/** Promised units that are neither kept back by the policy nor owed to those who wait already. */
function freeStock(policy: SourcingDocument, inputs: SourcingInputs): Map<string, Map<string, number>> {
  const { brokeringSafety } = policy;
  const warehouses = new Set(inputs.locations.filter(({ kind }) => kind === 'warehouse').map(({ id }) => id));
  return new Map(Object.entries(inputs.stock).map(([sku, places]) => {
    let owed = inputs.queued[sku] ?? 0;
    const free = new Map(Object.entries(places).map(([locationId, available]): [string, number] => {
      const kept = brokeringSafety.byLocation[locationId] ?? brokeringSafety.default;
      const left = Math.max(0, available - kept);
      const first = warehouses.has(locationId) ? Math.min(owed, left) : 0;
      owed -= first;
      return [locationId, left - first];
    }));
    return [sku, free];
  }));
}

function without(free: FreeStock, { parts }: Plan): FreeStock {
  const left = new Map([...free].map(([sku, places]) => [sku, new Map(places)]));
  for (const { sku, locationId, quantity } of parts) {
    const places = left.get(sku)!;
    places.set(locationId, places.get(locationId)! - quantity);
  }
  return left;
}

/** A line with the locations that may serve it at all. */
function want(policy: SourcingDocument, inputs: SourcingInputs, line: SourcingLine): Wanted {
  const { lineId, sku, quantity, value, kit } = line;
  const forced = line.locationId !== undefined;
  const places = inputs.locations
    .filter((location) => refusal(policy, inputs, location) === undefined)
    .filter((location) => (forced ? location.id === line.locationId : reaches(policy, inputs, line, location)))
    .filter(({ id }) => line.excluded?.[id] === undefined)
    .map(({ id }) => id);
  return { lineId, sku, quantity, value, forced, places, ...(kit === undefined ? {} : { kit }) };
}

/** Whether a location of this kind serves a line of this method in this region. */
function reaches(
  policy: SourcingDocument, { order }: SourcingInputs, line: SourcingLine, location: SourcingLocation,
): boolean {
  const isStore = location.kind === 'store';
  if (line.method === 'shipFromStore') return isStore && location.shipsFromStore && location.region === order.region;
  if (line.method === 'pickup') return isStore && location.region === order.region;
  if (isStore) return policy.eligibility.shipFromStore && location.shipsFromStore && location.region === order.region;
  return policy.regions[order.region]?.includes(location.id) ?? false;
}

/** Why a location may serve nothing of this order. */
function refusal(policy: SourcingDocument, inputs: SourcingInputs, { id }: SourcingLocation): string | undefined {
  const { closed, capacityPerDay, channels, brands } = policy.eligibility;
  const { channel, brand } = inputs.order;
  if (closed.includes(id)) return 'closed';
  const capacity = capacityPerDay[id];
  if (capacity !== undefined && (inputs.load[id] ?? 0) >= capacity) return `capacity of ${capacity} parcels is used up`;
  if (channels[id] && !channels[id].includes(channel)) return `does not serve channel ${channel}`;
  if (brands[id] && !brands[id].includes(brand)) return `does not serve brand ${brand}`;
  return undefined;
}

function score(policy: SourcingDocument, inputs: SourcingInputs, location: SourcingLocation): Scored {
  const { id } = location;
  const { order, lines, load, stock } = inputs;
  const whyNot = refusal(policy, inputs, location)
    ?? excludedFrom(lines, id)
    ?? (lines.some((line) => line.locationId === id || reaches(policy, inputs, line, location)) ? undefined
      : `does not serve region ${order.region} for this method`)
    ?? (lines.some(({ sku }) => (stock[sku]?.[id] ?? 0) > 0) ? undefined : 'has none of it');
  const lane = policy.lanes[order.region]?.[id] ?? policy.defaultLane;
  const { weights } = policy;
  const capacity = policy.eligibility.capacityPerDay[id];
  const used = capacity ? (load[id] ?? 0) / capacity : 0;
  const scores = {
    distance: lane.km * weights.km, transit: lane.days * weights.day, cost: lane.cost * weights.cost,
    load: used * weights.load,
  };
  const points = scores.distance + scores.transit + scores.cost + scores.load;
  const candidate = whyNot === undefined ? { locationId: id, eligible: true, score: points.toFixed(2), scores }
    : { locationId: id, eligible: false, whyNot };
  return { candidate, points };
}

function excludedFrom(lines: readonly SourcingLine[], id: string): string | undefined {
  return lines.length > 0 && lines.every(({ excluded }) => excluded?.[id] !== undefined)
    ? `excluded: ${lines[0]!.excluded![id]}` : undefined;
}

function explain(
  plans: readonly Plan[], wanted: readonly Wanted[], scored: readonly Scored[], inputs: SourcingInputs,
): SourcingDecision {
  const allocations = plans.flatMap(({ parts }) => parts);
  const used = new Set(allocations.map(({ locationId }) => locationId));
  const rejected = new Map(plans.flatMap(({ whyNot }) => [...whyNot]));
  const candidates = scored.map(({ candidate }): Candidate =>
    !candidate.eligible || used.has(candidate.locationId) ? candidate
      : { ...candidate, whyNot: rejected.get(candidate.locationId) ?? 'another plan needs fewer points' });
  const unfilled = wanted.flatMap(({ lineId, sku, quantity, places }): UnfilledUnits[] => {
    const filled = allocations.reduce((sum, part) => sum + (part.lineId === lineId ? part.quantity : 0), 0);
    if (filled === quantity) return [];
    const reason = places.length === 0 ? 'no location may serve it'
      : inputs.order.shipComplete ? 'no single location has the whole order' : 'not enough stock to promise';
    return [{ lineId, sku, quantity: quantity - filled, reason }];
  });
  const places = [...used].sort();
  const short = unfilled.reduce((sum, { quantity }) => sum + quantity, 0);
  const served = places.length === 0 ? 'No location serves it' : places.length === 1 ? `All from ${places[0]}`
    : `${places.length} parcels: ${places.join(', ')}`;
  return { allocations, unfilled, candidates, reason: short === 0 ? served : `${served}; ${short} units short` };
}
