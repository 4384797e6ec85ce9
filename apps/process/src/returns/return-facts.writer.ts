// What a run writes when something has become true of its return: units, refunds, journey and the event that announces
// it, added to one unit of work so that they commit together with the run's step.
import type { EventData, EventType } from '#contracts';
import type { UnitOfWork } from '#database';
import { announce, recordJourney, type JourneyEntry } from '#events';
import type { CustodyUnit } from './custody-book.policy.js';
import { returnChanges, unitChanges, type ReturnChange } from './return.writer.js';

export interface ReturnKey {
  readonly returnId: string;
  readonly orderId: string;
}

export function tell<Type extends EventType & `return.${string}`>(
  unit: UnitOfWork, { returnId, orderId }: ReturnKey, type: Type, data: Omit<EventData[Type], 'returnId' | 'orderId'>,
): void {
  announce(unit, {
    type, source: '/process/returns', subject: returnId, partitionKey: returnId, correlationId: orderId,
    data: { returnId, orderId, ...data } as unknown as EventData[Type],
  });
}

export function note(
  unit: UnitOfWork, { returnId }: ReturnKey, entry: Omit<JourneyEntry, 'subject' | 'system'> & { system?: string },
): void {
  recordJourney(unit, { subject: returnId, system: 'throughline', ...entry });
}

export function noteReturn(unit: UnitOfWork, change: ReturnChange): void {
  unit.add(returnChanges, change);
}

export function noteUnits(unit: UnitOfWork, { returnId }: ReturnKey, units: readonly CustodyUnit[]): void {
  for (const { fault: _fault, ...one } of units) unit.add(unitChanges, { returnId, ...one });
}

/** Units of a movement as events tell them: one line per SKU, grade and disposition. */
export function linesOf(units: readonly CustodyUnit[]): EventData['return.received.v1']['lines'] {
  const groups = Map.groupBy(units, ({ lineId, sku, grade, disposition }) =>
    JSON.stringify([lineId, sku, grade, disposition]));
  return [...groups.values()].map((group) => {
    const [{ lineId, sku, grade, disposition }] = group as [CustodyUnit];
    return {
      lineId, sku, quantity: group.length, units: group.map(({ unit }) => String(unit)),
      ...(grade === undefined ? {} : { grade }), ...(disposition === undefined ? {} : { disposition }),
    };
  });
}
