// The rules of stock facts: what a sale at a till, a count, a return or a short pick moves, decided as of the time it
// happened. A fact is something that has happened, so it is refused only when it cannot be true yet.
import { problems, type ProblemDetails, type StockFactResult, type StockPosition } from '#contracts';
import { Rejected } from '#database';
import type { NewEvent } from '#events';
import { free, type Position } from './allocation.policy.js';
import { conflict, notYet, positionScope, refuse, type FactLog } from './fact-log.policy.js';
import type { Bucket } from './inventory.entity.js';
import { physical, toStockPosition, type Origin } from './inventory.mapping.js';
import type { FactRow } from './stock-command.mapping.js';
import { contained, STOCK_SOURCE, type Cause, type StockLedger } from './stock-ledger.policy.js';

type Move = readonly [from: Bucket, to: Bucket];

const MOVES: Readonly<Record<string, Move>> = {
  'receipt': ['supplier', 'onHand'],
  'pos-sale': ['onHand', 'pos'],
  'pos-return': ['pos', 'onHand'],
  'return-received': ['customer', 'quarantine'],
  'return-restocked': ['quarantine', 'onHand'],
  'return-scrapped': ['quarantine', 'writtenOff'],
  'damage': ['onHand', 'damaged'],
  'repair': ['damaged', 'onHand'],
  'write-off': ['damaged', 'writtenOff'],
  'writeOff': ['damaged', 'writtenOff'],
  'quality-hold': ['onHand', 'quality'],
  'quality-release': ['quality', 'onHand'],
  'quarantine': ['onHand', 'quarantine'],
  'not-found': ['onHand', 'shrinkage'],
  'transfer': ['onHand', 'transit'],
  'transfer-out': ['onHand', 'transit'],
  'transfer-in': ['transit', 'onHand'],
  'count-up': ['count', 'onHand'],
  'countUp': ['count', 'onHand'],
  'count-down': ['onHand', 'count'],
  'countDown': ['onHand', 'count'],
};
/** What a person decides rather than finds, and may therefore not do to units that are promised. */
const NEEDS_FREE: ReadonlySet<string> = new Set(['damage', 'count-down', 'countDown']);
/** How far a sender's clock may be ahead. */
const CLOCK_SKEW_MS = 10 * 60_000;

/** When a fact took effect: never later than now, and after the last count when nobody said when. */
export function effectiveTime(occurredAt: string | undefined, now: Date, position?: Position): Date {
  if (occurredAt !== undefined) return new Date(Math.min(Date.parse(occurredAt), now.getTime()));
  return position !== undefined && contained(position, now) ? new Date(position.countedAt!.getTime() + 1) : now;
}

type Outcome = 'applied' | 'contained' | 'superseded' | 'duplicate';

export class StockFactBook {
  constructor(
    private readonly now: Date, private readonly ledger: StockLedger, private readonly facts: FactLog,
    private readonly events: NewEvent[],
  ) {}

  /** One answer a row, in order; a row that is rejected stops no other. */
  record(rows: readonly FactRow[], origin: Origin): StockFactResult[] {
    return rows.map((row): StockFactResult => {
      const outcome = this.apply(row, origin, false);
      if (outcome instanceof Rejected) {
        const { detail, retryable } = outcome.detail as ProblemDetails;
        return { fact: row.fact, outcome: 'rejected', reason: detail, retryable: retryable === true };
      }
      const position = this.ledger.at(row);
      const reason = outcome === 'superseded'
        ? { reason: `A count of ${position.countedAt!.toISOString()} is newer` } : {};
      return { fact: row.fact, outcome, ...reason, onHand: physical(position), shortfall: position.shortfall };
    });
  }

  adjust(row: FactRow, origin: Origin): StockPosition | Rejected {
    const outcome = this.apply(row, origin, true);
    if (outcome instanceof Rejected) return outcome;
    const position = this.ledger.at(row);
    return toStockPosition(position, position);
  }

  private apply(row: FactRow, origin: Origin, considered: boolean): Outcome | Rejected {
    const { sku, locationId, reason, quantity } = row;
    const position = this.ledger.find(sku, locationId);
    if (position === undefined) {
      const detail = `The stock ledger has no ${sku} at ${locationId}`;
      return refuse(problems.unknownProduct, { detail, retryable: true });
    }
    const fact = { scope: positionScope(sku, locationId), fact: row.fact, content: row.content };
    const state = this.facts.state(fact);
    if (state === 'repeated') return 'duplicate';
    if (state === 'contradicted') return conflict(`${row.fact} was told of ${sku} at ${locationId} otherwise`);
    if (row.occurredAt !== undefined && Date.parse(row.occurredAt) > this.now.getTime() + CLOCK_SKEW_MS) {
      return notYet(`${row.occurredAt} has not come yet`);
    }
    const cause = { fact: row.fact, reason, at: effectiveTime(row.occurredAt, this.now, position), origin };
    if (reason === 'count') {
      this.facts.note(fact);
      const counted = this.ledger.count(position, quantity, cause);
      if (counted === 'applied') this.tell(row, origin);
      return counted;
    }
    if (quantity === 0) return conflict(`${reason} of no units says nothing`);
    const moved = this.move(row, position, cause, considered);
    if (moved instanceof Rejected) return moved;
    this.facts.note(fact);
    this.tell(row, origin);
    return moved;
  }

  private move(
    row: FactRow, position: Position, cause: Cause, considered: boolean,
  ): 'applied' | 'contained' | Rejected {
    const { sku, locationId, reason, quantity, toLocationId } = row;
    const [from, to] = MOVES[reason]!;
    const target = reason === 'transfer' ? this.ledger.find(sku, toLocationId ?? '') : undefined;
    if (reason === 'transfer' && (target === undefined || target === position)) {
      return refuse(problems.unknownProduct, { detail: `A transfer of ${sku} needs another location it can go to` });
    }
    if (from === 'damaged' || from === 'quality' || from === 'quarantine') {
      if (position[from] < quantity) return notYet(`${sku} at ${locationId}: ${position[from]} units are ${from}`);
    } else if (considered && NEEDS_FREE.has(reason) && free(position) < quantity) {
      return conflict(`${sku} at ${locationId}: ${free(position)} units are free`);
    }
    const outcome = this.ledger.happened(position, quantity, from, to, cause);
    if (target !== undefined) this.ledger.happened(target, quantity, 'transit', 'onHand', cause);
    return outcome;
  }

  private tell({ sku, locationId, reason, quantity, fact }: FactRow, origin: Origin): void {
    const data = { sku, locationId, reason, quantity, fact };
    this.events.push({
      type: 'inventory.adjusted.v1', source: STOCK_SOURCE, subject: sku, partitionKey: sku, data, ...origin,
    });
  }
}
