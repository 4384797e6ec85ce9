// The two return axes of an order, derived from the counters of its lines: as far as the units that lag behind most,
// and
// the money that is still open before the money that is paid.
import type { RETURN_CUSTODY, RETURN_MONEY } from '#contracts';

/** Units of all lines of an order, by how far their return is. */
export interface ReturnCounters {
  readonly returnRequested: number;
  readonly returnInTransit: number;
  readonly received: number;
  readonly inspected: number;
  readonly restocked: number;
  readonly scrapped: number;
  readonly notReturned: number;
  readonly refunded: number;
  readonly refundDenied: number;
}

export function returnCustody(units: ReturnCounters): (typeof RETURN_CUSTODY)[number] {
  if (units.returnRequested === 0) return 'none';
  const coming = units.returnRequested - units.notReturned;
  if (coming === 0) return 'notReturned';
  if (units.restocked + units.scrapped >= coming) return 'disposed';
  if (units.inspected >= coming) return 'inspected';
  if (units.received >= coming) return 'received';
  return units.returnInTransit >= coming ? 'inTransit' : 'requested';
}

export function returnMoney(units: ReturnCounters): (typeof RETURN_MONEY)[number] {
  if (units.returnRequested === 0) return units.refundDenied > 0 ? 'denied' : 'none';
  const settled = units.refunded + units.refundDenied;
  const neverToCome = Math.max(0, units.notReturned - units.refunded);
  if (settled + neverToCome < units.returnRequested) return 'pending';
  if (units.refunded > 0) return 'refunded';
  return units.refundDenied > 0 ? 'denied' : 'notRefundable';
}

/** Sums over the lines of an order. */
export function returnCountersOf(lines: readonly ReturnCounters[]): ReturnCounters {
  const sum = (pick: (line: ReturnCounters) => number) => lines.reduce((total, line) => total + pick(line), 0);
  return {
    returnRequested: sum((line) => line.returnRequested), returnInTransit: sum((line) => line.returnInTransit),
    received: sum((line) => line.received), inspected: sum((line) => line.inspected),
    restocked: sum((line) => line.restocked), scrapped: sum((line) => line.scrapped),
    notReturned: sum((line) => line.notReturned), refunded: sum((line) => line.refunded),
    refundDenied: sum((line) => line.refundDenied),
  };
}
