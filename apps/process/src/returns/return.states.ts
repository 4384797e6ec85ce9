// The two axes of a return, derived from what happened to its units and from what became of its refunds; they are never
// stored and never collapse into one, because money may come before goods and goods without money.
import type { RETURN_CUSTODY, RETURN_MONEY } from '#contracts';

export type Custody = (typeof RETURN_CUSTODY)[number];
export type ReturnMoney = (typeof RETURN_MONEY)[number];

export interface UnitFacts {
  readonly inTransitAt?: unknown;
  readonly receivedAt?: unknown;
  readonly inspectedAt?: unknown;
  readonly disposedAt?: unknown;
  readonly notReturnedAt?: unknown;
  readonly keptAt?: unknown;
}

export interface RefundFacts {
  readonly refundedAt?: unknown;
  readonly deniedAt?: unknown;
  readonly reversedAt?: unknown;
  readonly settledAt?: unknown;
  /** The provider has not said whether it was paid. */
  readonly uncertain?: boolean;
}

export function unitCustody(unit: UnitFacts): Custody | 'kept' {
  if (unit.keptAt) return 'kept';
  if (unit.notReturnedAt) return 'notReturned';
  if (unit.disposedAt) return 'disposed';
  if (unit.inspectedAt) return 'inspected';
  if (unit.receivedAt) return 'received';
  return unit.inTransitAt ? 'inTransit' : 'requested';
}

/** As far as the units that lag behind most; those that will never come do not hold the others back. */
export function custodyOf(units: readonly UnitFacts[]): Custody {
  const custodies = units.map(unitCustody);
  const moving = custodies.filter((custody) => custody !== 'kept' && custody !== 'notReturned');
  if (moving.length === 0) return units.length === 0 ? 'none' : 'notReturned';
  const stages: readonly Custody[] = ['requested', 'inTransit', 'received', 'inspected', 'disposed'];
  return stages.find((stage) => custodies.includes(stage)) ?? 'disposed';
}

export function refundState(refund: RefundFacts): 'triggered' | 'refunded' | 'denied' | 'inDoubt' {
  if (refund.reversedAt && !refund.settledAt) return 'inDoubt';
  if (refund.refundedAt || refund.settledAt) return 'refunded';
  if (refund.deniedAt) return 'denied';
  return refund.uncertain === true ? 'inDoubt' : 'triggered';
}

export interface MoneyFacts {
  /** Minor units that were decided. */
  readonly expected: bigint;
  readonly declined: boolean;
  /** Units whose refund is neither triggered nor out of the question. */
  readonly waiting: number;
  readonly refunds: readonly RefundFacts[];
}

/** Doubt outweighs all, for it blocks; then what is still to come. */
export function moneyOf({ expected, declined, waiting, refunds }: MoneyFacts): ReturnMoney {
  const states = refunds.map(refundState);
  if (states.includes('inDoubt')) return 'inDoubt';
  if (states.includes('triggered')) return 'triggered';
  if (expected === 0n) return 'notRefundable';
  if (declined) return 'denied';
  if (waiting > 0) return 'pending';
  if (states.includes('refunded')) return 'refunded';
  return states.includes('denied') ? 'denied' : 'notRefundable';
}
