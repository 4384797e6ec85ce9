// The units ledger in memory: every change of a position is a double entry with the fact behind it and the time it
// happened. Facts may come late and in any order, so two rules live here: a count says what was there at its time, and
// units that are taken but not there are owed as a shortfall until goods or a count settle it.
import type { NewEvent } from '#events';
import { free, unavailable, type Position } from './allocation.policy.js';
import type { Bucket } from './inventory.entity.js';
import type { Origin, PositionPlace } from './inventory.mapping.js';

/** What a movement books: a fact, why, and when it happened. */
export interface Cause {
  readonly fact: string;
  readonly reason: string;
  readonly at: Date;
  /** Of the command, for what it causes to be told. */
  readonly origin: Origin;
}

export interface Movement extends Cause {
  readonly position: Position;
  readonly quantity: number;
  readonly from: Bucket;
  readonly to: Bucket;
}

/** Units that moved into a position after a moment, by the ledger as stored. */
export interface LaterGoods {
  readonly sku: string;
  readonly locationId: string;
  readonly at: Date;
  readonly units: number;
}

/** A position and what its location adds to how it is shown. */
export type PlacedPosition = Position & PositionPlace;

export type CountOutcome = 'applied' | 'superseded';

export const STOCK_SOURCE = '/system/inventory';
/** Buckets that lie in a position; the others lie outside. */
const INSIDE: ReadonlySet<Bucket> = new Set<Bucket>(['onHand', 'reserved', 'damaged', 'quality', 'quarantine']);
/** Buckets whose units stand for goods on the shelf: a shortfall stands for units that are counted but not there. */
export const GOODS: ReadonlySet<Bucket> = new Set<Bucket>([...INSIDE, 'shortfall']);
const SEPARATOR = '\u0000';
export const key = (first: string, second: string): string => first + SEPARATOR + second;
const laterKey = (sku: string, locationId: string, at: Date): string => [sku, locationId, +at].join(SEPARATOR);

/** Whether the last count of a position has what happened then already. */
export function contained({ countedAt }: Position, at: Date): boolean {
  return countedAt !== null && at <= countedAt;
}

export class StockLedger {
  readonly movements: Movement[] = [];
  readonly counted = new Set<Position>();
  private readonly positions: Map<string, PlacedPosition>;
  private readonly later: Map<string, number>;

  constructor(positions: readonly PlacedPosition[], later: readonly LaterGoods[], private readonly events: NewEvent[]) {
    this.positions = new Map(positions.map((position) => [key(position.sku, position.locationId), position]));
    this.later = new Map(later.map(({ sku, locationId, at, units }) => [laterKey(sku, locationId, at), units]));
  }

  find(sku: string, locationId: string): PlacedPosition | undefined {
    return this.positions.get(key(sku, locationId));
  }

  /** @throws Error when the writer did not lock it */
  at({ sku, locationId }: { sku: string; locationId: string }): PlacedPosition {
    const position = this.find(sku, locationId);
    if (position === undefined) throw new Error(`Position of ${sku} at ${locationId} was not locked`);
    return position;
  }

  /** Positions that have changed. */
  get moved(): Position[] {
    return [...new Set(this.movements.map(({ position }) => position))];
  }

  /** Moves units that are where they are said to be; what becomes free first settles what is owed. */
  move(position: Position, quantity: number, from: Bucket, to: Bucket, cause: Cause): void {
    this.enter(position, quantity, from, to, cause);
    this.settle(position, cause);
  }

  /**
   * Books what happened at `cause.at`. What the last count has already changes nothing on hand: it explains what the
   * count found. What takes more than is free leaves a shortfall.
   */
  happened(position: Position, quantity: number, from: Bucket, to: Bucket, cause: Cause): 'applied' | 'contained' {
    const crosses = GOODS.has(from) !== GOODS.has(to);
    const old = crosses && contained(position, cause.at);
    const legs: [Bucket, Bucket][] = !old ? [[from, to]]
      : GOODS.has(from) ? [['count', to], [from, 'onHand']] : [[from, 'count'], ['onHand', to]];
    for (const [source, target] of legs) {
      if (source === target) continue;
      if (source === 'onHand') this.borrow(position, quantity, cause);
      this.enter(position, quantity, source, target, cause);
    }
    this.settle(position, cause);
    return old ? 'contained' : 'applied';
  }

  /** Books a count: what was there at its time, so that what happened afterwards stays applied. */
  count(position: Position, units: number, cause: Cause): CountOutcome {
    const { countedAt, countedFact } = position;
    const newer = countedAt === null || cause.at > countedAt
      || (+cause.at === +countedAt && cause.fact > (countedFact ?? ''));
    if (!newer) return 'superseded';
    const there = position.onHand - position.shortfall - this.since(position, cause.at);
    if (units > there) this.enter(position, units - there, 'count', 'onHand', cause);
    if (units < there) {
      this.borrow(position, there - units, cause);
      this.enter(position, there - units, 'onHand', 'count', cause);
    }
    this.settle(position, cause);
    position.countedAt = cause.at;
    position.countedFact = cause.fact;
    this.counted.add(position);
    return 'applied';
  }

  /** Goods that came in, less those that went out, after a moment: as stored, and in this batch. */
  private since(position: Position, at: Date): number {
    const stored = this.later.get(laterKey(position.sku, position.locationId, at));
    if (stored === undefined) throw new Error(`Movements of ${position.sku} at ${position.locationId} were not read`);
    const change = ({ quantity, from, to }: Movement): number =>
      quantity * (Number(GOODS.has(to)) - Number(GOODS.has(from)));
    return this.movements.filter((movement) => movement.position === position && movement.at > at)
      .reduce((sum, movement) => sum + change(movement), stored);
  }

  /** Makes units free that are not there, and says so: somebody was promised what is gone. */
  private borrow(position: Position, needed: number, cause: Cause): void {
    const units = needed - free(position);
    if (units <= 0) return;
    this.enter(position, units, 'shortfall', 'onHand', cause);
    const { sku, locationId, shortfall, reserved } = position;
    const { fact, reason, origin } = cause;
    const data = { sku, locationId, units, shortfall, reserved, reason, fact };
    this.events.push({
      type: 'inventory.oversold.v1', source: STOCK_SOURCE, subject: sku, partitionKey: sku, data, ...origin,
    });
  }

  private settle(position: Position, cause: Cause): void {
    const units = Math.min(free(position), position.shortfall);
    if (units > 0) this.enter(position, units, 'onHand', 'shortfall', cause);
  }

  /** The only place that changes the figures of a position. */
  private enter(position: Position, quantity: number, from: Bucket, to: Bucket, cause: Cause): void {
    const change = (bucket: Bucket): number => quantity * (Number(to === bucket) - Number(from === bucket));
    position.onHand += quantity * (Number(INSIDE.has(to)) - Number(INSIDE.has(from)));
    position.reserved += change('reserved');
    position.damaged += change('damaged');
    position.quality += change('quality');
    position.quarantine += change('quarantine');
    position.shortfall -= change('shortfall');
    this.movements.push({ position, quantity, from, to, ...cause });
    if (Math.min(position.onHand, position.reserved, unavailable(position)) < 0) {
      throw new RangeError(`${position.sku} at ${position.locationId}: ${from} has no ${quantity} units`);
    }
  }
}
