// Which location serves which line of a reservation: a pure decision on the positions as they stand, so that the same
// figures always give the same answer and the law "never promise more than there is" can be read in one place.

/** Stock of one SKU at one location, in units; `onHand` includes what is reserved or unavailable. */
export interface Position {
  readonly sku: string;
  readonly locationId: string;
  readonly locationKind: string;
  onHand: number;
  reserved: number;
  unavailable: number;
  safetyStock: number;
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
  readonly position: Position;
}

/** A line that cannot be served: `available` is the most that one of its candidates still has for it. */
export interface Shortage {
  readonly lineId: string;
  readonly sku: string;
  readonly requested: number;
  readonly available: number;
}

/** Units at a location that no one has a claim on, safety stock included. */
export function free(position: Position): number {
  return position.onHand - position.reserved - position.unavailable;
}

/** Available to promise: what is free above the safety stock, never below 0. */
export function available(position: Position): number {
  return Math.max(0, free(position) - position.safetyStock);
}

/**
 * Gives each line, in the order asked, the first candidate that has its whole quantity after what the lines before it
 * took: so lines that share a SKU are summed. All lines are served or none; changes no position.
 */
export function allocate(
  lines: readonly WantedLine[], find: (sku: string, locationId: string) => Position | undefined,
): { readonly allocations: readonly Allocated[] } | { readonly shortages: readonly Shortage[] } {
  const taken = new Map<Position, number>();
  const allocations: Allocated[] = [];
  const shortages: Shortage[] = [];
  for (const line of lines) {
    let most = 0;
    let chosen: Position | undefined;
    for (const locationId of line.candidates) {
      const position = find(line.sku, locationId);
      if (position === undefined) continue;
      const left = available(position) - (taken.get(position) ?? 0);
      most = Math.max(most, left);
      if (left < line.quantity) continue;
      chosen = position;
      break;
    }
    if (chosen === undefined) {
      shortages.push({ lineId: line.lineId, sku: line.sku, requested: line.quantity, available: most });
    } else {
      taken.set(chosen, (taken.get(chosen) ?? 0) + line.quantity);
      allocations.push({ line, position: chosen });
    }
  }
  return shortages.length > 0 ? { shortages } : { allocations };
}
