// The queue in front of the ERP: orders that wait while it is down, paused or being drained, and how operations steer
// it. Each waiting order keeps its place behind the earlier ones of its customer.
import { Choice, Flag, Integer, Many, One, Shape, Text, Texts, Timestamp } from '../field.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

/** Why an order waits. */
export const QUEUE_CAUSES = ['down', 'throttled', 'uncertain', 'paused', 'behind', 'draining'] as const;
export const QUEUE_STATES = ['open', 'down', 'draining', 'paused'] as const;
const REPLAY_MAX = 500;

@Shape('When a location\'s carrier takes the last parcels of a day.')
export class CarrierCutOff {
  @Text({ doc: 'Location id.', max: 40, example: 'WH-EU' }) locationId: string;
  @Text({ doc: 'Local time.', pattern: /^([01]\d|2[0-3]):[0-5]\d$/, min: 5, max: 5, example: '17:00' }) time: string;
  @Text({ doc: 'IANA time zone.', max: 60, example: 'Europe/Berlin' }) timeZone: string;
  @Texts({ doc: 'Days of the week, 1 is Monday.', min: 1, max: 7, maxLength: 1, example: ['1', '2', '3', '4', '5'] })
  days: string[];
}

@Shape('What the queue does to one location\'s next cut-off.')
export class CutOffForecast {
  @Text({ doc: 'Location id.', max: 40 }) locationId: string;
  @Timestamp({ doc: 'Next cut-off of its carrier.' }) cutOffAt: string;
  @Integer({ doc: 'Orders for it in the queue.' }) waiting: number;
  @Integer({ doc: 'Of these: pass the ERP after the cut-off at today\'s drain rate, if it answers from now on.' })
  missed: number;
  @Timestamp({ doc: 'The ERP must answer by then, or orders miss the cut-off; absent when some do already.',
    optional: true })
  backBy?: string;
}

@Shape('The queue in front of the ERP.')
export class ErpQueue {
  @Text({ doc: 'Connector.', max: 40, example: 'sap' }) vendor: string;
  @Choice(QUEUE_STATES, { doc: 'open: nothing waits; down: the ERP does not answer; draining; paused.' }) state: string;
  @Flag({ doc: 'True while an operator has paused it.' }) paused: boolean;
  @Timestamp({ doc: 'Since when the ERP has not answered.', optional: true }) downSince?: string;
  @Text({ doc: 'Why.', optional: true, max: 500 }) reason?: string;
  @Timestamp({ doc: 'When the ERP is asked again.', optional: true }) nextProbeAt?: string;
  @Integer({ doc: 'Orders let through in a minute when there is a queue.', min: 1, max: 60_000, example: 1200 })
  drainPerMinute: number;
  @Integer({ doc: 'Seconds an order waits before operations are alerted.', max: 3600, example: 5 })
  alertAfterSeconds: number;
  @Integer({ doc: 'Orders that wait.' }) waiting: number;
  @Integer({ doc: 'Orders let through that have not come back yet.' }) released: number;
  @Timestamp({ doc: 'Since when the oldest order waits.', optional: true }) oldestSince?: string;
  @Many(() => CarrierCutOff, { doc: 'Cut-offs of the carriers.', max: 200 }) cutOffs: CarrierCutOff[];
  @Many(() => CutOffForecast, { doc: 'Forecast by location.', max: 200 }) forecast: CutOffForecast[];
  @Integer({ doc: 'Grows with each change by an operator.' }) version: number;
}

@Shape('A change of the queue; what is absent stays.')
export class ChangeErpQueue {
  @Flag({ doc: 'Pause it or let it go on.', optional: true, example: false }) paused?: boolean;
  @Integer({ doc: 'Orders let through in a minute.', optional: true, min: 1, max: 60_000, example: 1200 })
  drainPerMinute?: number;
  @Integer({ doc: 'Seconds an order waits before operations are alerted.', optional: true, max: 3600, example: 5 })
  alertAfterSeconds?: number;
  @Many(() => CarrierCutOff, { doc: 'All cut-offs.', optional: true, max: 200 }) cutOffs?: CarrierCutOff[];
  @Text({ doc: 'Why; it is kept in the audit log.', max: 500, example: 'Peak is over' }) reason: string;
}

