// Events of what needs a person and of what customers are told: tasks, the cases they become, and messages. Their
// partition key is the order or return.
import { Choice, Flag, Shape, Text, Texts, Timestamp } from '../field.js';
import { event } from './event-spec.js';

const SINCE = '0.1.0';

@Shape('The task an event is about.')
class AboutTask {
  @Text({ doc: 'Task id.', max: 60 }) taskId: string;
  @Text({ doc: 'Order or return.', max: 60, example: 'ord_0197c0de00007000800000000000000a' }) subject: string;
}

@Shape('Something cannot go on without a person.')
class ExceptionRaised extends AboutTask {
  @Text({ doc: 'What such tasks are grouped by.', max: 200 }) cause: string;
  @Text({ doc: 'Why, in words.', max: 3000, min: 0 }) reason: string;
  @Text({ doc: 'Team that decides.', max: 60 }) owner: string;
  @Timestamp({ doc: 'When it is due; past that it becomes a case.' }) dueAt: string;
  @Texts({ doc: 'What may be decided.', max: 20 }) actions: string[];
}

@Shape('A task was decided, or is needed no more.')
class ExceptionResolved extends AboutTask {
  @Text({ doc: 'What such tasks are grouped by.', max: 200 }) cause: string;
  @Text({ doc: 'Decision.', max: 60 }) decision: string;
  @Text({ doc: 'Who decided; run: the run itself needs it no more.', max: 100 }) decidedBy: string;
}

@Shape('A task became a case.')
class CaseEscalated extends AboutTask {
  @Text({ doc: 'Case id.', max: 60 }) caseId: string;
  @Text({ doc: 'Why, in words.', max: 3000, min: 0 }) reason: string;
  @Text({ doc: 'Team that had to decide.', max: 60 }) owner: string;
  @Text({ doc: 'What such tasks are grouped by.', optional: true, max: 200 }) cause?: string;
  @Texts({ doc: 'What may be decided.', optional: true, max: 20 }) actions?: string[];
  @Timestamp({ doc: 'When it was due.', optional: true }) dueAt?: string;
}

@Shape('The task of a case was decided.')
class CaseResolved extends AboutTask {
  @Text({ doc: 'Case id.', max: 60 }) caseId: string;
  @Text({ doc: 'Decision.', max: 60 }) decision: string;
  @Text({ doc: 'Who decided.', optional: true, max: 100 }) decidedBy?: string;
}

@Shape('A case was changed by somebody in the customer system; absent fields stayed as they were.')
class CaseChanged {
  @Text({ doc: 'Case id.', max: 60, example: 'cas_0197c0de00007000800000000000000a' }) caseId: string;
  @Text({ doc: 'Record in the customer system.', max: 40 }) recordId: string;
  @Text({ doc: 'Status there.', optional: true, max: 60, example: 'Closed' }) status?: string;
  @Flag({ doc: 'True when that status closes it.', optional: true }) closed?: boolean;
  @Choice(['low', 'medium', 'high'], { doc: 'Priority.', optional: true }) priority?: string;
  @Text({ doc: 'Who owns it there.', optional: true, max: 120 }) owner?: string;
  @Text({ doc: 'What the agent says.', optional: true, max: 4_000 }) comment?: string;
  @Text({ doc: 'What the agent decides.', optional: true, max: 40, example: 'retry' }) decision?: string;
  @Text({ doc: 'Who changed it.', max: 120 }) changedBy: string;
  @Timestamp({ doc: 'When it was changed.' }) changedAt: string;
}

@Shape('The message an event is about.')
class AboutMessage {
  @Text({ doc: 'Order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' }) orderId: string;
  @Text({ doc: 'Message id.', max: 60 }) messageId: string;
  @Text({ doc: 'What the customer is told of.', max: 60, example: 'backordered' }) exception: string;
}

@Shape('A customer is to be told something.')
class NotificationRequested extends AboutMessage {
  @Text({ doc: 'Language.', max: 10, example: 'de' }) language: string;
}

@Shape('A customer was told.')
class NotificationSent extends AboutMessage {
  @Text({ doc: 'How.', max: 40, example: 'email' }) channel: string;
}

@Shape('A customer could not be told.')
class NotificationFailed extends AboutMessage {
  @Text({ doc: 'Why.', max: 1000, min: 0 }) reason: string;
}

export const exceptionEvents = {
  'exception.raised.v1': event({
    title: 'Exception raised', since: SINCE, partitionKey: 'subject', data: ExceptionRaised,
    doc: 'A task was opened: a person has to decide how an order or return goes on.',
  }),
  'exception.resolved.v1': event({
    title: 'Exception resolved', since: SINCE, partitionKey: 'subject', data: ExceptionResolved,
    doc: 'A task was decided by a person, or the order went on without.',
  }),
  'case.escalated.v1': event({
    title: 'Case escalated', since: SINCE, partitionKey: 'subject', data: CaseEscalated,
    doc: 'A task past its due time became a case in the customer system.',
  }),
  'case.resolved.v1': event({
    title: 'Case resolved', since: SINCE, partitionKey: 'subject', data: CaseResolved,
    doc: 'The task of an escalated case was decided; the case is resolved.',
  }),
  'case.changed.v1': event({
    title: 'Case changed', since: SINCE, partitionKey: 'caseId', data: CaseChanged,
    doc: 'An agent changed a case in the customer system: status, priority, owner, comment or decision.',
  }),
  'notification.requested.v1': event({
    title: 'Notification requested', since: SINCE, partitionKey: 'orderId', data: NotificationRequested,
    doc: 'Something happened to an order that its customer is to be told, once.',
  }),
  'notification.sent.v1': event({
    title: 'Notification sent', since: SINCE, partitionKey: 'orderId', data: NotificationSent,
    doc: 'The provider has taken the message.',
  }),
  'notification.failed.v1': event({
    title: 'Notification failed', since: SINCE, partitionKey: 'orderId', data: NotificationFailed,
    doc: 'The message has no address, was rejected, or nobody knows whether it arrived.',
  }),
};
