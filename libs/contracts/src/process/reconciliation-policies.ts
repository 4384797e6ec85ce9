// The part of process/reconciliation about its repair policy: a versioned document that says which kinds of differences
// are repaired by rule, and a trial of another one on the differences there are.
import { Integer, JsonMap, Many, Shape, Text, Timestamp } from '../field.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';
import { NewPolicyVersion } from './order-policies.js';

@Shape('Which version.')
export class RepairPolicyQuery {
  @Integer({ doc: 'Version; the one in force when absent.', optional: true, min: 1, max: 1_000_000 }) version?: number;
}

@Shape('One version of the repair policy; never changed, only followed by the next.')
export class RepairPolicyVersion {
  @Integer({ doc: 'Version, from 1.', min: 1 }) version: number;
  @JsonMap({ doc: 'The document.' }) document: Record<string, unknown>;
  @Text({ doc: 'Who set it.', max: 100 }) setBy: string;
  @Timestamp({ doc: 'When.' }) setAt: string;
  @Text({ doc: 'Why.', optional: true, max: 500 }) note?: string;
  @JsonMap({ doc: 'JSON Schema that a document must satisfy.', optional: true }) schema?: Record<string, unknown>;
}

@Shape('Versions of the repair policy, newest first.')
export class RepairPolicyVersions {
  @Many(() => RepairPolicyVersion, { doc: 'Versions.', max: 100 }) versions: RepairPolicyVersion[];
}

@Shape('A repair policy to be tried.')
export class RepairPolicyTrial {
  @JsonMap({ doc: 'The document to try.' }) document: Record<string, unknown>;
  @Integer({ doc: 'How many of the newest differences it is tried on.', optional: true, min: 1, max: 1_000 })
  limit?: number;
}

@Shape('A difference that the other policy would treat otherwise.')
export class RepairChange {
  @Text({ doc: 'Difference.', max: 60 }) differenceId: string;
  @Text({ doc: 'Kind.', max: 60 }) kind: string;
  @Text({ doc: 'What is done now.', max: 20 }) before: string;
  @Text({ doc: 'What the other policy would do.', max: 20 }) after: string;
}

@Shape('What another policy would have done.')
export class RepairComparison {
  @Integer({ doc: 'Differences it was tried on.' }) tried: number;
  @Integer({ doc: 'Treated otherwise.' }) changed: number;
  @Many(() => RepairChange, { doc: 'The first of them.', max: 200 }) changes: RepairChange[];
}

const read = { method: 'GET', scope: 'reconciliation:read', rate: 'read', idempotency: 'safe' } as const;

export const repairPolicyOperations = {
  getRepairPolicy: operation({
    ...read, path: '/policies/repair', summary: 'Read the repair policy', params: RepairPolicyQuery,
    answer: RepairPolicyVersion, problems: [problems.notFound],
  }),
  listRepairPolicyVersions: operation({
    ...read, path: '/policies/repair/versions', summary: 'List versions of the repair policy, newest first',
    answer: RepairPolicyVersions,
  }),
  setRepairPolicy: operation({
    method: 'PUT', path: '/policies/repair', summary: 'Set a new version of the repair policy', body: NewPolicyVersion,
    answer: RepairPolicyVersion, scope: 'reconciliation:operate', rate: 'status', idempotency: 'natural',
    problems: [problems.unprocessable], description: 'The same document again is no new version.',
  }),
  dryRunRepairPolicy: operation({
    method: 'POST', path: '/policies/repair/dry-runs', summary: 'Try another policy on the differences there are',
    body: RepairPolicyTrial, answer: RepairComparison, status: 200, scope: 'reconciliation:operate', rate: 'batch',
    idempotency: 'natural', problems: [problems.unprocessable],
  }),
};
