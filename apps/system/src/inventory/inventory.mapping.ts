// Between the canonical model and the records of this domain: commands in, reservations, positions and movements out.
import { hash } from 'node:crypto';
import type {
  AdjustStock, CallContext, ConsumeReservation, Location, Reservation, ReserveStock, StockMovement, StockPosition,
} from '#contracts';
import { currentTraceparent } from '#telemetry';
import { available, type Position, type WantedLine } from './allocation.policy.js';
import type { Bucket, LocationRecord, MovementRecord, ReservationState } from './inventory.entity.js';

/** Where a command came from, for the event it causes. */
export interface Origin {
  readonly time: string;
  readonly correlationId?: string;
  readonly traceparent?: string;
}

/** What an adjustment moves: units leave the first bucket and enter the second. */
export const ADJUSTMENTS: Readonly<Record<string, readonly [Bucket, Bucket]>> = {
  receipt: ['supplier', 'onHand'],
  damage: ['onHand', 'unavailable'],
  repair: ['unavailable', 'onHand'],
  writeOff: ['unavailable', 'writtenOff'],
  countUp: ['count', 'onHand'],
  countDown: ['onHand', 'count'],
};

export interface Reserve {
  readonly kind: 'reserve';
  readonly reservationId: string;
  readonly owner: string;
  readonly holdSeconds: number;
  readonly lines: readonly WantedLine[];
  readonly content: string;
}

export interface Consume {
  readonly kind: 'consume';
  readonly reservationId: string;
  readonly fact: string;
  readonly lines: ConsumeReservation['lines'];
  readonly content: string;
}

export interface Adjust {
  readonly kind: 'adjust';
  readonly fact: string;
  readonly sku: string;
  readonly locationId: string;
  readonly reason: string;
  readonly quantity: number;
  readonly content: string;
}

export interface Extend { readonly kind: 'extend'; readonly reservationId: string; readonly holdSeconds: number }
export interface Release { readonly kind: 'release'; readonly reservationId: string; readonly reason: string }
export interface Transition { readonly kind: 'confirm' | 'expire'; readonly reservationId: string }

/** A wish to change stock. */
export type StockCommand = (Reserve | Consume | Adjust | Extend | Release | Transition) & { readonly origin: Origin };

/** A reservation as decisions see it. */
export interface HeldReservation {
  readonly id: string;
  readonly owner: string;
  readonly content: string;
  state: ReservationState;
  expiresAt: Date | null;
  readonly lines: HeldLine[];
}

export interface HeldLine {
  readonly lineId: string;
  readonly place: number;
  readonly sku: string;
  readonly locationId: string;
  readonly quantity: number;
  consumed: number;
  released: number;
}

const contentOf = (value: unknown): string => hash('sha256', JSON.stringify(value), 'base64url');

/** Origin of a command that belongs to a call, or to none. */
export function originOf(call?: CallContext): Origin {
  return { time: new Date().toISOString(), correlationId: call?.subject, traceparent: currentTraceparent() };
}

export function toReserve(body: ReserveStock, call: CallContext): StockCommand {
  const lines = body.lines.map(({ lineId, sku, quantity, candidates }) => ({ lineId, sku, quantity, candidates }));
  const { reservationId, owner, holdSeconds } = body;
  const content = contentOf([owner, holdSeconds, lines]);
  return { kind: 'reserve', reservationId, owner, holdSeconds, lines, content, origin: originOf(call) };
}

export function toConsume(reservationId: string, body: ConsumeReservation, call: CallContext): StockCommand {
  const content = contentOf(body.lines.map((line) => [line.lineId, line.sku, line.quantity, line.locationId]));
  return { kind: 'consume', reservationId, fact: body.fact, lines: body.lines, content, origin: originOf(call) };
}

export function toAdjust(body: AdjustStock, call: CallContext): StockCommand {
  const { fact, sku, locationId, reason, quantity } = body;
  const content = contentOf([reason, quantity]);
  return { kind: 'adjust', fact, sku, locationId, reason, quantity, content, origin: originOf(call) };
}

export function toReservation(held: HeldReservation): Reservation {
  const lines = [...held.lines].sort((a, b) => a.place - b.place);
  return {
    id: held.id, owner: held.owner, state: held.state,
    ...(held.expiresAt === null ? {} : { expiresAt: held.expiresAt.toISOString() }),
    allocations: lines.map(({ lineId, sku, locationId, quantity }) => ({ lineId, sku, locationId, quantity })),
  };
}

export function toStockPosition(position: Position): StockPosition {
  const { sku, locationId, locationKind, onHand, reserved, unavailable, safetyStock } = position;
  return { sku, locationId, locationKind, onHand, reserved, unavailable, safetyStock, available: available(position) };
}

export function toStockMovement(movement: MovementRecord): StockMovement {
  const { sku, locationId, quantity, from, to, fact, reason } = movement;
  return {
    id: `mov_${movement.id.replaceAll('-', '')}`, at: movement.at.toISOString(), sku, locationId,
    quantity: Number(quantity), from, to, fact, reason,
  };
}

export function toLocation(record: LocationRecord): Location {
  const { id, name, kind, region, gln, country, shipsFromStore } = record;
  return { id, name, kind, region, gln, country, shipsFromStore };
}
