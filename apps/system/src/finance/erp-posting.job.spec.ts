// The journal on its way into SAP, against a real PostgreSQL and the sandbox's SOAP service: each entry is one document
// there, however the answer is lost, the period is closed or the ERP is down, and the entries of an order keep their
// order. Beside it the money after the sale through the same API.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { newId, Problem, problems, serviceContext, type Money, type RawBody } from '#contracts';
import { GroupCommit } from '#database';
import { eventsEntities, eventsMigrations, type JourneyRecorder } from '#events';
import { startSandbox, type Sandbox } from '#sandbox';
import { testDatabase, type TestDatabase } from '#testing';
import { AfterSaleController } from './after-sale.controller.js';
import { commitMoney } from './commit-money.command.js';
import { SapJournal } from './connectors/sap/sap-journal.connector.js';
import { StripePayments } from './connectors/stripe/stripe-payments.connector.js';
import { ErpPostingJob } from './erp-posting.job.js';
import { FinanceController } from './finance.controller.js';
import { financeEntities } from './finance.entity.js';
import { financeMigrations } from './migrations/finance-migrations.js';
import { MoneyFiguresController } from './money-figures.controller.js';

const SECRET = 'whsec_throughlinestripe';
const CALL_TIMEOUT_MS = 500;
const ROUNDS_MAX = 20;

interface JournalDocument {
  document: string; assignment: string; headerText: string;
  items: { glAccount: string; amount: string; currency: string }[];
}

let sandbox: Sandbox;
let test: TestDatabase;
let commits: GroupCommit;
let stripe: StripePayments;
let ledger: SapJournal;
let poster: ErpPostingJob;
let finance: FinanceController;
let afterSale: AfterSaleController;
const recorder = { record: () => undefined } as unknown as JourneyRecorder;
const call = () => serviceContext('process/returns');
const money = (amount: string, currency = 'EUR'): Money => ({ amount, currency });

async function control(method: string, path: string, body?: object): Promise<Record<string, never>> {
  const answer = await fetch(`${sandbox.url}/_control/${path}`, {
    method, ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
  });
  assert.ok(answer.ok, await answer.clone().text());
  return (answer.status === 204 ? {} : await answer.json()) as Record<string, never>;
}
const faults = (vendor: string, settings: object = {}) => control('PUT', `${vendor}/faults`, settings);
const documents = async (orderId: string): Promise<JournalDocument[]> => {
  const { records } = await control('GET', 'sap/state?records=journal') as unknown as
    { records: { journal: JournalDocument[] } };
  return records.journal.filter(({ assignment }) => orderId.endsWith(assignment));
};

async function sell(total: Money, tax: Money, invoice: object = {}): Promise<string> {
  const orderId = newId('ord');
  await finance.authorizePayment({ body: { orderId, amount: total, token: 'pm_card_visa' } }, call());
  await finance.capturePayment({ params: { orderId }, body: { fact: 'shp_1', amount: total } }, call());
  await finance.issueInvoice({ body: { orderId, fact: 'shp_1', total, tax, ...invoice } }, call());
  return orderId;
}

/** Posts until nothing of the order waits, making what was put off due at once. */
async function drain(orderId: string): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    await poster.retryNow(orderId, false);
    await poster.postDue();
    if ((await afterSale.listErpPostings({ params: { orderId, open: true } })).waiting === 0) return;
  }
  assert.fail('the entries do not reach the ERP');
}

const postings = (orderId: string) => afterSale.listErpPostings({ params: { orderId } });
const moneyOf = (orderId: string) => afterSale.getOrderMoney({ params: { orderId } });

async function deliver(type: string, object: object, id = newId('evt')): Promise<void> {
  const payload = JSON.stringify({ id, object: 'event', api_version: null, created: 1, livemode: false,
    pending_webhooks: 1, request: null, type, data: { object } });
  const { default: Stripe } = await import('stripe');
  const header = new Stripe('sk').webhooks.generateTestHeaderString({ payload, secret: SECRET });
  const body: RawBody = { raw: Buffer.from(payload), headers: { 'stripe-signature': header } };
  await finance.receivePaymentEvents({ body } as never, call());
}

