// The rules of stock: one book holds the positions and reservations that a batch has locked, decides command after
// command on them, and notes what must be written. It knows no SQL, so the rules can be read and tested alone.
import { problems, type EventData, type EventType, type ProblemDetails, type ProblemType, type Reservation,
  type StockPosition } from '#contracts';
import { Rejected } from '#database';
import type { NewEvent } from '#events';
import { allocate, free, type Position } from './allocation.policy.js';
import type { Bucket } from './inventory.entity.js';
import { ADJUSTMENTS, toReservation, toStockPosition, type Adjust, type Consume, type Extend, type HeldLine,
  type HeldReservation, type Origin, type Release, type Reserve, type StockCommand } from './inventory.mapping.js';

export interface Fact {
  readonly scope: string;
  readonly fact: string;
  readonly content: string;
}

export interface Movement {
  readonly position: Position;
  readonly quantity: number;
  readonly from: Bucket;
  readonly to: Bucket;
  readonly fact: string;
  readonly reason: string;
}

/** The rows a batch has read and locked, and the database's time. */
export interface StockRows {
  readonly now: Date;
  readonly positions: readonly Position[];
  readonly reservations: readonly HeldReservation[];
  readonly facts: readonly Fact[];
}

export type StockOutcome = Reservation | StockPosition;

interface Place { readonly sku: string; readonly locationId: string }

const SOURCE = '/system/inventory';
/** Buckets that lie in a position; the others lie outside the house. */
const INSIDE: ReadonlySet<Bucket> = new Set<Bucket>(['onHand', 'reserved', 'unavailable']);
const MS_PER_SECOND = 1_000;
const key = (first: string, second: string): string => `${first}\u0000${second}`;
const remaining = (line: HeldLine): number => line.quantity - line.consumed - line.released;

/** Scope in which an adjustment's fact counts once. */
export const positionScope = (sku: string, locationId: string): string => `${sku}@${locationId}`;

const refuse = (type: ProblemType, details: ProblemDetails): Rejected => new Rejected(type.slug, details);
const conflict = (detail: string): Rejected => refuse(problems.stateConflict, { detail });

export class StockBook {
  readonly movements: Movement[] = [];
  readonly events: NewEvent[] = [];
  readonly opened: HeldReservation[] = [];
  readonly newFacts: Fact[] = [];
  private readonly touched = new Set<HeldReservation>();
  private readonly now: Date;
  private readonly positions: Map<string, Position>;
  private readonly reservations: Map<string, HeldReservation>;
  private readonly facts: Map<string, string>;

  constructor(rows: StockRows) {
    this.now = rows.now;
    this.positions = new Map(rows.positions.map((position) => [key(position.sku, position.locationId), position]));
    this.reservations = new Map(rows.reservations.map((reservation) => [reservation.id, reservation]));
    this.facts = new Map(rows.facts.map(({ scope, fact, content }) => [key(scope, fact), content]));
  }

  /** Reservations that existed before and have changed. */
  get changed(): HeldReservation[] {
    const opened = new Set(this.opened);
    return [...this.touched].filter((reservation) => !opened.has(reservation));
  }

  /** Positions that have changed. */
  get moved(): Position[] {
    return [...new Set(this.movements.map(({ position }) => position))];
  }

  /** Decides one command on the figures that the commands before it left; a refusal changes nothing. */
  decide(command: StockCommand): StockOutcome | Rejected {
    if (command.kind === 'reserve') return this.reserve(command, command.origin);
    if (command.kind === 'adjust') return this.adjust(command, command.origin);
    const reservation = this.reservations.get(command.reservationId);
    if (reservation === undefined) {
      return refuse(problems.notFound, { detail: `There is no reservation ${command.reservationId}` });
    }
    switch (command.kind) {
      case 'confirm': return this.confirm(reservation);
      case 'extend': return this.extend(reservation, command);
      case 'release': return this.release(reservation, command, command.origin);
      case 'consume': return this.consume(reservation, command, command.origin);
      case 'expire': return this.expire(reservation, command.origin);
    }
  }

