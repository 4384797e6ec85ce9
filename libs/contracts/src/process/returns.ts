// Contract of process/returns: what may come back and for how much, the return itself, what stores and warehouses
// report, goods nobody expected, and the policies behind it.
import { Choice, Flag, Integer, JsonMap, Many, One, Shape, Text, Texts, Timestamp } from '../field.js';
import { Money } from '../canonical/money.js';
import { InvariantReport } from '../canonical/outcome.js';
import { returnFigureOperations } from '../figure-operations.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';
import { DISPOSITIONS, Return, RETURN_GRADES, RETURN_METHODS, RETURN_REASONS } from './return-view.js';

const ORDER = 'ord_0197c0de00007000800000000000000a';
const RETURN = 'ret_0197c0de00007000800000000000000a';

@Shape('Units of an order line to be given back, and why.')
export class ReturnLineWish {
  @Text({ doc: 'Line of the order.', max: 60, example: '1' }) lineId: string;
  @Integer({ doc: 'Units.', min: 1, max: 1_000, example: 1 }) quantity: number;
  @Choice(RETURN_REASONS, { doc: 'Why.', example: 'unwanted' }) reason: string;
}

@Shape('What an exchange brings instead; an order of its own, never set off against the refund.')
export class ExchangeWish {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0002' }) sku: string;
  @Integer({ doc: 'Units.', min: 1, max: 1_000, example: 1 }) quantity: number;
}

@Shape('A return as a customer would like it.')
export class ReturnWish {
  @Text({ doc: 'Order id or order number.', max: 60, example: ORDER }) orderId: string;
  @Choice(RETURN_METHODS, { doc: 'How the goods come back.', example: 'mail' }) method: string;
  @Many(() => ReturnLineWish, { doc: 'Lines.', min: 1, max: 200 }) lines: ReturnLineWish[];
  @Flag({ doc: 'True: refund before the goods are back, where the policy allows it.', optional: true })
  advanceRefund?: boolean;
}

@Shape('A return to be started under a decision that was seen.')
export class NewReturn extends ReturnWish {
  @Text({ doc: 'Hash of the preview: 409 with a new preview when it no longer holds.', max: 80 }) previewHash: string;

  @Text({ doc: 'Channel it is asked for by; that of the order when absent.', optional: true, max: 40,
    pattern: /^[a-z][a-z0-9-]*$/ })
  channel?: string;

  @Text({ doc: 'In the customer\'s words.', optional: true, max: 500 }) note?: string;
  @Many(() => ExchangeWish, { doc: 'Goods instead.', optional: true, max: 50 }) exchange?: ExchangeWish[];

  @Text({ doc: 'Means of payment for the exchange order.', optional: true, max: 200, example: 'pm_card_visa' })
  paymentToken?: string;
}

@Shape('What is decided on one line.')
export class ReturnLineDecision {
  @Text({ doc: 'Line of the order.', max: 60 }) lineId: string;
  @Text({ doc: 'SKU.', max: 40 }) sku: string;
  @Integer({ doc: 'Units asked for.' }) quantity: number;
  @Choice(RETURN_REASONS, { doc: 'Why they come back.' }) reason: string;
  @Flag({ doc: 'True when all of them may come back.' }) eligible: boolean;

  @Choice(['withdrawal', 'guarantee', 'policy', 'notDelivered', 'alreadyReturned', 'windowClosed', 'excluded',
    'unknownLine', 'methodNotOffered'], { doc: 'On what ground, or why not.' })
  code: string;

  @Text({ doc: 'The same for people.', max: 500 }) explanation: string;
  @One(() => Money, { doc: 'Refund after the fee.' }) refund: Money;
  @One(() => Money, { doc: 'Tax in the goods.' }) tax: Money;
  @One(() => Money, { doc: 'Fee withheld.' }) fee: Money;
  @Timestamp({ doc: 'Until when it is possible.', optional: true }) until?: string;
}

@Shape('The decision on a return, before it is started.')
export class ReturnPreview {
  @Text({ doc: 'Hash over the decision; submitReturn carries it.', max: 80 }) previewHash: string;
  @Text({ doc: 'Order.', max: 60 }) orderId: string;
  @Text({ doc: 'Policy version.', max: 100, example: 'returns-throughline-EU-1' }) policyVersion: string;
  @Text({ doc: 'Jurisdiction whose law and policy decide.', max: 20, example: 'EU' }) jurisdiction: string;
  @Choice(RETURN_METHODS, { doc: 'How the goods come back.' }) method: string;
  @Flag({ doc: 'True when every line may come back as asked.' }) eligible: boolean;
  @Many(() => ReturnLineDecision, { doc: 'Lines.', max: 200 }) lines: ReturnLineDecision[];
  @One(() => Money, { doc: 'Expected refund in all.' }) refund: Money;
  @One(() => Money, { doc: 'Fees in all.' }) fee: Money;

