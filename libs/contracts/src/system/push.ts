// Web push as part of system/notification: a message to one device, encrypted for it (RFC 8291) and signed by us
// (RFC 8292), and the key by which a browser knows that it is ours.
import { Choice, Integer, JsonMap, One, Shape, Text } from '../field.js';
import { PushKey, PushSubscriptionKeys } from '../canonical/device.js';
import { WriteOutcome } from '../canonical/outcome.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

/** The reason of a rejected push when the device has unsubscribed: forget the subscription. */
export const PUSH_GONE = 'gone';
const URGENCIES = ['very-low', 'low', 'normal', 'high'] as const;

@Shape('How a push is treated on the way.')
export class PushOptions {
  @Integer({ doc: 'Seconds the push service keeps it for a device that is away.', max: 2_419_200, example: 86_400 })
  ttlSeconds: number;

  @Choice(URGENCIES, { doc: 'How urgent it is.', example: 'normal' })
  urgency: string;

  @Text({ doc: 'A later message of the same topic replaces one that still waits (RFC 8030).', optional: true, max: 32,
    pattern: /^[\w-]{1,32}$/ })
  topic?: string;
}

@Shape('A message to one device.')
export class PushMessage {
  @Text({ doc: 'Message id chosen by the caller; a device can tell a repetition by it.', max: 60,
    pattern: /^msg_[0-9a-f]{32}$/, example: 'msg_0197c0de00007000800000000000000a' })
  messageId: string;

  @Text({ doc: 'Order or return it is about.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  subject: string;

  @Text({ doc: 'Where the push service takes messages for the device.', max: 2_000, format: 'uri' })
  endpoint: string;

  @One(() => PushSubscriptionKeys, { doc: 'Keys of the device.' })
  keys: PushSubscriptionKeys;

  @JsonMap({ doc: 'What it says; at most 3,000 bytes as JSON.' })
  payload: Record<string, unknown>;

  @One(() => PushOptions, { doc: 'How it is treated on the way.' })
  options: PushOptions;
}

export const pushOperations = {
  getPushKey: operation({
    method: 'GET',
    path: '/push-key',
    summary: 'Read the public key of our pushes',
    answer: PushKey,
    scope: 'notification:read',
    rate: 'read',
    idempotency: 'safe',
  }),
  sendPush: operation({
    method: 'POST',
    path: '/pushes',
    summary: 'Push a message to one device',
    description: 'Rejected with the reason `gone` when the device has unsubscribed; uncertain ones may be repeated: '
      + 'the device tells a repetition by the message id.',
    body: PushMessage,
    answer: WriteOutcome,
    scope: 'notification:write',
    rate: 'status',
    idempotency: 'natural',
    problems: [problems.vendorUnavailable, problems.unprocessable],
  }),
};
