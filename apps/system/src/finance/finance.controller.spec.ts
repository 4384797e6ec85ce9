// Finance against a real PostgreSQL and the sandbox's Stripe with its faults: money moves once per fact, whatever is
// lost, repeated or told out of order, and the laws of money hold at the end of every test.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import {
  financeApi, newId, Problem, problems, serviceContext, type Money, type Payment, type ProblemType, type RawBody,
} from '#contracts';
import { GroupCommit } from '#database';
import { eventsEntities, eventsMigrations, type JourneyEntry, type JourneyRecorder } from '#events';
import { startSandbox, type Sandbox } from '#sandbox';
import { testDatabase, type TestDatabase } from '#testing';
import { WebhookUpkeep } from '../webhook-upkeep.js';
import { StripePayments } from './connectors/stripe/stripe-payments.connector.js';
import { FinanceController } from './finance.controller.js';
import { financeEntities } from './finance.entity.js';
import { financeMigrations } from './migrations/finance-migrations.js';

const CALL_TIMEOUT_MS = 500;
const FIRST_PROBE_MS = 100;
const POLLS_MAX = 400;
const POLL_MS = 25;
const SECRET = 'whsec_throughlinestripe';

interface Intent { status: string; amount: number; captured: number; capturable: number; refunded: number }
interface StripeState { records: { intents: Intent[] } }

let sandbox: Sandbox;
let test: TestDatabase;
let commits: GroupCommit[];
let stripe: StripePayments;
let here: FinanceController;
let there: FinanceController;
let journey: JourneyEntry[] = [];
const recorder = { record: (entry: JourneyEntry) => void journey.push(entry) } as unknown as JourneyRecorder;

const call = () => serviceContext('process/orders', { subject: 'ord_journey' });
const euros = (amount: string): Money => ({ amount, currency: 'EUR' });
const isProblem = (type: ProblemType, detail?: RegExp) => (error: unknown) =>
  error instanceof Problem && error.type === type && (detail === undefined || detail.test(error.details.detail));

async function control(method: string, path: string, body?: object): Promise<StripeState> {
  const answer = await fetch(`${sandbox.url}/_control/stripe/${path}`, {
    method, ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
  });
  assert.ok(answer.ok, await answer.clone().text());
  return (answer.status === 204 ? {} : await answer.json()) as StripeState;
}
const faults = (settings: object) => control('PUT', 'faults', settings);
const lostAnswers = { timeoutAfterSuccess: 1, timeoutHoldMs: 2 * CALL_TIMEOUT_MS };
const intents = async () => (await control('GET', 'state')).records.intents;

const authorise = (orderId: string, amount = euros('100.00'), token = 'pm_card_visa', api = here): Promise<Payment> =>
  api.authorizePayment({ body: { orderId, amount, token } }, call());
const capture = (orderId: string, fact: string, amount: Money, api = here) =>
  api.capturePayment({ params: { orderId }, body: { fact, amount } }, call());
const refund = (orderId: string, fact: string, amount: Money, api = here) =>
  api.refundPayment({ params: { orderId }, body: { fact, amount } }, call());
const giveBack = (orderId: string, api = here) =>
  api.voidPayment({ params: { orderId }, body: { reason: 'order cancelled' } }, call());
const invoice = (orderId: string, fact: string, total: Money, tax: Money, api = here) =>
  api.issueInvoice({ body: { orderId, fact, total, tax } }, call());

async function eventsOf(orderId: string): Promise<string[]> {
  const rows = await test.database.query<{ type: string }>(
    `select type from events.outbox where subject = $1 and type <> 'journal.posted.v1' order by id`, [orderId]);
  return rows.map(({ type }) => type.replace('.v1', ''));
}

async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let polls = 0; polls < POLLS_MAX; polls++) {
    if (await holds()) return;
    await sleep(POLL_MS);
  }
  assert.fail(`waited in vain: ${what}`);
}

function signed(event: object): { body: RawBody } {
  const payload = JSON.stringify(event);
  const header = new Stripe('sk').webhooks.generateTestHeaderString({ payload, secret: SECRET });
  return { body: { raw: Buffer.from(payload), headers: { 'stripe-signature': header } } };
}
const deliver = (event: object) => here.receivePaymentEvents(signed(event) as never, call());
const event = (id: string, type: string, object: object) =>
  ({ id, object: 'event', api_version: null, created: 1, livemode: false, pending_webhooks: 1, request: null, type,
    data: { object } });

