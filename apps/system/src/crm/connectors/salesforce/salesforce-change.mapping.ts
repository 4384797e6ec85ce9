// From a change event of a case to what an agent did, in our words: pure functions.
import type { EventData } from '#contracts';
import type { ChangeEvent, SalesforceCase } from './salesforce-record.wire.js';

/** What somebody changed on a case of ours. */
export type CaseChange = EventData['case.changed.v1'];

const PRIORITIES: Readonly<Record<string, string>> = { High: 'high', Medium: 'medium', Low: 'low' };
const CLOSED = 'Closed';
const NAME_MAX = 120;

/** Nothing when the case is not ours, or nothing that we follow was changed. */
export function toCaseChange(
  event: ChangeEvent, recordId: string, record: SalesforceCase | undefined,
): CaseChange | undefined {
  const caseId = record?.Throughline_Id__c;
  if (!record || !caseId) return undefined;
  const { changeType, changedFields, commitTimestamp } = event.payload.ChangeEventHeader;
  if (changeType === 'DELETE' || changeType === 'CREATE') return undefined;
  // A gap event says only that something changed: then the record itself tells what is so now.
  const isGap = changeType.startsWith('GAP_');
  const changed = (name: keyof SalesforceCase): string | undefined => {
    if (!isGap && !changedFields.includes(name)) return undefined;
    return ((isGap ? record[name] : event.payload[name]) as string | null) ?? undefined;
  };
  const status = changed('Status');
  const priority = PRIORITIES[changed('Priority') ?? ''];
  const comment = changed('Throughline_Agent_Comment__c');
  const decision = changed('Throughline_Decision__c');
  const owner = isGap || changedFields.includes('OwnerId') ? record.Owner?.Name : undefined;
  if ([status, priority, comment, decision, owner].every((value) => value === undefined)) return undefined;
  return {
    caseId, recordId, changedAt: new Date(commitTimestamp).toISOString(),
    changedBy: (record.LastModifiedBy?.Name ?? 'an agent').slice(0, NAME_MAX),
    ...(status === undefined ? {} : { status, closed: status === CLOSED }),
    ...(priority === undefined ? {} : { priority }), ...(comment === undefined ? {} : { comment }),
    ...(decision === undefined ? {} : { decision }), ...(owner === undefined ? {} : { owner }),
  };
}
