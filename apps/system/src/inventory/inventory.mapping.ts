// Between the canonical model and the records of this domain: reservations, positions, supply and movements out.
import type {
  CallContext, Location, Reservation, StockMovement, StockPosition, Supply,
} from '#contracts';
import { currentTraceparent } from '#telemetry';
import { available, unavailable, type Position } from './allocation.policy.js';
import type { LocationRecord, MovementRecord, ReservationState, SupplyRecord } from './inventory.entity.js';

/** Where a command came from, for the event it causes. */
export interface Origin {
  readonly time: string;
  readonly correlationId?: string;
  readonly traceparent?: string;
}

/** A reservation as decisions see it. */
export interface HeldReservation {
  readonly id: string;
  owner: string;
  readonly content: string;
  state: ReservationState;
  expiresAt: Date | null;
  readonly lines: HeldLine[];
}

export interface HeldLine {
  readonly lineId: string;
  readonly place: number;
  readonly sku: string;
  locationId: string;
  quantity: number;
  consumed: number;
  released: number;
  readonly bundleSku: string | null;
  readonly perBundle: number;
}

export type HeldSupply = Omit<SupplyRecord, 'id'> & { readonly id: string };

/** Facts of a location that a position is shown with. */
export interface PositionPlace {
  readonly incoming: number;
  readonly allowsPickup: boolean;
  readonly shipsFromStore: boolean;
}

/** Origin of a command that belongs to a call, or to none. */
export function originOf(call?: CallContext): Origin {
  return { time: new Date().toISOString(), correlationId: call?.subject, traceparent: currentTraceparent() };
}

export function toReservation(held: HeldReservation): Reservation {
  const lines = [...held.lines].sort((a, b) => a.place - b.place);
  return {
    id: held.id, owner: held.owner, state: held.state,
    ...(held.expiresAt === null ? {} : { expiresAt: held.expiresAt.toISOString() }),
    allocations: lines.map(({ lineId, sku, locationId, quantity, consumed, released, bundleSku }) => ({
      lineId, sku, locationId, quantity, consumed, released, ...(bundleSku === null ? {} : { bundleSku }),
    })),
  };
}

/** What is physically there: what is counted, less what is known to be missing. */
export function physical({ onHand, shortfall }: Position): number {
  return Math.max(0, onHand - shortfall);
}

export function toStockPosition(position: Position, place: PositionPlace, threshold = 0): StockPosition {
  const { sku, locationId, locationKind, reserved, damaged, quality, quarantine, shortfall, safetyStock } = position;
  return {
    sku, locationId, locationKind, onHand: physical(position), reserved, unavailable: unavailable(position), damaged,
    quality, quarantine, safetyStock, shortfall, incoming: place.incoming, available: available(position, threshold),
    allowsPickup: place.allowsPickup, ships: locationKind === 'warehouse' || place.shipsFromStore,
    ...(position.countedAt === null ? {} : { countedAt: position.countedAt.toISOString() }),
  };
}

export function toSupply(held: HeldSupply): Supply {
  const { kind, sku, locationId, fromLocationId, quantity, received, cancelled } = held;
  const open = openOf(held);
  return {
    supplyId: held.id, kind, sku, locationId, ...(fromLocationId === null ? {} : { fromLocationId }),
    expectedAt: held.expectedAt.toISOString(), quantity, received, open,
    state: cancelled ? 'cancelled' : open === 0 ? 'received' : 'expected',
  };
}

/** Units still to come. */
export function openOf({ cancelled, quantity, received }: HeldSupply): number {
  return cancelled ? 0 : Math.max(0, quantity - received);
}

export function toStockMovement(movement: MovementRecord): StockMovement {
  const { sku, locationId, quantity, from, to, fact, reason } = movement;
  return {
    id: `mov_${movement.id.replaceAll('-', '')}`, at: movement.at.toISOString(),
    occurredAt: movement.occurredAt.toISOString(), sku, locationId, quantity: Number(quantity), from, to, fact, reason,
  };
}

export function toLocation(record: LocationRecord): Location {
  const { id, name, kind, region, gln, country, shipsFromStore, allowsPickup, dailyCapacity } = record;
  return {
    id, name, kind, region, gln, country, shipsFromStore, allowsPickup,
    ...(dailyCapacity === null ? {} : { dailyCapacity }),
  };
}
