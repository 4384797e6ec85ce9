// Contract of the control plane, products: what is offered, on which plans, and who has subscribed to what.
import { Choice, Flag, Integer, JsonMap, Many, Shape, Text, Texts, Timestamp } from '../field.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

const ENVIRONMENTS = ['sandbox', 'live'];
const PLAN_STATES = ['staging', 'published', 'deprecated', 'closed'];
const SUBSCRIPTION_STATES = ['pending', 'accepted', 'paused', 'closed'];
const ID = /^[a-z][a-z0-9-]{1,58}$/;

@Shape('How much may be asked for on a plan.')
export class ApiPlan {
  @Text({ doc: 'Plan id.', max: 60, example: 'partner-standard' }) id: string;
  @Text({ doc: 'Product.', max: 60 }) product: string;
  @Text({ doc: 'Name.', max: 100 }) name: string;
  @Text({ doc: 'For whom it is.', max: 500 }) description: string;
  @Choice(PLAN_STATES, { doc: 'State: only published plans take new subscriptions.' }) state: string;
  @Choice(['automatic', 'manual'], { doc: 'Whether the API owner approves subscriptions.' }) approval: string;
  @Texts({ doc: 'Environments it is for: sandbox, live.', max: 2 }) environments: string[];
  @Texts({ doc: 'Scopes a subscriber gets.', max: 200 }) scopes: string[];
  @JsonMap({ doc: 'Limits: windows, spikeArrest, concurrency, operations.' }) limits: Record<string, unknown>;
  @Text({ doc: 'Version, for If-Match.', max: 100, example: '"1"' }) etag: string;
}

@Shape('A product: APIs that are subscribed to together.')
export class ApiProduct {
  @Text({ doc: 'Product id.', max: 60, example: 'partner' }) id: string;
  @Text({ doc: 'Name.', max: 100 }) name: string;
  @Text({ doc: 'What it is.', max: 500 }) description: string;
  @Texts({ doc: 'APIs by catalog name; `process/*` means a layer.', max: 100 }) apis: string[];
  @Many(() => ApiPlan, { doc: 'Plans.' }) plans: ApiPlan[];
}

@Shape('The products.')
export class ApiProductList {
  @Many(() => ApiProduct, { doc: 'Products.' }) products: ApiProduct[];
}

@Shape('An API version that a product gives access to.')
export class OfferedApi {
  @Text({ doc: 'API and major version, as in its document.', max: 80, example: 'storefront.v2' }) api: string;
  @Text({ doc: 'Title.' }) title: string;
  @Text({ doc: 'What it is for.', max: 2000 }) description: string;
  @Text({ doc: 'Where it is served.', example: '/storefront/v2' }) basePath: string;
  @Text({ doc: 'Its OpenAPI document.' }) openapi: string;
  @Choice(['published', 'deprecated'], { doc: 'Lifecycle; a deprecated one takes nobody new.' }) lifecycle: string;
  @Timestamp({ doc: 'When it ends.', optional: true }) sunsetAt?: string;
  @Text({ doc: 'Base path of the version that follows.', optional: true }) successor?: string;
}

@Shape('A product as it is offered.')
export class OfferedApiProduct {
  @Text({ doc: 'Product id.', max: 60, example: 'partner' }) id: string;
  @Text({ doc: 'Name.', max: 100 }) name: string;
  @Text({ doc: 'What it is.', max: 500 }) description: string;
  @Flag({ doc: 'False when all its APIs are deprecated: it takes nobody new.' }) takesNew: boolean;
  @Many(() => OfferedApi, { doc: 'API versions.', max: 100 }) apis: OfferedApi[];
  @Many(() => ApiPlan, { doc: 'Published plans.' }) plans: ApiPlan[];
}

@Shape('What is offered to everybody.')
export class ApiOffer {
  @Flag({ doc: 'Whether signing up is open.' }) signUp: boolean;
  @Many(() => OfferedApiProduct, { doc: 'Products.' }) products: OfferedApiProduct[];
}

@Shape('A new product.')
export class NewApiProduct {
  @Text({ doc: 'Product id.', max: 60, pattern: ID, example: 'marketplace' }) id: string;
  @Text({ doc: 'Name.', max: 100, example: 'Marketplace' }) name: string;
  @Text({ doc: 'What it is.', max: 500, example: 'Order intake and stock for marketplaces' }) description: string;
  @Texts({ doc: 'APIs by catalog name; `process/*` means a layer.', min: 1, max: 100,
    example: ['experience/partner'] }) apis: string[];
  @Text({ doc: 'Why; kept in the audit log.', max: 500, example: 'New channel' }) reason: string;
}

