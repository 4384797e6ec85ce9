// What a warehouse says about goods that come back: read strictly, and announced in the commit that keeps the message's
// id, so that a fact counts once however often it is delivered.
import { UnitOfWork, type BatchWriter, type GroupCommit } from '#database';
import { announce } from '#events';
import type { Received } from '../webhook-inbox.js';

const SOURCE = '/system/warehouse';
const TYPES = {
  'return.inTransit': 'return-parcel.in-transit.v1', 'return.received': 'return-parcel.received.v1',
  'return.inspected': 'return-parcel.inspected.v1',
} as const;
const LINES_MAX = 200;

export interface WmsReturnFact {
  readonly id: string;
  readonly type: keyof typeof TYPES;
  readonly occurredAt: string;
  readonly data: {
    readonly externalId: string;
    readonly location: string;
    readonly trackingNumber?: string;
    readonly lines: readonly { lineId?: string; sku: string; quantity: number; grade?: string; units?: string[] }[];
  };
}

export const isReturnFact = (fact: { readonly type: string }): fact is WmsReturnFact => Object.hasOwn(TYPES, fact.type);

const isText = (value: unknown): value is string => typeof value === 'string';

/** The message as a fact about a return; undefined when it is none that we can read. */
export function readReturnFact(content: unknown): WmsReturnFact | undefined {
  const { id, type, occurredAt, data } = (content ?? {}) as Partial<WmsReturnFact>;
  if (!isText(id) || !isText(type) || !Object.hasOwn(TYPES, type) || !data) return undefined;
  if (!isText(occurredAt) || Number.isNaN(Date.parse(occurredAt))) return undefined;
  const { externalId, location, lines } = data;
  if (!isText(externalId) || !isText(location) || !Array.isArray(lines) || lines.length > LINES_MAX) return undefined;
  const sound = lines.every(({ sku, quantity }: { sku: unknown; quantity: unknown }) =>
    isText(sku) && Number.isInteger(quantity) && Number(quantity) > 0);
  return sound ? content as WmsReturnFact : undefined;
}

/** @returns whether it was new */
export async function takeInReturnFact(
  groupCommit: GroupCommit, inbox: BatchWriter<Received>, { id, type, occurredAt, data }: WmsReturnFact,
): Promise<boolean> {
  const returnId = data.externalId === '' ? 'unknown' : data.externalId.slice(0, 80);
  const unit = new UnitOfWork();
  unit.add(inbox, { id, type });
  announce(unit, {
    type: TYPES[type], source: SOURCE, subject: returnId, partitionKey: returnId, correlationId: returnId,
    causationId: id, time: occurredAt,
    data: {
      returnId, factId: id, occurredAt, locationId: data.location,
      ...(data.trackingNumber === undefined ? {} : { trackingNumber: data.trackingNumber }),
      lines: data.lines.map(({ lineId, sku, quantity, grade, units }) => ({
        lineId: lineId ?? 'unknown', sku, quantity, ...(grade === undefined ? {} : { grade }),
          ...(units ? { units } : {}),
      })),
    },
  });
  return (await groupCommit.commit(unit)).committed;
}
