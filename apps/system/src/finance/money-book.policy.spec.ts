// The ledger over random histories: whatever is asked, answered, lost, repeated and told late, entries balance, nothing
// is captured or refunded twice, and the accounts say what the payment says.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Rejected } from '#database';
import type { InvoiceRecord, PaymentRecord } from './finance.entity.js';
import { MoneyBook, type PostedEntry } from './money-book.policy.js';
import type { MoneyCommand, MoneyOutcome, NextStep, Wish } from './money.command.js';

const origin = { time: '2026-11-23T08:00:00.000Z' };
const ORDER = 'ord_1';
const RUNS = 400;

const untouched = (orderId: string): PaymentRecord => ({
  orderId, currency: null, provider: null, token: null, requested: 0n, attempt: 0, authorisation: 'none', reason: null,
  reference: null, multicapture: false, confirmed: false, authorised: 0n, captured: 0n, voided: 0n, refunded: 0n,
  refundedDeposit: 0n, invoiced: 0n, openItems: 0n, creditedTotal: 0n, creditedNet: 0n, creditedTax: 0n, feesKept: 0n,
  refundedCredit: 0n, storeCredit: 0n, disputed: 0n, disputeLost: 0n, paidOut: 0n, goodsSold: 0n, goodsBack: 0n,
  taxed: 0n,
});

function newBook(invoices: InvoiceRecord[] = []): { book: MoneyBook; payment: PaymentRecord } {
  const payment = untouched(ORDER);
  const counter = { year: 2026, last: 0, now: new Date(origin.time) };
  return { book: new MoneyBook({ payments: [payment], facts: [], invoices, counter }), payment };
}

function decided(outcome: MoneyOutcome | Rejected): MoneyOutcome {
  if (outcome instanceof Rejected) assert.fail(JSON.stringify(outcome));
  return outcome;
}

/** Balance of each account, debits less credits. */
function balances(entries: readonly PostedEntry[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { account, side, amount } of entries.flatMap(({ legs }) => legs)) {
    sums.set(account, (sums.get(account) ?? 0n) + (side === 'debit' ? amount : -amount));
  }
  return sums;
}

function assertSound(book: MoneyBook, payment: PaymentRecord): void {
  for (const { id, legs } of book.entries) {
    assert.ok(legs.length >= 2 && legs.every(({ amount }) => amount > 0n));
    assert.equal(legs.reduce((sum, { side, amount }) => sum + (side === 'debit' ? amount : -amount), 0n), 0n, id);
  }
  const keys = book.entries.map(({ kind, fact }) => `${kind}/${fact}`);
  assert.equal(new Set(keys).size, keys.length, `a fact is posted twice: ${keys.join()}`);
  const { authorised, captured, voided, refunded, refundedDeposit, invoiced, openItems, provider } = payment;
  const applied = (kind: string) => [...book.changedFacts].reduce((sum, one) =>
    (one.kind === kind && one.outcome === 'applied' ? sum + one.amount : sum), 0n);
  assert.equal(refunded, applied('refund'), 'a fact has been refunded twice');
  if (provider === 'stripe') assert.equal(captured, applied('capture'), 'a fact has been captured twice');
  const { creditedNet, creditedTax, feesKept, refundedCredit, storeCredit, disputed, disputeLost, paidOut } = payment;
  assert.ok(captured + voided <= authorised && refunded <= captured && refundedDeposit <= refunded && refunded >= 0n);
  assert.ok(payment.creditedTotal <= invoiced + openItems, 'more is credited than was invoiced');
  assert.ok(refundedCredit >= 0n && refundedCredit + storeCredit <= creditedNet + creditedTax - feesKept,
    'a debt of credit memos is settled twice');
  assert.ok(disputeLost <= disputed && payment.goodsBack <= payment.goodsSold && storeCredit >= 0n);
  const of = (account: string) => balances(book.entries).get(account) ?? 0n;
  const stripe = provider === 'stripe';
  const held = captured - refunded - disputed - paidOut;
  assert.equal(of('receivable'), openItems + (stripe ? authorised - captured - voided : 0n));
  assert.equal(of('cash'), stripe ? held : 0n);
  assert.equal(of('channelClearing'), stripe ? 0n : held);
  assert.equal(of('customerDeposit'), invoiced + refundedDeposit + voided - authorised);
  assert.equal(of('refunds'), refunded - refundedDeposit - refundedCredit + creditedNet);
  assert.equal(of('revenue') + of('taxPayable') + of('deferredRevenue'), creditedTax - invoiced - openItems);
  assert.ok(of('deferredRevenue') <= 0n && of('revenue') <= 0n && of('taxPayable') <= 0n);
  assert.equal(of('customerPayable'), refundedCredit + storeCredit - creditedNet - creditedTax + feesKept);
  assert.deepEqual([of('storeCredit'), of('feeRevenue')], [-storeCredit, -feesKept]);
  assert.deepEqual([of('disputes'), of('disputeLosses')], [disputed - disputeLost, disputeLost]);
  assert.equal(of('costOfGoods'), payment.goodsSold - payment.goodsBack);
}

