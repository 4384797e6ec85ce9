// Events of the backbone itself: that a connected system holds work up, whom that concerns, and that it is over.
import { Flag, Integer, Many, Shape, Text, Texts, Timestamp } from '../field.js';
import { CutOffForecast } from '../system/erp-queue.js';
import { event } from './event-spec.js';

const SINCE = '0.1.0';
/** Orders an alert names; the rest is read from the queue. */
export const ALERT_ORDERS_MAX = 50;

@Shape('A connected system and what waits for it.')
class AboutVendor {
  @Text({ doc: 'Connected system.', max: 40, example: 'sap' }) vendor: string;
}

@Shape('Work for a connected system is held up.')
class BackboneDegraded extends AboutVendor {
  @Timestamp({ doc: 'Since when the oldest order waits.' }) since: string;
  @Text({ doc: 'Why, in words.', max: 500, min: 0 }) reason: string;
  @Flag({ doc: 'True while an operator has paused it.' }) paused: boolean;
  @Integer({ doc: 'Orders that wait.' }) waiting: number;
  @Texts({ doc: 'The first of them; the others are read from the queue.', max: ALERT_ORDERS_MAX }) orders: string[];
  @Integer({ doc: 'Orders let through in a minute; 0 where none queue.' }) drainPerMinute: number;
  @Integer({ doc: 'Seconds between two checks whether it answers.', optional: true }) checkEverySeconds?: number;
  @Many(() => CutOffForecast, { doc: 'Cut-offs in danger, by location.', max: 200 }) forecast: CutOffForecast[];
}

@Shape('Nothing waits for a connected system any more.')
class BackboneRecovered extends AboutVendor {
  @Timestamp({ doc: 'Since when work had been held up.' }) since: string;
  @Integer({ doc: 'Seconds it lasted.' }) seconds: number;
}

@Shape('Orders were let through.')
class QueueReleased extends AboutVendor {
  @Texts({ doc: 'Order ids.', max: 1000 }) orders: string[];
}

export const backboneEvents = {
  'backbone.degraded.v1': event({
    title: 'Backbone degraded', since: SINCE, partitionKey: 'vendor', data: BackboneDegraded,
    doc: 'Orders wait for a connected system, or it says nothing of them. Told again when many more wait or when '
      + 'cut-offs come into danger.',
  }),
  'backbone.recovered.v1': event({
    title: 'Backbone recovered', since: SINCE, partitionKey: 'vendor', data: BackboneRecovered,
    doc: 'The system answers and nothing waits for it any more.',
  }),
  'backbone.queue-released.v1': event({
    title: 'Queue released', since: SINCE, partitionKey: 'vendor', data: QueueReleased,
    doc: 'Waiting orders were let through to the connected system; each goes on by itself.',
  }),
};
