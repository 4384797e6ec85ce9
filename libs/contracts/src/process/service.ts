// Contract of process/service: what an agent sees of a customer, an order and a case, each with its age. Cases are
// opened by exceptions and returns and changed by agents in the customer system, never twice and never in a circle.
import { Choice, Flag, Integer, Many, One, Shape, Text, Texts, Timestamp } from '../field.js';
import { Freshness } from '../canonical/party.js';
import { Money } from '../canonical/money.js';
import { Order } from '../canonical/order.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';
import { Return } from './return-view.js';

const ORDER = 'ord_0197c0de00007000800000000000000a';
const CASE = 'cas_0197c0de00007000800000000000000a';

export const CASE_KINDS = ['exception', 'return'] as const;
export const CASE_STATES = ['open', 'escalated', 'resolved'] as const;

@Shape('One thing that was said or done on a case; only ever added.')
export class CaseNote {
  @Timestamp({ doc: 'When.' }) at: string;
  @Text({ doc: 'Who.', max: 120, example: 'Ada Lovelace' }) by: string;
  @Choice(['agent', 'throughline'], { doc: 'From which side.' }) side: string;
  @Text({ doc: 'What.', max: 4_000, example: 'The customer will take the blue one.' }) text: string;
}

@Shape('A case of customer service.')
export class ServiceCase {
  @Text({ doc: 'Case id.', max: 60, example: CASE }) id: string;
  @Choice(CASE_KINDS, { doc: 'What opened it.' }) kind: string;
  @Text({ doc: 'Order or return it is about.', max: 60, example: ORDER }) subject: string;
  @Text({ doc: 'Order.', optional: true, max: 60, example: ORDER }) orderId?: string;
  @Text({ doc: 'Customer; absent for a guest.', optional: true, max: 60, example: 'CUS-0001' }) customerId?: string;
  @Text({ doc: 'Task that an agent may decide through it.', optional: true, max: 60 }) taskId?: string;
  @Choice(CASE_STATES, { doc: 'State.' }) state: string;
  @Text({ doc: 'Why it was opened.', max: 255 }) reason: string;
  @Text({ doc: 'One rolling summary.', max: 4_000, min: 0 }) summary: string;
  @Choice(['low', 'medium', 'high'], { doc: 'Priority.' }) priority: string;
  @Text({ doc: 'Team that has to act.', optional: true, max: 60 }) team?: string;
  @Text({ doc: 'Agent who owns it in the customer system.', optional: true, max: 120 }) agent?: string;
  @Text({ doc: 'Status there, as the agent has set it.', optional: true, max: 60 }) agentStatus?: string;
  @Texts({ doc: 'What an agent may decide.', max: 20 }) actions: string[];
  @Text({ doc: 'Record in the customer system, once it is there.', optional: true, max: 40 }) recordId?: string;
  @Timestamp({ doc: 'When it was opened.' }) openedAt: string;
  @Timestamp({ doc: 'When it was resolved.', optional: true }) resolvedAt?: string;
  @Integer({ doc: 'Version.', min: 1 }) version: number;
  @Many(() => CaseNote, { doc: 'What was said and done, newest last.', max: 200 }) notes: CaseNote[];
  @One(() => Freshness, { doc: 'Whether the customer system has it as it stands here.' }) freshness: Freshness;
}

@Shape('Cases, newest first.')
export class ServiceCases {
  @Many(() => ServiceCase, { doc: 'Cases.', max: 100 }) cases: ServiceCase[];
}

@Shape('Which case.')
export class CaseKey {
  @Text({ doc: 'Case id.', max: 60, example: CASE }) caseId: string;
}

@Shape('Which cases.')
export class CaseQuery {
  @Text({ doc: 'Only about this order or return.', optional: true, max: 60, example: ORDER }) subject?: string;
  @Text({ doc: 'Only about this order and its returns.', optional: true, max: 60, example: ORDER }) orderId?: string;
  @Text({ doc: 'Only of this customer.', optional: true, max: 60, example: 'CUS-0001' }) customerId?: string;
  @Flag({ doc: 'Only those that are not resolved.', optional: true }) open?: boolean;
  @Integer({ doc: 'Most cases.', optional: true, min: 1, max: 100, example: 20 }) limit?: number;
}

