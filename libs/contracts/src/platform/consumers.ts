// Contract of the control plane, consumers: signing up, keys and subscriptions of one's own, and the API owner's view
// of all of them.
import { Choice, Flag, Integer, JsonMap, Many, Shape, Text, Texts, Timestamp } from '../field.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

const ENVIRONMENTS = ['sandbox', 'live'];
const CONSUMER_STATES = ['active', 'suspended', 'closed'];
const EMAIL = /^[^@\s]{1,64}@[^@\s]{1,190}$/;

@Shape('A calling application.')
export class ConsumerAccount {
  @Text({ doc: 'Consumer id, also its OAuth client id.', max: 100, example: 'storefront-demo' }) id: string;
  @Text({ doc: 'Name.', max: 100 }) name: string;
  @Text({ doc: 'E-mail address of its owner.', max: 255 }) ownerEmail: string;
  @Text({ doc: 'What it is for.', max: 500, min: 0 }) purpose: string;
  @Choice(CONSUMER_STATES, { doc: 'State.' }) state: string;
  @Choice(['demo', 'file', 'portal', 'owner'], { doc: 'Where it came from.' }) origin: string;
  @Text({ doc: 'Foreign issuer its tokens come from.', optional: true, max: 500 }) issuer?: string;
  @Texts({ doc: 'Scopes of its own, beside those of its plans.', max: 100 }) scopes: string[];
  @JsonMap({ doc: 'Limits of its own, beside those of its plans.', optional: true }) limits?: Record<string, unknown>;
  @Texts({ doc: 'SHA-256 (hex) of the only GraphQL documents it may send; absent: any.', optional: true, max: 1000 })
  trustedDocuments?: string[];
  @Timestamp({ doc: 'When it was created.' }) createdAt: string;
  @Text({ doc: 'Version, for If-Match.', example: '"1"', max: 100 }) etag: string;
}

@Shape('A page of consumers.')
export class ConsumerPage {
  @Many(() => ConsumerAccount, { doc: 'Consumers.' }) consumers: ConsumerAccount[];
  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 400 }) next?: string;
}

@Shape('Which consumers.')
export class ConsumerQuery {
  @Choice(CONSUMER_STATES, { doc: 'Only in this state.', optional: true }) state?: string;
  @Text({ doc: 'Opaque cursor of the next page, from `next`.', optional: true, max: 400 }) cursor?: string;
  @Integer({ doc: 'Consumers a page.', optional: true, min: 1, max: 200, example: 50 }) limit?: number;
}

@Shape('Which consumer.')
export class ConsumerPath {
  @Text({ doc: 'Consumer id.', max: 100, example: 'storefront-demo' }) consumerId: string;
}

@Shape('Somebody signs up.')
export class SignUp {
  @Text({ doc: 'Name of the application.', max: 100, example: 'Garden Shop' }) name: string;
  @Text({ doc: 'E-mail address of its owner.', max: 255, pattern: EMAIL, example: 'ada@garden.example' })
  ownerEmail: string;
  @Text({ doc: 'What it is for.', max: 500, example: 'Sells our garden tools in its own shop' }) purpose: string;
}

@Shape('Credentials of a new consumer. Secrets are told once: a repeated request is answered without them.')
export class SignedUp {
  @Text({ doc: 'Consumer id, also its OAuth client id.', max: 100 }) consumerId: string;
  @Text({ doc: 'OAuth client secret.', max: 100, optional: true }) clientSecret?: string;
  @Text({ doc: 'Sandbox API key.', max: 100, optional: true }) apiKey?: string;
  @Texts({ doc: 'Sandbox plans it is subscribed to.', max: 100 }) plans: string[];
  @Texts({ doc: 'Scopes it has.', max: 200 }) scopes: string[];
}

@Shape('A new consumer by the API owner.')
export class NewConsumer {
  @Text({ doc: 'Consumer id, also its OAuth client id.', max: 100, min: 3, pattern: /^[\x21-\x7e]{3,100}$/,
    example: 'wholesale-hub' }) id: string;
  @Text({ doc: 'Name.', max: 100, example: 'Wholesale hub' }) name: string;
  @Text({ doc: 'E-mail address of its owner.', max: 255, pattern: EMAIL, example: 'it@wholesale.example' })
  ownerEmail: string;
  @Text({ doc: 'What it is for.', max: 500, example: 'Orders of our wholesale customers' }) purpose: string;
  @Texts({ doc: 'Scopes of its own.', max: 100, optional: true }) scopes?: string[];
  @Text({ doc: 'Trusted foreign issuer its tokens come from; it then has no secret here.', optional: true, max: 500 })
  issuer?: string;
  @JsonMap({ doc: 'Public keys (RFC 7517) for private_key_jwt and the JWT bearer grant, in place of a secret.',
    optional: true }) jwks?: Record<string, unknown>;
  @Text({ doc: 'Why; kept in the audit log.', max: 500, example: 'Contract 2026-118' }) reason: string;
}

