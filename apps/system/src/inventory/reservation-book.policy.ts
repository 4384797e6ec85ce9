// The rules of reservations: made as a group, extended, moved, consumed once, given back whole or in part, expired. It
// decides on the rows a batch has locked and knows no SQL, so the rules can be read and tested alone.
import { problems, type EventData, type EventType, type Reservation } from '#contracts';
import { Rejected } from '#database';
import type { NewEvent } from '#events';
import { allocate, available, type Position, type StockRules } from './allocation.policy.js';
import { conflict, refuse, type FactLog } from './fact-log.policy.js';
import { toReservation, type HeldLine, type HeldReservation, type Origin } from './inventory.mapping.js';
import type {
  ClaimedLine, Consume, Extend, Release, ReleaseLines, ReservationCommand, Reserve, Transfer,
} from './stock-command.mapping.js';
import { effectiveTime } from './stock-facts.policy.js';
import { STOCK_SOURCE, type Cause, type StockLedger } from './stock-ledger.policy.js';

/** Units of one allocation that a command is about. */
interface Claim { readonly wanted: ClaimedLine; readonly line: HeldLine; readonly units: number }

const MS_PER_SECOND = 1_000;
const remaining = (line: HeldLine): number => line.quantity - line.consumed - line.released;
const told = (claims: readonly Claim[]) =>
  claims.map(({ line: { lineId, sku, locationId }, units: quantity }) => ({ lineId, sku, quantity, locationId }));

export class ReservationBook {
  readonly opened: HeldReservation[] = [];
  readonly touched = new Set<HeldReservation>();
  /** Allocations that are new in a reservation that existed before, and those that have changed, by reservation. */
  readonly addedLines = new Map<HeldLine, HeldReservation>();
  readonly changedLines = new Map<HeldLine, HeldReservation>();
  private readonly reservations: Map<string, HeldReservation>;

  constructor(
    private readonly now: Date, reservations: readonly HeldReservation[], private readonly rules: StockRules,
    private readonly ledger: StockLedger, private readonly facts: FactLog, private readonly events: NewEvent[],
  ) {
    this.reservations = new Map(reservations.map((reservation) => [reservation.id, reservation]));
  }

