// Finds the stock of a new order and holds it: decides by the sourcing policy on the stock as it stands, reserves what
// was decided as one group, and decides again when somebody else was faster.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import {
  inventoryApi, newId, Problem, problems, toMinor, type CallContext, type NewOrder, type NewOrderLine,
  type Reservation,
} from '#contracts';
import { Database } from '#database';
import { ExceptionDesk } from './exception-desk.reader.js';
import type { CapturedOrder } from './order.writer.js';
import { PolicyReader } from './policy.reader.js';
import type { MadeDecision } from './sourcing-decision.writer.js';
import type { SourcingLine } from './sourcing.policy.js';
import { SourcingReader } from './sourcing.reader.js';

/**
 * How long stock is held between reservation and the run's confirmation; a crash in between gives it back by itself.
 */
const HOLD_SECONDS = 900;
/** Decisions while others take the stock that was decided on. */
const DECISIONS_MAX = 5;
const DAY_MS = 86_400_000;

/** Units held at a place, with the line of the reservation. */
export interface HeldPart {
  readonly partId: string;
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly locationId: string;
}

export interface SourcedOrder {
  /** Empty when every unit waits. */
  readonly reservationId: string;
  readonly parts: readonly HeldPart[];
  readonly unfilled: readonly { readonly lineId: string; readonly sku: string; readonly quantity: number }[];
  /** What one bundle of a line consists of, by line. */
  readonly components: Readonly<Record<string, readonly { readonly sku: string; readonly quantity: number }[]>>;
  readonly made: MadeDecision;
  readonly promisedAt: string;
  /** Warehouse that is named for lines that wait. */
  readonly usual: string;
}

@Injectable()
export class OrderSourcing {
  private readonly desk: ExceptionDesk;

  constructor(
    private readonly clients: Clients,
    private readonly policies: PolicyReader,
    private readonly sourcing: SourcingReader,
    database: Database,
  ) {
    this.desk = new ExceptionDesk(database, clients);
  }

  /** @throws Problem out-of-stock; unprocessable when a pickup names no store or nobody serves the region */
  async reserve(order: CapturedOrder, request: NewOrder, call: CallContext): Promise<SourcedOrder> {
    const { document } = await this.policies.current('sourcing');
    const lines = order.lines.map((line, index) => sourcingLine(line, request.lines[index]!, index));
    if (!document.regions[request.region] && lines.some(({ locationId }) => locationId === undefined)) {
      throw new Problem(problems.unprocessable, {
        detail: `No warehouse serves region ${request.region}.`,
        errors: [{ pointer: '#/region', detail: `One of ${Object.keys(document.regions).join(', ')} is expected.` }],
      });
    }
    const usual = document.regions[request.region]?.[0] ?? lines[0]!.locationId ?? '';
    const { region, brand, channel, currency, shipComplete = false } = request;
    for (let tries = 1; ; tries += 1) {
      const made = await this.sourcing.decide(
        { orderId: order.id, trigger: 'placement', order: { region, brand, channel, currency, shipComplete }, lines },
        call,
      );
      const { unfilled } = made.decision;
      const soonest = Date.parse(order.placedAt) + document.promiseDays * DAY_MS;
      const later = unfilled.length === 0 ? [] : await this.mayWait(order, request, made, call);
      const promisedAt = new Date(Math.max(soonest, ...later)).toISOString();
      try {
        return { ...await this.hold(order, made, call), made, unfilled, promisedAt, usual };
      } catch (error) {
        const raced = error instanceof Problem && error.type === problems.outOfStock;
        if (!raced || tries === DECISIONS_MAX) throw error;
      }
    }
  }