before(async () => {
  sandbox = await startSandbox({ port: 0 });
  test = await testDatabase({
    entities: [...eventsEntities, ...financeEntities], migrations: [...eventsMigrations, ...financeMigrations],
  });
});
beforeEach(async () => {
  await control('POST', 'reset');
  journey = [];
  stripe = new StripePayments({ url: sandbox.url, secretKey: 'sk_test_throughline', webhookSecret: SECRET }, recorder,
    { callTimeoutMs: CALL_TIMEOUT_MS, firstProbeMs: FIRST_PROBE_MS });
  commits = [new GroupCommit(test.database), new GroupCommit(test.database)];
  here = new FinanceController(test.database, commits[0]!, stripe);
  there = new FinanceController(test.database, commits[1]!, stripe);
});
afterEach(async () => {
  const { invariants } = await here.checkInvariants({}, call());
  assert.equal(invariants.length, 10);
  assert.deepEqual(invariants.filter(({ holds }) => !holds), []);
  stripe.onModuleDestroy();
  await Promise.all(commits.map((groupCommit) => groupCommit.close()));
});
after(async () => {
  await sandbox.close();
  await test.drop();
});

describe('payments', () => {
  it('are authorised, captured shipment by shipment, invoiced and refunded, each fact once', async () => {
    const order = newId('ord');
    const payment = await authorise(order);
    assert.equal(payment.state, 'authorised');
    assert.match(payment.reference!, /^pi_/);
    assert.deepEqual(await authorise(order), payment);
    await capture(order, 'shp_1', euros('60.00'));
    assert.deepEqual((await capture(order, 'shp_1', euros('60.00'))).captured, euros('60.00'));
    await assert.rejects(capture(order, 'shp_1', euros('61.00')), isProblem(problems.stateConflict, /60\.00/));
    await assert.rejects(capture(order, 'shp_2', euros('40.01')), isProblem(problems.stateConflict, /At most 40\.00/));
    await capture(order, 'shp_2', euros('40.00'), there);
    const bill = await invoice(order, 'shp_1', euros('60.00'), euros('9.58'));
    assert.match(bill.number, /^INV-20\d\d-\d{6}$/);
    assert.deepEqual(await invoice(order, 'shp_1', euros('60.00'), euros('9.58'), there), bill);
    assert.equal((await refund(order, 'ret_1', euros('25.00'))).state, 'partiallyRefunded');
    await assert.rejects(refund(order, 'ret_2', euros('75.01')), isProblem(problems.stateConflict, /At most 75\.00/));
    assert.equal((await refund(order, 'ret_2', euros('75.00'))).state, 'refunded');
    await assert.rejects(giveBack(order), isProblem(problems.stateConflict));
    const [intent] = await intents();
    assert.deepEqual([intent!.status, intent!.captured, intent!.refunded], ['succeeded', 10_000, 10_000]);
    assert.deepEqual(await eventsOf(order), ['payment.authorized', 'payment.captured', 'payment.captured',
      'invoice.issued', 'refund.requested', 'refund.posted', 'refund.requested', 'refund.posted']);
    const { entries } = await here.getJournal({ params: { orderId: order } }, call());
    assert.deepEqual(entries.map(({ kind, fact }) => `${kind} ${fact}`), [`authorisation ${payment.reference}`,
      'capture shp_1', 'capture shp_2', 'revenue shp_1', 'goods shp_1', 'refund ret_1', 'refund ret_2']);
    assert.deepEqual(entries[3]!.legs.map(({ account, side, amount }) => `${side} ${account} ${amount.amount}`),
      ['debit customerDeposit 60.00', 'credit revenue 50.42', 'credit taxPayable 9.58']);
    assert.deepEqual(await there.getPayment({ params: { orderId: order } }, call()),
      await refund(order, 'ret_2', euros('75.00')));
    assert.ok(journey.some(({ name, outcome }) => name === 'capturePayment' && outcome === 'applied'));
  });

  it('release the rest with the first capture where the card allows only one', async () => {
    const order = newId('ord');
    await authorise(order, euros('100.00'), 'pm_card_amex');
    const payment = await capture(order, 'shp_1', euros('60.00'));
    assert.equal(payment.state, 'captured');
    await assert.rejects(capture(order, 'shp_2', euros('40.00')), isProblem(problems.stateConflict, /At most 0\.00/));
    assert.deepEqual(await eventsOf(order), ['payment.authorized', 'payment.captured', 'payment.voided']);
  });

  it('are given back, all or what is left after a capture', async () => {
    const [whole, part] = [newId('ord'), newId('ord')];
    await authorise(whole);
    assert.equal((await giveBack(whole)).state, 'voided');
    assert.equal((await giveBack(whole)).state, 'voided');
    await assert.rejects(capture(whole, 'shp_1', euros('1.00')), isProblem(problems.stateConflict));
    await authorise(part);
    await capture(part, 'shp_1', euros('30.00'));
    assert.equal((await giveBack(part)).state, 'captured');
    assert.deepEqual((await intents()).map(({ capturable }) => capturable), [0, 0]);
    await assert.rejects(giveBack(newId('ord')), isProblem(problems.notFound));
  });

  it('say why they are declined, and may be tried with another card', async () => {
    const order = newId('ord');
    const declined = await authorise(order, euros('10.00'), 'pm_card_chargeDeclinedInsufficientFunds');
    assert.equal(declined.state, 'declined');
    assert.match(declined.reason!, /^insufficient_funds: /);
    assert.deepEqual(await authorise(order, euros('10.00'), 'pm_card_chargeDeclinedInsufficientFunds'), declined);
    assert.equal((await giveBack(order)).state, 'declined');
    assert.equal((await authorise(order, euros('10.00'))).state, 'authorised');
    const asks = newId('ord');
    assert.match((await authorise(asks, euros('10.00'), 'pm_card_authenticationRequired')).reason!,
      /authentication_required/);
    const statuses = (await intents()).map(({ status }) => status);
    assert.deepEqual(statuses, ['requires_payment_method', 'requires_capture', 'canceled']);
    assert.deepEqual(await eventsOf(order), ['payment.failed', 'payment.authorized']);
  });

  it('count in the minor units of their currency, JPY and KWD too', async () => {
    const [yen, dinar, fine] = [newId('ord'), newId('ord'), newId('ord')];
    const amounts: [string, Money][] = [
      [yen, { amount: '1200', currency: 'JPY' }], [dinar, { amount: '12.340', currency: 'KWD' }]];
    for (const [order, money] of amounts) assert.deepEqual((await authorise(order, money)).authorised, money);
    assert.match((await authorise(fine, { amount: '12.345', currency: 'KWD' })).reason!, /steps of 0\.01/);
    assert.deepEqual((await intents()).map(({ amount }) => amount), [1_200, 12_340]);
    await assert.rejects(authorise(newId('ord'), { amount: '12.5', currency: 'JPY' }),
      isProblem(problems.invalidRequest));
    await assert.rejects(authorise(newId('ord'), euros('-1.00')), isProblem(problems.invalidRequest));
    await assert.rejects(capture(yen, 'shp_1', euros('1.00')), isProblem(problems.stateConflict, /JPY/));
  });

  it('are charged once when the answer is lost, and by many callers at once', async () => {
    const order = newId('ord');
    await faults(lostAnswers);
    assert.equal((await authorise(order)).state, 'uncertain');
    await faults({});
    assert.equal((await authorise(order)).state, 'authorised');
    await faults(lostAnswers);
    await assert.rejects(capture(order, 'shp_1', euros('50.00')), isProblem(problems.vendorUnavailable, /not known/));
    assert.equal((await here.getPayment({ params: { orderId: order } }, call())).state, 'uncertain');
    await faults({});
    const answers = await Promise.all(
      [here, there, here, there].map((api) => capture(order, 'shp_1', euros('50.00'), api)));
    assert.deepEqual(answers.map(({ captured }) => captured.amount), Array(4).fill('50.00'));
    await faults(lostAnswers);
    await assert.rejects(refund(order, 'ret_1', euros('20.00')), isProblem(problems.vendorUnavailable, /not known/));
    await faults({});
    assert.equal((await refund(order, 'ret_1', euros('20.00'), there)).refunded.amount, '20.00');
    const [intent, ...more] = await intents();
    assert.deepEqual([intent!.captured, intent!.refunded, more.length], [5_000, 2_000, 0]);
    assert.deepEqual(journey.filter(({ outcome }) => outcome === 'uncertain').map(({ name }) => name),
      ['authorisePayment', 'capturePayment', 'refundPayment']);
  });

  it('of unknown outcome are looked up before they are given back', async () => {
    const order = newId('ord');
    await faults(lostAnswers);
    await authorise(order);
    await faults({});
    assert.equal((await giveBack(order)).state, 'voided');
    assert.deepEqual((await intents()).map(({ status }) => status), ['canceled']);
  });

  it('say that Stripe is out of reach when surely nothing was done, and go on later', async () => {
    const order = newId('ord');
    await faults({ quotaGone: true });
    await assert.rejects(authorise(order), isProblem(problems.vendorUnavailable));
    assert.equal((await here.getPayment({ params: { orderId: order } }, call())).state, 'pending');
    await faults({});
    assert.equal((await authorise(order)).state, 'authorised');
  });

  it('taken by a channel are recorded once and refunded without Stripe', async () => {
    const order = newId('ord');
    const sale = (amount: string) =>
      here.recordChannelSale({ body: { orderId: order, channel: 'amazon', amount: euros(amount) } }, call());
    assert.equal((await sale('80.00')).state, 'captured');
    assert.equal((await sale('80.00')).captured.amount, '80.00');
    await assert.rejects(sale('81.00'), isProblem(problems.stateConflict));
    assert.equal((await capture(order, 'shp_1', euros('80.00'))).captured.amount, '80.00');
    await assert.rejects(giveBack(order), isProblem(problems.stateConflict, /refund it/));
    await invoice(order, 'shp_1', euros('80.00'), euros('0.00'));
    assert.equal((await refund(order, 'ret_1', euros('80.00'))).state, 'refunded');
    assert.equal((await intents()).length, 0);
    assert.deepEqual((await eventsOf(order)).slice(1), ['invoice.issued', 'refund.requested', 'refund.posted']);
  });

  it('of many orders share commits', async () => {
    const orders = Array.from({ length: 40 }, () => newId('ord'));
    const payments = await Promise.all(
      orders.map((order, index) => authorise(order, euros('5.00'), 'pm_card_visa', index % 2 ? here : there)));
    assert.ok(payments.every(({ state }) => state === 'authorised'));
    assert.equal((await intents()).length, orders.length);
  });
});

