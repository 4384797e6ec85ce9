// Where every unit of an order is, as its run knows it: a pure book that is the same on every replay. Facts of one
// fulfilment order say how far it is at least; the book says how far each line is.
import type { FactSignal } from './order-facts.writer.js';
import type { FulfilOrderInput } from './fulfil-order.contract.js';

export type RunLine = FulfilOrderInput['lines'][number];

/** Units of one line. */
export interface Units {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
}

/** Units of a line at a location, with the line of the reservation that holds them. */
export interface HeldUnits extends Units {
  readonly locationId: string;
  readonly reservationId: string;
  readonly partId: string;
}

interface Progress {
  readonly held: HeldUnits;
  picked: number;
  packed: number;
  shipped: number;
  delivered: number;
  /** Units this location will not send. */
  missing: number;
}

/** Work of one location. */
export interface Work {
  readonly id: string;
  readonly locationId: string;
  readonly lines: readonly Progress[];
}

const STAGES = ['picked', 'packed', 'shipped', 'delivered'] as const;
type Stage = (typeof STAGES)[number];

const STAGE_OF: Readonly<Record<string, Stage>> = {
  'shipment.picked.v1': 'picked', 'shipment.packed.v1': 'packed', 'shipment.dispatched.v1': 'shipped',
  'shipment.delivered.v1': 'delivered', 'shipment.short-picked.v1': 'picked', 'shipment.rejected.v1': 'picked',
  // Who collects takes the units with him: they have left and arrived in one.
  'pickup.ready.v1': 'packed', 'pickup.collected.v1': 'delivered',
};

/**
 * A later stage contains the earlier ones, also when their facts come late. Only that a parcel arrived does not say
 * that it left: stock and money follow the dispatch, which is still to come when the arrival overtook it.
 */
function reachedBy(fact: FactSignal, stage: Stage): readonly Stage[] {
  return fact.type === 'shipment.delivered.v1' ? ['delivered'] : STAGES.slice(0, STAGES.indexOf(stage) + 1);
}

export class OrderUnits {
  readonly lines: RunLine[];
  private readonly works = new Map<string, Work>();
  private readonly cancelled = new Map<string, number>();
  private readonly excluded = new Map<string, Record<string, string>>();
  private readonly attempts = new Map<string, number>();

  constructor(lines: readonly RunLine[]) {
    this.lines = [...lines];
  }

  line(lineId: string): RunLine {
    const found = this.lines.find((line) => line.lineId === lineId);
    if (!found) throw new Error(`The order has no line ${lineId}`);
    return found;
  }

  /** Adds a line that takes the place of another. */
  add(line: RunLine): void {
    this.lines.push(line);
  }

  release(id: string, locationId: string, held: readonly HeldUnits[]): void {
    const lines = held.map((units) => ({ held: units, picked: 0, packed: 0, shipped: 0, delivered: 0, missing: 0 }));
    this.works.set(id, { id, locationId, lines });
  }

  work(id: string): Work | undefined {
    return this.works.get(id);
  }

  /** Takes in how far a location is; answers the units that left or arrived with this fact. */
  progress(fact: FactSignal): Units[] {
    const stage = STAGE_OF[fact.type];
    const work = this.works.get(fact.fulfilmentOrderId);
    if (!stage || !work) return [];
    const moved: Units[] = [];
    for (const { lineId, sku, quantity } of fact.lines) {
      const line = work.lines.find(({ held }) => held.lineId === lineId);
      if (!line) continue;
      const units = Math.min(quantity, line.held.quantity - line.missing);
      if (units > line[stage]) moved.push({ lineId, sku, quantity: units - line[stage] });
      for (const reached of reachedBy(fact, stage)) line[reached] = Math.max(line[reached], units);
    }
    return moved;
  }

  /** Notes what a location will not send; answers it with the reservation that held it. */
  lose(fact: FactSignal, reason: string): HeldUnits[] {
    // What was picked and not collected goes back to the shelf; what a pick found will be sent.
    const kept = (line: Progress): number => (fact.type === 'pickup.expired.v1' ? line.shipped : line.picked);
    const work = this.works.get(fact.fulfilmentOrderId);
    const lost: HeldUnits[] = [];
    for (const line of work?.lines ?? []) {
      const found = fact.lines.find(({ lineId }) => lineId === line.held.lineId)?.quantity ?? 0;
      const units = line.held.quantity - line.missing - Math.max(found, kept(line));
      if (units <= 0) continue;
      line.missing += units;
      lost.push({ ...line.held, quantity: units });
      this.exclude(line.held.lineId, work!.locationId, reason);
    }
    return lost;
  }

  exclude(lineId: string, locationId: string, reason: string): void {
    this.excluded.set(lineId, { ...this.excluded.get(lineId), [locationId]: reason });
    this.attempts.set(lineId, (this.attempts.get(lineId) ?? 0) + 1);
  }

  excludedOf(lineId: string): Record<string, string> {
    return this.excluded.get(lineId) ?? {};
  }

  attemptsOf(lineId: string): number {
    return this.attempts.get(lineId) ?? 0;
  }

  cancel({ lineId, quantity }: Units): void {
    this.cancelled.set(lineId, (this.cancelled.get(lineId) ?? 0) + quantity);
  }

  /** How far the lines of a fact are over all locations. */
  totals(fact: FactSignal): Units[] {
    const stage = STAGE_OF[fact.type];
    return fact.lines.map(({ lineId, sku }) => ({ lineId, sku, quantity: stage ? this.sum(lineId, stage) : 0 }));
  }

  /** Whether everything that is not cancelled has come so far. */
  all(stage: Stage): boolean {
    return this.lines.every(({ lineId, quantity }) =>
      this.sum(lineId, stage) + (this.cancelled.get(lineId) ?? 0) >= quantity);
  }

  get anyCancelled(): boolean {
    return this.cancelled.size > 0;
  }

  get allCancelled(): boolean {
    return this.lines.every(({ lineId, quantity }) => (this.cancelled.get(lineId) ?? 0) >= quantity);
  }

  private sum(lineId: string, stage: Stage): number {
    let units = 0;
    for (const { lines } of this.works.values()) {
      for (const line of lines) if (line.held.lineId === lineId) units += line[stage];
    }
    return units;
  }
}