@Shape('What changes of a consumer; what is absent stays.')
export class ConsumerChange {
  @Text({ doc: 'Name.', max: 100, optional: true }) name?: string;
  @Choice(CONSUMER_STATES, { doc: 'State; a closed consumer stays closed.', optional: true, example: 'suspended' })
  state?: string;
  @Texts({ doc: 'Scopes of its own.', max: 100, optional: true }) scopes?: string[];
  @JsonMap({ doc: 'Limits of its own.', optional: true, example: { concurrency: 10 } })
  limits?: Record<string, unknown>;
  @Texts({ doc: 'SHA-256 (hex) of the only GraphQL documents it may send.', optional: true, max: 1000 })
  trustedDocuments?: string[];
  @Flag({ doc: 'True: it may send any GraphQL document again.', optional: true }) anyDocument?: boolean;
  @JsonMap({ doc: 'Public keys (RFC 7517).', optional: true }) jwks?: Record<string, unknown>;
  @Text({ doc: 'Why; kept in the audit log.', max: 500, example: 'Abuse reported' }) reason: string;
}

@Shape('An API key, without its secret.')
export class ApiKeyEntry {
  @Text({ doc: 'Key id.', max: 60 }) id: string;
  @Text({ doc: 'Consumer.', max: 100 }) consumer: string;
  @Text({ doc: 'Name.', max: 100 }) name: string;
  @Choice(ENVIRONMENTS, { doc: 'What it reaches.' }) environment: string;
  @Choice(['active', 'expired', 'revoked'], { doc: 'State.' }) state: string;
  @Text({ doc: 'Its last characters.', max: 10 }) hint: string;
  @JsonMap({ doc: 'Limits of its own, beside those of the subscription.', optional: true })
  limits?: Record<string, unknown>;
  @Timestamp({ doc: 'When it was created.' }) createdAt: string;
  @Timestamp({ doc: 'When it expires.' }) expiresAt: string;
  @Timestamp({ doc: 'When it was or will be revoked.', optional: true }) revokedAt?: string;
  @Text({ doc: 'The key that takes its place.', optional: true, max: 60 }) replacedBy?: string;
}

@Shape('API keys.')
export class ApiKeyList {
  @Many(() => ApiKeyEntry, { doc: 'Keys, newest first.' }) keys: ApiKeyEntry[];
}

@Shape('A new API key. Its secret is told once: a repeated request is answered without it.')
export class NewApiKeyAnswer {
  @Text({ doc: 'The key: send it as `Authorization: ApiKey <key>` or `x-api-key: <key>`.', optional: true, max: 100 })
  secret?: string;
  @Text({ doc: 'Key id.', max: 60 }) id: string;
  @Choice(ENVIRONMENTS, { doc: 'What it reaches.' }) environment: string;
  @Timestamp({ doc: 'When it expires.' }) expiresAt: string;
}

@Shape('A key to make.')
export class ApiKeyRequest {
  @Text({ doc: 'Name.', max: 100, example: 'laptop' }) name: string;
  @Choice(ENVIRONMENTS, { doc: 'What it reaches: sandbox keys only sandbox-connected deployments; live keys need an '
    + 'accepted live subscription.', example: 'sandbox' }) environment: string;
  @Integer({ doc: 'Days until it expires.', min: 1, max: 730, optional: true, example: 90 }) days?: number;
  @JsonMap({ doc: 'Limits of its own, beside those of the subscription.', optional: true,
    example: { windows: [{ name: 'per-minute', quota: 100, seconds: 60 }] } }) limits?: Record<string, unknown>;
}

@Shape('How a key is replaced.')
export class ApiKeyRotation {
  @Integer({ doc: 'Seconds the old key still works.', min: 0, max: 2_592_000, example: 3600 }) overlapSeconds: number;
}