before(async () => {
  sandbox = await startSandbox({ port: 0 });
  test = await testDatabase({
    entities: [...eventsEntities, ...financeEntities],
    migrations: [...eventsMigrations, ...financeMigrations],
  });
  commits = new GroupCommit(test.database);
  stripe = new StripePayments({ url: sandbox.url, secretKey: 'sk_test_throughline', webhookSecret: SECRET }, recorder);
  const access = { url: sandbox.url, user: 'THROUGHLINE', password: 'throughline-secret' };
  ledger = new SapJournal(access, recorder, { callTimeoutMs: CALL_TIMEOUT_MS, firstProbeMs: 1 });
  poster = new ErpPostingJob(test.database, ledger);
  finance = new FinanceController(test.database, commits, stripe);
  afterSale = new AfterSaleController(test.database, commits, poster);
});
afterEach(async () => {
  await faults('sap');
  await faults('stripe');
  const { invariants } = await finance.checkInvariants({}, call());
  assert.deepEqual(invariants.filter(({ holds }) => !holds), []);
});
after(async () => {
  await ledger.onModuleDestroy();
  stripe.onModuleDestroy();
  await commits.close();
  await test.drop();
  await sandbox.close();
});

describe('the journal reaches SAP', () => {
  it('as one document an entry, in the order of the entries, to the digits of each currency', async () => {
    const sales = [['EUR', '119.00', '19.00'], ['JPY', '1100', '100'], ['KWD', '11.230', '1.000']] as const;
    for (const [currency, total, tax] of sales) {
      const orderId = await sell(money(total, currency), money(tax, currency));
      await drain(orderId);
      const found = await documents(orderId);
      assert.deepEqual(found.map(({ headerText }) => headerText.split(' ')[0]),
        ['authorisation', 'capture', 'revenue', 'goods']);
      const revenue = found[2]!.items.map(({ amount }) => amount);
      assert.equal(revenue[0], total);
      assert.ok(found.every(({ items }) => items.every((item) => item.currency === currency)));
      assert.ok((await postings(orderId)).postings.every(({ state, document }) => state === 'posted' && document));
    }
  });

  it('once the period is open again: until then it waits and says why', async () => {
    await faults('sap', { periodClosed: true });
    const orderId = await sell(money('50.00'), money('0.00'));
    await poster.postDue();
    const waiting = await postings(orderId);
    assert.equal(waiting.waiting, 4);
    assert.match(waiting.postings[0]!.reason ?? '', /201\(F5\).*is not open/);
    await faults('sap');
    await drain(orderId);
    assert.equal((await documents(orderId)).length, 4);
  });

  it('once SAP is back', async () => {
    await faults('sap', { down: true });
    const orderId = await sell(money('50.00'), money('0.00'));
    await poster.postDue();
    assert.equal((await postings(orderId)).waiting, 4);
    await faults('sap');
    await drain(orderId);
    assert.equal((await documents(orderId)).length, 4);
  });

  it('once, although its answer was lost: it is looked up before it is sent again', async () => {
    await faults('sap', { timeoutAfterSuccess: 1, timeoutHoldMs: 0 });
    const orderId = await sell(money('50.00'), money('0.00'));
    await poster.postDue();
    assert.deepEqual(new Set((await postings(orderId)).postings.map(({ state }) => state)), new Set(['uncertain']));
    await faults('sap');
    await drain(orderId);
    const found = await documents(orderId);
    assert.equal(found.length, 4);
    assert.deepEqual((await postings(orderId)).postings.map(({ document }) => document).sort(),
      found.map(({ document }) => document).sort());
  });
});

describe('figures of money', () => {
  it('are of the orders with entries in a window, also one that is open at its beginning or its end', async () => {
    const orderId = await sell(money('40.00'), money('0.00'));
    const figures = new MoneyFiguresController(test.database, stripe);
    const found = async (window: { from?: string; until?: string }): Promise<number> =>
      (await figures.listOrderMoneyFigures({ params: { orderIds: [orderId], ...window } })).figures.length;
    const [past, future] = ['2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z'];
    const windows = [{}, { from: past }, { from: future }, { until: past }, { until: future },
      { from: past, until: future }];
    assert.deepEqual(await Promise.all(windows.map(found)), [1, 1, 0, 0, 1, 1]);
  });
});

