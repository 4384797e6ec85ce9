// Contract of process/reconciliation: compare what every side says, classify each difference with the evidence of both
// sides, repair it by rule or ask a person, and match the money that was paid out.
import { Choice, Flag, Integer, JsonMap, Many, One, Shape, Text, Texts, Timestamp } from '../field.js';
import { FIGURE_REFERENCES_MAX } from '../canonical/figures.js';
import { Money } from '../canonical/money.js';
import { InvariantReport } from '../canonical/outcome.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';
import { repairPolicyOperations } from './reconciliation-policies.js';
import { settlementOperations } from './settlements.js';

export const DIFFERENCE_STATES = ['open', 'queued', 'repairing', 'repaired', 'accepted', 'vanished'] as const;

@Shape('What is to be compared: a window, or named orders; all that is due when both are absent.')
export class NewReconciliation {
  @Timestamp({ doc: 'Orders placed, and documents of the vendors changed, at or after.', optional: true })
  from?: string;

  @Timestamp({ doc: 'And before.', optional: true }) until?: string;

  @Texts({ doc: 'Only these orders.', optional: true, max: FIGURE_REFERENCES_MAX, maxLength: 60 })
  orderIds?: string[];

  @Integer({ doc: 'What changed within these last seconds is in flight and not judged; by policy when absent.',
    optional: true, max: 604_800 })
  quiescenceSeconds?: number;

  @Flag({ doc: 'Also compare the stock of every warehouse; done when absent.', optional: true }) stock?: boolean;
}

@Shape('How many of what, by name.')
export class ReconciliationCount {
  @Text({ doc: 'Name.', max: 60 }) name: string;
  @Integer({ doc: 'How many.' }) count: number;
}

@Shape('One comparison of all sides.')
export class Reconciliation {
  @Text({ doc: 'Run id.', max: 60 }) id: string;
  @Choice(['continuous', 'asked'], { doc: 'Who wanted it.' }) trigger: string;
  @Choice(['running', 'finished', 'failed'], { doc: 'State.' }) state: string;
  @Timestamp({ doc: 'Window from.', optional: true }) from?: string;
  @Timestamp({ doc: 'Window until.', optional: true }) until?: string;
  @Timestamp({ doc: 'Begun.' }) startedAt: string;
  @Timestamp({ doc: 'Ended.', optional: true }) finishedAt?: string;
  @Integer({ doc: 'Duration in milliseconds.', optional: true }) durationMs?: number;
  @Many(() => ReconciliationCount, { doc: 'What each side told.', max: 30 }) compared: ReconciliationCount[];
  @Integer({ doc: 'Orders that are in flight and were not judged.' }) inFlight: number;
  @Integer({ doc: 'Differences found, those that were accepted before left out.' }) found: number;
  @Integer({ doc: 'Of these not known before.' }) appeared: number;
  @Integer({ doc: 'Open ones that are gone.' }) vanished: number;
  @Many(() => ReconciliationCount, { doc: 'Found, by kind.', max: 60 }) kinds: ReconciliationCount[];
  @Many(() => ReconciliationCount, { doc: 'Sides that could not be read; they are not judged.', max: 30 })
  unread: ReconciliationCount[];

  @Integer({ doc: 'Version of the repair policy.' }) policyVersion: number;
  @Text({ doc: 'Why it failed.', optional: true, max: 1000 }) reason?: string;
}

@Shape('Which comparison.')
export class ReconciliationId {
  @Text({ doc: 'Run id.', max: 60 }) runId: string;
}

@Shape('Comparisons, newest first.')
export class Reconciliations {
  @Many(() => Reconciliation, { doc: 'Comparisons.', max: 100 }) runs: Reconciliation[];
}

@Shape('A difference between two sides, with what each of them says.')
export class Difference {
  @Text({ doc: 'Difference id.', max: 60 }) id: string;
  @Text({ doc: 'Kind.', max: 60, example: 'missingInErp' }) kind: string;
  @Text({ doc: 'What the kind says.', max: 300 }) statement: string;
  @Text({ doc: 'What it is about: an order, a document of a vendor, a position.', max: 200 }) key: string;
  @Text({ doc: 'Order.', optional: true, max: 100 }) orderId?: string;
  @Choice(DIFFERENCE_STATES, { doc: 'queued: waits for a person; vanished: gone by itself.' }) state: string;
  @Text({ doc: 'Cause as far as it is known.', max: 500 }) cause: string;
  @JsonMap({ doc: 'What we say.' }) ours: Record<string, unknown>;
  @JsonMap({ doc: 'What the other side says.' }) theirs: Record<string, unknown>;
  @One(() => Money, { doc: 'Amount at stake.', optional: true }) amount?: Money;
  @Timestamp({ doc: 'When it was found first.' }) since: string;
  @Integer({ doc: 'Age in seconds; until it ended, when it has.' }) ageSeconds: number;
  @Timestamp({ doc: 'When it ended.', optional: true }) endedAt?: string;
  @Text({ doc: 'Who or what ended it.', optional: true, max: 100 }) endedBy?: string;
  @Text({ doc: 'Why, or why its repair failed.', optional: true, max: 1000 }) note?: string;
  @Flag({ doc: 'There is an operation that repairs it.' }) repairable: boolean;
  @Text({ doc: 'Repair in words.', optional: true, max: 300 }) repair?: string;
  @Text({ doc: 'Task on the desk, while it waits for a person.', optional: true, max: 60 }) taskId?: string;
  @Integer({ doc: 'Touches of people.' }) touches: number;
  @Integer({ doc: 'Minutes of people.' }) minutes: number;
}

