/*
 * Proves with the real `stripe` package that the sandbox's Stripe pays, declines, captures, refunds, replays and
 * announces as Stripe does.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import { startSandbox, type Sandbox } from '../sandbox.js';

/** A JSON object whose members the assertions check. */
type Json = Record<string, ReturnType<typeof JSON.parse>>;

const SECRET = 'whsec_throughlinestripe';
const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-stripe-'));
let sandbox: Sandbox;
let client: Stripe;
let listener: Server;
let events: Stripe.Event[] = [];

function connect(maxNetworkRetries = 0): Stripe {
  const { hostname, port } = new URL(sandbox.url);
  return new Stripe('sk_test_throughline', {
    host: hostname,
    port,
    protocol: 'http',
    maxNetworkRetries,
    timeout: 5_000,
    telemetry: false,
  });
}

async function control(method: string, path: string, body?: unknown): Promise<Json> {
  const answer = await fetch(`${sandbox.url}/_control/stripe/${path}`, {
    method,
    signal: AbortSignal.timeout(5_000),
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  assert.ok(answer.ok, await answer.clone().text());
  return answer.status === 204 ? {} : ((await answer.json()) as Json);
}

const payment = (
  order: string,
  extra: Partial<Stripe.PaymentIntentCreateParams> = {},
): Stripe.PaymentIntentCreateParams => ({
  amount: 2_050,
  currency: 'eur',
  capture_method: 'manual',
  confirm: true,
  payment_method: 'pm_card_visa',
  metadata: { order_id: order },
  ...extra,
});

async function refused(work: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  return work.then(
    () => assert.fail('was accepted'),
    (error: unknown) => {
      assert.ok(error instanceof Stripe.errors.StripeError, String(error));
      return error;
    },
  );
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (holds()) return;
    await sleep(25);
  }
  assert.fail(`waited in vain: ${what}`);
}

before(async () => {
  sandbox = await startSandbox({ port: 0, dataDir });
  client = connect();
  listener = createServer((request, response) => {
    let body = '';
    request
      .on('data', (chunk) => (body += chunk))
      .on('end', () => {
        events.push(client.webhooks.constructEvent(body, request.headers['stripe-signature']!, SECRET));
        response.writeHead(200).end();
      });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
});
after(async () => {
  await sandbox.close();
  listener.close();
  rmSync(dataDir, { recursive: true });
});
beforeEach(async () => {
  await control('POST', 'reset');
  events = [];
});

async function listen(): Promise<Stripe.WebhookEndpoint> {
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/stripe`;
  return client.webhookEndpoints.create({ url, enabled_events: ['*'] });
}

describe('Stripe payments', () => {
  it('authorise, capture in part, and are found again', async () => {
    const intent = await client.paymentIntents.create(payment('ord_1'));
    assert.deepEqual([intent.status, intent.amount_capturable], ['requires_capture', 2_050]);
    assert.match(intent.lastResponse.requestId, /^req_/);
    const captured = await client.paymentIntents.capture(intent.id, { amount_to_capture: 2_000 });
    assert.deepEqual([captured.status, captured.amount_received, captured.amount_capturable], ['succeeded', 2_000, 0]);
    const read = await client.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
    assert.equal((read.latest_charge as Stripe.Charge).amount_captured, 2_000);
    const found = await client.paymentIntents.search({ query: "metadata['order_id']:'ord_1' AND status:'succeeded'" });
    assert.deepEqual(
      found.data.map(({ id }) => id),
      [intent.id],
    );
    assert.equal((await client.paymentIntents.search({ query: "metadata['order_id']:'ord_2'" })).data.length, 0);
    assert.equal((await client.paymentIntents.list({ limit: 1 })).data[0]!.id, intent.id);
    assert.deepEqual(
      (await client.balance.retrieve()).available.map(({ amount, currency }) => [amount, currency]),
      [[2_000, 'eur']],
    );
  });

  it('are captured several times where that was asked for and the card allows it', async () => {
    const options = { card: { request_multicapture: 'if_available' } } as const;
    const { id } = await client.paymentIntents.create(payment('ord_1', { payment_method_options: options }));
    const part = await client.paymentIntents.capture(id, { amount_to_capture: 50, final_capture: false });
    assert.deepEqual([part.status, part.amount_received, part.amount_capturable], ['requires_capture', 50, 2_000]);
    const last = await client.paymentIntents.capture(id, { amount_to_capture: 60 });
    assert.deepEqual([last.status, last.amount_received, last.amount_capturable], ['succeeded', 110, 0]);
    const amex = { payment_method: 'pm_card_amex', payment_method_options: options };
    const single = await client.paymentIntents.create(payment('ord_2', { ...amex, expand: ['latest_charge'] }));
    const { card } = (single.latest_charge as Stripe.Charge).payment_method_details!;
    assert.equal(card!.multicapture!.status, 'unavailable');
    const error = await refused(
      client.paymentIntents.capture(single.id, { amount_to_capture: 50, final_capture: false }),
    );
    assert.equal(error.param, 'final_capture');
  });

  it('are declined with the reason, and can be confirmed with another card', async () => {
    const error = await refused(
      client.paymentIntents.create(payment('ord_1', { payment_method: 'pm_card_chargeDeclined' })),
    );
    assert.ok(error instanceof Stripe.errors.StripeCardError);
    assert.deepEqual([error.statusCode, error.code, error.decline_code], [402, 'card_declined', 'generic_decline']);
    const { id, status } = error.payment_intent!;
    assert.equal(status, 'requires_payment_method');
    const confirmed = await client.paymentIntents.confirm(id, { payment_method: 'pm_card_mastercard' });
    assert.deepEqual([confirmed.status, confirmed.last_payment_error], ['requires_capture', null]);
  });

  it('are refused by their state and by wrong parameters', async () => {
    const intent = await client.paymentIntents.create(payment('ord_1'));
    assert.equal(
      (await refused(client.paymentIntents.capture(intent.id, { amount_to_capture: 2_051 }))).code,
      'amount_too_large',
    );
    assert.equal(
      (await client.paymentIntents.cancel(intent.id, { cancellation_reason: 'abandoned' })).status,
      'canceled',
    );
    assert.equal((await refused(client.paymentIntents.capture(intent.id))).code, 'payment_intent_unexpected_state');
    assert.equal((await refused(client.paymentIntents.retrieve('pi_none'))).code, 'resource_missing');
    assert.equal(
      (await refused(client.paymentIntents.create(payment('ord_2', { amount: 20.5 })))).code,
      'parameter_invalid_integer',
    );
    assert.equal(
      (await refused(client.paymentIntents.create(payment('ord_2', { amount: 49 })))).code,
      'amount_too_small',
    );
    assert.equal(
      (await refused(client.paymentIntents.create(payment('ord_2', { currency: 'xxy' })))).param,
      'currency',
    );
    const stranger = new Stripe('sk_test_other', {
      host: '127.0.0.1',
      port: new URL(sandbox.url).port,
      protocol: 'http',
      maxNetworkRetries: 0,
    });
    assert.equal((await refused(stranger.balance.retrieve())).statusCode, 401);
  });

  it('take yen as whole yen', async () => {
    const intent = await client.paymentIntents.create(
      payment('ord_1', { amount: 1_200, currency: 'jpy', capture_method: 'automatic' }),
    );
    assert.deepEqual([intent.amount_received, intent.currency], [1_200, 'jpy']);
    const error = await refused(client.refunds.create({ payment_intent: intent.id, amount: 1_201 }));
    assert.match(error.message, /1201 JPY.*1200 JPY/);
  });
});

describe('Stripe refunds', () => {
  it('go up to what was captured', async () => {
    const { id } = await client.paymentIntents.create(payment('ord_1', { capture_method: 'automatic' }));
    const part = await client.refunds.create({
      payment_intent: id,
      amount: 50,
      reason: 'requested_by_customer',
      metadata: { return_id: 'ret_1' },
    });
    assert.deepEqual([part.status, part.metadata], ['succeeded', { return_id: 'ret_1' }]);
    assert.equal(
      (await refused(client.refunds.create({ payment_intent: id, amount: 2_001 }))).code,
      'amount_too_large',
    );
    await client.refunds.create({ payment_intent: id });
    assert.equal((await refused(client.refunds.create({ payment_intent: id }))).code, 'charge_already_refunded');
    assert.deepEqual(
      (await client.refunds.list({ payment_intent: id })).data.map(({ amount }) => amount),
      [2_000, 50],
    );
    const { counts } = await control('GET', 'state');
    assert.deepEqual([counts.captured_eur, counts.refunded_eur, counts.refunds], [2_050, 2_050, 2]);
  });

  it('may fail late, which an event tells', async () => {
    await listen();
    await control('PUT', 'faults', { refundFailsLate: 1 });
    const { id } = await client.paymentIntents.create(payment('ord_1', { capture_method: 'automatic' }));
    const refund = await client.refunds.create({ payment_intent: id });
    assert.equal(refund.status, 'succeeded');
    await until('the failure', () => events.some(({ type }) => type === 'refund.updated'));
    const failed = await client.refunds.retrieve(refund.id);
    assert.deepEqual([failed.status, failed.failure_reason], ['failed', 'expired_or_canceled_card']);
    assert.equal((await control('GET', 'state'))['counts'].refunded_eur, 0);
  });
});

describe('Stripe idempotency', () => {
  const options = { idempotencyKey: 'run-1:authorise' };

  it('replays the saved answer, a decline too', async () => {
    const first = await client.paymentIntents.create(payment('ord_1'), options);
    const again = await client.paymentIntents.create(payment('ord_1'), options);
    assert.equal(again.id, first.id);
    assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
    assert.equal(first.lastResponse.headers['idempotent-replayed'], undefined);
    const declined = payment('ord_2', { payment_method: 'pm_card_chargeDeclinedInsufficientFunds' });
    const reasons = [];
    for (const _attempt of [1, 2]) {
      reasons.push((await refused(client.paymentIntents.create(declined, { idempotencyKey: 'k2' }))).decline_code);
    }
    assert.deepEqual(reasons, ['insufficient_funds', 'insufficient_funds']);
    assert.equal((await control('GET', 'state'))['counts'].intents, 2);
  });

  it('refuses other parameters and another endpoint, and does not use a key up by a wrong parameter', async () => {
    await refused(client.paymentIntents.create(payment('ord_1', { amount: 1 }), options));
    const { id } = await client.paymentIntents.create(payment('ord_1'), options);
    const other = await refused(client.paymentIntents.create(payment('ord_1', { amount: 999 }), options));
    assert.ok(other instanceof Stripe.errors.StripeIdempotencyError);
    assert.equal(other.statusCode, 400);
    assert.match((await refused(client.paymentIntents.capture(id, {}, options))).message, /same endpoint/);
  });

  it('lets the client repeat a lost answer safely, across a restart', async () => {
    await control('PUT', 'faults', { timeoutAfterSuccess: 1 });
    await refused(client.paymentIntents.create(payment('ord_1'), options));
    await sandbox.close();
    sandbox = await startSandbox({ port: 0, dataDir });
    client = connect(2);
    const intent = await client.paymentIntents.create(payment('ord_1'), options);
    assert.equal(intent.lastResponse.headers['idempotent-replayed'], 'true');
    assert.equal((await control('GET', 'state'))['counts'].intents, 1);
  });
});

describe('Stripe webhooks', () => {
  it('tell each change with a signature the client accepts, repeated on demand under one id', async () => {
    const endpoint = await listen();
    assert.equal(endpoint.secret, SECRET);
    const [listed] = (await client.webhookEndpoints.list()).data;
    assert.deepEqual([listed!.id, listed!.secret], [endpoint.id, undefined]);
    const first = await client.paymentIntents.create(payment('ord_1'));
    await client.paymentIntents.capture(first.id);
    const second = await client.paymentIntents.create(payment('ord_2'));
    await client.paymentIntents.cancel(second.id);
    await refused(client.paymentIntents.create(payment('ord_3', { payment_method: 'pm_card_chargeDeclined' })));
    await client.refunds.create({ payment_intent: first.id });
    await until('all events', () => events.length >= 10);
    assert.deepEqual(events.map(({ type }) => type).sort(), [
      'charge.refunded',
      'payment_intent.amount_capturable_updated',
      'payment_intent.amount_capturable_updated',
      'payment_intent.canceled',
      'payment_intent.created',
      'payment_intent.created',
      'payment_intent.created',
      'payment_intent.payment_failed',
      'payment_intent.succeeded',
      'refund.created',
    ]);
    await control('PUT', 'faults', { duplicate: 1 });
    events = [];
    await client.paymentIntents.create(payment('ord_4', { confirm: false }));
    await until('both copies', () => events.length >= 2);
    assert.equal(new Set(events.map(({ id }) => id)).size, 1);
    assert.equal((await client.events.list({ type: 'payment_intent.canceled' })).data.length, 1);
    await client.webhookEndpoints.del(endpoint.id);
    assert.equal((await client.webhookEndpoints.list()).data.length, 0);
  });
});
