/*
 * What the warehouse has of each item, in sellable units: an opening balance that is a function of item and location,
 * less what left, plus what came back in saleable condition.
 */
import { createHash } from 'node:crypto';
import type { Collection } from '../store.js';
import type { VendorWorld } from '../vendor.js';

const ITEMS = 1_000;
/** The item of which there is always plenty, the one that only a store has, and the one that nobody has. */
const PLENTY = 1;
const PLENTY_UNITS = 1_000_000;
const ELSEWHERE = new Set([998, 999]);
const LEAST = 500;
const SPREAD = 4_501;
const HASH_DIGITS = 7;
const HEX = 16;

export interface StockLine {
  readonly location: string;
  readonly sku: string;
  readonly onHand: number;
  readonly updatedAt?: string;
}

export class Stock {
  /** Only what has moved since the opening. */
  private readonly moved: Collection<StockLine>;

  constructor(private readonly world: VendorWorld) {
    this.moved = world.store.collection('stock');
  }

  /** Every item of a location, by number. */
  list(location: string): StockLine[] {
    return Array.from({ length: ITEMS }, (_, index) => this.read(location, skuOf(index + 1)));
  }

  read(location: string, sku: string): StockLine {
    return this.moved.get(keyOf(location, sku)) ?? { location, sku, onHand: opening(location, sku) };
  }

  /** Units come (positive) or leave; what is not there cannot leave. */
  move(location: string, sku: string, units: number): void {
    if (units !== 0) this.set(location, sku, Math.max(0, this.read(location, sku).onHand + units));
  }

  set(location: string, sku: string, onHand: number): StockLine {
    const line = { location, sku, onHand, updatedAt: this.world.now().toISOString() };
    return this.moved.put(keyOf(location, sku), line);
  }
}

const skuOf = (number: number): string => `SKU-${String(number).padStart(4, '0')}`;
const keyOf = (location: string, sku: string): string => `${location} ${sku}`;

function opening(location: string, sku: string): number {
  const number = Number(sku.slice(-4));
  if (!location.startsWith('WH-') || ELSEWHERE.has(number)) return 0;
  if (number === PLENTY) return PLENTY_UNITS;
  const drawn = createHash('md5').update(sku + location).digest('hex').slice(0, HASH_DIGITS);
  return LEAST + (Number.parseInt(drawn, HEX) % SPREAD);
}
