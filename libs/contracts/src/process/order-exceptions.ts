// What follows when an order cannot be fulfilled as placed: backorders, substitutes and the customer's consent,
// rejections by locations, and what the customer was told.
import { Choice, Flag, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Money } from '../canonical/money.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

@Shape('Which order.')
class ExceptionOrder {
  @Text({ doc: 'Order id or order number.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;
}

@Shape('Units that wait for supply, or waited for it.')
export class Backorder {
  @Text({ doc: 'Line.', max: 60 })
  lineId: string;

  @Text({ doc: 'SKU.', max: 40 })
  sku: string;

  @Integer({ doc: 'Units that were short.' })
  quantity: number;

  @Integer({ doc: 'Units that still wait.' })
  waiting: number;

  @Timestamp({ doc: 'Since when.' })
  since: string;

  @Timestamp({ doc: 'When they are promised.', optional: true })
  promisedAt?: string;

  @Timestamp({ doc: 'When they are cancelled unless they have arrived.' })
  cancelAt: string;
}

@Shape('A substitute a customer is asked to take.')
export class SubstitutionProposal {
  @Text({ doc: 'Proposal id.', max: 60 })
  id: string;

  @Text({ doc: 'Line.', max: 60 })
  lineId: string;

  @Text({ doc: 'SKU that is short.', max: 40 })
  sku: string;

  @Text({ doc: 'SKU that is offered.', max: 40 })
  substituteSku: string;

  @Text({ doc: 'Name of what is offered.' })
  substituteName: string;

  @Integer({ doc: 'Units.' })
  quantity: number;

  @One(() => Money, { doc: 'What the customer pays for them, never more than before.' })
  total: Money;

  @Timestamp({ doc: 'Until when an answer counts; the policy decides after that.' })
  expiresAt: string;

  @Choice(['open', 'accepted', 'declined'], { doc: 'State.' })
  state: string;

  @Text({ doc: 'Who answered; policy: nobody did in time.', optional: true, max: 100 })
  answeredBy?: string;
}

@Shape('What a customer was told.')
export class OrderMessage {
  @Text({ doc: 'Message id.', max: 60 })
  id: string;

  @Text({ doc: 'What about.', max: 60 })
  exception: string;

  @Text({ doc: 'Language.', max: 10 })
  language: string;

  @Timestamp({ doc: 'When it was decided to tell it.' })
  requestedAt: string;

  @Choice(['pending', 'sent', 'rejected', 'uncertain', 'noAddress'], { doc: 'What became of it.' })
  outcome: string;
}

@Shape('Exceptions of an order.')
export class OrderExceptions {
  @Many(() => Backorder, { doc: 'Units that wait or waited for supply.', max: 500 })
  backorders: Backorder[];

  @Many(() => SubstitutionProposal, { doc: 'Substitutes proposed.', max: 500 })
  substitutions: SubstitutionProposal[];

  @Many(() => OrderMessage, { doc: 'Messages to the customer.', max: 500 })
  messages: OrderMessage[];
}

@Shape('Which proposal of which order.')
export class SubstitutionId extends ExceptionOrder {
  @Text({ doc: 'Proposal id.', max: 60 })
  proposalId: string;
}

@Shape('The customer\'s answer to a proposal.')
export class SubstitutionAnswer {
  @Flag({ doc: 'True: send the substitute; false: do not.', example: true })
  accept: boolean;
}

@Shape('Which product.')
export class SubstitutionSku {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0999' })
  sku: string;
}

@Shape('A product that may be sent instead.')
export class SubstituteSku {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;
}

@Shape('Products that may be sent instead of one, best first.')
export class Substitutes {
  @Many(() => SubstituteSku, { doc: 'Substitutes.', max: 20 })
  substitutes: SubstituteSku[];
}

@Shape('Which fulfilment order.')
export class RejectedFulfilment extends ExceptionOrder {
  @Text({ doc: 'Fulfilment order id.', max: 60 })
  fulfilmentOrderId: string;
}

@Shape('Why a location will not fulfil.')
export class FulfilmentRejection {
  @Text({ doc: 'Reason code; the exception policy says what it does to the stock there.', max: 60,
    pattern: /^[a-zA-Z]+$/, example: 'tooBusy' })
  reasonCode: string;

  @Text({ doc: 'In words.', optional: true, max: 500 })
  note?: string;
}

export const exceptionOperations = {
  getOrderExceptions: operation({
    method: 'GET', path: '/orders/{orderId}/exceptions',
    summary: 'Read what waits, what was offered instead and what the customer was told',
    params: ExceptionOrder, answer: OrderExceptions, scope: 'orders:read', rate: 'read', idempotency: 'safe',
    problems: [problems.notFound],
  }),
  answerSubstitution: operation({
    method: 'POST', path: '/orders/{orderId}/substitutions/{proposalId}/answer',
    summary: 'Accept or decline a substitute',
    params: SubstitutionId, body: SubstitutionAnswer, answer: SubstitutionProposal, scope: 'orders:write',
    rate: 'checkout', idempotency: 'natural', problems: [problems.notFound, problems.stateConflict],
  }),
  getSubstitutes: operation({
    method: 'GET', path: '/substitutes/{sku}', summary: 'Which products may be sent instead of one',
    params: SubstitutionSku, answer: Substitutes, scope: 'orders:read', rate: 'read', idempotency: 'safe',
  }),
  setSubstitutes: operation({
    method: 'PUT', path: '/substitutes/{sku}', summary: 'Say which products may be sent instead of one',
    params: SubstitutionSku, body: Substitutes, answer: Substitutes, scope: 'orders:operate', rate: 'status',
    idempotency: 'natural',
  }),
  rejectFulfilment: operation({
    method: 'POST', path: '/orders/{orderId}/fulfilment-orders/{fulfilmentOrderId}/rejection',
    summary: 'Say that a location will not fulfil; it is sourced from elsewhere',
    params: RejectedFulfilment, body: FulfilmentRejection, answer: OrderExceptions, status: 202,
    scope: 'orders:operate', rate: 'status', idempotency: 'stored', problems: [problems.notFound],
  }),
};