const amount = fc.constantFrom(5n, 10n, 10n, 20n, 40n, 110n);
const fact = fc.constantFrom('shp_1', 'shp_2', 'ret_1', 'ret_2');
const outcome = fc.constantFrom('applied', 'applied', 'refused', 'uncertain');
const attempt = fc.constantFrom(1, 1, 1, 2, 3);
const currency = fc.constant('EUR');
const what = fc.constantFrom('capture' as const, 'refund' as const);
const reference = fc.constantFrom('pi_1', 'pi_1', 'pi_other');

const wish: fc.Arbitrary<Wish> = fc.oneof(
  fc.record({ kind: fc.constant('open'), amount: fc.constantFrom(100n, 100n, 90n), currency,
    token: fc.constantFrom('a', 'b') }),
  fc.record({ kind: fc.constant('settleAuthorisation'), attempt, outcome, reference: fc.constant('pi_1'),
    multicapture: fc.boolean() }),
  fc.record({ kind: fc.constant('move'), what, fact, amount: fc.record({ minor: amount, currency }) }),
  fc.record({ kind: fc.constant('move'), what: fc.constant('void'), fact: fc.constant('void'),
    reason: fc.constant('x') }),
  fc.record({ kind: fc.constant('settleMove'), what: fc.oneof(what, fc.constant('void')),
    fact: fc.oneof(fact, fc.constant('void')),
    attempt, outcome }),
  fc.record({ kind: fc.constant('channelSale'), channel: fc.constant('amazon'), amount: fc.constant(100n), currency }),
  fc.record({ kind: fc.constant('invoice'), fact, total: amount, tax: fc.constantFrom(0n, 1n), currency,
    deferred: fc.boolean(), cost: fc.constantFrom(0n, 3n) }),
  fc.record({ kind: fc.constant('passControl'), fact: fc.option(fact, { nil: undefined }) }),
  fc.record({ kind: fc.constant('creditMemo'), fact, total: amount, tax: fc.constantFrom(0n, 1n),
    fee: fc.constantFrom(0n, 2n), feeTax: fc.constant(0n), currency }),
  fc.record({ kind: fc.constant('storeCredit'), fact, amount, currency, customerId: fc.constant(null),
    code: fc.constant('SC-1') }),
  fc.record({ kind: fc.constant('goodsReturned'), fact, movement: fc.constantFrom('restocked', 'writtenOff'),
    cost: fc.constantFrom(1n, 2n, 5n), currency }),
  fc.record({ kind: fc.constant('payout'), payoutId: fc.constantFrom('po_1', 'po_2'), gross: amount,
    fee: fc.constantFrom(0n, 1n), currency }),
  fc.record({ kind: fc.constant('news'), news: fc.constant('disputed'), reference: fc.constantFrom('du_1', 'du_2'),
    amount: fc.constantFrom(10n, 20n), state: fc.constantFrom('open', 'won', 'lost'), reason: fc.constant('fraud') }),
  fc.record({ kind: fc.constant('news'), news: fc.constant('authorised'), reference }),
  fc.record({ kind: fc.constant('news'), news: fc.constant('ended'), reference, reason: fc.constant('expired') }),
  fc.record({ kind: fc.constant('news'), news: fc.constant('refundFailed'), reference: fc.constantFrom('re_1', 're_2'),
    fact, attempt, reason: fc.constant('card closed') }),
) as fc.Arbitrary<Wish>;

/** A wish to move money with the answer of the provider to the first attempt. */
const moved: fc.Arbitrary<Wish[]> = fc.record({ what, fact, minor: amount, outcome }).map((given) => [
  { kind: 'move', what: given.what, fact: given.fact, amount: { minor: given.minor, currency: 'EUR' } },
  { kind: 'settleMove', what: given.what, fact: given.fact, attempt: 1, outcome: given.outcome as 'applied' },
]);
const history = fc.array(fc.oneof(wish.map((one) => [one]), moved), { maxLength: 60, size: 'max' })
  .map((parts) => parts.flat());

/** How a history begins: at random, or with money to move. */
const beginning: fc.Arbitrary<Wish[]> = fc.constantFrom<Wish[]>(
  [], [{ kind: 'channelSale', channel: 'amazon', amount: 100n, currency: 'EUR' }],
  ...[true, false].map((multicapture): Wish[] => [
    { kind: 'open', amount: 100n, currency: 'EUR', token: 'a' },
    { kind: 'settleAuthorisation', attempt: 1, outcome: 'applied', reference: 'pi_1', multicapture },
  ]));