describe('invoices', () => {
  it('have numbers without gaps, also when many are issued at once and some are refused', async () => {
    const orders = Array.from({ length: 60 }, () => newId('ord'));
    await Promise.all(orders.slice(0, 20).map((order) => authorise(order, { amount: '500', currency: 'JPY' })));
    const results = await Promise.allSettled(orders.flatMap((order, index) =>
      [here, there].map((api) => invoice(order, `shp_${index}`, euros('12.00'), euros('2.00'), api))));
    const refused = results.filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 40, 'an order paid in yen takes no invoice in euros');
    const numbers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.number] : []));
    assert.equal(new Set(numbers).size, 40);
  });

  it('without a payment are open items, and tax must be part of the total', async () => {
    const order = newId('ord');
    await invoice(order, 'shp_1', euros('12.00'), euros('2.00'));
    const { entries } = await here.getJournal({ params: { orderId: order } }, call());
    assert.equal(entries[0]!.legs[0]!.account, 'receivable');
    await assert.rejects(here.getPayment({ params: { orderId: order } }, call()), isProblem(problems.notFound));
    await assert.rejects(invoice(order, 'shp_2', euros('1.00'), euros('2.00')), isProblem(problems.invalidRequest));
    await assert.rejects(invoice(order, 'shp_1', euros('13.00'), euros('2.00')), isProblem(problems.stateConflict));
  });
});

