// What a shop needs for returns: may it come back and for how much, start it, see it.
import {
  Choice, ExchangeWish, Flag, Many, Money, One, operation, problems, RETURN_CUSTODY, RETURN_METHODS, RETURN_MONEY,
  ReturnLabel, ReturnLine, ReturnLineDecision, ReturnLineWish, ReturnRefund, Shape, Text, Timestamp,
} from '#contracts';

@Shape('A return as a customer would like it.')
export class StorefrontReturnWish {
  @Choice(RETURN_METHODS, { doc: 'How the goods come back.', example: 'mail' }) method: string;
  @Many(() => ReturnLineWish, { doc: 'Lines.', min: 1, max: 200 }) lines: ReturnLineWish[];
  @Flag({ doc: 'True: refund before the goods are back, where it is offered.',
    optional: true }) advanceRefund?: boolean;
}

@Shape('The decision on a return, before it is started.')
export class StorefrontReturnPreview {
  @Text({ doc: 'Hash over the decision; createReturn carries it.', max: 80 }) previewHash: string;
  @Text({ doc: 'Policy version.', max: 100 }) policyVersion: string;
  @Flag({ doc: 'True when every line may come back as asked.' }) eligible: boolean;
  @Many(() => ReturnLineDecision, { doc: 'Lines.', max: 200 }) lines: ReturnLineDecision[];
  @One(() => Money, { doc: 'Expected refund in all.' }) refund: Money;
  @One(() => Money, { doc: 'Fees in all.' }) fee: Money;
  @Choice(['request', 'receipt', 'inspection'], { doc: 'When the refund is paid.' }) refundAt: string;
  @Flag({ doc: 'True when the goods may be kept.' }) returnless: boolean;
  @Choice(['customer', 'seller', 'none'], { doc: 'Who pays for sending the goods back.' }) returnShipping: string;
}

@Shape('A return to be started under a decision that was seen.')
export class NewStorefrontReturn extends StorefrontReturnWish {
  @Text({ doc: 'Hash of the preview: 409 with a new preview when it no longer holds.', max: 80 }) previewHash: string;
  @Text({ doc: 'In the customer\'s words.', optional: true, max: 500 }) note?: string;
  @Many(() => ExchangeWish, { doc: 'Goods instead, as an order of their own.', optional: true, max: 50 })
  exchange?: ExchangeWish[];

  @Text({ doc: 'Means of payment for the exchange order.', optional: true, max: 200 }) paymentToken?: string;
}

@Shape('A return as a shop shows it.')
export class StorefrontReturn {
  @Text({ doc: 'Return id.', max: 60 }) id: string;
  @Text({ doc: 'Number for people.', max: 20 }) returnNumber: string;
  @Text({ doc: 'Order.', max: 60 }) orderId: string;
  @Choice(RETURN_METHODS, { doc: 'How the goods come back.' }) method: string;
  @Choice(RETURN_CUSTODY, { doc: 'Where the goods are.' }) custody: string;
  @Choice(RETURN_MONEY, { doc: 'Where the money is.' }) money: string;
  @Many(() => ReturnLine, { doc: 'Lines.', max: 200 }) lines: ReturnLine[];
  @One(() => Money, { doc: 'Expected refund.' }) expectedRefund: Money;
  @Many(() => ReturnRefund, { doc: 'Refunds.', max: 1_000 }) refunds: ReturnRefund[];
  @One(() => ReturnLabel, { doc: 'Label, once there is one.', optional: true }) label?: ReturnLabel;
  @Text({ doc: 'Order that replaces the goods.', optional: true, max: 60 }) exchangeOrderId?: string;
  @Text({ doc: 'Why there is no replacement.', optional: true, max: 500 }) exchangeFailure?: string;
  @Text({ doc: 'Why it was declined.', optional: true, max: 1000 }) declineReason?: string;
  @Timestamp({ doc: 'When it was asked for.' }) requestedAt: string;
  @Timestamp({ doc: 'Until when the goods must be on their way.', optional: true }) dueAt?: string;
  @Timestamp({ doc: 'When goods and money were settled.', optional: true }) closedAt?: string;
}

@Shape('The returns of an order, newest first.')
export class StorefrontReturns {
  @Many(() => StorefrontReturn, { doc: 'Returns.', max: 100 }) returns: StorefrontReturn[];
}

@Shape('Which order comes back.')
export class StorefrontReturnOrder {
  @Text({ doc: 'Order id or order number.', max: 60 }) orderId: string;
}

@Shape('Which return.')
export class StorefrontReturnId {
  @Text({ doc: 'Return id or number.', max: 60 }) returnId: string;
}

/** Operations of the storefront for returns. */
export const storefrontReturnOperations = {
  previewReturn: operation({
    method: 'POST', path: '/orders/{orderId}/return-previews', summary: 'See what may come back, and for how much',
    params: StorefrontReturnOrder, body: StorefrontReturnWish, answer: StorefrontReturnPreview, status: 200,
    scope: 'returns:read', rate: 'read', idempotency: 'natural', problems: [problems.notFound, problems.unprocessable],
    example: { method: 'mail', lines: [{ lineId: '1', quantity: 1, reason: 'unwanted' }] },
  }),
  createReturn: operation({
    method: 'POST', path: '/orders/{orderId}/returns', summary: 'Start a return', params: StorefrontReturnOrder,
    body: NewStorefrontReturn, answer: StorefrontReturn, status: 201, scope: 'returns:write', rate: 'checkout',
    idempotency: 'forwarded', problems: [problems.notFound, problems.unprocessable, problems.returnDecisionChanged],
    description: 'Only what was seen is started: take `previewHash` from the answer of previewReturn.',
    example: {
      previewHash: 'sha256-d4GA1KbYe7SBXtKK1q_tUwXIWUIvLvK25VsShrbvhuE', method: 'mail',
      lines: [{ lineId: '1', quantity: 1, reason: 'unwanted' }],
    },
  }),
  listReturns: operation({
    method: 'GET', path: '/orders/{orderId}/returns', summary: 'List the returns of an order',
    params: StorefrontReturnOrder, answer: StorefrontReturns, scope: 'returns:read', rate: 'read', idempotency: 'safe',
    problems: [problems.notFound],
  }),
  getReturn: operation({
    method: 'GET', path: '/returns/{returnId}', summary: 'Read a return', params: StorefrontReturnId,
    answer: StorefrontReturn, scope: 'returns:read', rate: 'read', idempotency: 'safe', problems: [problems.notFound],
  }),
};