  private reserve(command: Reserve, origin: Origin): Reservation | Rejected {
    const known = this.reservations.get(command.reservationId);
    if (known !== undefined) {
      if (known.content !== command.content) return conflict(`${known.id} was made with other content`);
      const ended = known.state === 'released' || known.state === 'expired';
      return ended ? conflict(`${known.id} is ${known.state}; reserve under a new id`) : toReservation(known);
    }
    const twice = command.lines.findIndex(({ lineId }, index) =>
      command.lines.findIndex((line) => line.lineId === lineId) < index);
    if (twice >= 0) {
      const errors = [{ pointer: `/lines/${twice}/lineId`, detail: 'is used by another line too' }];
      return refuse(problems.invalidRequest, { detail: 'Each line needs an id of its own', errors });
    }
    const decision = allocate(command.lines, (sku, locationId) => this.positions.get(key(sku, locationId)));
    if ('shortages' in decision) {
      const skus = decision.shortages.map(({ sku }) => sku).join(', ');
      return refuse(problems.outOfStock, { detail: `Not enough stock of ${skus}`, lines: decision.shortages });
    }
    const lines = decision.allocations.map(({ line, position }, place): HeldLine => ({
      lineId: line.lineId, place, sku: line.sku, locationId: position.locationId, quantity: line.quantity,
      consumed: 0, released: 0,
    }));
    const { reservationId: id, owner, content, holdSeconds } = command;
    const expiresAt = this.after(holdSeconds);
    const reservation: HeldReservation = { id, owner, content, state: 'held', expiresAt, lines };
    this.reservations.set(id, reservation);
    this.opened.push(reservation);
    for (const line of lines) this.move(line, line.quantity, 'onHand', 'reserved', { fact: id, reason: 'reserved' });
    const reserved = lines.map(({ lineId, sku, quantity, locationId }) => ({ lineId, sku, quantity, locationId }));
    this.announce('inventory.reserved.v1', reservation, { reservationId: id, owner, lines: reserved }, origin);
    return toReservation(reservation);
  }

  private confirm(reservation: HeldReservation): Reservation | Rejected {
    if (reservation.state === 'confirmed' || reservation.state === 'consumed') return toReservation(reservation);
    if (!this.live(reservation)) return this.overdue(reservation);
    reservation.state = 'confirmed';
    reservation.expiresAt = null;
    this.touched.add(reservation);
    return toReservation(reservation);
  }

  private extend(reservation: HeldReservation, { holdSeconds }: Extend): Reservation | Rejected {
    if (reservation.state === 'confirmed') return toReservation(reservation);
    if (!this.live(reservation)) return this.overdue(reservation);
    const until = this.after(holdSeconds);
    if (reservation.expiresAt === null || reservation.expiresAt < until) reservation.expiresAt = until;
    this.touched.add(reservation);
    return toReservation(reservation);
  }

  private release(reservation: HeldReservation, { reason }: Release, origin: Origin): Reservation | Rejected {
    const { id, owner, state } = reservation;
    if (state === 'released' || state === 'expired') return toReservation(reservation);
    if (state === 'consumed') return conflict(`${id} is consumed: the goods have left`);
    this.giveBack(reservation, 'released', reason);
    this.announce('inventory.released.v1', reservation, { reservationId: id, owner, reason }, origin);
    return toReservation(reservation);
  }

  private expire(reservation: HeldReservation, origin: Origin): Reservation {
    if (reservation.state !== 'held' || this.live(reservation)) return toReservation(reservation);
    const { id, owner } = reservation;
    this.giveBack(reservation, 'expired', 'expired');
    this.announce('inventory.reservation-expired.v1', reservation, { reservationId: id, owner }, origin);
    return toReservation(reservation);
  }

