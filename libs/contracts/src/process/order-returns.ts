// How the returns of an order reach its counters: process/returns says, in absolute figures with a number, how far a
// return is, and an old or repeated word changes nothing.
import { Integer, Many, One, Shape, Text } from '../field.js';
import { Money } from '../canonical/money.js';
import { Acknowledgement } from '../canonical/outcome.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

@Shape('Units of one line of a return, by how far they are.')
export class ReturnLineProgress {
  @Text({ doc: 'Line of the order.', max: 60, example: '1' }) lineId: string;
  @Integer({ doc: 'Asked to be returned; none once declined.' }) requested: number;
  @Integer({ doc: 'On their way or further.' }) inTransit: number;
  @Integer({ doc: 'Received.' }) received: number;
  @Integer({ doc: 'Inspected.' }) inspected: number;
  @Integer({ doc: 'Stock again, or to be refurbished.' }) restocked: number;
  @Integer({ doc: 'Written off or returned to the supplier.' }) scrapped: number;
  @Integer({ doc: 'Never coming back: given up or kept.' }) notReturned: number;
  @Integer({ doc: 'Refunded.' }) refunded: number;
  @Integer({ doc: 'Not refunded, for good.' }) denied: number;
}

@Shape('How far a return is.')
export class ReturnProgress {
  @Text({ doc: 'Return.', max: 60 }) returnId: string;
  @Integer({ doc: 'Rises with each word about the return.', min: 1 }) sequence: number;
  @Many(() => ReturnLineProgress, { doc: 'Lines.', min: 1, max: 200 }) lines: ReturnLineProgress[];
  @One(() => Money, { doc: 'What finance has refunded of the order in all.', optional: true }) refundedTotal?: Money;
}

@Shape('Which order has a return.')
export class ReturnedOrderId {
  @Text({ doc: 'Order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' }) orderId: string;
}

/** Operations of process/orders for returns. */
export const orderReturnOperations = {
  recordReturnProgress: operation({
    method: 'PUT', path: '/orders/{orderId}/returns', summary: 'Record how far a return of an order is',
    params: ReturnedOrderId, body: ReturnProgress, answer: Acknowledgement, scope: 'orders:write', rate: 'status',
    idempotency: 'natural', problems: [problems.notFound, problems.stateConflict],
    description: 'Absolute figures per return; `accepted` is false when a later word had been recorded before.',
  }),
};