describe('money after the sale', () => {
  it('is credited with tax and fee, refunded from that debt, and the rest becomes store credit', async () => {
    const orderId = await sell(money('119.00'), money('19.00'));
    const memo = await afterSale.issueCreditMemo({ body: { orderId, fact: 'ret_1:1', total: money('59.50'),
      tax: money('9.50'), fee: money('5.95'), feeTax: money('0.95') } });
    assert.match(memo.number, /^CRM-\d{4}-\d{6}$/);
    assert.equal(memo.payable.amount, '53.55');
    assert.equal((await afterSale.issueCreditMemo({ body: { orderId, fact: 'ret_1:1', total: money('59.50'),
      tax: money('9.50'), fee: money('5.95'), feeTax: money('0.95') } })).number, memo.number);
    await finance.refundPayment({ params: { orderId }, body: { fact: 'ret_1:1', amount: money('40.00') } }, call());
    const credit = await afterSale.issueStoreCredit({ body: { orderId, fact: 'ret_1:1', amount: money('13.55') } });
    assert.match(credit.code, /^SC-[0-9A-Z]{12}$/);
    await assert.rejects(afterSale.issueStoreCredit({ body: { orderId, fact: 'ret_1:2', amount: money('0.01') } }),
      (error) => error instanceof Problem && error.type === problems.stateConflict);
    const { payable, storeCredit, refundable, accounts } = await moneyOf(orderId);
    assert.deepEqual([payable.amount, storeCredit.amount, refundable.amount], ['0.00', '13.55', '79.00']);
    const balance = (name: string) => accounts.find(({ account }) => account === name)?.balance.amount;
    assert.deepEqual([balance('refunds'), balance('taxPayable'), balance('feeRevenue'), balance('storeCredit')],
      ['50.00', '-10.45', '-5.00', '-13.55']);
  });

  it('is never credited above what was invoiced', async () => {
    const orderId = await sell(money('10.00'), money('0.00'));
    await assert.rejects(afterSale.issueCreditMemo({ body: { orderId, fact: 'ret_1', total: money('10.01'),
      tax: money('0.00') } }), (error) => error instanceof Problem && error.type === problems.stateConflict);
  });

  it('waits with revenue for the delivery where the law says so', async () => {
    const orderId = await sell(money('119.00'), money('19.00'), { method: 'ship', region: 'EU' });
    const deferred = async () => (await moneyOf(orderId)).accounts
      .find(({ account }) => account === 'deferredRevenue')?.balance.amount;
    assert.equal(await deferred(), '-100.00');
    await commitMoney(commits, { kind: 'passControl', orderId, fact: 'shp_other' });
    assert.equal(await deferred(), '-100.00');
    await commitMoney(commits, { kind: 'passControl', orderId, fact: 'shp_1' });
    assert.equal(await deferred(), '0.00');
  });

  it('is taken by a dispute and blocks refunds until it is won', async () => {
    const orderId = await sell(money('100.00'), money('0.00'));
    const { reference } = await finance.getPayment({ params: { orderId } }, call());
    const wish = { payment_intent: reference, amount: 10_000 };
    const dispute = await control('POST', 'stripe/disputes', wish) as unknown as { id: string };
    await deliver('charge.dispute.created', dispute);
    assert.equal((await moneyOf(orderId)).disputed.amount, '100.00');
    await assert.rejects(finance.refundPayment({ params: { orderId }, body: { fact: 'ret_1', amount: money('1.00') } },
      call()), (error) => error instanceof Problem && error.type === problems.stateConflict);
    const won = await control('POST', `stripe/disputes/${dispute.id}/close`, { status: 'won' });
    await deliver('charge.dispute.closed', won);
    await finance.refundPayment({ params: { orderId }, body: { fact: 'ret_1', amount: money('1.00') } }, call());
    assert.deepEqual([(await moneyOf(orderId)).disputed.amount, (await moneyOf(orderId)).refunded.amount],
      ['0.00', '1.00']);
  });

  it('knows what goods cost, and what payouts pay', async () => {
    const orderId = await sell(money('100.00'), money('0.00'));
    await afterSale.recordGoodsReturned({ body: { orderId, fact: 'ret_1:1:1', movement: 'restocked',
      netValue: money('40.00') } });
    await afterSale.recordGoodsReturned({ body: { orderId, fact: 'ret_1:1:2', movement: 'writtenOff',
      netValue: money('100.00') } });
    await afterSale.recordPayout({ body: { orderId, payoutId: 'po_1', gross: money('100.00'), fee: money('1.75') } });
    const { accounts } = await moneyOf(orderId);
    const balance = (name: string) => accounts.find(({ account }) => account === name)?.balance.amount;
    assert.deepEqual([balance('costOfGoods'), balance('inventory'), balance('writeOffs'), balance('bank'),
      balance('paymentFees'), balance('cash')], ['0.00', '-33.00', '33.00', '98.25', '1.75', '0.00']);
  });
});