describe('the money book', () => {
  it('stays balanced and within its limits over random histories', () => {
    let posted = 0;
    fc.assert(fc.property(beginning, history, (first, wishes) => {
      const { book, payment } = newBook();
      for (const one of [...first, ...wishes]) {
        // A refund that comes back twice is one fact of the provider: its id is given to one refund only.
        const made = one.kind === 'news' && one.news === 'refundFailed'
          ? { ...one, reference: `re_${one.fact}_${one.attempt}` } : one;
        book.decide({ ...made, orderId: ORDER, origin } as MoneyCommand);
        assertSound(book, payment);
      }
      posted += book.entries.length;
      assert.equal(book.lastOrdinal, book.issued.length);
      assert.deepEqual(book.issued.map(({ ordinal }) => ordinal), book.issued.map((_, index) => index + 1));
    }), { numRuns: RUNS });
    assert.ok(posted > RUNS * 3, `the histories post next to nothing: ${posted} entries`);
  });

  it('gives back what no invoice has sold as deposit, and what one has as contra revenue', () => {
    const { book, payment } = newBook();
    const act = (command: Wish): NextStep | undefined =>
      decided(book.decide({ ...command, orderId: ORDER, origin })).step;
    const move = (kind: 'capture' | 'refund', name: string, minor: bigint) => {
      act({ kind: 'move', what: kind, fact: name, amount: { minor, currency: 'EUR' } });
      act({ kind: 'settleMove', what: kind, fact: name, attempt: 1, outcome: 'applied' });
    };
    act({ kind: 'open', amount: 100n, currency: 'EUR', token: 'a' });
    act({ kind: 'settleAuthorisation', attempt: 1, outcome: 'applied', reference: 'pi_1', multicapture: true });
    move('capture', 'shp_1', 100n);
    act({ kind: 'invoice', fact: 'shp_1', total: 60n, tax: 10n, currency: 'EUR' });
    move('refund', 'ret_1', 70n);
    assert.deepEqual([payment.refunded, payment.refundedDeposit], [70n, 10n]);
    const sums = balances(book.entries);
    assert.deepEqual(
      ['cash', 'customerDeposit', 'revenue', 'taxPayable', 'refunds', 'receivable'].map((account) => sums.get(account)),
      [30n, -30n, -50n, -10n, 60n, 0n]);
  });

  it('asks the same again while it does not know, and under a new attempt once it was refused', () => {
    const { book } = newBook();
    const act = (command: Wish) => decided(book.decide({ ...command, orderId: ORDER, origin }));
    const open = (token: string) => act({ kind: 'open', amount: 100n, currency: 'EUR', token }).step!;
    assert.equal(open('a').next, 'ask');
    act({ kind: 'settleAuthorisation', attempt: 1, outcome: 'uncertain' });
    assert.deepEqual([open('a').next, open('a').request.attempt], ['lookUp', 1]);
    assert.ok(book.decide(
      { kind: 'open', amount: 100n, currency: 'EUR', token: 'b', orderId: ORDER, origin }) instanceof Rejected);
    act({ kind: 'settleAuthorisation', attempt: 1, outcome: 'refused', reason: 'declined' });
    assert.equal(open('a').next, 'nothing');
    const second = open('b');
    assert.deepEqual([second.next, second.request.attempt], ['ask', 2]);
    act({ kind: 'settleAuthorisation', attempt: 1, outcome: 'applied', reference: 'pi_late' });
    assert.equal(open('b').next, 'lookUp', 'the answer to an older attempt settles nothing');
    assert.equal(act({ kind: 'settleAuthorisation', attempt: 2, outcome: 'applied',
      reference: 'pi_2' }).payment.reference, 'pi_2');
  });

  it('takes no late answer to an attempt that was refused for one to its successor', () => {
    const { book, payment } = newBook();
    const act = (command: Wish) => decided(book.decide({ ...command, orderId: ORDER, origin }));
    act({ kind: 'open', amount: 100n, currency: 'EUR', token: 'a' });
    act({ kind: 'settleAuthorisation', attempt: 1, outcome: 'applied', reference: 'pi_1', multicapture: true });
    const capture = { what: 'capture', fact: 'shp_1' } as const;
    const ask = () => act({ kind: 'move', ...capture, amount: { minor: 60n, currency: 'EUR' } }).step!;
    ask();
    act({ kind: 'settleMove', ...capture, attempt: 1, outcome: 'refused', reason: 'try later' });
    assert.deepEqual([ask().request.attempt, ask().next], [2, 'lookUp']);
    act({ kind: 'settleMove', ...capture, attempt: 1, outcome: 'applied' });
    assert.equal(payment.captured, 0n);
    act({ kind: 'settleMove', ...capture, attempt: 2, outcome: 'applied' });
    act({ kind: 'settleMove', ...capture, attempt: 2, outcome: 'applied' });
    assert.equal(payment.captured, 60n);
  });
});