@Shape('A task that waits, or waited, for a person.')
export class ServiceTask {
  @Text({ doc: 'Task id.', max: 60 }) id: string;
  @Text({ doc: 'Order or return.', max: 60 }) subject: string;
  @Text({ doc: 'Why.', max: 3_000, min: 0 }) reason: string;
  @Text({ doc: 'Team that owns it.', max: 60 }) team: string;
  @Texts({ doc: 'What may be decided.', max: 20 }) actions: string[];
  @Timestamp({ doc: 'Due.' }) dueAt: string;
  @Text({ doc: 'Decision.', optional: true, max: 60 }) decision?: string;
  @Text({ doc: 'Who decided.', optional: true, max: 120 }) decidedBy?: string;
}

@Shape('Money that goes, or went, back.')
export class ServiceRefund {
  @Text({ doc: 'Return it belongs to.', max: 60 }) returnId: string;
  @One(() => Money, { doc: 'Amount.' }) amount: Money;
  @Text({ doc: 'State.', max: 40, example: 'refunded' }) state: string;
  @Text({ doc: 'Credit memo.', optional: true, max: 40 }) creditMemo?: string;
}

@Shape('All that an agent needs of an order, on one view.')
export class CaseView {
  @One(() => Order, { doc: 'The order, with shipments, payments and holds.' }) order: Order;
  @Many(() => Return, { doc: 'Returns, newest first.', max: 100 }) returns: Return[];
  @Many(() => ServiceRefund, { doc: 'Refunds of returns.', max: 1_000 }) refunds: ServiceRefund[];
  @Many(() => ServiceTask, { doc: 'Tasks, open ones first.', max: 200 }) tasks: ServiceTask[];
  @Many(() => ServiceCase, { doc: 'Cases, newest first.', max: 100 }) cases: ServiceCase[];
  @Text({ doc: 'What service has to say of it, in lines.', max: 16_000, min: 0 }) summary: string;
  @Many(() => Freshness, { doc: 'Age of each part.', max: 20 }) freshness: Freshness[];
}

@Shape('Which order.')
export class CaseViewKey {
  @Text({ doc: 'Order id or order number.', max: 60, example: ORDER }) orderId: string;
}

@Shape('One fact about a customer, where it comes from and how old it is.')
export class ProfileField {
  @Text({ doc: 'Which fact.', max: 40, example: 'email' }) name: string;
  @Text({ doc: 'Its value.', max: 500, min: 0, example: 'ada@example.com' }) value: string;
  @Text({ doc: 'System that says so.', max: 40, example: 'salesforce' }) source: string;
  @Timestamp({ doc: 'When it said so.' }) asOf: string;
  @Flag({ doc: 'True when that system is late or down and this is older.' }) stale: boolean;
  @Text({ doc: 'Why it is stale.', optional: true, max: 500 }) reason?: string;
  @Timestamp({ doc: 'When that system is asked again.', optional: true }) nextCheckAt?: string;
}

@Shape('What is known of a customer, fact by fact.')
export class ServiceProfile {
  @Text({ doc: 'Customer id.', max: 60, example: 'CUS-0001' }) customerId: string;
  @Flag({ doc: 'False while the customer system does not answer and nothing is kept of the profile.' })
  profileKnown: boolean;

  @Many(() => ProfileField, { doc: 'Facts.', max: 40 }) fields: ProfileField[];
  @Many(() => ServiceCase, { doc: 'Cases that are not resolved, newest first.', max: 20 }) openCases: ServiceCase[];
}

@Shape('Which customer.')
export class ServiceProfileKey {
  @Text({ doc: 'Customer id.', max: 60, example: 'CUS-0001' }) customerId: string;
}

const read = { method: 'GET', scope: 'service:read', rate: 'read', idempotency: 'safe' } as const;

export const serviceApi = defineApi({
  name: 'process/service',
  version: 1,
  title: 'Customer service',
  description: 'Customers, cases and orders as service sees them, each fact with its source and age.',
  operations: {
    getProfile: operation({
      ...read, path: '/customers/{customerId}/profile', summary: 'Read a customer fact by fact, with source and age',
      params: ServiceProfileKey, answer: ServiceProfile, problems: [problems.notFound],
    }),
    getCaseView: operation({
      ...read, path: '/orders/{orderId}/case-view', params: CaseViewKey, answer: CaseView,
      summary: 'Read an order with shipments, returns, refunds, tasks and cases', problems: [problems.notFound],
      description: 'A part whose system does not answer is left out and named in `freshness` as stale.',
    }),
    listCases: operation({
      ...read, path: '/cases', summary: 'List cases, newest first', params: CaseQuery, answer: ServiceCases,
    }),
    getCase: operation({
      ...read, path: '/cases/{caseId}', summary: 'Read a case', params: CaseKey, answer: ServiceCase,
      problems: [problems.notFound],
    }),
  },
});
