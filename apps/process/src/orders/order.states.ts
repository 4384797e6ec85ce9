// Statuses are derived: every axis of an order is a pure function of its counters, holds and payments.
import type { LineCounters, OrderAxes, ORDER_STATUS, PAYMENT } from '#contracts';
import { returnCustody, returnMoney, type ReturnCounters } from './return-axes.states.js';

/** Facts from which an order's axes follow; money in minor units. */
export interface OrderFacts {
  readonly lines: readonly LineCounters[];
  readonly openHolds: number;
  /** True once the ERP has the order. */
  readonly inErp: boolean;
  readonly cancelled: boolean;
  readonly completed: boolean;
  readonly payment: PaymentFacts;
  /** Sums over the lines; absent for an order that is just captured. */
  readonly returns?: ReturnCounters;
}

export interface PaymentFacts {
  readonly authorised: bigint;
  readonly captured: bigint;
  readonly refunded: bigint;
  readonly voided: boolean;
  readonly failed: boolean;
}

export function paymentState(facts: PaymentFacts): (typeof PAYMENT)[number] {
  if (facts.refunded > 0n) return facts.refunded === facts.captured ? 'refunded' : 'partiallyRefunded';
  if (facts.captured > 0n) return facts.captured === facts.authorised ? 'captured' : 'partiallyCaptured';
  if (facts.voided) return 'voided';
  if (facts.failed) return 'failed';
  return facts.authorised > 0n ? 'authorised' : 'pending';
}

export function deriveAxes(facts: OrderFacts): OrderAxes {
  return {
    commercial: commercial(facts),
    fulfilment: fulfilment(facts.lines),
    payment: paymentState(facts.payment),
    returnCustody: facts.returns ? returnCustody(facts.returns) : 'none',
    returnMoney: facts.returns ? returnMoney(facts.returns) : 'none',
  };
}

/** One word for people. */
export function deriveStatus(axes: OrderAxes): (typeof ORDER_STATUS)[number] {
  if (axes.commercial === 'cancelled' || axes.commercial === 'completed' || axes.commercial === 'onHold')
    {return axes.commercial;}
  if (axes.fulfilment === 'delivered' || axes.fulfilment === 'shipped' || axes.fulfilment === 'partiallyShipped')
    {return axes.fulfilment;}
  if (axes.fulfilment === 'inProgress' || axes.fulfilment === 'released') return 'inFulfilment';
  return axes.commercial === 'accepted' ? 'accepted' : 'received';
}

/** True while the warehouse has not begun: nothing is picked. */
export function mayBeCancelled(facts: OrderFacts): boolean {
  return !facts.cancelled && !facts.completed && facts.lines.every((line) => line.picked === 0);
}

function commercial(facts: OrderFacts): string {
  if (facts.cancelled) return 'cancelled';
  if (facts.completed) return 'completed';
  if (facts.openHolds > 0) return 'onHold';
  return facts.inErp ? 'accepted' : 'received';
}

function fulfilment(lines: readonly LineCounters[]): string {
  const live = lines.filter((line) => line.ordered > line.cancelled);
  if (live.length === 0) return 'cancelled';
  const every = (test: (line: LineCounters) => boolean) => live.every(test);
  const some = (test: (line: LineCounters) => boolean) => live.some(test);
  if (every((line) => line.delivered === line.ordered - line.cancelled)) return 'delivered';
  if (every((line) => line.shipped === line.ordered - line.cancelled)) return 'shipped';
  if (some((line) => line.shipped > 0)) return 'partiallyShipped';
  if (some((line) => line.picked > 0)) return 'inProgress';
  return some((line) => line.released > 0) ? 'released' : 'unfulfilled';
}