describe('the journal', () => {
  it('is refused by the database when it does not balance or is changed', async () => {
    const order = newId('ord');
    await invoice(order, 'shp_1', euros('12.00'), euros('2.00'));
    await assert.rejects(test.database.query('update finance.journal_leg set amount = amount + 1'), /append-only/);
    await assert.rejects(test.database.query('delete from finance.journal_entry'), /append-only/);
    await assert.rejects(test.database.transaction(async (tx) => {
      await tx.query(`insert into finance.journal_entry (id, order_id, kind, fact)
        values ('jrn_x', 'ord_x', 'capture', 'x')`);
      await tx.query(`insert into finance.journal_leg values ('jrn_x', 0, 'cash', 'debit', 5, 'EUR'),
        ('jrn_x', 1, 'receivable', 'credit', 4, 'EUR')`);
    }), /does not balance/);
  });
});

describe('events of the provider', () => {
  it('count once, in any order, and never move a payment backwards', async () => {
    const order = newId('ord');
    const { reference } = await authorise(order);
    const intent = { id: reference, object: 'payment_intent', metadata: { order_id: order } };
    const authorised = event('evt_1', 'payment_intent.amount_capturable_updated', intent);
    const canceled = event('evt_2', 'payment_intent.canceled',
      { ...intent, cancellation_reason: 'requested_by_customer' });
    await giveBack(order);
    assert.deepEqual(await deliver(canceled), { accepted: true });
    assert.deepEqual(await deliver(authorised), { accepted: true });
    assert.deepEqual(await Promise.all([deliver(authorised), deliver(canceled)]),
      [{ accepted: false }, { accepted: false }]);
    assert.equal((await here.getPayment({ params: { orderId: order } }, call())).state, 'voided');
    assert.deepEqual(await eventsOf(order), ['payment.authorized', 'payment.voided', 'payment.confirmed']);
    assert.deepEqual(await deliver(event('evt_3', 'customer.created', { id: 'cus_1' })), { accepted: true });
    const foreign = event('evt_4', 'payment_intent.canceled', { ...intent, metadata: { order_id: 'ord_foreign' } });
    assert.deepEqual(await deliver(foreign), { accepted: true });
  });

  it('tell of an authorisation that expired and of a refund that came back', async () => {
    const [expired, returned] = [newId('ord'), newId('ord')];
    const { reference } = await authorise(expired);
    const object = { id: reference, object: 'payment_intent', metadata: { order_id: expired },
      cancellation_reason: 'automatic' };
    await deliver(event('evt_5', 'payment_intent.canceled', object));
    assert.equal((await here.getPayment({ params: { orderId: expired } }, call())).state, 'voided');
    assert.deepEqual(await eventsOf(expired), ['payment.authorized', 'payment.voided', 'payment.failed']);
    await authorise(returned);
    await capture(returned, 'shp_1', euros('100.00'));
    await refund(returned, 'ret_1', euros('40.00'));
    const back = { id: 're_1', object: 'refund', metadata: { order_id: returned, fact: 'ret_1', attempt: '1' },
      failure_reason: 'lost_or_stolen_card' };
    await deliver(event('evt_6', 'refund.failed', back));
    assert.equal((await here.getPayment({ params: { orderId: returned } }, call())).state, 'captured');
    assert.deepEqual((await refund(returned, 'ret_1', euros('40.00'))).refunded, euros('40.00'));
    const kinds = (await here.getJournal({ params: { orderId: returned } }, call())).entries.map(
      ({ kind, fact }) => `${kind} ${fact}`);
    assert.deepEqual(kinds.slice(2), ['refund ret_1', 'refund re_1 failed', 'refund ret_1#2']);
  });

  it('with a wrong signature are refused and leave nothing', async () => {
    const good = signed(event('evt_7', 'payment_intent.canceled', { id: 'pi_1', metadata: {} })).body;
    const tampered = { ...good, raw: Buffer.from(good.raw.toString().replace('pi_1', 'pi_2')) };
    for (const body of [tampered, { ...good, headers: {} }]) {
      await assert.rejects(here.receivePaymentEvents({ body } as never, call()), isProblem(problems.invalidSignature));
    }
    assert.deepEqual(await test.database.query(`select id from finance.inbox where id = 'evt_7'`), []);
  });
});