@Shape('Which differences.')
export class DifferenceQuery {
  @Choice([...DIFFERENCE_STATES, 'unsettled'], {
    doc: 'State; unsettled: open, queued or repairing. Unsettled when absent.', optional: true,
  })
  state?: string;

  @Text({ doc: 'Kind.', optional: true, max: 60 }) kind?: string;
  @Text({ doc: 'Order.', optional: true, max: 60 }) orderId?: string;
  @Text({ doc: 'Opaque cursor of the next page.', optional: true, max: 200 }) cursor?: string;
  @Integer({ doc: 'Differences a page.', optional: true, min: 1, max: 200, example: 50 }) limit?: number;
}

@Shape('Differences, oldest first.')
export class DifferencePage {
  @Many(() => Difference, { doc: 'Differences.' }) differences: Difference[];
  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 200 }) next?: string;
}

@Shape('Which difference.')
export class DifferenceId {
  @Text({ doc: 'Difference id.', max: 60 }) differenceId: string;
}

@Shape('What a person decides about a difference.')
export class DifferenceResolution {
  @Choice(['repair', 'accept'], {
    doc: 'repair: by the operation of its kind; accept: it is right as it is, or was put right by hand. An accepted '
      + 'difference is not raised again while both sides say the same.',
    example: 'repair',
  })
  action: string;

  @Text({ doc: 'Why.', optional: true, max: 500 }) note?: string;

  @Integer({ doc: 'Minutes it took; by the policy when absent.', optional: true, max: 10_000 }) minutes?: number;
}

@Shape('A kind of difference.')
export class DifferenceKind {
  @Text({ doc: 'Kind.', max: 60 }) kind: string;
  @Text({ doc: 'What it says.', max: 300 }) statement: string;
  @Text({ doc: 'Usual cause.', max: 300 }) cause: string;
  @Text({ doc: 'Sides it compares.', max: 100 }) sides: string;
  @Text({ doc: 'How it can be repaired.', optional: true, max: 300 }) repair?: string;
  @Choice(['repair', 'task'], { doc: 'What the policy in force does.' }) rule: string;
  @Integer({ doc: 'Unsettled differences of it.' }) unsettled: number;
}

@Shape('Every kind of difference.')
export class DifferenceKinds {
  @Many(() => DifferenceKind, { doc: 'Kinds.', max: 60 }) kinds: DifferenceKind[];
}

@Shape('Which days.')
export class EffortQuery {
  @Integer({ doc: 'Last days.', optional: true, min: 1, max: 366, example: 30 }) days?: number;
}

@Shape('What reconciliation costs people.')
export class ReconciliationEffort {
  @Integer({ doc: 'Days counted.' }) days: number;
  @Integer({ doc: 'Touches: decisions of people.' }) touches: number;
  @Integer({ doc: 'Minutes.' }) minutes: number;
  @Integer({ doc: 'Of the touches, those whose minutes were assumed by the policy.' }) assumed: number;
  @Integer({ doc: 'Differences found.' }) differences: number;
  @Integer({ doc: 'Of these settled without a person.' }) withoutPeople: number;
  @Integer({ doc: 'Orders compared.' }) ordersCompared: number;
}

const read = { method: 'GET', scope: 'reconciliation:read', rate: 'read', idempotency: 'safe' } as const;
const operate = { method: 'POST', scope: 'reconciliation:operate', rate: 'batch' } as const;

export const reconciliationApi = defineApi({
  name: 'process/reconciliation',
  version: 1,
  title: 'Reconciliation',
  description:
    'Orders, ERP, customer system, warehouse, stock, payments and payouts compared; differences classified, repaired ' +
    'by rule or queued for people.',
  operations: {
    startReconciliation: operation({
      ...operate, path: '/runs', summary: 'Compare all sides now', body: NewReconciliation, answer: Reconciliation,
      status: 202, idempotency: 'stored', problems: [problems.unprocessable, problems.stateConflict],
      example: { from: '2026-11-23T00:00:00Z', until: '2026-11-24T00:00:00Z' },
      description: 'It goes on by itself; ask for it by its id until it is finished.',
    }),
    getReconciliation: operation({
      ...read, path: '/runs/{runId}', summary: 'Read a comparison', params: ReconciliationId, answer: Reconciliation,
      problems: [problems.notFound],
    }),
    listReconciliations: operation({
      ...read, path: '/runs', summary: 'List comparisons, newest first', answer: Reconciliations,
    }),
    listDifferences: operation({
      ...read, path: '/differences', summary: 'List differences, oldest first', params: DifferenceQuery,
      answer: DifferencePage,
    }),
    getDifference: operation({
      ...read, path: '/differences/{differenceId}', summary: 'Read a difference with its evidence',
      params: DifferenceId, answer: Difference, problems: [problems.notFound],
    }),
    resolveDifference: operation({
      ...operate, path: '/differences/{differenceId}/resolution', summary: 'Repair or accept a difference',
      params: DifferenceId, body: DifferenceResolution, answer: Difference, status: 202, idempotency: 'stored',
      problems: [problems.notFound, problems.stateConflict],
    }),
    listDifferenceKinds: operation({
      ...read, path: '/difference-kinds', summary: 'List kinds of differences and what is done about them',
      answer: DifferenceKinds,
    }),
    getReconciliationEffort: operation({
      ...read, path: '/effort', summary: 'Read what reconciliation costs people', params: EffortQuery,
      answer: ReconciliationEffort,
    }),
    ...settlementOperations,
    ...repairPolicyOperations,
    checkInvariants: operation({
      method: 'GET', path: '/invariants', summary: 'Check that all sides agree, by the last comparison',
      answer: InvariantReport, scope: 'platform:read', rate: 'batch', idempotency: 'safe',
    }),
  },
});
