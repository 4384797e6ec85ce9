// The part of the control plane's contract that is about receiving events: webhook endpoints, their deliveries, and the
// dead letters of whoever could not take an event.
import { Choice, Flag, Integer, JsonMap, Many, One, Shape, Text, Texts, Timestamp } from './field.js';
import { operation } from './operation.js';
import { problems } from './problem.js';

const POSITION_MAX = 9_007_199_254_740_991;
const TYPES = { doc: 'Event types to deliver; empty or absent: all that your scopes let you see.', max: 100 };
const URL = { doc: 'Where to deliver: https, a public address.', max: 2000, example: 'https://shop.example.com/hooks' };
const DESCRIPTION = { doc: 'What it is for.', max: 200, example: 'Order updates for the shop' };
const REVISION = {
  doc: 'Dated revision (YYYY-MM-DD) of this endpoint: events come as they were then, with it as API-Version.', min: 10,
  max: 10, pattern: /^\d{4}-\d{2}-\d{2}$/,
};

@Shape('A new webhook endpoint.')
export class NewWebhookEndpoint {
  @Text({ ...URL, format: 'uri' }) url: string;
  @Text({ ...DESCRIPTION, optional: true, min: 0 }) description?: string;
  @Texts({ ...TYPES, optional: true, example: ['order.shipped.v1'] }) types?: string[];
  @Text({ ...REVISION, optional: true }) revision?: string;
}

@Shape('Changes of a webhook endpoint; what is absent stays.')
export class WebhookEndpointChange {
  @Text({ ...URL, format: 'uri', optional: true }) url?: string;
  @Text({ ...DESCRIPTION, optional: true, min: 0 }) description?: string;
  @Texts({ ...TYPES, optional: true }) types?: string[];
  @Text({ ...REVISION, optional: true }) revision?: string;
  @Flag({ doc: 'False stops deliveries; true goes on where they stopped.', optional: true }) enabled?: boolean;
}

@Shape('Where a consumer wants events delivered.')
export class WebhookEndpoint {
  @Text({ doc: 'Endpoint id.', max: 60 }) id: string;
  @Text({ doc: 'Whose it is.', max: 100 }) consumer: string;
  @Text({ doc: 'Where to deliver.', max: 2000, format: 'uri' }) url: string;
  @Text({ doc: 'What it is for.', max: 200, min: 0 }) description: string;
  @Texts({ doc: 'Event types it gets; empty: all its consumer may see.', max: 100 }) types: string[];
  @Text({ doc: 'Pinned revision.', optional: true, max: 10 }) revision?: string;
  @Flag({ doc: 'Whether deliveries are made.' }) enabled: boolean;
  @Text({ doc: 'Why they are not.', optional: true, max: 500 }) disabledReason?: string;
  @Integer({ doc: 'Events up to this position are delivered, due or not for it.', max: POSITION_MAX }) position: number;
  @Integer({ doc: 'Failed attempts since the last success.' }) failures: number;
  @Timestamp({ doc: 'Until when it is left alone, because it asked for it or keeps failing.', optional: true })
  throttledUntil?: string;
  @Timestamp({ doc: 'Until when the previous secret signs too.', optional: true }) previousSecretUntil?: string;
  @Text({ doc: 'Signing secret (Standard Webhooks); shown only when it is made.', optional: true, max: 100 })
  secret?: string;
  @Timestamp({ doc: 'When it was made.' }) createdAt: string;
}

@Shape('Webhook endpoints, oldest first.')
export class WebhookEndpointPage {
  @Many(() => WebhookEndpoint, { doc: 'Endpoints.', max: 1000 }) endpoints: WebhookEndpoint[];
}

@Shape('Which webhook endpoint.')
export class WebhookEndpointId {
  @Text({ doc: 'Endpoint id.', max: 60, example: 'whe_0197c0de00007000800000000000000d' }) endpointId: string;
}

@Shape('How to rotate a secret.')
export class SecretRotation {
  @Integer({ doc: 'Seconds for which the old secret signs too.', optional: true, max: 604_800, example: 86_400 })
  overlapSeconds?: number;
}