describe('the webhook at Stripe', () => {
  let server: Server;
  const statuses: number[] = [];

  before(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
        const body = { raw: Buffer.concat(parts), headers: request.headers as RawBody['headers'] };
        here.receivePaymentEvents({ body } as never, call()).then(() => 200, () => 500).then((status) => {
          statuses.push(status);
          response.writeHead(status).end();
        }).catch(() => response.destroy());
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => server.close());

  it('is registered once, also when Stripe is down at first, and confirms authorisations', async () => {
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}${financeApi.basePath}/webhooks/stripe`;
    await faults({ quotaGone: true });
    const upkeep = new WebhookUpkeep(
      { vendor: 'stripe', register: () => stripe.registerWebhook(url), checkEveryMs: 50 });
    await upkeep.start();
    await faults({ duplicate: 1, reorder: 0.5 });
    const client = new Stripe('sk_test_throughline', {
      host: '127.0.0.1', port: new URL(sandbox.url).port, protocol: 'http', telemetry: false });
    await until('registered', async () => (await client.webhookEndpoints.list()).data.length > 0);
    await sleep(200);
    await upkeep.stop();
    assert.deepEqual((await client.webhookEndpoints.list()).data.map((endpoint) => endpoint.url), [url]);
    const order = newId('ord');
    await authorise(order, euros('30.00'), 'pm_card_refundFail');
    await capture(order, 'shp_1', euros('30.00'));
    await refund(order, 'ret_1', euros('30.00'));
    await until('the refund has come back', async () => (await eventsOf(order)).includes('refund.reversed'));
    await until('confirmed', async () => (await eventsOf(order)).includes('payment.confirmed'));
    await until('all copies are delivered', () => statuses.length >= 4);
    assert.ok(statuses.every((status) => status === 200));
    assert.equal((await eventsOf(order)).filter((type) => type === 'payment.confirmed').length, 1);
    assert.equal((await here.getPayment({ params: { orderId: order } }, call())).state, 'captured');
  });
});
