// Contract of the control plane, policies and audit: versioned documents that steer the house, tried before they are
// put in force, and the log of every change of the control plane.
import { Flag, Integer, JsonMap, Many, Shape, Text, Timestamp } from '../field.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';
import { ChangePreview } from './products.js';

@Shape('One version of a policy.')
export class PolicyDocument {
  @Text({ doc: 'Name.', max: 60, example: 'shedding' }) name: string;
  @Integer({ doc: 'Version, from 1; 0 is what the code says.', max: 1_000_000 }) version: number;
  @Text({ doc: 'What it decides.', max: 500 }) description: string;
  @JsonMap({ doc: 'The document.' }) document: Record<string, unknown>;
  @JsonMap({ doc: 'JSON Schema of the document.' }) schema: Record<string, unknown>;
  @Text({ doc: 'Why it is so.', max: 500 }) reason: string;
  @Text({ doc: 'Who put it in force.', max: 100 }) createdBy: string;
  @Timestamp({ doc: 'Since when.', optional: true }) createdAt?: string;
  @Text({ doc: 'Version, for If-Match.', max: 100, example: '"0"' }) etag: string;
}

@Shape('The policies in force.')
export class PolicyList {
  @Many(() => PolicyDocument, { doc: 'Policies.' }) policies: PolicyDocument[];
}

@Shape('Which policy.')
export class PolicyPath {
  @Text({ doc: 'Name.', max: 60, example: 'shedding' }) policyName: string;
}

@Shape('A policy to put in force or to try.')
export class PolicyChange {
  @JsonMap({ doc: 'The document, valid under its schema.' }) document: Record<string, unknown>;
  @Text({ doc: 'Why; kept in the audit log.', max: 500, example: 'Peak season' }) reason: string;
}

@Shape('One change of the control plane.')
export class AuditEntry {
  @Integer({ doc: 'Place in the log, from 1.', max: 9_007_199_254_740_991 }) seq: number;
  @Timestamp({ doc: 'When.' }) at: string;
  @Text({ doc: 'Who.', max: 100 }) actor: string;
  @Text({ doc: 'What was done: the operation.', max: 100, example: 'changePlan' }) action: string;
  @Text({ doc: 'To what, e.g. `plan partner-standard`.', max: 200 }) subject: string;
  @Text({ doc: 'Before, as JSON.', optional: true, max: 100_000 }) before?: string;
  @Text({ doc: 'After, as JSON.', optional: true, max: 100_000 }) after?: string;
  @Text({ doc: 'Why.', max: 500, min: 0 }) reason: string;
  @Text({ doc: 'Request id.', max: 100 }) requestId: string;
  @Text({ doc: 'Hash of the entry before.', max: 64 }) previous: string;
  @Text({ doc: 'SHA-256 over `previous` and the entry.', max: 64 }) hash: string;
}

@Shape('A page of the audit log, newest first.')
export class AuditPage {
  @Many(() => AuditEntry, { doc: 'Entries.' }) entries: AuditEntry[];
  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 400 }) next?: string;
}

@Shape('Which entries.')
export class AuditQuery {
  @Text({ doc: 'Only about this subject, e.g. `plan partner-standard`.', optional: true, max: 200 }) subject?: string;
  @Text({ doc: 'Only by this actor.', optional: true, max: 100 }) actor?: string;
  @Text({ doc: 'Opaque cursor of the next page, from `next`.', optional: true, max: 400 }) cursor?: string;
  @Integer({ doc: 'Entries a page.', optional: true, min: 1, max: 200, example: 50 }) limit?: number;
}

@Shape('Which part of the log.')
export class AuditRange {
  @Integer({ doc: 'Only entries after this place.', optional: true, max: 9_007_199_254_740_991 }) after?: number;
  @Integer({ doc: 'At most so many entries.', optional: true, min: 1, max: 10_000, example: 1000 }) limit?: number;
}

@Shape('Entries as text, oldest first, one a line.')
export class AuditExport {
  @Text({ doc: 'The lines.', max: 100_000_000, min: 0 }) lines: string;
}

@Shape('Whether the chain of hashes holds.')
export class AuditVerdict {
  @Flag({ doc: 'True when no entry was changed, removed or put in between.' }) holds: boolean;
  @Integer({ doc: 'Entries looked at.', max: 9_007_199_254_740_991 }) entries: number;
  @Text({ doc: 'Hash of the last entry; keep it elsewhere, and compare.', max: 64 }) head: string;
  @Integer({ doc: 'First entry at fault.', optional: true, max: 9_007_199_254_740_991 }) brokenAt?: number;
  @Text({ doc: 'What is wrong there.', optional: true, max: 500 }) fault?: string;
}

const read = { method: 'GET', rate: 'read', idempotency: 'safe' } as const;
const steer = { scope: 'policies:manage' } as const;
const audit = { scope: 'audit:read' } as const;

export const policyOperations = {
  listPolicies: operation({ ...read, ...steer, path: '/policies', summary: 'List policies', answer: PolicyList }),
  getPolicy: operation({
    ...read, ...steer, path: '/policies/{policyName}', summary: 'Read a policy', params: PolicyPath,
    answer: PolicyDocument, problems: [problems.notFound],
  }),
  tryPolicy: operation({
    ...steer, method: 'POST', path: '/policies/{policyName}/trials', summary: 'See what another document would change',
    params: PolicyPath, body: PolicyChange, answer: ChangePreview, rate: 'read', idempotency: 'natural',
    problems: [problems.notFound],
  }),
  putPolicy: operation({
    ...steer, method: 'PUT', path: '/policies/{policyName}', summary: 'Put a new version of a policy in force',
    params: PolicyPath, body: PolicyChange, answer: PolicyDocument, rate: 'status', idempotency: 'natural',
    ifMatch: 'required', problems: [problems.notFound, problems.stateConflict, problems.invalidPolicy],
  }),
  listAudit: operation({
    ...read, ...audit, path: '/audit', summary: 'Read the audit log', params: AuditQuery, answer: AuditPage,
  }),
  exportAuditLines: operation({
    ...read, ...audit, path: '/audit/export.ndjson', summary: 'Export the audit log as NDJSON', params: AuditRange,
    answer: AuditExport, produces: 'application/x-ndjson', rate: 'batch',
  }),
  exportAuditTable: operation({
    ...read, ...audit, path: '/audit/export.csv', summary: 'Export the audit log as CSV', params: AuditRange,
    answer: AuditExport, produces: 'text/csv', rate: 'batch',
  }),
  verifyAudit: operation({
    ...read, ...audit, path: '/audit/verification', summary: 'Verify the chain of hashes', answer: AuditVerdict,
    rate: 'batch',
  }),
};