@Shape('From where to deliver again.')
export class WebhookReplay {
  @Timestamp({ doc: 'Events recorded from then on.', optional: true }) from?: string;
  @Integer({ doc: 'Events after this position; wins over `from`.', optional: true, max: POSITION_MAX, example: 0 })
  after?: number;
}

@Shape('One try of a delivery.')
export class WebhookAttempt {
  @Timestamp({ doc: 'When it ended.' }) at: string;
  @Text({ doc: 'delivered, redirect, gone, throttled, refused, time-out, unreachable or forbidden.', max: 40 })
  outcome: string;
  @Integer({ doc: 'HTTP status.', optional: true, max: 999 }) status?: number;
  @Integer({ doc: 'How long it took, in milliseconds.' }) durationMs: number;
  @Text({ doc: 'What came back, or the error.', optional: true, max: 1000 }) detail?: string;
}

@Shape('One event for one endpoint.')
export class WebhookDelivery {
  @Integer({ doc: 'Position of the event in the log: its id within the endpoint.', max: POSITION_MAX })
  position: number;
  @Text({ doc: 'Event id: the webhook-id of every attempt.', max: 60 }) eventId: string;
  @Text({ doc: 'Event type.', max: 100 }) type: string;
  @Choice(['pending', 'delivered', 'dead', 'discarded'], { doc: 'State.' }) state: string;
  @Integer({ doc: 'Attempts so far.' }) attempts: number;
  @Timestamp({ doc: 'When the next attempt is due.', optional: true }) nextAt?: string;
  @Text({ doc: 'Why the last attempt failed.', optional: true, max: 500 }) cause?: string;
  @Many(() => WebhookAttempt, { doc: 'Attempts, newest first.', max: 50 }) log: WebhookAttempt[];
}

@Shape('Deliveries of an endpoint, newest first.')
export class WebhookDeliveryPage {
  @Many(() => WebhookDelivery, { doc: 'Deliveries.', max: 100 }) deliveries: WebhookDelivery[];
  @Integer({ doc: 'Ask with `before` for the next page; absent on the last.', optional: true, max: POSITION_MAX })
  next?: number;
}

@Shape('Which deliveries.')
export class WebhookDeliveryQuery extends WebhookEndpointId {
  @Choice(['pending', 'delivered', 'dead', 'discarded'], { doc: 'Only in this state.', optional: true })
  state?: string;
  @Integer({ doc: 'Only older positions than this.', optional: true, max: POSITION_MAX }) before?: number;
  @Integer({ doc: 'Deliveries a page.', optional: true, min: 1, max: 100, example: 50 }) limit?: number;
}

@Shape('Which delivery.')
export class WebhookDeliveryId extends WebhookEndpointId {
  @Integer({ doc: 'Position of the event.', max: POSITION_MAX, example: 1 }) position: number;
}

@Shape('Nothing to say.')
export class Done {
  @Flag({ doc: 'Always true.' }) done: boolean;
}

@Shape('An event somebody could not take, and why.')
export class DeadLetter {
  @Text({ doc: 'Who: a consumer of ours by name, or `webhook <endpoint id>`.', max: 200 }) consumer: string;
  @Integer({ doc: 'Position of the event.', max: POSITION_MAX }) position: number;
  @Text({ doc: 'Event id.', max: 60 }) eventId: string;
  @Text({ doc: 'Event type.', max: 100 }) type: string;
  @Text({ doc: 'Order, return or SKU.', max: 200 }) subject: string;
  @Integer({ doc: 'Attempts.' }) attempts: number;
  @Text({ doc: 'The last error.', max: 4000 }) cause: string;
  @Text({ doc: 'The same for all that failed alike.', max: 200 }) causeGroup: string;
  @Timestamp({ doc: 'When it was put aside.' }) failedAt: string;
  @Choice(['dead', 'retrying', 'resolved', 'discarded'], { doc: 'State.' }) state: string;
  @JsonMap({ doc: 'Data put in place of the event\'s own.', optional: true }) data?: Record<string, unknown>;
  @Text({ doc: 'Who decided last.', optional: true, max: 100 }) decidedBy?: string;
}

