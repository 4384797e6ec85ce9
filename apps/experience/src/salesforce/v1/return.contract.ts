// Returns for Salesforce flows and agents: decide, start, follow; flat fields that a Flow can map.
import {
  Choice, Flag, Integer, Many, operation, problems, RETURN_CUSTODY, RETURN_METHODS, RETURN_MONEY, RETURN_REASONS, Shape,
  Text, Timestamp,
} from '#contracts';

@Shape('Units of an order line to be given back.')
export class SalesforceReturnItem {
  @Text({ doc: 'Line of the order.', max: 60, example: '1' }) lineId: string;
  @Integer({ doc: 'Units.', min: 1, max: 1_000, example: 1 }) quantity: number;
  @Choice(RETURN_REASONS, { doc: 'Why.', example: 'unwanted' }) reason: string;
}

@Shape('A return as an agent starts it.')
export class SalesforceReturnRequest {
  @Choice(RETURN_METHODS, { doc: 'How the goods come back.', example: 'mail' }) method: string;
  @Many(() => SalesforceReturnItem, { doc: 'Lines.', min: 1, max: 200 }) items: SalesforceReturnItem[];
  @Flag({ doc: 'True: refund before the goods are back, where the policy allows it.', optional: true })
  advanceRefund?: boolean;
}

@Shape('A return to be started under a decision that was seen.')
export class SalesforceReturnSubmission extends SalesforceReturnRequest {
  @Text({ doc: 'Hash of the preview.', max: 80 }) previewHash: string;
  @Text({ doc: 'In the customer\'s words.', optional: true, max: 500 }) note?: string;
}

@Shape('The decision on one line.')
export class SalesforceReturnDecision {
  @Text({ doc: 'Line of the order.', max: 60 }) lineId: string;
  @Text({ doc: 'SKU.', max: 40 }) sku: string;
  @Integer({ doc: 'Units.' }) quantity: number;
  @Flag({ doc: 'True when they may come back.' }) eligible: boolean;
  @Text({ doc: 'On what ground, or why not.', max: 60 }) code: string;
  @Text({ doc: 'The same for people.', max: 500 }) explanation: string;
  @Text({ doc: 'Expected refund.', max: 30 }) refundAmount: string;
}

@Shape('The decision on a return.')
export class SalesforceReturnPreview {
  @Text({ doc: 'Hash to submit it with.', max: 80 }) previewHash: string;
  @Flag({ doc: 'True when every line may come back.' }) eligible: boolean;
  @Text({ doc: 'Expected refund.', max: 30 }) refundAmount: string;
  @Text({ doc: 'ISO 4217 code.', max: 3 }) currencyIsoCode: string;
  @Text({ doc: 'When the refund is paid.', max: 20 }) refundAt: string;
  @Text({ doc: 'Policy version.', max: 100 }) policyVersion: string;
  @Many(() => SalesforceReturnDecision, { doc: 'Lines.', max: 200 }) items: SalesforceReturnDecision[];
}

@Shape('A return as agents see it.')
export class SalesforceReturn {
  @Text({ doc: 'Return id.', max: 60 }) returnId: string;
  @Text({ doc: 'Number for people.', max: 20 }) returnNumber: string;
  @Text({ doc: 'Order.', max: 60 }) orderId: string;
  @Text({ doc: 'Order number.', max: 20 }) orderNumber: string;
  @Choice(RETURN_CUSTODY, { doc: 'Where the goods are.' }) custody: string;
  @Choice(RETURN_MONEY, { doc: 'Where the money is.' }) money: string;
  @Text({ doc: 'Expected refund.', max: 30 }) refundAmount: string;
  @Text({ doc: 'ISO 4217 code.', max: 3 }) currencyIsoCode: string;
  @Text({ doc: 'Return in the ERP.', optional: true, max: 40 }) erpReference?: string;
  @Text({ doc: 'Tracking number of the label.', optional: true, max: 60 }) trackingNumber?: string;
  @Text({ doc: 'Credit memo.', optional: true, max: 40 }) creditMemo?: string;
  @Text({ doc: 'Order that replaces the goods.', optional: true, max: 60 }) exchangeOrderId?: string;
  @Text({ doc: 'Why it was declined.', optional: true, max: 1000 }) declineReason?: string;
  @Timestamp({ doc: 'When it was asked for.' }) requestedAt: string;
  @Timestamp({ doc: 'When it was settled.', optional: true }) closedAt?: string;
}

@Shape('Returns, newest first.')
export class SalesforceReturns {
  @Many(() => SalesforceReturn, { doc: 'Returns.', max: 100 }) returns: SalesforceReturn[];
}

@Shape('Which order comes back.')
export class SalesforceReturnOrder {
  @Text({ doc: 'Order id or order number.', max: 60 }) orderId: string;
}

@Shape('Which return.')
export class SalesforceReturnKey {
  @Text({ doc: 'Return id or number.', max: 60 }) returnId: string;
}

/** Operations of Salesforce for returns. */
export const salesforceReturnOperations = {
  previewReturn: operation({
    method: 'POST', path: '/orders/{orderId}/return-previews', summary: 'Decide on a return before it is started',
    params: SalesforceReturnOrder, body: SalesforceReturnRequest, answer: SalesforceReturnPreview, status: 200,
    scope: 'returns:read', rate: 'read', idempotency: 'natural', problems: [problems.notFound, problems.unprocessable],
    example: { method: 'mail', items: [{ lineId: '1', quantity: 1, reason: 'unwanted' }] },
  }),
  submitReturn: operation({
    method: 'POST', path: '/orders/{orderId}/returns', summary: 'Start a return', params: SalesforceReturnOrder,
    body: SalesforceReturnSubmission, answer: SalesforceReturn, status: 201, scope: 'returns:write', rate: 'status',
    idempotency: 'forwarded', problems: [problems.notFound, problems.unprocessable, problems.returnDecisionChanged],
    description: 'Only what was seen is started: take `previewHash` from the answer of previewReturn.',
    example: {
      previewHash: 'sha256-d4GA1KbYe7SBXtKK1q_tUwXIWUIvLvK25VsShrbvhuE', method: 'mail',
      items: [{ lineId: '1', quantity: 1, reason: 'unwanted' }],
    },
  }),
  listReturns: operation({
    method: 'GET', path: '/orders/{orderId}/returns', summary: 'List the returns of an order',
    params: SalesforceReturnOrder, answer: SalesforceReturns, scope: 'returns:read', rate: 'read', idempotency: 'safe',
    problems: [problems.notFound],
  }),
  getReturn: operation({
    method: 'GET', path: '/returns/{returnId}', summary: 'Read a return', params: SalesforceReturnKey,
    answer: SalesforceReturn, scope: 'returns:read', rate: 'read', idempotency: 'safe', problems: [problems.notFound],
  }),
};
