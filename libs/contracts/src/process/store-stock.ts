// What stores do with stock and tills, as part of process/stores: look-up by SKU or barcode, counts, what tills have
// sold and taken back, and returns over the counter.
import { Choice, Integer, Many, One, Shape, Text, Texts, Timestamp } from '../field.js';
import { Money } from '../canonical/money.js';
import { Freshness } from '../canonical/party.js';
import { StorePosition } from '../canonical/store.js';
import { StoreId } from '../canonical/store.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

@Shape('Which products at which store.')
export class StoreStockQuery {
  @Text({ doc: 'Store.', max: 40, example: 'ST-001' })
  storeId: string;

  @Texts({ doc: 'SKUs or barcodes (GTIN-8, 12, 13 or 14), comma-separated.', min: 1, max: 50, maxLength: 40,
    example: ['SKU-0001'] })
  items: string[];

  @Integer({ doc: 'Nearby stores to show.', optional: true, max: 20, example: 5 })
  nearby?: number;
}

@Shape('A product at a store and around it.')
export class StoreStockItem {
  @Text({ doc: 'What was asked for.', max: 40 })
  item: string;

  @Text({ doc: 'SKU; absent when nobody knows the barcode.', optional: true, max: 40 })
  sku?: string;

  @Text({ doc: 'Product.', optional: true })
  name?: string;

  @One(() => StorePosition, { doc: 'Here.', optional: true })
  here?: StorePosition;

  @Many(() => StorePosition, { doc: 'At the nearest other stores that have it, nearest first.', max: 20 })
  nearby: StorePosition[];
}

@Shape('Stock of products at a store and around it.')
export class StoreStock {
  @Many(() => StoreStockItem, { doc: 'In the order asked.', max: 50 })
  items: StoreStockItem[];

  @One(() => Freshness, { doc: 'Age of the figures.' })
  freshness: Freshness;
}

@Shape('One product counted.')
export class CountedItem {
  @Text({ doc: 'SKU or barcode.', max: 40, example: 'SKU-0001' })
  item: string;

  @Integer({ doc: 'All units physically there, reserved and damaged ones included.', max: 1_000_000, example: 1000 })
  quantity: number;
}

@Shape('A count of shelves.')
export class StoreCount {
  @Text({ doc: 'Associate.', max: 60, example: 'EMP-0011' })
  associate: string;

  @Timestamp({ doc: 'When it was counted, if not now.', optional: true })
  countedAt?: string;

  @Many(() => CountedItem, { doc: 'What was counted.', min: 1, max: 500 })
  items: CountedItem[];
}

@Shape('What became of one thing told about stock.')
export class StoreStockFact {
  @Text({ doc: 'Fact.', max: 200 })
  fact: string;

  @Text({ doc: 'SKU.', max: 40 })
  sku: string;

  @Text({ doc: 'Reason.', max: 40, example: 'pos-sale' })
  reason: string;

  @Integer({ doc: 'Units; what was counted when the reason is count.', max: 1_000_000 })
  quantity: number;

  @Timestamp({ doc: 'When it happened.' })
  occurredAt: string;

  @Text({ doc: 'pending until the stock ledger has answered; then its word: applied, contained, …', max: 40 })
  outcome: string;

  @Text({ doc: 'Why it was rejected.', optional: true, max: 500 })
  detail?: string;
}

@Shape('What was told about stock.')
export class StoreStockFacts {
  @Many(() => StoreStockFact, { doc: 'Facts, newest first.', max: 500 })
  facts: StoreStockFact[];
}

@Shape('Which stock facts of a store.')
export class StoreStockFactQuery {
  @Text({ doc: 'Store.', max: 40, example: 'ST-001' })
  storeId: string;

  @Text({ doc: 'Only with this outcome, e.g. rejected or pending.', optional: true, max: 40 })
  outcome?: string;

  @Text({ doc: 'Only of this till transaction or return.', optional: true, max: 60 })
  origin?: string;

  @Integer({ doc: 'Facts.', optional: true, min: 1, max: 500, example: 100 })
  limit?: number;
}

@Shape('A line of a till transaction.')
export class PosLine {
  @Text({ doc: 'SKU or barcode.', max: 40, example: 'SKU-0001' })
  item: string;

  @Integer({ doc: 'Units.', min: 1, max: 100_000, example: 1 })
  quantity: number;

  @One(() => Money, { doc: 'What the customer paid or got back for the line.' })
  amount: Money;
}

@Shape('How a till transaction was paid.')
export class PosTender {
  @Choice(['cash', 'card', 'giftCard', 'voucher', 'storeCredit'], { doc: 'Tender.', example: 'card' })
  kind: string;

  @One(() => Money, { doc: 'Amount.' })
  amount: Money;

  @Text({ doc: 'Reference of the terminal or voucher; never a card number.', optional: true, max: 60 })
  reference?: string;
}

@Shape('A transaction of a till.')
export class PosTransaction {
  @Text({ doc: 'Id of the till, unique within the store: the same transaction counts once.', max: 40,
    pattern: /^[\w.-]+$/, example: 'till-7-000123' })
  transactionId: string;

  @Choice(['sale', 'return', 'void', 'noSale'], { doc: 'Kind.', example: 'sale' })
  kind: string;

  @Timestamp({ doc: 'When it happened at the till.', example: '2026-11-24T08:30:00Z' })
  occurredAt: string;

  @Many(() => PosLine, { doc: 'Lines; none for void and noSale.', max: 200 })
  lines: PosLine[];

  @Many(() => PosTender, { doc: 'Tenders.', max: 20 })
  tenders: PosTender[];

  @Text({ doc: 'void: the transaction it takes back.', optional: true, max: 40, pattern: /^[\w.-]+$/ })
  voids?: string;

