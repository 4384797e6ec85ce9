// What has happened to one order, for those who track it: a page of its events after a position, or the wait for the
// next one. Channels make their streams of it, whether the process layer runs beside them or elsewhere.
import { Integer, JsonMap, Many, Shape, Text, Timestamp } from '../field.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

/** Longest wait for an event; well below the deadline of a call. */
export const ORDER_EVENTS_WAIT_MAX_S = 8;
const EVENTS_MAX = 100;

@Shape('Which events of an order.')
export class OrderEventsQuery {
  @Text({ doc: 'Order id or order number.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;

  @Integer({ doc: 'Position of the last event one has; 0: from the beginning.', optional: true,
    max: Number.MAX_SAFE_INTEGER, example: 0 })
  after?: number;

  @Integer({ doc: 'Seconds to wait for an event when there is none yet.', optional: true,
    max: ORDER_EVENTS_WAIT_MAX_S, example: 0 })
  waitSeconds?: number;

  @Integer({ doc: 'Most events.', optional: true, min: 1, max: EVENTS_MAX, example: 50 })
  limit?: number;
}

@Shape('Something that happened to an order.')
export class OrderEvent {
  @Integer({ doc: 'Place in the event log; rises.', max: Number.MAX_SAFE_INTEGER })
  position: number;

  @Text({ doc: 'Event id.', max: 60 })
  id: string;

  @Text({ doc: 'Type.', max: 100, example: 'shipment.dispatched.v1' })
  type: string;

  @Timestamp({ doc: 'When.' })
  time: string;

  @JsonMap({ doc: 'What, as the event type describes.' })
  data: Record<string, unknown>;
}

@Shape('Events of an order, oldest first.')
export class OrderEventPage {
  @Text({ doc: 'Order id.', max: 60 })
  orderId: string;

  @Many(() => OrderEvent, { doc: 'Events.', max: EVENTS_MAX })
  events: OrderEvent[];

  @Integer({ doc: 'Position to go on from.', max: Number.MAX_SAFE_INTEGER })
  position: number;
}

export const orderEventOperations = {
  listOrderEvents: operation({
    method: 'GET',
    path: '/orders/{orderId}/events',
    summary: 'List what has happened to an order, or wait for it',
    description:
      'Events of the order, its payment, parcels and pickups by position. With `waitSeconds` and nothing new the ' +
      'answer comes with the next event, or empty when the time is over.',
    params: OrderEventsQuery,
    answer: OrderEventPage,
    scope: 'orders:read',
    rate: 'read',
    idempotency: 'safe',
    problems: [problems.notFound],
  }),
};