@Shape('An order that waits for the ERP.')
export class WaitingOrder {
  @Text({ doc: 'Order id.', max: 60 }) reference: string;
  @Text({ doc: 'Order number for people.', max: 20 }) orderNumber: string;
  @Text({ doc: 'What it keeps its order by: its customer, or itself for a guest.', max: 60 }) key: string;
  @Integer({ doc: 'Place; also the cursor of pages.', max: Number.MAX_SAFE_INTEGER }) position: number;
  @Texts({ doc: 'Locations that will fulfil it.', max: 50 }) locations: string[];
  @Choice(QUEUE_CAUSES, { doc: 'Why it waits.' }) cause: string;
  @Text({ doc: 'In words.', optional: true, max: 500 }) reason?: string;
  @Timestamp({ doc: 'Since when.' }) since: string;
  @Integer({ doc: 'Times it was refused or held.' }) tries: number;
  @Timestamp({ doc: 'When it was last let through.', optional: true }) releasedAt?: string;
}

@Shape('Orders that wait for the ERP, first come first.')
export class WaitingOrderPage {
  @Many(() => WaitingOrder, { doc: 'Orders.' }) orders: WaitingOrder[];
  @Integer({ doc: 'Give it as `after` for the next page.', optional: true, max: Number.MAX_SAFE_INTEGER })
  next?: number;
}

@Shape('Which waiting orders.')
export class WaitingOrderQuery {
  @Choice(QUEUE_CAUSES, { doc: 'Cause.', optional: true }) cause?: string;
  @Integer({ doc: 'Position of the last order one has.', optional: true, max: Number.MAX_SAFE_INTEGER })
  after?: number;
  @Integer({ doc: 'Page size.', optional: true, min: 1, max: 200, example: 50 }) limit?: number;
}

@Shape('Which waiting orders go now, also while the queue is paused: those that match all that is given.')
export class ReplayErpQueue {
  @Texts({ doc: 'Order ids.', optional: true, min: 1, max: REPLAY_MAX, maxLength: 60 }) references?: string[];
  @Choice(QUEUE_CAUSES, { doc: 'Cause.', optional: true, example: 'down' }) cause?: string;
  @Timestamp({ doc: 'Waiting since this moment or later.', optional: true }) from?: string;
  @Timestamp({ doc: 'Waiting since before this moment.', optional: true }) to?: string;
  @Text({ doc: 'Why; it is kept in the audit log.', max: 500, example: 'The ERP confirmed that it is back' })
  reason: string;
}

@Shape('What was let through.')
export class ReplayedErpQueue {
  @Integer({ doc: 'Orders let through; at most 500 at a time, earlier ones of the same customer go first.' })
  released: number;
  @Texts({ doc: 'Order ids.', max: REPLAY_MAX, maxLength: 60 }) references: string[];
  @One(() => ErpQueue, { doc: 'The queue after it.' }) queue: ErpQueue;
}

export const erpQueueOperations = {
  getQueue: operation({
    method: 'GET', path: '/queue', summary: 'The queue in front of the ERP, and the cut-offs it endangers',
    answer: ErpQueue, scope: 'erp:read', rate: 'read', idempotency: 'safe',
  }),
  listQueue: operation({
    method: 'GET', path: '/queue/orders', summary: 'Orders that wait for the ERP', params: WaitingOrderQuery,
    answer: WaitingOrderPage, scope: 'erp:read', rate: 'read', idempotency: 'safe',
  }),
  changeQueue: operation({
    method: 'PATCH', path: '/queue', summary: 'Pause, resume, or change the drain rate and the cut-offs',
    body: ChangeErpQueue, answer: ErpQueue, scope: 'erp:operate', rate: 'status', idempotency: 'natural',
    problems: [problems.unprocessable],
    example: { drainPerMinute: 1200, paused: false, reason: 'Peak is over' },
  }),
  replayQueue: operation({
    method: 'POST', path: '/queue/replay', summary: 'Let some of the waiting orders through now', body: ReplayErpQueue,
    answer: ReplayedErpQueue, status: 200, scope: 'erp:operate', rate: 'status', idempotency: 'natural',
    example: { cause: 'down', reason: 'The ERP confirmed that it is back' },
    description: 'Selected orders, those of a cause or of a time range; the drain rate does not count for them.',
  }),
};
