// Which location serves which line of a reservation: a pure decision on the positions as they stand, so that the same
// figures always give the same answer and the law "never promise more than there is" can be read in one place.

/** Stock of one SKU at one location, in units. */
export interface Position {
  readonly sku: string;
  readonly locationId: string;
  readonly locationKind: string;
  /** Free, reserved and unavailable units together, of which `shortfall` are not really there. */
  onHand: number;
  reserved: number;
  damaged: number;
  quality: number;
  quarantine: number;
  shortfall: number;
  safetyStock: number;
  /** Effective time and fact of the last count that stands. */
  countedAt: Date | null;
  countedFact: string | null;
}

/** One SKU that a line takes: the line's own, or a component of the bundle it orders. */
export interface Part {
  readonly sku: string;
  readonly units: number;
}

/** A line that wants stock, with the locations that may serve it in order of preference. */
export interface WantedLine {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly candidates: readonly string[];
}

export interface Allocated {
  readonly line: WantedLine;
  readonly part: Part;
  readonly position: Position;
}

/** A line that cannot be served: `available` is the most that one of its candidates still has for it. */
export interface Shortage {
  readonly lineId: string;
  readonly sku: string;
  readonly requested: number;
  readonly available: number;
}

/** What decides beside the positions: what bundles consist of, and what a channel may not sell. */
export interface StockRules {
  /** Parts of one unit of a SKU: itself, or the components of the bundle. */
  readonly parts: (sku: string) => readonly Part[];
  readonly threshold: (channel: string | undefined, sku: string) => number;
}

/** Units that are there but not sellable. */
export function unavailable({ damaged, quality, quarantine }: Position): number {
  return damaged + quality + quarantine;
}

/** Units at a location that no one has a claim on, safety stock included. */
export function free(position: Position): number {
  return position.onHand - position.reserved - unavailable(position);
}

/** Available to promise: what is free above safety stock and the channel's threshold, never below 0. */
export function available(position: Position, threshold = 0): number {
  return Math.max(0, free(position) - position.safetyStock - threshold);
}

/**
 * Gives each line, in the order asked, the first candidate that has its whole quantity after what the lines before it
 * took: so lines that share a SKU or a component are summed, and a bundle comes from one location. All lines are served
 * or none; changes no position.
 */
export function allocate(
  lines: readonly WantedLine[], find: (sku: string, locationId: string) => Position | undefined, rules: StockRules,
  channel?: string,
): { readonly allocations: readonly Allocated[] } | { readonly shortages: readonly Shortage[] } {
  const taken = new Map<Position, number>();
  const left = (position: Position): number =>
    available(position, rules.threshold(channel, position.sku)) - (taken.get(position) ?? 0);
  const allocations: Allocated[] = [];
  const shortages: Shortage[] = [];
  for (const line of lines) {
    const parts = rules.parts(line.sku);
    let most = 0;
    let chosen: readonly Allocated[] | undefined;
    for (const locationId of line.candidates) {
      const offered = parts.map((part) => ({ line, part, position: find(part.sku, locationId) }))
        .filter((each): each is Allocated => each.position !== undefined);
      if (offered.length < parts.length) continue;
      const units = Math.min(...offered.map(({ part, position }) => Math.floor(left(position) / part.units)));
      most = Math.max(most, units);
      if (units < line.quantity) continue;
      chosen = offered;
      break;
    }
    if (chosen === undefined) {
      shortages.push({ lineId: line.lineId, sku: line.sku, requested: line.quantity, available: most });
      continue;
    }
    for (const { part, position } of chosen) {
      taken.set(position, (taken.get(position) ?? 0) + line.quantity * part.units);
    }
    allocations.push(...chosen);
  }
  return shortages.length > 0 ? { shortages } : { allocations };
}
