// The rules of dated supply: what is expected of a purchase or transfer order, where and when, and what of it arrived.
import { problems, type Supply } from '#contracts';
import { Rejected } from '#database';
import type { NewEvent } from '#events';
import { conflict, refuse, supplyScope, type FactLog } from './fact-log.policy.js';
import { openOf, toSupply, type HeldSupply, type Origin } from './inventory.mapping.js';
import type { CancelSupplyLine, Receive, StateSupply, SupplyCommand } from './stock-command.mapping.js';
import { STOCK_SOURCE, type StockLedger } from './stock-ledger.policy.js';
import { effectiveTime } from './stock-facts.policy.js';

export class SupplyBook {
  readonly changed = new Set<HeldSupply>();
  private readonly lines: Map<string, HeldSupply>;

  constructor(
    private readonly now: Date, supply: readonly HeldSupply[], private readonly ledger: StockLedger,
    private readonly facts: FactLog, private readonly events: NewEvent[],
  ) {
    this.lines = new Map(supply.map((line) => [line.id, line]));
  }

  decide(command: SupplyCommand, origin: Origin): Supply | Rejected {
    if (command.kind === 'setSupply') return this.state(command, origin);
    const line = this.lines.get(command.supplyId);
    if (line === undefined) return refuse(problems.notFound, { detail: `There is no supply ${command.supplyId}` });
    return command.kind === 'receiveSupply' ? this.receive(line, command, origin) : this.cancel(line, command, origin);
  }

  /** What the sender says now; an older message than the one that stands changes nothing. */
  private state({ supplyId, stated }: StateSupply, origin: Origin): Supply | Rejected {
    const { kind, sku, locationId, fromLocationId = null, quantity } = stated;
    if (this.ledger.find(sku, locationId) === undefined) {
      return refuse(problems.unknownProduct, { detail: `The stock ledger has no ${sku} at ${locationId}` });
    }
    const statedAt = effectiveTime(stated.occurredAt, this.now);
    const known = this.lines.get(supplyId);
    if (known !== undefined && known.sku !== sku) return conflict(`${supplyId} is of ${known.sku}`);
    if (known !== undefined && statedAt < known.statedAt) return toSupply(known);
    const before = known === undefined ? undefined : { ...known };
    const line: HeldSupply = known ?? { id: supplyId, received: 0 } as HeldSupply;
    Object.assign(line, {
      kind, sku, locationId, fromLocationId, quantity, statedAt, expectedAt: new Date(stated.expectedAt),
      cancelled: false,
    });
    this.lines.set(supplyId, line);
    this.changed.add(line);
    const same = before !== undefined && before.locationId === locationId && openOf(before) === openOf(line)
      && +before.expectedAt === +line.expectedAt;
    if (!same) this.tell(line, before, 'stated', origin);
    return toSupply(line);
  }

  /** Goods that arrive are there, also of a line that was cancelled or is complete. */
  private receive(line: HeldSupply, command: Receive, origin: Origin): Supply | Rejected {
    const fact = { scope: supplyScope(line.id), fact: command.fact, content: command.content };
    const state = this.facts.state(fact);
    if (state === 'repeated') return toSupply(line);
    if (state === 'contradicted') return conflict(`${command.fact} has received other units of ${line.id}`);
    const before = { ...line };
    const position = this.ledger.at(line);
    const cause = {
      fact: command.fact, reason: 'receipt', at: effectiveTime(command.occurredAt, this.now, position), origin,
    };
    this.facts.note(fact);
    const from = line.kind === 'transfer' ? 'transit' : 'supplier';
    this.ledger.happened(position, command.quantity, from, 'onHand', cause);
    line.received += command.quantity;
    this.changed.add(line);
    this.tell(line, before, 'received', origin);
    return toSupply(line);
  }

  private cancel(line: HeldSupply, { reason }: CancelSupplyLine, origin: Origin): Supply {
    if (line.cancelled) return toSupply(line);
    const before = { ...line };
    line.cancelled = true;
    line.statedAt = this.now;
    this.changed.add(line);
    this.tell(line, before, reason, origin);
    return toSupply(line);
  }

  private tell(line: HeldSupply, before: HeldSupply | undefined, reason: string, origin: Origin): void {
    const { id: supplyId, kind, sku, locationId } = line;
    const previous = before === undefined ? {} : {
      previous: { locationId: before.locationId, expectedAt: before.expectedAt.toISOString(), open: openOf(before) },
    };
    const data = {
      supplyId, kind, sku, locationId, expectedAt: line.expectedAt.toISOString(), open: openOf(line), reason,
      ...previous,
    };
    this.events.push({
      type: 'inventory.supply-changed.v1', source: STOCK_SOURCE, subject: sku, partitionKey: sku, data, ...origin,
    });
  }
}
