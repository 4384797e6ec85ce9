// The best way to fill lines from few locations: every small set of locations is tried, the fullest wins, then the one
// with the fewest points. Bounded, so that a decision costs little however many locations there are.

/** Units wanted, with the locations that may serve them. */
export interface Wanted {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly value: number;
  readonly forced: boolean;
  readonly places: readonly string[];
  readonly kit?: string;
}

export interface Part {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly locationId: string;
}

export interface Plan {
  readonly parts: readonly Part[];
  /** Why a location that was looked at is not in the plan. */
  readonly whyNot: ReadonlyMap<string, string>;
}

export interface SplitRules {
  readonly allowed: boolean;
  readonly divideLines: boolean;
  readonly maxParcels: number;
  /** Least value of a parcel when there are several, in minor units. */
  readonly least: number;
  /** All lines or none. */
  readonly whole?: boolean;
}

/** SKU -> location -> units. */
export type FreeStock = ReadonlyMap<string, ReadonlyMap<string, number>>;

interface Tried {
  readonly places: readonly string[];
  readonly parts: readonly Part[];
  readonly filled: number;
  readonly points: number;
}

/** Locations that sets are made of: the best ones by points; the others are too far to matter. */
const LOCATIONS_MAX = 8;

/** The plan that fills most, with the fewest points. */
export function bestPlan(
  lines: readonly Wanted[], points: ReadonlyMap<string, number>, free: FreeStock, rules: SplitRules, parcel: number,
): Plan {
  const worth = new Map(lines.map(({ lineId, value, quantity }) => [lineId, value / quantity]));
  const pointsOf = (place: string): number => points.get(place) ?? 0;
  const near = [...new Set(lines.flatMap(({ places }) => places))]
    .filter((place) => lines.some(({ sku }) => (free.get(sku)?.get(place) ?? 0) > 0))
    .sort((a, b) => pointsOf(a) - pointsOf(b) || (a < b ? -1 : 1)).slice(0, LOCATIONS_MAX);
  const whyNot = new Map<string, string>();
  let best: Tried | undefined;
  for (const places of subsets(near, rules.allowed ? rules.maxParcels : 1)) {
    const parts = fill(lines, places, free, rules);
    const reason = refuse(parts, places, lines, worth, rules);
    if (reason !== undefined) {
      for (const place of places) if (!whyNot.has(place)) whyNot.set(place, reason);
      continue;
    }
    const cost = places.reduce((sum, place) => sum + pointsOf(place), 0) + parcel * (places.length - 1);
    const tried = { places, parts, filled: unitsOf(parts), points: cost };
    if (best === undefined || isBetter(tried, best)) best = tried;
  }
  return { parts: best?.parts ?? [], whyNot };
}

function isBetter(a: Tried, b: Tried): boolean {
  return a.filled > b.filled || (a.filled === b.filled && a.points < b.points);
}

function unitsOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** Why these parts are no plan. */
function refuse(
  parts: readonly Part[], places: readonly string[], lines: readonly Wanted[], worth: ReadonlyMap<string, number>,
  rules: SplitRules,
): string | undefined {
  if (parts.length === 0) return 'has not enough of it';
  if (rules.whole && unitsOf(parts) < lines.reduce((sum, { quantity }) => sum + quantity, 0)) {
    return 'has not the whole order';
  }
  if (places.length === 1) return undefined;
  for (const place of places) {
    const here = parts.filter(({ locationId }) => locationId === place);
    if (here.length === 0) return 'adds nothing to the nearer ones';
    const value = here.reduce((sum, { lineId, quantity }) => sum + worth.get(lineId)! * quantity, 0);
    if (value < rules.least) return `a parcel from here would be worth less than ${rules.least}`;
  }
  return undefined;
}

/** Gives each line, or kit of lines, the first of the places that has it whole; then divides what may be divided. */
function fill(lines: readonly Wanted[], places: readonly string[], free: FreeStock, rules: SplitRules): Part[] {
  const taken = new Map<string, number>();
  const left = (sku: string, place: string): number =>
    (free.get(sku)?.get(place) ?? 0) - (taken.get(`${sku} ${place}`) ?? 0);
  const take = ({ lineId, sku }: Wanted, quantity: number, locationId: string): Part => {
    taken.set(`${sku} ${locationId}`, (taken.get(`${sku} ${locationId}`) ?? 0) + quantity);
    return { lineId, sku, quantity, locationId };
  };
  const parts: Part[] = [];
  const open: Wanted[] = [];
  for (const group of kits(lines)) {
    const place = places.find((candidate) => holds(group, candidate, left));
    if (place !== undefined) for (const line of group) parts.push(take(line, line.quantity, place));
    else if (group.length === 1) open.push(group[0]!);
  }
  // Part of a line is filled when there is only one place (the rest is short), or when lines may be divided.
  for (const line of places.length === 1 || rules.divideLines ? open : []) {
    let missing = line.quantity;
    for (const place of places.filter((candidate) => line.places.includes(candidate))) {
      const units = Math.min(missing, left(line.sku, place));
      if (units <= 0) continue;
      parts.push(take(line, units, place));
      missing -= units;
    }
  }
  return parts;
}

/** Whether a place has every line of the group, lines that share a SKU summed. */
function holds(
  group: readonly Wanted[], place: string, left: (sku: string, place: string) => number,
): boolean {
  if (!group.every(({ places }) => places.includes(place))) return false;
  const needed = new Map<string, number>();
  for (const { sku, quantity } of group) needed.set(sku, (needed.get(sku) ?? 0) + quantity);
  return [...needed].every(([sku, quantity]) => left(sku, place) >= quantity);
}

/** Lines of one kit as one group, each other line by itself. */
function kits(lines: readonly Wanted[]): Wanted[][] {
  return [...Map.groupBy(lines, ({ kit, lineId }) => (kit === undefined ? `line ${lineId}` : `kit ${kit}`)).values()];
}

/** Every set of 1 to `max` of the places, smaller sets first. */
function* subsets(places: readonly string[], max: number): Generator<readonly string[]> {
  for (let size = 1; size <= Math.min(max, places.length); size += 1) yield* choose(places, size);
}

function* choose(places: readonly string[], size: number): Generator<readonly string[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let index = 0; index <= places.length - size; index += 1) {
    for (const rest of choose(places.slice(index + 1), size - 1)) yield [places[index]!, ...rest];
  }
}
