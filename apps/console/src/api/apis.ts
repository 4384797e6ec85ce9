// Typed clients of the published APIs, made from their OpenAPI documents: they add the token and the time limit, and
// turn whatever is not a success into a ProblemError.
import createClient, { type Client, type Middleware } from 'openapi-fetch';
import type { components as ErpParts, paths as ErpPaths } from '../generated/erp.generated';
import type { Session } from '../session/session';
import type { components as OrderParts, paths as OrderPaths } from '../generated/orders.generated';
import type { components as PlatformParts, paths as PlatformPaths } from '../generated/platform.generated';
import type {
  components as ReconciliationParts, paths as ReconciliationPaths,
} from '../generated/reconciliation.generated';
import { ProblemError } from './problem';

export type Order = OrderParts['schemas']['Order'];
export type OrderLine = OrderParts['schemas']['OrderLine'];
export type Hold = OrderParts['schemas']['Hold'];
export type Money = OrderParts['schemas']['Money'];
export type CancelReason = OrderParts['schemas']['CancelOrder']['reason'];
export type Journey = PlatformParts['schemas']['Journey'];
export type JourneyEntry = PlatformParts['schemas']['JourneyEntry'];
export type ApiEntry = PlatformParts['schemas']['ApiEntry'];
export type Invariant = PlatformParts['schemas']['Invariant'];
export type ExceptionTask = PlatformParts['schemas']['ExceptionTask'];
export type TaskAction = PlatformParts['schemas']['TaskDecision']['action'];
export type TaskGroup = PlatformParts['schemas']['TaskGroup'];
export type GroupOutcome = PlatformParts['schemas']['GroupOutcome'];
export type ApiVersion = PlatformParts['schemas']['ApiVersion'];
export type OfferedApiProduct = PlatformParts['schemas']['OfferedApiProduct'];
export type ApiProduct = PlatformParts['schemas']['ApiProduct'];
export type ApiPlan = PlatformParts['schemas']['ApiPlan'];
export type ChangePreview = PlatformParts['schemas']['ChangePreview'];
export type PlanSubscription = PlatformParts['schemas']['PlanSubscription'];
export type ApiKeyEntry = PlatformParts['schemas']['ApiKeyEntry'];
export type NewApiKey = PlatformParts['schemas']['NewApiKeyAnswer'];
export type ConsumerAccount = PlatformParts['schemas']['ConsumerAccount'];
export type SignedUp = PlatformParts['schemas']['SignedUp'];
export type UsageRow = PlatformParts['schemas']['UsageRow'];
export type WebhookEndpoint = PlatformParts['schemas']['WebhookEndpoint'];
export type WebhookDelivery = PlatformParts['schemas']['WebhookDelivery'];
export type DeadLetterGroup = PlatformParts['schemas']['DeadLetterGroup'];
export type PolicyDocument = PlatformParts['schemas']['PolicyDocument'];
export type AuditEntry = PlatformParts['schemas']['AuditEntry'];
export type Correction = PlatformParts['schemas']['TaskCorrection'];

export type Kpi = PlatformParts['schemas']['Kpi'];
export type Difference = ReconciliationParts['schemas']['Difference'];
export type ErpQueue = ErpParts['schemas']['ErpQueue'];

export interface Apis {
  erp: Client<ErpPaths>;
  orders: Client<OrderPaths>;
  platform: Client<PlatformPaths>;
  reconciliation: Client<ReconciliationPaths>;
}

const REQUEST_TIMEOUT_MS = 20_000;

const options = {
  baseUrl: location.origin,
  fetch: (request: Request) =>
    fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]) }),
};
const unreachable: Middleware = {
  onError: ({ error }) => (error instanceof ProblemError ? error : ProblemError.unreachable(error)),
};

/** What needs no credentials. */
export const openApi: Client<PlatformPaths> = createClient<PlatformPaths>(options);
openApi.use(unreachable);

export function createApis(session: Session): Apis {
  const authorise: Middleware = {
    async onRequest({ request }) {
      request.headers.set('authorization', await session.authorization());
      return request;
    },
    ...unreachable,
  };
  const apis = {
    erp: createClient<ErpPaths>(options), orders: createClient<OrderPaths>(options),
    platform: createClient<PlatformPaths>(options), reconciliation: createClient<ReconciliationPaths>(options),
  };
  apis.erp.use(authorise);
  apis.orders.use(authorise);
  apis.platform.use(authorise);
  apis.reconciliation.use(authorise);
  return apis;
}

/**
 * The body of a success.
 * @throws ProblemError for every other answer
 */
export async function answerOf<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (data === undefined) throw ProblemError.of(error, response.status);
  return data;
}

/** A value for `Idempotency-Key`; keep it over the retries of one intent. */
export function newIdempotencyKey(): string {
  return `"${crypto.randomUUID()}"`;
}
