// Contract of process/tracking: devices that are told how an order goes on, by web push, until it is done or they
// unsubscribe.
import { One, Shape, Text, Timestamp } from '../field.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';
import { Acknowledgement } from '../canonical/outcome.js';
import { PushKey, PushSubscriptionKeys } from '../canonical/device.js';

@Shape('Which order is tracked.')
export class TrackedOrder {
  @Text({ doc: 'Order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;
}

@Shape('A device that wants to be told, as PushManager.subscribe gives it.')
export class NewPushSubscription {
  @Text({ doc: 'Where the push service takes messages for the device.', max: 2_000, format: 'uri',
    example: 'https://push.example.com/send/abc' })
  endpoint: string;

  @One(() => PushSubscriptionKeys, { doc: 'Keys of the device.' })
  keys: PushSubscriptionKeys;

  @Text({ doc: 'Language of the words, ISO 639-1; one that we do not have is English.', optional: true, max: 2,
    pattern: /^[a-z]{2}$/, example: 'de' })
  language?: string;
}

@Shape('A device that is told.')
export class PushSubscription {
  @Text({ doc: 'Subscription.', max: 60 })
  id: string;

  @Text({ doc: 'Order id.', max: 60 })
  orderId: string;

  @Text({ doc: 'Host of the push service.', max: 255 })
  service: string;

  @Timestamp({ doc: 'When it began.' })
  createdAt: string;

  @Timestamp({ doc: 'When it ends by itself.' })
  expiresAt: string;
}

@Shape('Which subscription.')
export class PushSubscriptionPath extends TrackedOrder {
  @Text({ doc: 'Subscription.', max: 60 })
  subscriptionId: string;
}

export const trackingApi = defineApi({
  name: 'process/tracking',
  version: 1,
  title: 'Tracking',
  description: 'Devices that follow an order by web push.',
  operations: {
    getPushKey: operation({
      method: 'GET', path: '/push-key', summary: 'Read the public key of our pushes', answer: PushKey,
      scope: 'orders:read', rate: 'read', idempotency: 'safe',
    }),
    subscribePush: operation({
      method: 'POST', path: '/orders/{orderId}/push-subscriptions', summary: 'Tell a device how an order goes on',
      description: 'The same device again is the same subscription, with its keys as sent last.',
      params: TrackedOrder, body: NewPushSubscription, answer: PushSubscription, status: 201,
      scope: 'events:subscribe', rate: 'status', idempotency: 'natural',
      problems: [problems.notFound, problems.unprocessable],
    }),
    unsubscribePush: operation({
      method: 'DELETE', path: '/orders/{orderId}/push-subscriptions/{subscriptionId}', summary: 'Tell it no longer',
      params: PushSubscriptionPath, answer: Acknowledgement, scope: 'events:subscribe', rate: 'status',
      idempotency: 'natural', problems: [problems.notFound],
    }),
  },
});
