// One book for one batch: it holds the rows that the batch has locked, decides command after command on the figures
// that the commands before left, and notes what must be written.
import type { Reservation, StockFactResult, StockPosition, Supply } from '#contracts';
import type { Rejected } from '#database';
import type { NewEvent } from '#events';
import type { StockRules } from './allocation.policy.js';
import { FactLog, type Fact } from './fact-log.policy.js';
import type { HeldReservation, HeldSupply } from './inventory.mapping.js';
import { ReservationBook } from './reservation-book.policy.js';
import type { StockCommand } from './stock-command.mapping.js';
import { StockFactBook } from './stock-facts.policy.js';
import { StockLedger, type LaterGoods, type PlacedPosition } from './stock-ledger.policy.js';
import { SupplyBook } from './supply-book.policy.js';

/** The rows a batch has read and locked, the rules that hold for them, and the database's time. */
export interface StockRows {
  readonly now: Date;
  readonly positions: readonly PlacedPosition[];
  readonly reservations: readonly HeldReservation[];
  readonly supply: readonly HeldSupply[];
  readonly facts: readonly Fact[];
  readonly later: readonly LaterGoods[];
  readonly rules: StockRules;
}

export type StockOutcome = Reservation | StockPosition | Supply | StockFactResult[];

export class StockBook {
  readonly events: NewEvent[] = [];
  readonly ledger: StockLedger;
  readonly facts: FactLog;
  readonly reservations: ReservationBook;
  readonly supply: SupplyBook;
  private readonly stockFacts: StockFactBook;

  constructor({ now, positions, reservations, supply, facts, later, rules }: StockRows) {
    this.ledger = new StockLedger(positions, later, this.events);
    this.facts = new FactLog(facts);
    this.reservations = new ReservationBook(now, reservations, rules, this.ledger, this.facts, this.events);
    this.supply = new SupplyBook(now, supply, this.ledger, this.facts, this.events);
    this.stockFacts = new StockFactBook(now, this.ledger, this.facts, this.events);
  }

  /** Decides one command on the figures that the commands before it left; a refusal changes nothing. */
  decide(command: StockCommand): StockOutcome | Rejected {
    const { origin } = command;
    switch (command.kind) {
      case 'facts': return this.stockFacts.record(command.rows, origin);
      case 'adjust': return this.stockFacts.adjust(command.row, origin);
      case 'setSupply': case 'receiveSupply': case 'cancelSupply': return this.supply.decide(command, origin);
      default: return this.reservations.decide(command, origin);
    }
  }
}
