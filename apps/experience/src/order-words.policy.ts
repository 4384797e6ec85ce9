// The words in which every channel says where a line of an order stands, and until when an order may be cancelled.
import type { OrderLine } from '#contracts';

export const LINE_STATUS = [
  'confirmed',
  'backordered',
  'inFulfilment',
  'packed',
  'partiallyShipped',
  'shipped',
  'delivered',
  'cancelled',
] as const;

/** Statuses in which the warehouse has not begun, so that the run can still stop. */
export const CANCELLABLE = new Set(['received', 'onHold', 'accepted']);

/** One word for a line, from its counters. */
export function lineStatus({ counters }: OrderLine): (typeof LINE_STATUS)[number] {
  const wanted = counters.ordered - counters.cancelled;
  if (wanted === 0) return 'cancelled';
  if (counters.delivered >= wanted) return 'delivered';
  if (counters.shipped >= wanted) return 'shipped';
  if (counters.shipped > 0) return 'partiallyShipped';
  if (counters.packed >= wanted) return 'packed';
  if (counters.released > 0) return 'inFulfilment';
  return counters.backordered > 0 ? 'backordered' : 'confirmed';
}
