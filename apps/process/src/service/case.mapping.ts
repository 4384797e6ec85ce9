// From events, returns and records to cases and back: pure functions.
import type { EventData, Freshness, Order, Return, ServiceCase } from '#contracts';
import type { StoredEvent } from '#events';
import type { CaseNoteRecord, CaseRecord } from './case.entity.js';
import type { CaseReport } from './case.writer.js';

const REASON_MAX = 255;
const SUMMARY_MAX = 4_000;
const CUSTOMER_SYSTEM = 'salesforce';

type Escalated = EventData['case.escalated.v1'];
type Resolved = EventData['case.resolved.v1'];

/** The case of a task that nobody has decided in time; resolved with the task. */
export function toExceptionCase(
  event: Pick<StoredEvent, 'type' | 'data' | 'time'>, subject: string, order: Order | undefined,
): CaseReport {
  const { caseId: id, taskId } = event.data as Escalated | Resolved;
  const about = {
    id, kind: 'exception' as const, subject, taskId, at: event.time, priority: 'high', orderId: order?.id ?? null,
    customerId: order?.customer.customerId ?? null,
  };
  const name = order ? `Order ${order.orderNumber}` : subject;
  if (event.type === 'case.resolved.v1') {
    const { decision, decidedBy } = event.data as Resolved;
    return {
      ...about, state: 'resolved', resolvedAt: event.time, reason: `${name} needed a decision`, actions: [], team: null,
      summary: `${name}: decided${decidedBy ? ` by ${decidedBy}` : ''}: ${decision}.`, evidence: { taskId, decision },
    };
  }
  const { reason, owner, cause, actions = [], dueAt } = event.data as Escalated;
  const lines = [
    reason, `Team: ${owner}.${dueAt ? ` It was due at ${dueAt}.` : ''}`,
    ...(actions.length > 0 ? [`May be decided: ${actions.join(', ')}.`] : []),
  ];
  return {
    ...about, state: 'escalated', resolvedAt: null, reason: `${name}: ${cause ?? reason}`.slice(0, REASON_MAX),
    team: owner,
    actions: [...actions], summary: lines.join('\n').slice(0, SUMMARY_MAX),
    evidence: { taskId, owner, ...(cause ? { cause } : {}) },
  };
}

/** The one case of a return, from its request until goods and money are settled. */
export function toReturnCase(id: string, shown: Return): CaseReport {
  const { id: subject, orderId, customerId, returnNumber, closedAt } = shown;
  const inDoubt = shown.money === 'inDoubt';
  return {
    id, kind: 'return', subject, orderId, customerId: customerId ?? null, taskId: null, at: shown.requestedAt,
    resolvedAt: closedAt ?? null, priority: inDoubt ? 'high' : 'medium', team: 'returns',
    state: closedAt ? 'resolved' : inDoubt ? 'escalated' : 'open',
    reason: `Return ${returnNumber}`, actions: [], evidence: {},
    summary: linesOfReturn(shown).join('\n').slice(0, SUMMARY_MAX),
  };
}

/** A return in a few lines. */
export function linesOfReturn(shown: Return): string[] {
  return [
    `Return ${shown.returnNumber} of order ${shown.orderNumber}: goods ${shown.custody}, money ${shown.money}.`,
    ...shown.lines.map(({ sku, quantity, reason }) => `${quantity} x ${sku} (${reason})`),
    ...(shown.declineReason ? [`Declined: ${shown.declineReason}`] : []),
    ...shown.refunds.map(({ amount, state, creditMemo }) =>
      `Refund ${amount.amount} ${amount.currency}: ${state}${creditMemo ? `, credit memo ${creditMemo}` : ''}`),
  ];
}

export function toServiceCase(record: CaseRecord, notes: readonly CaseNoteRecord[]): ServiceCase {
  const { id, kind, subject, state, reason, summary, priority, actions, version } = record;
  return {
    id, kind, subject, state, reason, summary, priority, version,
    actions: state === 'resolved' ? [] : actions,
    ...(record.orderId ? { orderId: record.orderId } : {}),
    ...(record.customerId ? { customerId: record.customerId } : {}),
    ...(record.taskId ? { taskId: record.taskId } : {}), ...(record.team ? { team: record.team } : {}),
    ...(record.agent ? { agent: record.agent } : {}),
    ...(record.agentStatus ? { agentStatus: record.agentStatus } : {}),
    ...(record.recordId ? { recordId: record.recordId } : {}),
    openedAt: record.openedAt.toISOString(),
    ...(record.resolvedAt ? { resolvedAt: record.resolvedAt.toISOString() } : {}),
    notes: notes.map(({ at, by, side, text }) => ({ at: at.toISOString(), by, side, text })),
    freshness: toldOf(record),
  };
}

/** Whether the customer system has the case as it stands here. */
function toldOf({ toldVersion, version, toldAt, toldError, openedAt, nextTry }: CaseRecord): Freshness {
  const asOf = (toldAt ?? openedAt).toISOString();
  if (toldVersion === version) return { source: CUSTOMER_SYSTEM, asOf, stale: false };
  const reason = toldError ?? 'The customer system is told in a moment.';
  const next = nextTry instanceof Date ? { nextCheckAt: nextTry.toISOString() } : {};
  return { source: CUSTOMER_SYSTEM, asOf, stale: true, reason: reason.slice(0, 500), ...next };
}