  @Choice(['request', 'receipt', 'inspection'], { doc: 'When the refund is paid.' }) refundAt: string;
  @Flag({ doc: 'True when the goods may be kept.' }) returnless: boolean;
  @Choice(['customer', 'seller', 'none'], { doc: 'Who pays for sending the goods back.' }) returnShipping: string;
  @Text({ doc: 'Where the goods go.', optional: true, max: 40 }) returnTo?: string;
}

@Shape('Which return.')
export class ReturnId {
  @Text({ doc: 'Return id or number.', max: 60, example: RETURN }) returnId: string;
}

@Shape('Which returns.')
export class ReturnQuery {
  @Text({ doc: 'Only of this order.', optional: true, max: 60, example: ORDER }) orderId?: string;
  @Text({ doc: 'Only of this customer.', optional: true, max: 60, example: 'CUS-0001' }) customerId?: string;
  @Flag({ doc: 'Only those that are not closed.', optional: true }) open?: boolean;
  @Integer({ doc: 'Most returns.', optional: true, min: 1, max: 100, example: 20 }) limit?: number;
}

@Shape('Returns, newest first.')
export class ReturnPage {
  @Many(() => Return, { doc: 'Returns.', max: 100 }) returns: Return[];
}

@Shape('Units that came back.')
export class ReceivedUnits {
  @Text({ doc: 'Line of the order; found by SKU when absent.', optional: true, max: 60 }) lineId?: string;
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' }) sku: string;
  @Integer({ doc: 'Units.', min: 1, max: 1_000, example: 1 }) quantity: number;
  @Texts({ doc: 'Numbers of the units, when they are told apart.', optional: true, max: 1_000 }) units?: string[];
  @Choice(RETURN_GRADES, { doc: 'Grade, when inspected at once.', optional: true }) grade?: string;
  @Choice(DISPOSITIONS, { doc: 'Disposition, when the inspector overrides the policy.', optional: true })
  disposition?: string;
}

@Shape('A report that goods came back: from a till, a store or a warehouse.')
export class ReturnReceipt {
  @Text({ doc: 'Who reports.', max: 60, pattern: /^[a-z][a-zA-Z0-9-]*$/, example: 'pos' }) source: string;
  @Text({ doc: 'Id of the report there; it counts once.', max: 100, example: 'till-7-000123' }) fact: string;
  @Timestamp({ doc: 'When.', example: '2026-11-24T08:30:00Z' }) occurredAt: string;
  @Text({ doc: 'Where.', max: 40, example: 'ST-001' }) locationId: string;
  @Text({ doc: 'Return id or number on the label, if any.', optional: true, max: 80 }) returnId?: string;
  @Many(() => ReceivedUnits, { doc: 'Units.', min: 1, max: 200 }) lines: ReceivedUnits[];
}

@Shape('What was done with a report.')
export class ReceiptOutcome {
  @Choice(['taken', 'duplicate', 'orphan'], {
    doc: 'taken: given to its return; duplicate: reported before; orphan: kept until a person has matched it.',
  })
  outcome: string;

  @Text({ doc: 'Return it belongs to.', optional: true, max: 60 }) returnId?: string;
  @Texts({ doc: 'Orphans that wait for a person.', optional: true, max: 200 }) orphanIds?: string[];
}

@Shape('Goods that belong to no return we know.')
export class Orphan {
  @Text({ doc: 'Orphan id.', max: 60 }) id: string;
  @Text({ doc: 'SKU.', max: 40 }) sku: string;
  @Integer({ doc: 'Units.' }) quantity: number;
  @Text({ doc: 'Where they are.', max: 40 }) locationId: string;
  @Text({ doc: 'Who reported them.', max: 60 }) source: string;
  @Text({ doc: 'What the label said.', optional: true, max: 80 }) reference?: string;
  @Timestamp({ doc: 'Since when.' }) receivedAt: string;
  @Text({ doc: 'Why it waits.', max: 500 }) reason: string;
  @Text({ doc: 'Return it was matched to.', optional: true, max: 60 }) returnId?: string;
  @Text({ doc: 'Who matched it.', optional: true, max: 100 }) matchedBy?: string;
}

@Shape('Which orphans.')
export class OrphanQuery {
  @Flag({ doc: 'Also those that were matched.', optional: true }) matchedToo?: boolean;
}

@Shape('Orphans, oldest first.')
export class OrphanList {
  @Many(() => Orphan, { doc: 'Orphans.', max: 200 }) orphans: Orphan[];
}

@Shape('Which orphan.')
export class OrphanId {
  @Text({ doc: 'Orphan id.', max: 60 }) orphanId: string;
}

@Shape('The order that goods belong to, as a person has found out.')
export class MatchOrphan {
  @Text({ doc: 'Order id or number.', max: 60, example: ORDER }) orderId: string;
  @Text({ doc: 'Line of the order.', max: 60, example: '1' }) lineId: string;
  @Choice(RETURN_REASONS, { doc: 'Why it came back.', example: 'unknown' }) reason: string;
}