@Shape('Dead letters that failed alike.')
export class DeadLetterGroup {
  @Text({ doc: 'Who could not take them.', max: 200 }) consumer: string;
  @Text({ doc: 'Cause.', max: 200 }) causeGroup: string;
  @Integer({ doc: 'How many.' }) count: number;
  @Timestamp({ doc: 'The oldest.' }) oldestAt: string;
  @Timestamp({ doc: 'The newest.' }) newestAt: string;
}

@Shape('Dead letters, oldest first, and the groups of all that are open.')
export class DeadLetterPage {
  @Many(() => DeadLetterGroup, { doc: 'By who and cause, largest first.', max: 200 }) groups: DeadLetterGroup[];
  @Many(() => DeadLetter, { doc: 'Dead letters.', max: 200 }) deadLetters: DeadLetter[];
}

@Shape('Which dead letters.')
export class DeadLetterQuery {
  @Text({ doc: 'Only of this consumer.', optional: true, max: 200 }) consumer?: string;
  @Text({ doc: 'Only with this cause.', optional: true, max: 200 }) causeGroup?: string;
  @Choice(['dead', 'retrying', 'resolved', 'discarded'], { doc: 'State; default dead.', optional: true })
  state?: string;
}

@Shape('One dead letter, or with a cause all that failed alike.')
export class DeadLetterChoice {
  @Text({ doc: 'Who could not take it.', max: 200, example: 'process/orders customer sync' }) consumer: string;
  @Integer({ doc: 'Position of the one event.', optional: true, max: POSITION_MAX, example: 1 }) position?: number;
  @Text({ doc: 'Cause: all open ones with it.', optional: true, max: 200 }) causeGroup?: string;
}

@Shape('An edit of a dead letter.')
export class DeadLetterEdit {
  @Text({ doc: 'Who could not take it.', max: 200, example: 'process/orders customer sync' }) consumer: string;
  @Integer({ doc: 'Position of the event.', max: POSITION_MAX, example: 1 }) position: number;
  @JsonMap({ doc: 'Data to deliver in place of the event\'s own; the log keeps what happened.',
    example: { orderId: 'ord_0197c0de00007000800000000000000a' } })
  data: Record<string, unknown>;
}

@Shape('How many dead letters it was.')
export class DeadLettersDecided {
  @Integer({ doc: 'Dead letters.' }) count: number;
}

@Shape('What a test delivery brought.')
export class WebhookTest {
  @One(() => WebhookAttempt, { doc: 'The attempt.' }) attempt: WebhookAttempt;
}

const READ = { scope: 'events:read', rate: 'read', idempotency: 'safe' } as const;
const CHANGE = { scope: 'events:subscribe', rate: 'status', idempotency: 'natural' } as const;
const OPERATE = { scope: 'platform:operate', rate: 'status', idempotency: 'natural' } as const;