@Shape('Which key of one\'s own.')
export class ApiKeyPath {
  @Text({ doc: 'Key id.', max: 60 }) keyId: string;
}

@Shape('Which key of a consumer.')
export class ConsumerKeyPath extends ConsumerPath {
  @Text({ doc: 'Key id.', max: 60 }) keyId: string;
}

const read = { method: 'GET', rate: 'read', idempotency: 'safe' } as const;
const self = { scope: 'consumers:self' } as const;
const manage = { scope: 'consumers:manage' } as const;

export const consumerOperations = {
  signUp: operation({
    method: 'POST', path: '/sign-ups', summary: 'Sign up: a new consumer with sandbox credentials',
    description: 'Needs no credentials where SIGN_UP is `open`: a visitor acts as the consumer `portal`, whose limits '
      + 'the API owner sets, besides a limit for each address. The new consumer is subscribed to the sandbox plans at '
      + 'once.',
    body: SignUp, answer: SignedUp, status: 201, scope: 'consumers:register', visitors: true,
    rate: 'status', idempotency: 'committed',
    problems: [problems.notAllowedHere],
    example: { name: 'Garden Shop', ownerEmail: 'ada@garden.example', purpose: 'Sells our garden tools' },
  }),
  getMyConsumer: operation({
    ...read, ...self, path: '/me', summary: 'Read who I am as a consumer', answer: ConsumerAccount,
  }),
  listMyKeys: operation({ ...read, ...self, path: '/me/keys', summary: 'List my API keys', answer: ApiKeyList }),
  createMyKey: operation({
    ...self, method: 'POST', path: '/me/keys', summary: 'Create an API key; its secret is told once',
    body: ApiKeyRequest, answer: NewApiKeyAnswer, status: 201, rate: 'status', idempotency: 'committed',
    problems: [problems.stateConflict, problems.invalidPolicy],
    example: { name: 'laptop', environment: 'sandbox', days: 90 },
  }),
  rotateMyKey: operation({
    ...self, method: 'POST', path: '/me/keys/{keyId}/rotations', summary: 'Replace an API key, with overlap',
    params: ApiKeyPath, body: ApiKeyRotation, answer: NewApiKeyAnswer, status: 201, rate: 'status',
    idempotency: 'committed', problems: [problems.notFound, problems.stateConflict],
  }),
  revokeMyKey: operation({
    ...self, method: 'DELETE', path: '/me/keys/{keyId}', summary: 'Revoke an API key, everywhere within a second',
    params: ApiKeyPath, answer: ApiKeyEntry, rate: 'status', idempotency: 'natural', problems: [problems.notFound],
  }),
  listConsumers: operation({
    ...read, ...manage, path: '/consumers', summary: 'List consumers', params: ConsumerQuery, answer: ConsumerPage,
  }),
  createConsumer: operation({
    ...manage, method: 'POST', path: '/consumers', summary: 'Register a consumer; its secret is told once',
    body: NewConsumer, answer: SignedUp, status: 201, rate: 'status', idempotency: 'committed',
    problems: [problems.stateConflict],
    example: { id: 'wholesale-hub', name: 'Wholesale hub', ownerEmail: 'it@wholesale.example',
      purpose: 'Orders of our wholesale customers', scopes: ['orders:read'], reason: 'Contract 2026-118' },
  }),
  getConsumer: operation({
    ...read, ...manage, path: '/consumers/{consumerId}', summary: 'Read a consumer', params: ConsumerPath,
    answer: ConsumerAccount, problems: [problems.notFound],
  }),
  changeConsumer: operation({
    ...manage, method: 'PATCH', path: '/consumers/{consumerId}', summary: 'Change a consumer: state, scopes, limits',
    params: ConsumerPath, body: ConsumerChange, answer: ConsumerAccount, rate: 'status', idempotency: 'natural',
    ifMatch: 'required', problems: [problems.notFound, problems.stateConflict, problems.invalidPolicy],
  }),
  listConsumerKeys: operation({
    ...read, ...manage, path: '/consumers/{consumerId}/keys', summary: "List a consumer's API keys",
    params: ConsumerPath, answer: ApiKeyList,
  }),
  revokeConsumerKey: operation({
    ...manage, method: 'DELETE', path: '/consumers/{consumerId}/keys/{keyId}', summary: "Revoke a consumer's API key",
    params: ConsumerKeyPath, answer: ApiKeyEntry, rate: 'status', idempotency: 'natural',
    problems: [problems.notFound],
  }),
};