@Shape('A new plan; it begins in staging.')
export class NewApiPlan {
  @Text({ doc: 'Plan id.', max: 60, pattern: ID, example: 'partner-gold' }) id: string;
  @Text({ doc: 'Product.', max: 60, example: 'partner' }) product: string;
  @Text({ doc: 'Name.', max: 100, example: 'Gold' }) name: string;
  @Text({ doc: 'For whom it is.', max: 500, example: 'For marketplaces with high volume' }) description: string;
  @Choice(['automatic', 'manual'], { doc: 'Whether the API owner approves subscriptions.', example: 'manual' })
  approval: string;
  @Texts({ doc: 'Environments it is for: sandbox, live.', min: 1, max: 2, example: ['live'] }) environments: string[];
  @Texts({ doc: 'Scopes a subscriber gets.', max: 200, example: ['orders:read'] }) scopes: string[];
  @JsonMap({ doc: 'Limits: windows, spikeArrest, concurrency, operations.',
    example: { windows: [{ name: 'per-second', quota: 500, seconds: 1 }] } }) limits: Record<string, unknown>;
  @Text({ doc: 'Why; kept in the audit log.', max: 500, example: 'Asked for by two marketplaces' }) reason: string;
}

@Shape('Which plan.')
export class PlanPath {
  @Text({ doc: 'Plan id.', max: 60, example: 'partner-standard' }) planId: string;
}

@Shape('What changes of a plan; what is absent stays.')
export class PlanChange {
  @Text({ doc: 'Name.', max: 100, optional: true }) name?: string;
  @Text({ doc: 'For whom it is.', max: 500, optional: true }) description?: string;
  @Choice(['automatic', 'manual'], { doc: 'Approval.', optional: true }) approval?: string;
  @Texts({ doc: 'Scopes a subscriber gets.', max: 200, optional: true }) scopes?: string[];
  @JsonMap({ doc: 'Limits; in force everywhere within a second.', optional: true,
    example: { windows: [{ name: 'per-second', quota: 100, seconds: 1 }] } }) limits?: Record<string, unknown>;
  @Text({ doc: 'Why; kept in the audit log.', max: 500, example: 'Peak season' }) reason: string;
}

@Shape('Where it goes.')
export class PlanTransition {
  @Choice(PLAN_STATES, { doc: 'staging → published → deprecated → closed; closing ends its subscriptions.',
    example: 'deprecated' }) to: string;
  @Text({ doc: 'Why; kept in the audit log.', max: 500, example: 'Replaced by Gold' }) reason: string;
}

@Shape('Limits to try.')
export class PlanTrial {
  @JsonMap({ doc: 'Limits.', example: { windows: [{ name: 'per-second', quota: 100, seconds: 1 }] } })
  limits: Record<string, unknown>;
}

@Shape('One difference between two documents.')
export class DocumentDifference {
  @Text({ doc: 'JSON pointer.', max: 500, min: 0 }) pointer: string;
  @Text({ doc: 'Value before, as JSON; absent: it was not there.', optional: true, max: 10_000 }) before?: string;
  @Text({ doc: 'Value after, as JSON; absent: it goes.', optional: true, max: 10_000 }) after?: string;
}

@Shape('What a change would do; nothing is changed.')
export class ChangePreview {
  @Choice(['valid', 'invalid'], { doc: 'Whether it may be put in force.' }) verdict: string;
  @Texts({ doc: 'What is wrong with it.', max: 50, maxLength: 500 }) faults: string[];
  @Many(() => DocumentDifference, { doc: 'Differences to what is in force.', max: 1000 })
  differences: DocumentDifference[];
  @Texts({ doc: 'Whom it concerns: consumers with a subscription (the first 200).', max: 200 }) consumers: string[];
  @Texts({ doc: 'Consumers that use more now than it would allow, with the limit (the first 200).', max: 200,
    maxLength: 500 }) exceeding: string[];
}

@Shape('A subscription of a consumer to a plan.')
export class PlanSubscription {
  @Text({ doc: 'Subscription id.', max: 60 }) id: string;
  @Text({ doc: 'Consumer.', max: 100 }) consumer: string;
  @Text({ doc: 'Product.', max: 60 }) product: string;
  @Text({ doc: 'Plan.', max: 60 }) plan: string;
  @Choice(ENVIRONMENTS, { doc: 'Environment.' }) environment: string;
  @Choice(SUBSCRIPTION_STATES, { doc: 'State.' }) state: string;
  @Text({ doc: 'Why it was asked for or decided so.', max: 500, min: 0 }) reason: string;
  @JsonMap({ doc: 'Limits in place of those of the plan.', optional: true }) limits?: Record<string, unknown>;
  @Text({ doc: 'Who decided.', optional: true, max: 100 }) decidedBy?: string;
  @Timestamp({ doc: 'When it was decided.', optional: true }) decidedAt?: string;
  @Timestamp({ doc: 'When it was asked for.' }) createdAt: string;
  @Text({ doc: 'Version.', max: 100, example: '"1"' }) etag: string;
}

@Shape('A page of subscriptions.')
export class SubscriptionPage {
  @Many(() => PlanSubscription, { doc: 'Subscriptions.' }) subscriptions: PlanSubscription[];
  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 400 }) next?: string;
}

@Shape('Which subscriptions.')
export class SubscriptionQuery {
  @Choice(SUBSCRIPTION_STATES, { doc: 'Only in this state.', optional: true, example: 'pending' }) state?: string;
  @Text({ doc: 'Only of this consumer.', optional: true, max: 100 }) consumer?: string;
  @Text({ doc: 'Only of this plan.', optional: true, max: 60 }) plan?: string;
  @Text({ doc: 'Opaque cursor of the next page, from `next`.', optional: true, max: 400 }) cursor?: string;
  @Integer({ doc: 'Subscriptions a page.', optional: true, min: 1, max: 200, example: 50 }) limit?: number;
}