export const webhookOperations = {
  createWebhookEndpoint: operation({
    method: 'POST', path: '/webhooks', summary: 'Have events delivered to a URL', ...CHANGE, status: 201,
    body: NewWebhookEndpoint, answer: WebhookEndpoint,
    problems: [problems.invalidRequest, problems.stateConflict],
    description: 'Deliveries are CloudEvents signed as in Standard Webhooks 1.0.0 and begin with what happens next. '
      + 'The secret is in this answer only. A consumer has one endpoint per URL.',
    example: { url: 'https://shop.example.com/hooks', types: ['order.shipped.v1'] },
  }),
  listWebhookEndpoints: operation({
    method: 'GET', path: '/webhooks', summary: 'List your webhook endpoints', ...READ, answer: WebhookEndpointPage,
  }),
  getWebhookEndpoint: operation({
    method: 'GET', path: '/webhooks/{endpointId}', summary: 'Read a webhook endpoint', ...READ,
    params: WebhookEndpointId, answer: WebhookEndpoint, problems: [problems.notFound],
  }),
  updateWebhookEndpoint: operation({
    method: 'PATCH', path: '/webhooks/{endpointId}', summary: 'Change, enable or disable a webhook endpoint', ...CHANGE,
    params: WebhookEndpointId, body: WebhookEndpointChange, answer: WebhookEndpoint,
    problems: [problems.invalidRequest, problems.notFound, problems.stateConflict],
    description: 'Enabled again, an endpoint gets what happened meanwhile, as far as the log reaches back.',
    example: { enabled: true },
  }),
  deleteWebhookEndpoint: operation({
    method: 'DELETE', path: '/webhooks/{endpointId}', summary: 'Delete a webhook endpoint and its deliveries',
    ...CHANGE, params: WebhookEndpointId, answer: Done, problems: [problems.notFound],
  }),
  rotateWebhookSecret: operation({
    method: 'POST', path: '/webhooks/{endpointId}/secret', summary: 'Rotate the signing secret', ...CHANGE,
    params: WebhookEndpointId, body: SecretRotation, answer: WebhookEndpoint, problems: [problems.notFound],
    description: 'The new secret is in this answer only. For a day, or as long as you say, deliveries carry signatures '
      + 'of both.',
    example: { overlapSeconds: 86_400 },
  }),
  testWebhookEndpoint: operation({
    method: 'POST', path: '/webhooks/{endpointId}/test', summary: 'Deliver a signed test message now', ...CHANGE,
    params: WebhookEndpointId, answer: WebhookTest, problems: [problems.notFound],
    description: 'The message has type webhook.test.v1 and is not in the log.',
  }),
  replayWebhookEvents: operation({
    method: 'POST', path: '/webhooks/{endpointId}/replay', summary: 'Deliver past events again', ...CHANGE,
    params: WebhookEndpointId, body: WebhookReplay, answer: WebhookEndpoint,
    problems: [problems.invalidRequest, problems.notFound],
    description: 'From a date or a position on, in order and with their first webhook-id, as far as the log reaches '
      + 'back.',
    example: { after: 0 },
  }),
  listWebhookDeliveries: operation({
    method: 'GET', path: '/webhooks/{endpointId}/deliveries', summary: 'Read the delivery log of an endpoint', ...READ,
    params: WebhookDeliveryQuery, answer: WebhookDeliveryPage, problems: [problems.notFound],
  }),
  retryWebhookDelivery: operation({
    method: 'POST', path: '/webhooks/{endpointId}/deliveries/{position}/retry', summary: 'Deliver one event again now',
    ...CHANGE, params: WebhookDeliveryId, answer: WebhookDelivery,
    problems: [problems.notFound, problems.stateConflict],
  }),
};

export const deadLetterOperations = {
  listDeadLetters: operation({
    method: 'GET', path: '/dead-letters', summary: 'List what could not be handled, grouped by cause',
    scope: 'platform:read', rate: 'read', idempotency: 'safe', params: DeadLetterQuery, answer: DeadLetterPage,
  }),
  editDeadLetter: operation({
    method: 'PUT', path: '/dead-letters/data', summary: 'Edit the data a dead letter is tried again with', ...OPERATE,
    body: DeadLetterEdit, answer: DeadLetter, problems: [problems.notFound, problems.stateConflict],
    description: 'For consumers of ours only: what is delivered to others is what happened.',
  }),
  retryDeadLetters: operation({
    method: 'POST', path: '/dead-letters/retry', summary: 'Try one dead letter again, or a whole cause', ...OPERATE,
    body: DeadLetterChoice, answer: DeadLettersDecided, problems: [problems.invalidRequest],
  }),
  discardDeadLetters: operation({
    method: 'POST', path: '/dead-letters/discard', summary: 'Discard one dead letter, or a whole cause', ...OPERATE,
    body: DeadLetterChoice, answer: DeadLettersDecided, problems: [problems.invalidRequest],
  }),
};
