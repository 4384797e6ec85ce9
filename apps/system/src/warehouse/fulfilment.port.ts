// What a location that fulfils must be able to do for us, whoever stands behind it: a 3PL's system, or the people of a
// store of our own.
import type { CallContext, NewFulfilmentOrder, WriteOutcome } from '#contracts';
import type { Sighting } from './fulfilment-order.writer.js';

/** Told how far the order is, when the location says so in its answer. */
export type Seen = (sighting: Sighting) => void;

export interface FulfilmentConnector {
  /** Asks it to fulfil, once per id. */
  create(order: NewFulfilmentOrder, call: CallContext, seen: Seen): Promise<WriteOutcome>;
  /** Takes work back; an order it has never heard of is none. Rejected: it is too late. */
  cancel(id: string, call: CallContext, seen: Seen): Promise<WriteOutcome>;
}