  @Text({ doc: 'return: the web order the units come from.', optional: true, max: 60 })
  orderNumber?: string;
}

@Shape('Transactions of the tills of a store, late ones too, in any order.')
export class PosTransactions {
  @Many(() => PosTransaction, { doc: 'Transactions.', min: 1, max: 200 })
  transactions: PosTransaction[];
}

@Shape('What became of a till transaction.')
export class PosResult {
  @Text({ doc: 'Transaction.', max: 40 })
  transactionId: string;

  @Choice(['recorded', 'known', 'waiting', 'conflict', 'rejected'], {
    doc: 'known: told before; waiting: takes back a transaction that has not come yet; conflict: this id has another ' +
      'content already; rejected: see `reason`.' })
  outcome: string;

  @Text({ doc: 'Why.', optional: true, max: 500 })
  reason?: string;
}

@Shape('What became of the transactions sent.')
export class PosResults {
  @Many(() => PosResult, { doc: 'One per transaction, in the order sent.', max: 200 })
  results: PosResult[];
}

@Shape('Units of a product that come back over the counter.')
export class ReturnedItem {
  @Text({ doc: 'SKU or barcode.', max: 40, example: 'SKU-0001' })
  item: string;

  @Integer({ doc: 'Units.', min: 1, max: 100_000, example: 1 })
  quantity: number;

  @Choice(['resaleable', 'damaged'], { doc: 'Condition: what becomes of the stock.', example: 'resaleable' })
  condition: string;

  @Choice(['unwanted', 'defective', 'notAsDescribed', 'wrongItem', 'size', 'other'], {
    doc: 'Why the customer brings it back.', example: 'unwanted' })
  reason: string;
}

@Shape('Goods a customer brings back to a store.')
export class NewStoreReturn {
  @Text({ doc: 'Associate.', max: 60, example: 'EMP-0011' })
  associate: string;

  @Text({ doc: 'Order number of a web order, or the id of the till\'s sale.', max: 60, example: 'TL-7K3M-9QX2-40AB' })
  original: string;

  @Many(() => ReturnedItem, { doc: 'What comes back.', min: 1, max: 100 })
  items: ReturnedItem[];

  @Text({ doc: 'The till\'s return, when it books one too: the units count once.', optional: true, max: 40,
    pattern: /^[\w.-]+$/ })
  posTransactionId?: string;
}

@Shape('The payment the goods were bought with, to which money goes back first.')
export class OriginalTender {
  @Text({ doc: 'Means of payment.', max: 40, example: 'card' })
  method: string;

  @Text({ doc: 'Reference at the provider or terminal.', optional: true, max: 100 })
  reference?: string;

  @One(() => Money, { doc: 'Paid.' })
  amount: Money;
}

@Shape('A line of a store return.')
export class StoreReturnLine extends ReturnedItem {
  @Text({ doc: 'SKU.', max: 40 })
  sku: string;
}

@Shape('Goods taken back at a store.')
export class StoreReturn {
  @Text({ doc: 'Return.', max: 60, example: 'ret_0197c0de00007000800000000000000a' })
  id: string;

  @Text({ doc: 'Store.', max: 40 })
  storeId: string;

  @Choice(['order', 'sale'], { doc: 'What they were bought with.' })
  originKind: string;

  @Text({ doc: 'Order id, or the till\'s sale.', max: 60 })
  originId: string;

  @Many(() => StoreReturnLine, { doc: 'Lines.', min: 1, max: 100 })
  lines: StoreReturnLine[];

  @Many(() => OriginalTender, { doc: 'Original tenders.', max: 20 })
  tenders: OriginalTender[];

  @Timestamp({ doc: 'When they were taken back.' })
  receivedAt: string;

  @Text({ doc: 'Who took them back.', max: 60 })
  associate: string;
}

export const storeStockOperations = {
  lookUpStock: operation({
    method: 'GET', path: '/stores/{storeId}/stock', summary: 'Stock by SKU or barcode, here and nearby',
    params: StoreStockQuery, answer: StoreStock, scope: 'stores:read', rate: 'read', idempotency: 'safe',
    problems: [problems.storeNotAllowed, problems.unprocessable],
  }),
  recordCount: operation({
    method: 'POST', path: '/stores/{storeId}/counts', summary: 'Record a count', params: StoreId, body: StoreCount,
    answer: StoreStockFacts, status: 202, scope: 'stores:write', rate: 'batch', idempotency: 'stored',
    problems: [problems.storeNotAllowed, problems.unprocessable],
  }),
  recordPosTransactions: operation({
    method: 'POST', path: '/stores/{storeId}/pos-transactions', summary: 'Take in what tills have done',
    params: StoreId, body: PosTransactions, answer: PosResults, scope: 'stores:write', rate: 'batch',
    idempotency: 'natural', problems: [problems.storeNotAllowed],
    description: 'Late, doubled and out of order as tills send them; each transaction counts once, as of its own time.',
  }),
  listStockFacts: operation({
    method: 'GET', path: '/stores/{storeId}/stock-facts', summary: 'What was told about stock, and what became of it',
    params: StoreStockFactQuery, answer: StoreStockFacts, scope: 'stores:read', rate: 'read', idempotency: 'safe',
    problems: [problems.storeNotAllowed],
  }),
  receiveReturn: operation({
    method: 'POST', path: '/stores/{storeId}/returns', summary: 'Take goods back over the counter', params: StoreId,
    body: NewStoreReturn, answer: StoreReturn, status: 201, scope: 'stores:write', rate: 'status',
    idempotency: 'stored',
    problems: [problems.notFound, problems.storeNotAllowed, problems.stateConflict, problems.unprocessable],
    description: 'Finds the original order or sale and its tender; no more comes back than was handed over.',
  }),
} as const;