@Shape('How an advance refund ends whose goods never came.')
export class SettleAdvance {
  @Choice(['charged', 'writtenOff'], { doc: 'The customer was charged elsewhere, or we bear it.',
    example: 'writtenOff' })
  decision: string;

  @Text({ doc: 'Why.', optional: true, max: 500 }) note?: string;
}

@Shape('Whose return policy.')
export class ReturnPolicyKey {
  @Text({ doc: 'Brand.', max: 40, example: 'throughline' }) brand: string;
  @Text({ doc: 'Jurisdiction.', max: 20, example: 'EU' }) jurisdiction: string;
}

@Shape('A return policy to come into force.')
export class NewReturnPolicy {
  @JsonMap({ doc: 'Document, by the JSON Schema that getReturnPolicy answers.' }) document: Record<string, unknown>;
  @Text({ doc: 'Why.', optional: true, max: 500 }) note?: string;
}

@Shape('A version of a return policy; never changed, only followed.')
export class ReturnPolicyVersion extends ReturnPolicyKey {
  @Integer({ doc: 'Version.', min: 1 }) version: number;
  @JsonMap({ doc: 'Document.' }) document: Record<string, unknown>;
  @JsonMap({ doc: 'JSON Schema of documents.' }) schema: Record<string, unknown>;
  @Text({ doc: 'Who set it.', max: 100 }) setBy: string;
  @Timestamp({ doc: 'When.' }) setAt: string;
}

const read = { scope: 'returns:read', rate: 'read', idempotency: 'safe' } as const;
const write = { method: 'POST', scope: 'returns:write', rate: 'status' } as const;

export const returnsApi = defineApi({
  name: 'process/returns',
  version: 1,
  title: 'Returns',
  description: 'Returns as durable runs: eligibility, RMA, custody of the goods and money for them, on one view.',
  operations: {
    previewReturn: operation({
      ...write, path: '/previews', summary: 'Decide on a return before it is started', body: ReturnWish,
      answer: ReturnPreview, status: 200, rate: 'read', idempotency: 'natural', scope: 'returns:read',
      problems: [problems.notFound, problems.unprocessable],
      description: 'Each line with the ground it may come back on and the expected refund; nothing is kept.',
    }),
    submitReturn: operation({
      ...write, path: '/returns', summary: 'Start a return', body: NewReturn, answer: Return, status: 201,
      idempotency: 'stored', problems: [problems.notFound, problems.unprocessable, problems.returnDecisionChanged],
    }),
    getReturn: operation({
      ...read, method: 'GET', path: '/returns/{returnId}', summary: 'Read a return with everything about it',
      params: ReturnId, answer: Return, problems: [problems.notFound],
    }),
    listReturns: operation({
      ...read, method: 'GET', path: '/returns', summary: 'List returns, newest first', params: ReturnQuery,
      answer: ReturnPage,
    }),
    receiveReturn: operation({
      ...write, path: '/receipts', summary: 'Report goods that came back, once per unit whoever reports',
      body: ReturnReceipt, answer: ReceiptOutcome, status: 200, idempotency: 'natural',
      description: 'What belongs to no open return is kept as an orphan and triggers nothing until it is matched.',
    }),
    listOrphans: operation({
      ...read, method: 'GET', path: '/orphans', summary: 'List goods without a return', params: OrphanQuery,
      answer: OrphanList,
    }),
    matchOrphan: operation({
      ...write, path: '/orphans/{orphanId}/match', summary: 'Match an orphan to its order, by a person',
      params: OrphanId, body: MatchOrphan, answer: Return, status: 200, scope: 'returns:operate',
      idempotency: 'stored', problems: [problems.notFound, problems.stateConflict, problems.unprocessable],
    }),
    settleAdvance: operation({
      ...write, path: '/returns/{returnId}/advance-settlement', status: 200, scope: 'returns:operate',
      summary: 'Settle an advance refund whose goods never came', params: ReturnId, body: SettleAdvance, answer: Return,
      idempotency: 'stored', problems: [problems.notFound, problems.stateConflict],
    }),
    getReturnPolicy: operation({
      ...read, method: 'GET', path: '/policies/{brand}/{jurisdiction}', summary: 'Read the return policy in force',
      params: ReturnPolicyKey, answer: ReturnPolicyVersion, problems: [problems.notFound],
    }),
    setReturnPolicy: operation({
      ...write, method: 'PUT', path: '/policies/{brand}/{jurisdiction}', summary: 'Set the next version of a policy',
      params: ReturnPolicyKey, body: NewReturnPolicy, answer: ReturnPolicyVersion, status: 200,
      scope: 'returns:operate', idempotency: 'natural', problems: [problems.unprocessable],
      description: 'A policy may give more than the law, never less: statutory rights are decided first.',
    }),
    ...returnFigureOperations,
    checkInvariants: operation({
      method: 'GET', path: '/invariants', summary: 'Check the invariants of returns', answer: InvariantReport,
      scope: 'platform:read', rate: 'batch', idempotency: 'safe',
    }),
  },
});