  private consume(reservation: HeldReservation, command: Consume, origin: Origin): Reservation | Rejected {
    const { id, owner } = reservation;
    const fact = { scope: id, fact: command.fact, content: command.content };
    const before = this.facts.get(key(fact.scope, fact.fact));
    if (before === fact.content) return toReservation(reservation);
    if (before !== undefined) return conflict(`${command.fact} has already consumed other units of ${id}`);
    if (!this.live(reservation)) return this.overdue(reservation);
    const left = new Map(reservation.lines.map((line) => [line.lineId, { line, units: remaining(line) }]));
    for (const wanted of command.lines) {
      const found = left.get(wanted.lineId);
      if (found?.line.sku !== wanted.sku || found.line.locationId !== wanted.locationId) {
        return conflict(`${id} holds no ${wanted.sku} at ${wanted.locationId} for line ${wanted.lineId}`);
      }
      found.units -= wanted.quantity;
      if (found.units < 0) return conflict(`${id} holds ${remaining(found.line)} units for line ${wanted.lineId}`);
    }
    this.note(fact);
    for (const { lineId, quantity } of command.lines) {
      const { line } = left.get(lineId)!;
      line.consumed += quantity;
      this.move(line, quantity, 'reserved', 'customer', { fact: command.fact, reason: 'shipped' });
    }
    if (reservation.lines.every((line) => remaining(line) === 0)) reservation.state = 'consumed';
    this.touched.add(reservation);
    const lines = command.lines.map(({ lineId, sku, quantity, locationId }) => ({ lineId, sku, quantity, locationId }));
    const data = { reservationId: id, owner, fact: command.fact, lines };
    this.announce('inventory.consumed.v1', reservation, data, origin);
    return toReservation(reservation);
  }

  private adjust(command: Adjust, origin: Origin): StockPosition | Rejected {
    const { sku, locationId, quantity, reason } = command;
    const position = this.positions.get(key(sku, locationId));
    if (position === undefined) {
      return refuse(problems.unknownProduct, { detail: `The stock ledger has no ${sku} at ${locationId}` });
    }
    const fact = { scope: positionScope(sku, locationId), fact: command.fact, content: command.content };
    const before = this.facts.get(key(fact.scope, fact.fact));
    if (before === fact.content) return toStockPosition(position);
    if (before !== undefined) return conflict(`${fact.fact} has already changed ${sku} at ${locationId} otherwise`);
    const [from, to] = ADJUSTMENTS[reason]!;
    const there = from === 'onHand' ? free(position) : from === 'unavailable' ? position.unavailable : Infinity;
    if (there < quantity) {
      return conflict(`${sku} at ${locationId}: ${there} units are ${from === 'onHand' ? 'free' : 'unavailable'}`);
    }
    this.note(fact);
    this.move(position, quantity, from, to, { fact: fact.fact, reason });
    const data = { sku, locationId, reason, quantity, fact: fact.fact };
    this.announce('inventory.adjusted.v1', { id: sku, owner: sku }, data, origin);
    return toStockPosition(position);
  }

  private live(reservation: HeldReservation): boolean {
    const { state, expiresAt } = reservation;
    return state === 'confirmed' || (state === 'held' && expiresAt !== null && expiresAt > this.now);
  }

  private overdue({ id, state, expiresAt }: HeldReservation): Rejected {
    return conflict(state === 'held' ? `The hold of ${id} ended at ${expiresAt?.toISOString()}` : `${id} is ${state}`);
  }

  private after(seconds: number): Date {
    return new Date(this.now.getTime() + seconds * MS_PER_SECOND);
  }

  private giveBack(reservation: HeldReservation, state: 'released' | 'expired', reason: string): void {
    for (const line of reservation.lines) {
      const units = remaining(line);
      if (units === 0) continue;
      line.released += units;
      this.move(line, units, 'reserved', 'onHand', { fact: reservation.id, reason });
    }
    reservation.state = state;
    this.touched.add(reservation);
  }

  private note(fact: Fact): void {
    this.facts.set(key(fact.scope, fact.fact), fact.content);
    this.newFacts.push(fact);
  }

  /** The only place that changes a position: each change is a double entry, so the ledger explains all figures. */
  private move(at: Place, quantity: number, from: Bucket, to: Bucket, cause: { fact: string; reason: string }): void {
    const position = this.positions.get(key(at.sku, at.locationId));
    if (position === undefined) throw new Error(`Position of ${at.sku} at ${at.locationId} was not locked`);
    position.onHand += quantity * (Number(INSIDE.has(to)) - Number(INSIDE.has(from)));
    position.reserved += quantity * (Number(to === 'reserved') - Number(from === 'reserved'));
    position.unavailable += quantity * (Number(to === 'unavailable') - Number(from === 'unavailable'));
    this.movements.push({ position, quantity, from, to, ...cause });
  }

  private announce<T extends EventType>(
    type: T, about: { id: string; owner: string }, data: EventData[T], origin: Origin,
  ): void {
    this.events.push({ type, source: SOURCE, subject: about.id, partitionKey: about.owner, data, ...origin });
  }
}
