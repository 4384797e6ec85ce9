// From cases, profiles and views as the process knows them to what Salesforce imports without code.
import type { CallContext, CaseView, ServiceCase, ServiceProfile } from '#contracts';
import { standing, toFreshness, toOrderStatus } from './salesforce.mapping.js';
import type { SalesforceCase, SalesforceProfile, SalesforceServiceView } from './service.contract.js';

export function toSalesforceCase(found: ServiceCase, call: CallContext): SalesforceCase {
  const { id: caseId, recordId, subject: subjectId, orderId, state: caseState, reason, summary, priority } = found;
  const { agent, actions: decisions, openedAt, resolvedAt, notes, freshness } = found;
  return {
    ...standing(call), caseId, subjectId, caseState, reason, summary, priority, decisions, openedAt,
    ...(recordId ? { recordId } : {}), ...(orderId ? { orderId } : {}), ...(agent ? { agentName: agent } : {}),
    ...(resolvedAt ? { resolvedAt } : {}),
    notes: notes.map(({ at, by, text }) => ({ notedAt: at, author: by, noteText: text })),
    freshness: toFreshness(freshness),
  };
}

export function toSalesforceProfile(
  { customerId, profileKnown, fields, openCases }: ServiceProfile, call: CallContext,
): SalesforceProfile {
  return {
    ...standing(call), customerId, profileKnown, openCases: openCases.map((one) => toSalesforceCase(one, call)),
    profileFields: fields.map(({ name, value, source, ...age }) =>
      ({ fieldName: name, fieldValue: value, sourceSystem: source, ...age })),
  };
}

export function toServiceView(view: CaseView, call: CallContext): SalesforceServiceView {
  return {
    ...standing(call), orderStatus: toOrderStatus(view.order, call),
    returns: view.returns.map(({ id, returnNumber, custody, money, expectedRefund: { amount, currency } }) =>
      ({ returnId: id, returnNumber, custody, money, refundAmount: amount, currencyIsoCode: currency })),
    refunds: view.refunds.map(({ returnId, amount: { amount, currency }, state, creditMemo }) => ({
      returnId, refundAmount: amount, currencyIsoCode: currency, refundState: state,
      ...(creditMemo ? { creditMemo } : {}),
    })),
    tasks: view.tasks.map(({ id, subject, reason, team, dueAt, decision, decidedBy }) => ({
      taskId: id, subjectId: subject, reason, teamName: team, dueAt, ...(decision ? { decision } : {}),
      ...(decidedBy ? { decidedBy } : {}),
    })),
    serviceCases: view.cases.map((one) => toSalesforceCase(one, call)),
    summary: view.summary,
    freshness: view.freshness.map(toFreshness),
  };
}
