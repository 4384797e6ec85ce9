// Events of reconciliation: what a comparison of all sides found, and what people decided about a difference. Key
// figures are read from them.
import { Integer, Shape, Text } from '../field.js';
import { event } from './event-spec.js';

const SINCE = '0.1.0';

@Shape('A comparison has ended.')
class ReconciliationCompleted {
  @Text({ doc: 'Run id.', max: 60 }) runId: string;
  @Integer({ doc: 'Orders compared.' }) orders: number;
  @Integer({ doc: 'Of these with a difference.' }) ordersDiffering: number;
  @Integer({ doc: 'Stock positions compared.' }) positions: number;
  @Integer({ doc: 'Of these with a difference.' }) positionsDiffering: number;
  @Integer({ doc: 'Differences not known before.' }) appeared: number;
}

@Shape('A person has decided about a difference.')
class DifferenceDecided {
  @Text({ doc: 'Difference id.', max: 60 }) differenceId: string;
  @Text({ doc: 'Kind.', max: 60, example: 'amountDiffersInErp' }) kind: string;
  @Text({ doc: 'Decision.', max: 60 }) action: string;
  @Text({ doc: 'Who decided.', max: 100 }) decidedBy: string;
  @Integer({ doc: 'Minutes it took.' }) minutes: number;
}

export const reconciliationEvents = {
  'reconciliation.completed.v1': event({
    title: 'Reconciliation completed', since: SINCE, partitionKey: 'runId', data: ReconciliationCompleted,
    doc: 'All sides were compared; the differences can be read from process/reconciliation.',
  }),
  'difference.decided.v1': event({
    title: 'Difference decided', since: SINCE, partitionKey: 'differenceId', data: DifferenceDecided,
    doc: 'A person had a difference repaired or accepted it.',
  }),
};
