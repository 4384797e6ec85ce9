// Contract of system/notification: tell a customer something, once per message id; the words are templates by language.
import { Choice, Integer, JsonMap, Many, One, Shape, Text, Texts, Timestamp } from '../field.js';
import { WriteOutcome } from '../canonical/outcome.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';
import { pushOperations } from './push.js';

export const MESSAGE_TEMPLATES = [
  'splitShipment', 'backordered', 'repromised', 'backorderCancelled', 'substitutionProposed', 'substituted',
  'unitsCancelled', 'readyForPickup', 'pickupReminder', 'pickupExpired',
] as const;

@Shape('Units a message speaks of.')
export class MessageLine {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Text({ doc: 'Name of the product.', optional: true })
  name?: string;

  @Integer({ doc: 'Units.', min: 1, example: 1 })
  quantity: number;
}

@Shape('What a message says, besides its template.')
export class MessageFacts {
  @Text({ doc: 'Order number for people.', max: 20, example: 'TL-7K3M-9QX2-40AB' })
  orderNumber: string;

  @Many(() => MessageLine, { doc: 'What it is about.', optional: true, max: 200 })
  lines?: MessageLine[];

  @Timestamp({ doc: 'When it is promised.', optional: true })
  promisedAt?: string;

  @Timestamp({ doc: 'Until when an answer counts, or goods are kept.', optional: true })
  until?: string;

  @Text({ doc: 'Product that is offered instead.', optional: true })
  substitute?: string;

  @Text({ doc: 'Store, or parcels, in words.', optional: true })
  place?: string;

  @Text({ doc: 'One-time code to show at the counter.', optional: true, max: 20, example: '482915' })
  code?: string;
}

@Shape('A message to a customer.')
export class NewMessage {
  @Text({ doc: 'Message id chosen by the caller: sent once, however often it is asked for.', max: 60,
    pattern: /^msg_[0-9a-f]{32}$/, example: 'msg_0197c0de00007000800000000000000a' })
  messageId: string;

  @Text({ doc: 'Order or return it is about.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  subject: string;

  @Choice(MESSAGE_TEMPLATES, { doc: 'Template.', example: 'backordered' })
  template: string;

  @Text({ doc: 'Language, ISO 639-1; one that we do not have is English.', pattern: /^[a-z]{2}$/, example: 'de' })
  language: string;

  @Text({ doc: 'E-mail address.', max: 254, pattern: /^[^@\s]+@[^@\s]+$/, example: 'ada@example.com' })
  to: string;

  @Text({ doc: 'Name of the customer.', optional: true, example: 'Ada Lovelace' })
  name?: string;

  @One(() => MessageFacts, { doc: 'What it says.' })
  facts: MessageFacts;
}

@Shape('Which message.')
export class MessageId {
  @Text({ doc: 'Message id.', max: 60, example: 'msg_0197c0de00007000800000000000000a' })
  messageId: string;
}

@Shape('A message and what became of it.')
export class Message extends NewMessage {
  @Choice(['pending', 'sent', 'rejected', 'uncertain'], { doc: 'What became of it.' })
  state: string;

  @Integer({ doc: 'How often it was given to the provider.' })
  attempts: number;

  @Text({ doc: 'Id at the provider: its Message-ID.', max: 200 })
  reference: string;

  @Text({ doc: 'Why it was rejected.', optional: true, max: 1_000 })
  reason?: string;

  @Timestamp({ doc: 'Last change.' })
  updatedAt: string;
}

@Shape('How a message reads.')
export class MessageText {
  @Text({ doc: 'Subject line.', max: 200 })
  subject: string;

  @Text({ doc: 'Plain text.', max: 20_000 })
  text: string;

  @Text({ doc: 'HTML.', max: 40_000 })
  html: string;

  @Text({ doc: 'Language it is in.', max: 2 })
  language: string;
}

@Shape('What the connected provider can do.')
export class NotificationCapabilities {
  @Text({ doc: 'Connector.', example: 'smtp' })
  connector: string;

  @Texts({ doc: 'Operations it supports: send, lookUp.', max: 20 })
  operations: string[];

  @JsonMap({ doc: 'Templates by name, with the languages each has.' })
  templates: Record<string, unknown>;
}

export const notificationApi = defineApi({
  name: 'system/notification',
  version: 1,
  title: 'Notifications',
  description: 'Messages to customers by templates; sent once per id, an uncertain one under its old Message-ID.',
  operations: {
    sendMessage: operation({
      method: 'POST',
      path: '/messages',
      summary: 'Send a message to a customer, once per id',
      body: NewMessage,
      answer: WriteOutcome,
      scope: 'notification:write',
      rate: 'status',
      idempotency: 'natural',
      problems: [problems.vendorUnavailable, problems.stateConflict],
      description:
        'uncertain: the provider took the message and did not say so. SMTP cannot be asked; when it is sent again it '
        + 'bears the same Message-ID, by which mailboxes show it once.',
      example: {
        messageId: 'msg_0197c0de00007000800000000000000a', subject: 'ord_0197c0de00007000800000000000000a',
        template: 'backordered', language: 'en', to: 'ada@example.com', name: 'Ada Lovelace',
        facts: { orderNumber: 'TL-7K3M-9QX2-40AB', lines: [{ sku: 'SKU-0001', quantity: 1 }] },
      },
    }),
    getMessage: operation({
      method: 'GET',
      path: '/messages/{messageId}',
      summary: 'Read a message and what became of it',
      params: MessageId,
      answer: Message,
      scope: 'notification:read',
      rate: 'read',
      idempotency: 'safe',
      problems: [problems.notFound],
    }),
    previewMessage: operation({
      method: 'POST',
      path: '/previews',
      summary: 'Show how a message would read',
      body: NewMessage,
      answer: MessageText,
      scope: 'notification:read',
      rate: 'read',
      idempotency: 'natural',
    }),
    ...pushOperations,
    getCapabilities: operation({
      method: 'GET',
      path: '/capabilities',
      summary: 'What the connected provider can do',
      answer: NotificationCapabilities,
      scope: 'notification:read',
      rate: 'read',
      idempotency: 'safe',
    }),
  },
});