  /**
   * When units that are short are promised, for customers who wait for supply or take a substitute.
   * @throws Problem out-of-stock when the policy or the customer allows neither
   */
  private async mayWait(
    order: CapturedOrder, request: NewOrder, made: MadeDecision, call: CallContext,
  ): Promise<number[]> {
    const rules = await this.desk.rules();
    const { region, channel, currency } = request;
    return Promise.all(made.decision.unfilled.map(async (units) => {
      const index = order.lines.findIndex(({ lineId }) => lineId === units.lineId);
      const { allowBackorder, allowSubstitution } = request.lines[index]!;
      const { backorder, substitution, remainder } = rules;
      if (allowSubstitution && substitution.enabled && remainder.includes('substitute')) {
        const about = { currency, channel, region, customer: order.customer };
        if (await this.desk.substituteFor(about, order.lines[index]!, units, rules, call)) return 0;
      }
      if (allowBackorder && backorder.enabled && remainder.includes('backorder')) {
        const promised = await this.desk.promiseFor(units.sku, units.quantity, rules, call);
        if (promised !== null) return Date.parse(promised);
        if (backorder.withoutSupply) return 0;
      }
      throw outOfStock(made);
    }));
  }

  private async hold(
    { id: owner, channel }: CapturedOrder, { decision }: MadeDecision, call: CallContext,
  ): Promise<Pick<SourcedOrder, 'parts' | 'reservationId' | 'components'>> {
    const parts = named(decision.allocations);
    if (parts.length === 0) return { parts, reservationId: '', components: {} };
    const lines = parts.map(({ partId, sku, quantity, locationId }) =>
      ({ lineId: partId, sku, quantity, candidates: [locationId] }));
    const body = { reservationId: newId('rsv'), owner, channel, holdSeconds: HOLD_SECONDS, lines };
    const { id, allocations } = await this.clients.of(inventoryApi).reserveStock({ body }, call);
    return { parts, reservationId: id, components: componentsOf(parts, allocations) };
  }
}

/** What one bundle of a line consists of, by what was reserved for it; nothing of a line that is no bundle. */
function componentsOf(
  parts: readonly HeldPart[], allocations: Reservation['allocations'],
): SourcedOrder['components'] {
  return Object.fromEntries(parts.flatMap(({ lineId, partId, quantity }) => {
    const components = allocations.filter((allocation) => allocation.lineId === partId && allocation.bundleSku)
      .map((allocation) => ({ sku: allocation.sku, quantity: allocation.quantity / quantity }));
    return components.length === 0 ? [] : [[lineId, components]];
  }));
}

/** A reservation names its lines by ours; of a line that is divided, all but the first part by place in the list. */
function named(allocations: MadeDecision['decision']['allocations']): HeldPart[] {
  const taken = new Set(allocations.map(({ lineId }) => lineId));
  const first = new Set<string>();
  return allocations.map((part, index) => {
    if (!first.has(part.lineId)) {
      first.add(part.lineId);
      return { ...part, partId: part.lineId };
    }
    let partId = `part-${index + 1}`;
    while (taken.has(partId)) partId = `${partId}x`;
    taken.add(partId);
    return { ...part, partId };
  });
}

export function methodOf({ fulfilment }: NewOrderLine): string {
  return fulfilment?.method ?? 'ship';
}

function sourcingLine(
  { lineId, sku, quantity, total }: CapturedOrder['lines'][number], asked: NewOrderLine, index: number,
): SourcingLine {
  const { fulfilment, kit } = asked;
  if (fulfilment?.method === 'pickup' && !fulfilment.locationId) {
    throw new Problem(problems.unprocessable, {
      detail: 'A line fulfilled by pickup needs the store.',
      errors: [{ pointer: `#/lines/${index}/fulfilment/locationId`, detail: 'A store id is expected, e.g. ST-001.' }],
    });
  }
  return {
    lineId, sku, quantity, value: Number(toMinor(total)), method: methodOf(asked),
    ...(fulfilment?.locationId ? { locationId: fulfilment.locationId } : {}), ...(kit ? { kit } : {}),
  };
}

/** What is short, line by line, and the most that one place or all together could give. */
function outOfStock({ inputs, decision }: MadeDecision): Problem {
  const short = decision.unfilled;
  const lines = [...new Set(short.map(({ lineId }) => lineId))].map((lineId) => {
    const { sku, quantity } = inputs.lines.find((line) => line.lineId === lineId)!;
    const filled = decision.allocations.reduce((sum, part) => sum + (part.lineId === lineId ? part.quantity : 0), 0);
    return { lineId, sku, requested: quantity, available: filled };
  });
  const skus = [...new Set(lines.map(({ sku }) => sku))].join(', ');
  return new Problem(problems.outOfStock, { detail: `Not enough stock of ${skus}`, lines });
}
