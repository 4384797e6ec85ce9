// Customer service for Salesforce flows and agents: a customer fact by fact, an order with all about it, and cases;
// flat fields that a Flow can map.
import {
  CASE_STATES, Choice, Flag, Many, One, operation, problems, RETURN_CUSTODY, RETURN_MONEY, Shape, Text, Texts,
  Timestamp,
} from '#contracts';
import { SalesforceAnswer, SalesforceFreshness, SalesforceOrderStatus } from './order.contract.js';

@Shape('One thing that was said or done on a case.')
export class SalesforceCaseNote {
  @Timestamp({ doc: 'When.' }) notedAt: string;
  @Text({ doc: 'Who.', max: 120 }) author: string;
  @Text({ doc: 'What.', max: 4_000 }) noteText: string;
}

@Shape('A case as agents see it.')
export class SalesforceCase extends SalesforceAnswer {
  @Text({ doc: 'Case id: the external id of the Salesforce case.', max: 60 }) caseId: string;
  @Text({ doc: 'Salesforce case, once it is there.', optional: true, max: 40 }) recordId?: string;
  @Text({ doc: 'Order or return it is about.', max: 60 }) subjectId: string;
  @Text({ doc: 'Order.', optional: true, max: 60 }) orderId?: string;
  @Choice(CASE_STATES, { doc: 'State.' }) caseState: string;
  @Text({ doc: 'Why it was opened.', max: 255 }) reason: string;
  @Text({ doc: 'One rolling summary.', max: 4_000, min: 0 }) summary: string;
  @Text({ doc: 'Priority.', max: 20, example: 'high' }) priority: string;
  @Text({ doc: 'Agent who owns it.', optional: true, max: 120 }) agentName?: string;
  @Texts({ doc: 'What may be decided: set Throughline_Decision__c of the case to one of them.', max: 20 })
  decisions: string[];

  @Timestamp({ doc: 'When it was opened.' }) openedAt: string;
  @Timestamp({ doc: 'When it was resolved.', optional: true }) resolvedAt?: string;
  @Many(() => SalesforceCaseNote, { doc: 'What was said and done, newest last.', max: 200 })
  notes: SalesforceCaseNote[];

  @One(() => SalesforceFreshness, { doc: 'Whether Salesforce has it as it stands.' }) freshness: SalesforceFreshness;
}

@Shape('A task that waits, or waited, for a person.')
export class SalesforceTask {
  @Text({ doc: 'Task id.', max: 60 }) taskId: string;
  @Text({ doc: 'Order or return.', max: 60 }) subjectId: string;
  @Text({ doc: 'Why.', max: 3_000, min: 0 }) reason: string;
  @Text({ doc: 'Team.', max: 60 }) teamName: string;
  @Timestamp({ doc: 'Due.' }) dueAt: string;
  @Text({ doc: 'Decision, once there is one.', optional: true, max: 60 }) decision?: string;
  @Text({ doc: 'Who decided.', optional: true, max: 120 }) decidedBy?: string;
}

@Shape('A return in short.')
export class SalesforceReturnSummary {
  @Text({ doc: 'Return id.', max: 60 }) returnId: string;
  @Text({ doc: 'Number for people.', max: 20 }) returnNumber: string;
  @Choice(RETURN_CUSTODY, { doc: 'Where the goods are.' }) custody: string;
  @Choice(RETURN_MONEY, { doc: 'Where the money is.' }) money: string;
  @Text({ doc: 'Expected refund.', max: 30 }) refundAmount: string;
  @Text({ doc: 'ISO 4217 code.', max: 3 }) currencyIsoCode: string;
}

@Shape('Money that goes, or went, back.')
export class SalesforceRefund {
  @Text({ doc: 'Return it belongs to.', max: 60 }) returnId: string;
  @Text({ doc: 'Amount.', max: 30 }) refundAmount: string;
  @Text({ doc: 'ISO 4217 code.', max: 3 }) currencyIsoCode: string;
  @Text({ doc: 'State.', max: 40 }) refundState: string;
  @Text({ doc: 'Credit memo.', optional: true, max: 40 }) creditMemo?: string;
}

