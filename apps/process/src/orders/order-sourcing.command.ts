// Finds the stock of a new order and holds it: decides by the sourcing policy on the stock as it stands, reserves what
// was decided as one group, and decides again when somebody else was faster.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import {
  inventoryApi, newId, Problem, problems, toMinor, type CallContext, type NewOrder, type NewOrderLine,
  type Reservation,
} from '#contracts';
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

export interface SourcedOrder {
  readonly reservation: Reservation;
  readonly made: MadeDecision;
  /** Days from order to promised delivery. */
  readonly promiseDays: number;
}

@Injectable()
export class OrderSourcing {
  constructor(
    private readonly clients: Clients,
    private readonly policies: PolicyReader,
    private readonly sourcing: SourcingReader,
  ) {}

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
    const { region, brand, channel, currency, shipComplete = false } = request;
    for (let tries = 1; ; tries += 1) {
      const made = await this.sourcing.decide(
        { orderId: order.id, trigger: 'placement', order: { region, brand, channel, currency, shipComplete }, lines },
        call,
      );
      if (made.decision.unfilled.length > 0 || isDivided(made)) throw outOfStock(made);
      try {
        const reservation = await this.hold(order, made, call);
        return { reservation, made, promiseDays: document.promiseDays };
      } catch (error) {
        const raced = error instanceof Problem && error.type === problems.outOfStock;
        if (!raced || tries === DECISIONS_MAX) throw error;
      }
    }
  }

  private hold(
    { id: owner, channel }: CapturedOrder, { decision }: MadeDecision, call: CallContext,
  ): Promise<Reservation> {
    return this.clients.of(inventoryApi).reserveStock(
      {
        body: {
          reservationId: newId('rsv'), owner, channel, holdSeconds: HOLD_SECONDS,
          lines: decision.allocations.map(({ lineId, sku, quantity, locationId }) =>
            ({ lineId, sku, quantity, candidates: [locationId] })),
        },
      },
      call,
    );
  }
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

function isDivided({ decision }: MadeDecision): boolean {
  return new Set(decision.allocations.map(({ lineId }) => lineId)).size < decision.allocations.length;
}

/** What is short, line by line, and the most that one place or all together could give. */
function outOfStock({ inputs, decision }: MadeDecision): Problem {
  const short = decision.unfilled.length > 0 ? decision.unfilled : decision.allocations;
  const lines = [...new Set(short.map(({ lineId }) => lineId))].map((lineId) => {
    const { sku, quantity } = inputs.lines.find((line) => line.lineId === lineId)!;
    const filled = decision.allocations.reduce((sum, part) => sum + (part.lineId === lineId ? part.quantity : 0), 0);
    return { lineId, sku, requested: quantity, available: filled };
  });
  const skus = [...new Set(lines.map(({ sku }) => sku))].join(', ');
  return new Problem(problems.outOfStock, { detail: `Not enough stock of ${skus}`, lines });
}
