// Governance: the pipeline every call passes, as one table, and the way an API is declared and bound to it.
export type { ApiDefinition, Background, ClassReference, Seeder } from './api.js';
export { LoopBackground, PeriodicBackground } from './periodic.js';
export {
  blackOutAt, Illegal, LIFECYCLE_STATES, possibleActions, stepped, type BlackOut, type Lifecycle, type LifecycleAction,
  type LifecycleState, type LifecycleStep,
} from './lifecycle.js';
export { lifecycleData, LifecycleDirectory, lifecycleOf, type ApiVersionRow } from './lifecycle-data.js';
export { downgraded, Revisions, upgraded, type Gate, type GateInput } from './revisions.js';
export { UsageRecorder } from './usage.js';
export { header } from './call.js';
export { Implements, operationOf, schemeOf } from './implements.js';
export { ApiRuntime, revisionsOf, type Request, type Response } from './runtime.js';
export { DirectTransport } from './direct-transport.js';
export { HttpProblemFilter } from './http-adapter.js';
export { GovernanceModule } from './governance-module.js';
export { parseKey } from './steps/idempotency.js';
export { Pipeline, type Governance } from './pipeline.js';
export {
  AUDIENCE, derivedKey, Identity, PORTAL, signingKey, type IdentityOptions, type Presented, type VerifiedCaller,
} from './identity.js';
export { GovernanceData, type DataPart } from './governance-data.js';
export {
  consumerData, ConsumerDirectory, covers, type ConsumerState, type Entitlement, type Environment, type KnownConsumer,
  type KnownKey, type PlanState, type SubscriptionState,
} from './consumer-data.js';
export { auditLog, recordChange, verifyAudit, type AuditRow } from './audit-log.js';
export { policyData, type PolicyDefinition } from './policy-data.js';
export { Shedding, steeringPolicies } from './shedding.js';
export { ControlPlane, type ControlChange, type ControlStatement } from './control-change.js';
export { cursorOf, placeOf } from './cursor.js';
export { etagOf, matchVersion } from './version-tag.js';
export { Counters } from './counters.js';
export { Limiter, windowKey } from './limiter.js';
export { BudgetSpent, OutboundBudgets, type OutboundBudget } from './outbound-budget.js';
export { QuotaStore, sweepCounters } from './quota-store.js';
export { QuotaFunctions1700000003110 } from './migrations/1700000003110-quota-functions.js';
export { newApiKey, sha256, type NewApiKey } from './api-key.js';
export { DPOP_ALGORITHMS } from './dpop.js';
export { LIMITS_SCHEMA, type LimitRules, type LimitSet, type WindowLimit } from './limits.js';
export { Consumers1700000003100, tell } from './migrations/1700000003100-consumers.js';
export { Lifecycles1700000003200 } from './migrations/1700000003200-lifecycles.js';
export { ProblemDocument } from './problem-document.js';
export { AnswerStore, KEY_TAKEN, KeyTaken, storedAnswer, storedAnswers, type StoredAnswer } from './stored-answer.js';
export { StoredAnswer1700000000100 } from './migrations/1700000000100-stored-answer.js';
export { SharedThrottlerStorage } from './throttler-storage.js';
export {
  VersionedDocuments, type DocumentKind, type DocumentKinds, type DocumentVersion, type InForce,
} from './versioned-documents.js';
