// Policies of orders as versioned documents, and the decisions that were made with them: what a person reads, sets and
// replays to see what another policy would have decided.
import { Choice, Flag, Integer, JsonMap, Many, Shape, Text, Timestamp } from '../field.js';

export const ORDER_POLICIES = ['sourcing', 'exceptions'] as const;

@Shape('Which policy.')
export class PolicyKind {
  @Choice(ORDER_POLICIES, { doc: 'sourcing: who fulfils; exceptions: what follows when stock, node or vendor fails.',
    example: 'sourcing' })
  kind: string;
}

@Shape('Which version of a policy.')
export class PolicyVersionQuery extends PolicyKind {
  @Integer({ doc: 'Version; the one in force when absent.', optional: true, min: 1, max: 1_000_000 })
  version?: number;
}

@Shape('A new version of a policy.')
export class NewPolicyVersion {
  @JsonMap({ doc: 'The whole document; checked against the JSON Schema of its kind.' })
  document: Record<string, unknown>;

  @Text({ doc: 'Why it is changed.', optional: true, max: 500 })
  note?: string;
}

@Shape('One version of a policy; versions are never changed, only followed by the next.', 'PolicyVersion')
export class OrderPolicyVersion {
  @Choice(ORDER_POLICIES, { doc: 'Kind.' })
  kind: string;

  @Integer({ doc: 'Version, from 1.', min: 1 })
  version: number;

  @JsonMap({ doc: 'The document.' })
  document: Record<string, unknown>;

  @Text({ doc: 'Who set it.', max: 100 })
  setBy: string;

  @Timestamp({ doc: 'When.' })
  setAt: string;

  @Text({ doc: 'Why.', optional: true, max: 500 })
  note?: string;

  @JsonMap({ doc: 'JSON Schema that a document of this kind must satisfy.', optional: true })
  schema?: Record<string, unknown>;
}

@Shape('Versions of a policy, newest first.')
export class PolicyVersions {
  @Many(() => OrderPolicyVersion, { doc: 'Versions.', max: 100 })
  versions: OrderPolicyVersion[];
}

@Shape('A sourcing policy to be tried on decisions that were made.')
export class PolicyDryRun {
  @JsonMap({ doc: 'The document to try.' })
  document: Record<string, unknown>;

  @Text({ doc: 'Only the decisions of this order.', optional: true, max: 60 })
  orderId?: string;

  @Integer({ doc: 'How many of the newest decisions are replayed.', optional: true, min: 1, max: 1_000, example: 200 })
  limit?: number;
}

@Shape('A decision that the other policy would make differently.')
export class PolicyDifference {
  @Text({ doc: 'Decision id.', max: 60 })
  decisionId: string;

  @Text({ doc: 'Order.', max: 60 })
  orderId: string;

  @JsonMap({ doc: 'As it was decided: allocations, unfilled units, reason.' })
  before: Record<string, unknown>;

  @JsonMap({ doc: 'As the other policy decides on the same recorded inputs.' })
  after: Record<string, unknown>;
}

@Shape('What another policy would have decided on the recorded inputs.')
export class PolicyComparison {
  @Integer({ doc: 'Decisions replayed.' })
  replayed: number;

  @Integer({ doc: 'Decided differently.' })
  changed: number;

  @Integer({ doc: 'Parcels as decided.' })
  parcelsBefore: number;

  @Integer({ doc: 'Parcels under the other policy.' })
  parcelsAfter: number;

  @Integer({ doc: 'Units not filled as decided.' })
  unfilledBefore: number;

  @Integer({ doc: 'Units not filled under the other policy.' })
  unfilledAfter: number;

  @Many(() => PolicyDifference, { doc: 'The first differences, newest first.', max: 100 })
  differences: PolicyDifference[];
}

@Shape('A location as a sourcing decision saw it.')
export class SourcingCandidate {
  @Text({ doc: 'Location.', max: 40, example: 'WH-EU' })
  locationId: string;

  @Flag({ doc: 'True when it may serve the order.' })
  eligible: boolean;

  @Text({ doc: 'Score by the objective, lower is better; absent when not eligible.', optional: true, max: 40 })
  score?: string;

  @JsonMap({ doc: 'Parts of the score.', optional: true })
  scores?: Record<string, unknown>;

  @Text({ doc: 'Why it was not chosen.', optional: true, max: 500 })
  whyNot?: string;
}

@Shape('Units of a line and where they come from, or why they come from nowhere.')
export class SourcedLine {
  @Text({ doc: 'Line.', max: 60 })
  lineId: string;

  @Text({ doc: 'SKU.', max: 40 })
  sku: string;

  @Integer({ doc: 'Units.', min: 1 })
  quantity: number;

  @Text({ doc: 'Location.', optional: true, max: 40 })
  locationId?: string;

  @Text({ doc: 'Why no location serves them.', optional: true, max: 500 })
  reason?: string;
}

@Shape('One sourcing decision with all it was based on, so that it can be explained and replayed.')
export class SourcingDecisionRecord {
  @Text({ doc: 'Decision id.', max: 60 })
  id: string;

  @Text({ doc: 'Order.', max: 60 })
  orderId: string;

  @Choice(['placement', 'rejection', 'backorder', 'substitution', 'task'], { doc: 'What asked for it.' })
  trigger: string;

  @Timestamp({ doc: 'When.' })
  decidedAt: string;

  @Text({ doc: 'Policy version.', max: 60, example: 'sourcing-1' })
  policyVersion: string;

  @Text({ doc: 'The decision in a sentence.', max: 500 })
  reason: string;

  @Many(() => SourcedLine, { doc: 'Units with their location.', max: 1_000 })
  allocations: SourcedLine[];

  @Many(() => SourcedLine, { doc: 'Units without one.', max: 1_000 })
  unfilled: SourcedLine[];

  @Many(() => SourcingCandidate, { doc: 'Every location looked at.', max: 500 })
  candidates: SourcingCandidate[];

  @JsonMap({ doc: 'The inputs as they were: order, lines, stock, load.' })
  inputs: Record<string, unknown>;
}

@Shape('Sourcing decisions of an order, oldest first.')
export class SourcingDecisions {
  @Many(() => SourcingDecisionRecord, { doc: 'Decisions.', max: 200 })
  decisions: SourcingDecisionRecord[];
}