@Shape('All that an agent needs of an order: shipments, returns, refunds, tasks and cases.')
export class SalesforceServiceView extends SalesforceAnswer {
  @One(() => SalesforceOrderStatus, { doc: 'Where the order stands, with its shipments.' })
  orderStatus: SalesforceOrderStatus;

  @Many(() => SalesforceReturnSummary, { doc: 'Returns, newest first.', max: 100 }) returns: SalesforceReturnSummary[];
  @Many(() => SalesforceRefund, { doc: 'Refunds.', max: 1_000 }) refunds: SalesforceRefund[];
  @Many(() => SalesforceTask, { doc: 'Tasks, open ones first.', max: 200 }) tasks: SalesforceTask[];
  @Many(() => SalesforceCase, { doc: 'Cases, newest first.', max: 100 }) serviceCases: SalesforceCase[];
  @Text({ doc: 'All of it in lines.', max: 16_000, min: 0 }) summary: string;
  @Many(() => SalesforceFreshness, { doc: 'Age of each part.', max: 30 }) freshness: SalesforceFreshness[];
}

@Shape('One fact about a customer, its source and its age.')
export class SalesforceProfileField {
  @Text({ doc: 'Which fact.', max: 40, example: 'email' }) fieldName: string;
  @Text({ doc: 'Its value.', max: 500, min: 0 }) fieldValue: string;
  @Text({ doc: 'System that says so.', max: 40, example: 'salesforce' }) sourceSystem: string;
  @Timestamp({ doc: 'When it said so.' }) asOf: string;
  @Flag({ doc: 'True when that system is late or down and this is older.' }) stale: boolean;
  @Text({ doc: 'Why it is stale.', optional: true, max: 500 }) reason?: string;
  @Timestamp({ doc: 'When that system is asked again.', optional: true }) nextCheckAt?: string;
}

@Shape('A customer fact by fact.')
export class SalesforceProfile extends SalesforceAnswer {
  @Text({ doc: 'Customer id.', max: 60, example: 'CUS-0001' }) customerId: string;
  @Flag({ doc: 'False while nothing is known of the profile.' }) profileKnown: boolean;
  @Many(() => SalesforceProfileField, { doc: 'Facts.', max: 40 }) profileFields: SalesforceProfileField[];
  @Many(() => SalesforceCase, { doc: 'Cases that are not resolved.', max: 20 }) openCases: SalesforceCase[];
}

@Shape('Whose profile.')
export class SalesforceProfileKey {
  @Text({ doc: 'Customer id.', max: 60, example: 'CUS-0001' }) customerId: string;
}

@Shape('Which order is viewed.')
export class SalesforceServiceKey {
  @Text({ doc: 'Order id or order number.', max: 60, example: 'ord_0197c0de00007000800000000000000a' }) orderId: string;
}

@Shape('Which case is read.')
export class SalesforceCaseKey {
  @Text({ doc: 'Case id.', max: 60, example: 'cas_0197c0de00007000800000000000000a' }) caseId: string;
}

const read = { method: 'GET', scope: 'service:read', rate: 'read', idempotency: 'safe' } as const;

/** Operations of Salesforce for customer service. */
export const salesforceServiceOperations = {
  getCustomerProfile: operation({
    ...read, path: '/customers/{customerId}/profile', summary: 'Read a customer fact by fact, with source and age',
    params: SalesforceProfileKey, answer: SalesforceProfile, problems: [problems.notFound],
  }),
  getServiceView: operation({
    ...read, path: '/orders/{orderId}/service-view', params: SalesforceServiceKey, answer: SalesforceServiceView,
    summary: 'Read an order with shipments, returns, refunds, tasks and cases', problems: [problems.notFound],
  }),
  getCase: operation({
    ...read, path: '/cases/{caseId}', summary: 'Read a case', params: SalesforceCaseKey, answer: SalesforceCase,
    problems: [problems.notFound],
  }),
};