  decide(command: ReservationCommand, origin: Origin): Reservation | Rejected {
    if (command.kind === 'reserve') return this.reserve(command, origin);
    const reservation = this.reservations.get(command.reservationId);
    if (reservation === undefined) {
      return refuse(problems.notFound, { detail: `There is no reservation ${command.reservationId}` });
    }
    switch (command.kind) {
      case 'confirm': return this.confirm(reservation);
      case 'extend': return this.extend(reservation, command);
      case 'release': return this.release(reservation, command, origin);
      case 'releaseLines':
        return this.once(reservation, command, () => this.releaseLines(reservation, command, origin));
      case 'consume': return this.once(reservation, command, () => this.consume(reservation, command, origin));
      case 'transfer': return this.once(reservation, command, () => this.transfer(reservation, command, origin));
      case 'expire': return this.expire(reservation, origin);
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
    const find = (sku: string, locationId: string): Position | undefined => this.ledger.find(sku, locationId);
    const decision = allocate(command.lines, find, this.rules, command.channel);
    if ('shortages' in decision) {
      const skus = decision.shortages.map(({ sku }) => sku).join(', ');
      return refuse(problems.outOfStock, { detail: `Not enough stock of ${skus}`, lines: decision.shortages });
    }
    const lines = decision.allocations.map(({ line, part, position }, place): HeldLine => ({
      lineId: line.lineId, place, sku: part.sku, locationId: position.locationId,
      quantity: line.quantity * part.units, consumed: 0, released: 0,
      bundleSku: part.sku === line.sku ? null : line.sku, perBundle: part.units,
    }));
    const { reservationId: id, owner, content, holdSeconds } = command;
    const expiresAt = this.after(holdSeconds);
    const reservation: HeldReservation = { id, owner, content, state: 'held', expiresAt, lines };
    this.reservations.set(id, reservation);
    this.opened.push(reservation);
    for (const line of lines) {
      this.ledger.move(this.ledger.at(line), line.quantity, 'onHand', 'reserved', this.cause(id, 'reserved', origin));
    }
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
    this.giveBack(reservation, 'released', reason, origin);
    this.announce('inventory.released.v1', reservation, { reservationId: id, owner, reason }, origin);
    return toReservation(reservation);
  }

  private expire(reservation: HeldReservation, origin: Origin): Reservation {
    if (reservation.state !== 'held' || this.live(reservation)) return toReservation(reservation);
    const { id, owner } = reservation;
    this.giveBack(reservation, 'expired', 'expired', origin);
    this.announce('inventory.reservation-expired.v1', reservation, { reservationId: id, owner }, origin);
    return toReservation(reservation);
  }

  /** Lets a fact change a reservation once: told again it changes nothing, told otherwise it is refused. */
  private once(
    reservation: HeldReservation, command: Consume | ReleaseLines | Transfer, apply: () => Rejected | undefined,
  ): Reservation | Rejected {
    const fact = { scope: reservation.id, fact: command.fact, content: command.content };
    const state = this.facts.state(fact);
    if (state === 'repeated') return toReservation(reservation);
    if (state === 'contradicted') return conflict(`${fact.fact} has already changed ${reservation.id} otherwise`);
    if (!this.live(reservation)) return this.overdue(reservation);
    const refused = apply();
    if (refused !== undefined) return refused;
    this.facts.note(fact);
    this.touched.add(reservation);
    return toReservation(reservation);
  }

  private consume(reservation: HeldReservation, command: Consume, origin: Origin): Rejected | undefined {
    const { id, owner } = reservation;
    const claims = this.claim(reservation, command.lines);
    if (claims instanceof Rejected) return claims;
    for (const { line, units } of claims) {
      const position = this.ledger.at(line);
      const at = effectiveTime(command.occurredAt, this.now, position);
      line.consumed += units;
      this.changedLines.set(line, reservation);
      const cause = { fact: command.fact, reason: 'shipped', at, origin };
      this.ledger.happened(position, units, 'reserved', 'customer', cause);
    }
    this.end(reservation);
    const data = { reservationId: id, owner, fact: command.fact, lines: told(claims) };
    this.announce('inventory.consumed.v1', reservation, data, origin);
  }

  private releaseLines(reservation: HeldReservation, command: ReleaseLines, origin: Origin): Rejected | undefined {
    const { id, owner } = reservation;
    const claims = this.claim(reservation, command.lines);
    if (claims instanceof Rejected) return claims;
    const { fact, reason } = command;
    for (const { line, units } of claims) {
      line.released += units;
      this.changedLines.set(line, reservation);
      this.ledger.move(this.ledger.at(line), units, 'reserved', 'onHand', this.cause(fact, reason, origin));
    }
    this.end(reservation);
    const data = { reservationId: id, owner, fact, reason, lines: told(claims) };
    this.announce('inventory.lines-released.v1', reservation, data, origin);
  }

  private transfer(reservation: HeldReservation, command: Transfer, origin: Origin): Rejected | undefined {
    const { id, owner: previousOwner } = reservation;
    const claims = this.claim(reservation, command.lines);
    if (claims instanceof Rejected) return claims;
    const moving = claims.map((claim) => ({ ...claim, to: (claim.wanted as Transfer['lines'][0]).toLocationId }))
      .filter(({ line, to }) => line.locationId !== to);
    const short = this.shortOf(moving, command.channel);
    if (short !== undefined) return short;
    const { fact, reason } = command;
    const lines = moving.map(({ line, units, to }) => {
      const { lineId, sku, locationId } = line;
      this.ledger.move(this.ledger.at(line), units, 'reserved', 'onHand', this.cause(fact, reason, origin));
      const target = this.ledger.at({ sku, locationId: to });
      this.ledger.move(target, units, 'onHand', 'reserved', this.cause(fact, reason, origin));
      this.relocate(reservation, line, units, to);
      return { lineId, sku, quantity: units, locationId, toLocationId: to };
    });
    reservation.owner = command.owner ?? previousOwner;
    const data = { reservationId: id, owner: reservation.owner, previousOwner, fact, reason, lines };
    this.announce('inventory.transferred.v1', reservation, data, origin);
  }

  /** Says which units cannot be served from where they should go; nothing when all can. */
  private shortOf(moving: readonly (Claim & { to: string })[], channel: string | undefined): Rejected | undefined {
    const taken = new Map<Position, number>();
    const shortages = moving.flatMap(({ line: { lineId, sku }, units, to }) => {
      const position = this.ledger.find(sku, to);
      const used = (position && taken.get(position)) ?? 0;
      const left = position ? available(position, this.rules.threshold(channel, sku)) - used : 0;
      if (position !== undefined && left >= units) {
        taken.set(position, used + units);
        return [];
      }
      return [{ lineId, sku, requested: units, available: Math.max(0, left) }];
    });
    if (shortages.length === 0) return undefined;
    const skus = shortages.map(({ sku }) => sku).join(', ');
    return refuse(problems.outOfStock, { detail: `Not enough stock of ${skus} there`, lines: shortages });
  }

  private relocate(reservation: HeldReservation, line: HeldLine, units: number, to: string): void {
    if (units === line.quantity) {
      line.locationId = to;
      this.changedLines.set(line, reservation);
      return;
    }
    line.quantity -= units;
    this.changedLines.set(line, reservation);
    const place = Math.max(...reservation.lines.map((each) => each.place)) + 1;
    const moved = { ...line, place, locationId: to, quantity: units, consumed: 0, released: 0 };
    reservation.lines.push(moved);
    this.addedLines.set(moved, reservation);
  }

  /** The allocations that hold the units asked for; of a bundle those of its components. All of them or a refusal. */
  private claim(reservation: HeldReservation, lines: readonly ClaimedLine[]): Claim[] | Rejected {
    const { id } = reservation;
    const left = new Map(reservation.lines.map((line) => [line, remaining(line)]));
    const claims: Claim[] = [];
    for (const wanted of lines) {
      const { lineId, sku, quantity, locationId } = wanted;
      const there = reservation.lines.filter((line) => line.lineId === lineId
        && (line.sku === sku || line.bundleSku === sku)
        && (locationId === undefined || line.locationId === locationId));
      if (there.length === 0) {
        return conflict(`${id} holds no ${sku}${locationId ? ` at ${locationId}` : ''} for line ${lineId}`);
      }
      for (const [, rows] of Map.groupBy(there, (line) => line.sku)) {
        const held = rows.reduce((sum, row) => sum + left.get(row)!, 0);
        let missing = rows[0]!.bundleSku === sku ? quantity * rows[0]!.perBundle : quantity;
        if (held < missing) return conflict(`${id} holds ${held} units of ${rows[0]!.sku} for line ${lineId}`);
        for (const row of rows) {
          const units = Math.min(missing, left.get(row)!);
          if (units === 0) continue;
          missing -= units;
          left.set(row, left.get(row)! - units);
          claims.push({ wanted, line: row, units });
        }
      }
    }
    return claims;
  }

  private live({ state, expiresAt }: HeldReservation): boolean {
    return state === 'confirmed' || (state === 'held' && expiresAt !== null && expiresAt > this.now);
  }

  private overdue({ id, state, expiresAt }: HeldReservation): Rejected {
    return conflict(state === 'held' ? `The hold of ${id} ended at ${expiresAt?.toISOString()}` : `${id} is ${state}`);
  }

  private after(seconds: number): Date {
    return new Date(this.now.getTime() + seconds * MS_PER_SECOND);
  }

  private cause(fact: string, reason: string, origin: Origin): Cause {
    return { fact, reason, at: this.now, origin };
  }

  /** A reservation of which nothing is left has ended: consumed when something of it left, else released. */
  private end(reservation: HeldReservation): void {
    if (reservation.lines.some((line) => remaining(line) > 0)) return;
    reservation.state = reservation.lines.some(({ consumed }) => consumed > 0) ? 'consumed' : 'released';
  }

  private giveBack(
    reservation: HeldReservation, state: 'released' | 'expired', reason: string, origin: Origin,
  ): void {
    for (const line of reservation.lines) {
      const units = remaining(line);
      if (units === 0) continue;
      line.released += units;
      this.changedLines.set(line, reservation);
      this.ledger.move(this.ledger.at(line), units, 'reserved', 'onHand', this.cause(reservation.id, reason, origin));
    }
    reservation.state = state;
    this.touched.add(reservation);
  }

  private announce<T extends EventType>(
    type: T, { id, owner }: HeldReservation, data: EventData[T], origin: Origin,
  ): void {
    this.events.push({ type, source: STOCK_SOURCE, subject: id, partitionKey: owner, data, ...origin });
  }
}
