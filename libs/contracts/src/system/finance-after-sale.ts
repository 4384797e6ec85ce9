// The part of system/finance that comes after the sale: credit memos, store credit, goods that come back, payouts, and
// the posting of the journal to the ERP.
import { Choice, Flag, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { Money } from '../canonical/money.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

const ORDER_EXAMPLE = 'ord_0197c0de00007000800000000000000a';
const FACT = 'Fact behind it, e.g. the return; the same fact counts once.';

@Shape('What is credited to a customer for what came back or was given up.')
export class NewCreditMemo {
  @Text({ doc: 'Order.', max: 60, example: ORDER_EXAMPLE })
  orderId: string;

  @Text({ doc: FACT, max: 100, example: 'ret_0197c0de00007000800000000000000a:1' })
  fact: string;

  @One(() => Money, { doc: 'Gross amount of the goods, before any fee.' })
  total: Money;

  @One(() => Money, { doc: 'Tax in it.' })
  tax: Money;

  @One(() => Money, { doc: 'Fee withheld, gross.', optional: true })
  fee?: Money;

  @One(() => Money, { doc: 'Tax in the fee.', optional: true })
  feeTax?: Money;
}

@Shape('A credit memo.')
export class CreditMemo extends NewCreditMemo {
  @Text({ doc: 'Credit memo id.', max: 60 })
  id: string;

  @Text({ doc: 'Gapless number.', max: 30, example: 'CRM-2026-000001' })
  number: string;

  @One(() => Money, { doc: 'What we owe the customer for it: total less fee.' })
  payable: Money;

  @Timestamp({ doc: 'When it was issued.' })
  issuedAt: string;
}

@Shape('Store credit to be given for what we owe a customer.')
export class NewStoreCredit {
  @Text({ doc: 'Order.', max: 60, example: ORDER_EXAMPLE })
  orderId: string;

  @Text({ doc: FACT, max: 100 })
  fact: string;

  @One(() => Money, { doc: 'Amount; at most what credit memos still owe.' })
  amount: Money;

  @Text({ doc: 'Customer; absent for a guest, who gets the code.', optional: true, max: 60 })
  customerId?: string;
}

@Shape('Store credit: a liability until it is spent.')
export class StoreCredit extends NewStoreCredit {
  @Text({ doc: 'Code the customer redeems it with.', max: 40, example: 'SC-4F7K2M9QX2TB' })
  code: string;

  @Timestamp({ doc: 'When it was issued.' })
  issuedAt: string;
}

@Shape('Goods that came back, valued by the valuation policy.')
export class GoodsReturned {
  @Text({ doc: 'Order.', max: 60, example: ORDER_EXAMPLE })
  orderId: string;

  @Text({ doc: FACT, max: 100 })
  fact: string;

  @Choice(['restocked', 'writtenOff', 'toSupplier'], { doc: 'Where the value goes.', example: 'restocked' })
  movement: string;

  @One(() => Money, { doc: 'What the customer had paid for the units, without tax.' })
  netValue: Money;
}

@Shape('What a goods movement was worth.')
export class GoodsValued {
  @Text({ doc: 'Order.', max: 60 })
  orderId: string;

  @Text({ doc: 'Fact.', max: 100 })
  fact: string;

  @One(() => Money, { doc: 'Value moved, at cost.' })
  cost: Money;

  @Text({ doc: 'Version of the valuation policy.', max: 60 })
  policyVersion: string;
}

@Shape('What a payout of the provider or a channel pays for one order.')
export class PayoutLine {
  @Text({ doc: 'Payout at the provider; once per order and payout.', max: 90, example: 'po_1' })
  payoutId: string;

  @Text({ doc: 'Order.', max: 60, example: ORDER_EXAMPLE })
  orderId: string;

  @One(() => Money, { doc: 'Gross amount it settles.' })
  gross: Money;

  @One(() => Money, { doc: 'Fee the provider keeps.' })
  fee: Money;
}

@Shape('A refund and what became of it.')
export class RefundState {
  @Text({ doc: 'Fact.', max: 100 }) fact: string;
  @One(() => Money, { doc: 'Amount.' }) amount: Money;

  @Choice(['asked', 'uncertain', 'applied', 'refused', 'failed'], {
    doc: 'asked, uncertain: not known yet; failed: paid first, sent back by the bank later.',
  })
  outcome: string;

  @Text({ doc: 'Refund at the provider.', optional: true, max: 100 }) reference?: string;
  @Text({ doc: 'Why it was refused or failed.', optional: true, max: 500 }) reason?: string;
}

@Shape('Balance of one account, debits less credits.')
export class AccountBalance {
  @Text({ doc: 'Account.', max: 40 }) account: string;
  @One(() => Money, { doc: 'Balance.' }) balance: Money;
}

@Shape('The money of an order: what may still be refunded, what we owe, and the accounts.')
export class OrderMoney {
  @Text({ doc: 'Order.', max: 60 }) orderId: string;
  @Text({ doc: 'Who has the money: stripe or the channel.', optional: true, max: 40 }) provider?: string;
  @One(() => Money, { doc: 'Captured.' }) captured: Money;
  @One(() => Money, { doc: 'Refunded to the original means of payment.' }) refunded: Money;
  @One(() => Money, { doc: 'Taken back by the card scheme, while disputed and when lost.' }) disputed: Money;
  @One(() => Money, { doc: 'What may be refunded now: captured less refunded, disputed and not yet settled.' })
  refundable: Money;

  @One(() => Money, { doc: 'What of the invoices may still be credited.' }) creditable: Money;
  @One(() => Money, { doc: 'Owed to the customer from credit memos.' }) payable: Money;
  @One(() => Money, { doc: 'Given as store credit.' }) storeCredit: Money;
  @Flag({ doc: 'True while the outcome of a refund is not known: nothing may be asked for twice.' }) inDoubt: boolean;
  @Many(() => RefundState, { doc: 'Refunds.', max: 500 }) refunds: RefundState[];
  @Many(() => AccountBalance, { doc: 'Accounts.', max: 50 }) accounts: AccountBalance[];
}

@Shape('A journal entry on its way to the ERP.')
export class ErpPosting {
  @Text({ doc: 'Journal entry.', max: 60 }) entryId: string;
  @Text({ doc: 'Order.', max: 60 }) orderId: string;
  @Text({ doc: 'Kind.', max: 40 }) kind: string;
  @Text({ doc: 'Fact.', max: 150 }) fact: string;

  @Choice(['queued', 'sent', 'uncertain', 'posted', 'rejected'], {
    doc: 'rejected: the ERP will never take it as it is; a person must look.',
  })
  state: string;

  @Text({ doc: 'Accounting document in the ERP.', optional: true, max: 40 }) document?: string;
  @Integer({ doc: 'Tries.' }) attempts: number;
  @Text({ doc: 'Why it waits or was rejected.', optional: true, max: 1000 }) reason?: string;
  @Timestamp({ doc: 'When the entry was made.' }) since: string;
  @Timestamp({ doc: 'Next try.', optional: true }) nextTryAt?: string;
}

@Shape('Which postings.')
export class ErpPostingQuery {
  @Text({ doc: 'Only of this order.', optional: true, max: 60, example: ORDER_EXAMPLE }) orderId?: string;
  @Flag({ doc: 'Only those the ERP does not have yet.', optional: true }) open?: boolean;
  @Integer({ doc: 'Most postings to list.', optional: true, min: 1, max: 500, example: 100 }) limit?: number;
}

@Shape('How the posting to the ERP stands.')
export class ErpPostings {
  @Integer({ doc: 'Entries the ERP does not have yet.' }) waiting: number;
  @Integer({ doc: 'Entries the ERP has rejected for good.' }) rejected: number;
  @Integer({ doc: 'Age of the oldest waiting entry, in seconds.' }) oldestSeconds: number;
  @Many(() => ErpPosting, { doc: 'Postings, oldest first.', max: 500 }) postings: ErpPosting[];
}

@Shape('Which postings are tried again at once.')
export class RetryErpPostings {
  @Text({ doc: 'Only of this order.', optional: true, max: 60 }) orderId?: string;
  @Flag({ doc: 'Also those that the ERP had rejected, after they were put right there.', optional: true })
  rejectedToo?: boolean;
}

@Shape('Which order.')
export class MoneyOrderId {
  @Text({ doc: 'Order id.', max: 60, example: ORDER_EXAMPLE }) orderId: string;
}

/** Operations of system/finance after the sale. */
export const afterSaleOperations = {
  issueCreditMemo: operation({
    method: 'POST',
    path: '/credit-memos',
    summary: 'Issue a credit memo, once per fact',
    body: NewCreditMemo,
    answer: CreditMemo,
    status: 200,
    scope: 'finance:write',
    rate: 'status',
    idempotency: 'natural',
    problems: [problems.notFound, problems.stateConflict],
    description: 'Never above what was invoiced. It creates the debt that a refund or store credit then settles.',
  }),
  issueStoreCredit: operation({
    method: 'POST',
    path: '/store-credits',
    summary: 'Give store credit for what we owe, once per fact',
    body: NewStoreCredit,
    answer: StoreCredit,
    status: 200,
    scope: 'finance:write',
    rate: 'status',
    idempotency: 'natural',
    problems: [problems.notFound, problems.stateConflict],
    description: 'Settles a debt of credit memos; refused while a refund of the same money may still be paid.',
  }),
  recordGoodsReturned: operation({
    method: 'POST',
    path: '/goods-returned',
    summary: 'Post the value of goods that came back, once per fact',
    body: GoodsReturned,
    answer: GoodsValued,
    status: 200,
    scope: 'finance:write',
    rate: 'status',
    idempotency: 'natural',
    problems: [problems.notFound, problems.stateConflict],
  }),
  recordPayout: operation({
    method: 'POST',
    path: '/payouts',
    summary: 'Record what a payout pays for an order, once per payout',
    body: PayoutLine,
    answer: MoneyOrderId,
    status: 200,
    scope: 'finance:write',
    rate: 'batch',
    idempotency: 'natural',
    problems: [problems.notFound, problems.stateConflict],
  }),
  getOrderMoney: operation({
    method: 'GET',
    path: '/money/{orderId}',
    summary: 'Read what may be refunded, what we owe, and the accounts of an order',
    params: MoneyOrderId,
    answer: OrderMoney,
    scope: 'finance:read',
    rate: 'read',
    idempotency: 'safe',
    problems: [problems.notFound],
  }),
  listErpPostings: operation({
    method: 'GET',
    path: '/erp-postings',
    summary: 'See which journal entries the ERP has',
    params: ErpPostingQuery,
    answer: ErpPostings,
    scope: 'finance:read',
    rate: 'read',
    idempotency: 'safe',
  }),
  retryErpPostings: operation({
    method: 'POST',
    path: '/erp-postings/retry',
    summary: 'Try waiting postings again at once, e.g. when the period is open again',
    body: RetryErpPostings,
    answer: ErpPostings,
    status: 200,
    scope: 'finance:write',
    rate: 'batch',
    idempotency: 'natural',
    example: {},
  }),
};