@Shape('A subscription to ask for.')
export class SubscriptionRequest {
  @Text({ doc: 'Plan.', max: 60, example: 'partner-standard' }) plan: string;
  @Choice(ENVIRONMENTS, { doc: 'sandbox, or live to ask for production.', example: 'live' }) environment: string;
  @Text({ doc: 'What for; the API owner reads it.', max: 500, example: 'We go live in May' }) reason: string;
}

@Shape('Which subscription.')
export class SubscriptionPath {
  @Text({ doc: 'Subscription id.', max: 60 }) subscriptionId: string;
}

@Shape('The decision about a subscription.')
export class SubscriptionTransition {
  @Choice(SUBSCRIPTION_STATES, { doc: 'pending → accepted ⇄ paused; any → closed.', example: 'accepted' })
  to: string;
  @JsonMap({ doc: 'Limits in place of those of the plan.', optional: true }) limits?: Record<string, unknown>;
  @Text({ doc: 'Why; kept in the audit log.', max: 500, example: 'Checked with sales' }) reason: string;
}

const read = { method: 'GET', rate: 'read', idempotency: 'safe' } as const;
const change = { method: 'POST', rate: 'status', idempotency: 'committed' } as const;
const self = { scope: 'consumers:self' } as const;
const manage = { scope: 'consumers:manage' } as const;

export const productOperations = {
  getOffer: operation({
    ...read, path: '/offer', summary: 'Read what is offered: products, APIs and plans', answer: ApiOffer, scope: null,
    description: 'The portal\'s catalogue, for everybody.',
  }),
  listApiProducts: operation({
    ...read, ...self, path: '/products', summary: 'List products and their plans',
    description: 'Consumers see published plans, holders of consumers:manage all of them.', answer: ApiProductList,
  }),
  createApiProduct: operation({
    ...change, ...manage, path: '/products', summary: 'Create a product', body: NewApiProduct, answer: ApiProduct,
    status: 201, problems: [problems.stateConflict],
    example: { id: 'marketplace', name: 'Marketplace', description: 'Order intake for marketplaces',
      apis: ['experience/partner'], reason: 'New channel' },
  }),
  createPlan: operation({
    ...change, ...manage, path: '/plans', summary: 'Create a plan', body: NewApiPlan, answer: ApiPlan, status: 201,
    problems: [problems.stateConflict, problems.notFound, problems.invalidPolicy],
  }),
  getPlan: operation({
    ...read, ...manage, path: '/plans/{planId}', summary: 'Read a plan', params: PlanPath, answer: ApiPlan,
    problems: [problems.notFound],
  }),
  changePlan: operation({
    ...manage, method: 'PATCH', path: '/plans/{planId}', summary: 'Change a plan: its limits, in force at once',
    params: PlanPath, body: PlanChange, answer: ApiPlan, rate: 'status', idempotency: 'natural', ifMatch: 'required',
    problems: [problems.notFound, problems.stateConflict, problems.invalidPolicy],
  }),
  tryPlanLimits: operation({
    ...manage, method: 'POST', path: '/plans/{planId}/trials', summary: 'See what other limits of a plan would do',
    params: PlanPath, body: PlanTrial, answer: ChangePreview, rate: 'read', idempotency: 'natural',
    problems: [problems.notFound],
  }),
  movePlan: operation({
    ...change, ...manage, path: '/plans/{planId}/transitions', summary: 'Publish, deprecate or close a plan',
    params: PlanPath, body: PlanTransition, answer: ApiPlan, problems: [problems.notFound, problems.stateConflict],
  }),
  listMySubscriptions: operation({
    ...read, ...self, path: '/me/subscriptions', summary: 'List my subscriptions', answer: SubscriptionPage,
  }),
  subscribe: operation({
    ...change, ...self, path: '/me/subscriptions', summary: 'Subscribe to a plan, or ask for production',
    body: SubscriptionRequest, answer: PlanSubscription, status: 201,
    problems: [problems.notFound, problems.stateConflict],
  }),
  closeMySubscription: operation({
    ...self, method: 'DELETE', path: '/me/subscriptions/{subscriptionId}', summary: 'End a subscription of mine',
    params: SubscriptionPath, answer: PlanSubscription, rate: 'status', idempotency: 'natural',
    problems: [problems.notFound],
  }),
  listSubscriptions: operation({
    ...read, ...manage, path: '/subscriptions', summary: 'List subscriptions, e.g. those that wait for approval',
    params: SubscriptionQuery, answer: SubscriptionPage,
  }),
  decideSubscription: operation({
    ...change, ...manage, path: '/subscriptions/{subscriptionId}/transitions',
    summary: 'Accept, refuse, pause or end a subscription', params: SubscriptionPath, body: SubscriptionTransition,
    answer: PlanSubscription, problems: [problems.notFound, problems.stateConflict, problems.invalidPolicy],
  }),
};
