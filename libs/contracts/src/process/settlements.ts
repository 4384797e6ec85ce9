// The part of process/reconciliation about settlement files: payout reports of the payment provider, taken in row by
// row, nothing lost.
import { Choice, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Money } from '../canonical/money.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

/** Characters of one file; larger reports come in parts. */
const FILE_MAX = 900_000;

@Shape('A settlement file.')
export class NewSettlement {
  @Choice(['stripe'], { doc: 'Provider, which decides the columns.', example: 'stripe' }) provider: string;
  @Text({ doc: 'Name of the file; the same content counts once whatever its name.', max: 200,
    example: 'payouts-2026-11-23.csv' })
  fileName: string;

  @Text({
    doc: 'The file as it is: CSV with header, columns of the Stripe payout reconciliation report.', max: FILE_MAX,
    example: 'automatic_payout_id,balance_transaction_id,gross,fee,net,currency,reporting_category,payment_intent_id\n',
  })
  csv: string;
}

@Shape('A row that could not be used; it is kept as it came.')
export class SettlementRowFault {
  @Integer({ doc: 'Line in the file, the header is 1.', min: 1 }) line: number;
  @Text({ doc: 'Column.', max: 60 }) column: string;
  @Text({ doc: 'What is wrong.', max: 300 }) detail: string;
  @Text({ doc: 'The value.', min: 0, max: 300 }) value: string;
}

@Shape('What became of a settlement file.')
export class Settlement {
  @Text({ doc: 'Settlement id.', max: 60 }) id: string;
  @Text({ doc: 'Provider.', max: 40 }) provider: string;
  @Text({ doc: 'File.', max: 200 }) fileName: string;
  @Timestamp({ doc: 'When it was taken in.' }) importedAt: string;
  @Text({ doc: 'By whom.', max: 100 }) importedBy: string;
  @Integer({ doc: 'Rows.' }) rows: number;
  @Integer({ doc: 'Taken in.' }) accepted: number;
  @Integer({ doc: 'Known from an earlier file.' }) repeated: number;
  @Integer({ doc: 'Could not be used.' }) faulty: number;
  @Integer({ doc: 'Matched with a payment of ours and posted.' }) matched: number;
  @Integer({ doc: 'Belong to no payment of ours: differences.' }) unmatched: number;
  @Many(() => Money, { doc: 'Net per currency.', max: 50 }) net: Money[];
  @Many(() => SettlementRowFault, { doc: 'First faults, by line and column.', max: 200 }) faults: SettlementRowFault[];
}

@Shape('Settlement files, newest first.')
export class Settlements {
  @Many(() => Settlement, { doc: 'Files.', max: 100 }) settlements: Settlement[];
}

@Shape('Which settlement.')
export class SettlementId {
  @Text({ doc: 'Settlement id.', max: 60 }) settlementId: string;
}

@Shape('A line of a settlement.')
export class SettlementLine {
  @Text({ doc: 'Line id at the provider.', max: 100 }) id: string;
  @Text({ doc: 'Payout.', max: 100 }) payoutId: string;
  @Text({ doc: 'Payment at the provider.', optional: true, max: 100 }) paymentId?: string;
  @Text({ doc: 'Order it was matched with.', optional: true, max: 60 }) orderId?: string;
  @Text({ doc: 'Category.', max: 60 }) category: string;
  @One(() => Money, { doc: 'Gross.' }) gross: Money;
  @One(() => Money, { doc: 'Fee.' }) fee: Money;
  @One(() => Money, { doc: 'Net.' }) net: Money;
}

@Shape('Lines of a settlement.')
export class SettlementLines {
  @Many(() => SettlementLine, { doc: 'Lines.', max: 1000 }) lines: SettlementLine[];
}

export const settlementOperations = {
  importSettlement: operation({
    method: 'POST', path: '/settlements', summary: 'Take in a payout report', body: NewSettlement, answer: Settlement,
    status: 201, scope: 'reconciliation:operate', rate: 'batch', idempotency: 'stored',
    problems: [problems.unprocessable],
    description:
      'Good rows are taken in and matched, bad ones are named by line and column and kept. A file that was taken in ' +
      'before is answered as it was then; a row counts once in whichever file it comes.',
    example: {
      provider: 'stripe', fileName: 'payouts-2026-11-23.csv',
      csv: 'automatic_payout_id,balance_transaction_id,gross,fee,net,currency,reporting_category,payment_intent_id\n'
        + 'po_example,txn_example,10.00,0.44,9.56,eur,charge,pi_example\n',
    },
  }),
  listSettlements: operation({
    method: 'GET', path: '/settlements', summary: 'List settlement files, newest first', answer: Settlements,
    scope: 'reconciliation:read', rate: 'read', idempotency: 'safe',
  }),
  getSettlementLines: operation({
    method: 'GET', path: '/settlements/{settlementId}/lines', summary: 'Read the lines of a settlement file',
    params: SettlementId, answer: SettlementLines, scope: 'reconciliation:read', rate: 'read', idempotency: 'safe',
    problems: [problems.notFound],
  }),
};
