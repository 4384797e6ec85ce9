// Payments at Stripe, through its own package. Each request carries an idempotency key made of order, kind, fact and
// attempt, and leaves a mark at Stripe by which it is found again: nothing uncertain is repeated before looking it up.
import { createHash } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import Stripe from 'stripe';
import type {
  CallContext, FigureQuery, ProviderPaymentFigures, ProviderPaymentFiguresPage, RawBody,
} from '#contracts';
import type { JourneyRecorder } from '#events';
import { VendorLine, VendorSilent, type LineSettings, type Reported } from '../../../vendor-line.js';
import type { ProviderRequest } from '../../money.command.js';
import {
  HEARD, readAuthorisation, readRefusal, toPaymentFigures, toStripeAmount, type Outcome,
} from './stripe-wire.mapping.js';

const CALL_TIMEOUT_MS = 8_000;
const CONNECTIONS = 32;
const REFUNDS_READ_MAX = 100;
const ENDPOINTS_READ_MAX = 100;
const MARK_DIGITS = 24;
/** Stripe's largest page. */
const PAGE_MAX = 100;
const MS_PER_SECOND = 1_000;

export interface StripeAccess {
  /** Base URL. */
  readonly url: string;
  readonly secretKey: string;
  readonly webhookSecret: string;
}

export type StripeOptions = LineSettings;

/** Also whether it was found by look-up rather than written now. */
type Found = Outcome & { readonly found?: boolean };

export class StripePayments {
  private readonly line: VendorLine;
  private readonly agent: HttpAgent;
  private readonly stripe: Stripe;

  /** @param options limits that differ from a productive Stripe's, e.g. in tests */
  constructor(private readonly access: StripeAccess, journey: JourneyRecorder, options: StripeOptions = {}) {
    const { protocol, hostname, port } = new URL(access.url);
    const secure = protocol === 'https:';
    this.agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: CONNECTIONS });
    this.line = new VendorLine({
      vendor: 'stripe', journey, concurrent: CONNECTIONS, callTimeoutMs: CALL_TIMEOUT_MS, ...options,
    });
    this.stripe = new Stripe(access.secretKey, {
      host: hostname, protocol: secure ? 'https' : 'http', port: port || (secure ? 443 : 80),
      maxNetworkRetries: 0, telemetry: false, httpClient: Stripe.createNodeHttpClient(this.agent),
    });
  }

  /** Puts the amount on hold. @throws Problem vendor-unavailable when surely nothing was done */
  authorise(request: ProviderRequest, lookUp: boolean, call: CallContext): Promise<Outcome> {
    const { orderId, attempt, currency, token } = request;
    const found = `metadata['order_id']:'${orderId}' AND metadata['attempt']:'${attempt}'`;
    return this.write({ request, call, name: 'authorisePayment', found }, async (run, amount) => {
      const search = { query: found, limit: 1, expand: ['data.latest_charge'] };
      const known = lookUp ? await run('findPayment', (options) =>
        this.stripe.paymentIntents.search(search, options)) : undefined;
      if (known?.data[0]) return { ...this.certain(known.data[0]), found: true };
      const intent = await run('createPayment', (options) => this.stripe.paymentIntents.create({
        amount, currency: currency.toLowerCase(), capture_method: 'manual', confirm: true, payment_method: token,
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        payment_method_options: { card: { request_multicapture: 'if_available' } },
        metadata: { order_id: orderId, attempt: String(attempt) }, expand: ['latest_charge'],
      }, { ...options, idempotencyKey: keyOf(orderId, 'authorise', attempt) }));
      // A payment that waits for the customer's bank would hold the money later, when nobody expects it any more.
      if (intent.status === 'requires_action') {
        await run('cancelPayment', (options) => this.stripe.paymentIntents.cancel(intent.id, {}, options));
      }
      return this.certain(intent);
    });
  }

  capture(request: ProviderRequest, lookUp: boolean, call: CallContext): Promise<Outcome> {
    const { orderId, reference, fact, attempt, final } = request;
    const mark = markOf(fact, attempt);
    const found = `metadata['${mark}'] of ${reference}`;
    return this.write({ request, call, name: 'capturePayment', found }, async (run, amount) => {
      const known = lookUp ? await run('readPayment', (options) =>
        this.stripe.paymentIntents.retrieve(reference, {}, options)) : undefined;
      if (known?.metadata[mark] !== undefined) return { outcome: 'applied', reference, found: true };
      await run('capture', (options) => this.stripe.paymentIntents.capture(
        reference, { amount_to_capture: amount, final_capture: final, metadata: { [mark]: fact } },
        { ...options, idempotencyKey: keyOf(orderId, 'capture', attempt, fact) }));
      return { outcome: 'applied', reference };
    });
  }

  /** Releases all that is authorised and not captured. */
  void(request: ProviderRequest, _lookUp: boolean, call: CallContext): Promise<Outcome> {
    const { orderId, reference, attempt } = request;
    const found = `amount_capturable of ${reference}`;
    return this.write({ request, call, name: 'voidPayment', found }, async (run) => {
      // Always looked up first: Stripe may have released it on its own accord.
      const known = await run('readPayment', (options) => this.stripe.paymentIntents.retrieve(reference, {}, options));
      if (known.amount_capturable === 0) return { outcome: 'applied', reference, found: true };
      await run('cancel', (options) => this.stripe.paymentIntents.cancel(
        reference, { cancellation_reason: 'requested_by_customer' },
        { ...options, idempotencyKey: keyOf(orderId, 'void', attempt) }));
      return { outcome: 'applied', reference };
    });
  }

  refund(request: ProviderRequest, lookUp: boolean, call: CallContext): Promise<Outcome> {
    const { orderId, reference, fact, attempt } = request;
    const found = `refund of ${reference} with metadata fact ${fact}, attempt ${attempt}`;
    return this.write({ request, call, name: 'refundPayment', found }, async (run, amount) => {
      const known = lookUp ? await run('listRefunds', (options) =>
        this.stripe.refunds.list({ payment_intent: reference, limit: REFUNDS_READ_MAX }, options)) : undefined;
      const made = known?.data.find(({ metadata }) =>
        metadata?.['fact'] === fact && metadata['attempt'] === String(attempt));
      if (made) return { ...refundOutcome(made), found: true };
      return refundOutcome(await run('refund', (options) => this.stripe.refunds.create(
        { payment_intent: reference, amount, metadata: { order_id: orderId, fact, attempt: String(attempt) } },
        { ...options, idempotencyKey: keyOf(orderId, 'refund', attempt, fact) })));
    });
  }

  /** Payments made within a window, newest first. @throws Problem vendor-unavailable */
  async listFigures(query: FigureQuery, call: CallContext): Promise<ProviderPaymentFiguresPage> {
    const { from, until, cursor } = query;
    const created = {
      ...(from ? { gte: Math.floor(Date.parse(from) / MS_PER_SECOND) } : {}),
      ...(until ? { lt: Math.floor(Date.parse(until) / MS_PER_SECOND) } : {}),
    };
    const page = { limit: PAGE_MAX, created, ...(cursor ? { starting_after: cursor } : {}) };
    const expand = ['data.latest_charge'];
    try {
      const { data, has_more: more } = await this.run('listPayments', call.deadline, (options) =>
        this.stripe.paymentIntents.list({ ...page, expand }, options));
      return { figures: data.map(toPaymentFigures), ...(more ? { next: data.at(-1)!.id } : {}) };
    } catch (error) {
      throw this.line.problem(error);
    }
  }

  /** One payment; undefined when Stripe does not know it. @throws Problem vendor-unavailable */
  async findFigures(paymentId: string, call: CallContext): Promise<ProviderPaymentFigures | undefined> {
    try {
      return toPaymentFigures(await this.run('readPayment', call.deadline, (options) =>
        this.stripe.paymentIntents.retrieve(paymentId, { expand: ['latest_charge'] }, options)));
    } catch (error) {
      if ((error as { code?: string }).code === 'resource_missing') return undefined;
      throw this.line.problem(error);
    }
  }

  /** The event behind a signed message. @throws StripeSignatureVerificationError */
  verify({ raw, headers }: RawBody): Stripe.Event {
    return this.stripe.webhooks.constructEvent(raw, headers['stripe-signature'] ?? '', this.access.webhookSecret);
  }

  /** Creates the webhook endpoint unless there is one with this URL. */
  async registerWebhook(url: string): Promise<void> {
    const deadline = Date.now() + CALL_TIMEOUT_MS;
    const { data } = await this.run('listWebhooks', deadline, (options) =>
      this.stripe.webhookEndpoints.list({ limit: ENDPOINTS_READ_MAX }, options));
    if (data.some((endpoint) => endpoint.url === url && endpoint.status === 'enabled')) return;
    await this.run('createWebhook', deadline, (options) =>
      this.stripe.webhookEndpoints.create({ url, enabled_events: [...HEARD] }, options));
  }

  onModuleDestroy(): void {
    this.agent.destroy();
  }

  private certain(intent: Stripe.PaymentIntent): Outcome {
    const known = readAuthorisation(intent);
    if (!known) throw new VendorSilent(`payment ${intent.id} is ${intent.status}`);
    return known;
  }

  /** A write with its three outcomes, told to the journey. */
  private async write(
    { request, call, name, found }: { request: ProviderRequest; call: CallContext; name: string; found: string },
    work: (run: Run, amount: number) => Promise<Found>,
  ): Promise<Outcome> {
    let answer: Found = { outcome: 'uncertain' };
    const { fact, attempt, orderId, currency } = request;
    const amount = toStripeAmount(request.amount, currency);
    if (amount === undefined) return { outcome: 'refused', reason: `Stripe takes ${currency} in steps of 0.01 only` };
    const payload = JSON.stringify([orderId, name, fact, attempt, amount, currency]);
    const detail = { reference: orderId, fact, payloadHash: createHash('sha256').update(payload).digest('hex') };
    await this.line.write(call, name, found, async (): Promise<Reported> => {
      try {
        answer = await work((operation, send) => this.run(operation, call.deadline, send), amount);
      } catch (error) {
        answer = { outcome: 'refused', reason: readRefusal(error) };
      }
      const { outcome, multicapture: _multicapture, ...told } = answer;
      return { ...told, outcome: outcome === 'refused' ? 'rejected' : outcome, attempt, detail };
    });
    return answer;
  }

  /** One request; what Stripe refuses counts as an answer. */
  private async run<T>(
    operation: string, deadline: number, send: (options: Stripe.RequestOptions) => Promise<T>,
  ): Promise<T> {
    const answer = await this.line.run(operation, deadline, async (timeout) => {
      try {
        return { value: await send({ timeout: Math.ceil(timeout) }) };
      } catch (error) {
        return { refused: error, reason: readRefusal(error) };
      }
    });
    if ('value' in answer) return answer.value as T;
    throw answer.refused;
  }
}

type Run = <T>(operation: string, send: (options: Stripe.RequestOptions) => Promise<T>) => Promise<T>;

function refundOutcome({ id, status, failure_reason: why }: Stripe.Refund): Outcome {
  const failed = status === 'failed' || status === 'canceled';
  return failed ? { outcome: 'refused', reference: id, reason: why ?? `refund ${status}` }
    : { outcome: 'applied', reference: id };
}

function keyOf(orderId: string, kind: string, attempt: number, fact?: string): string {
  const key = fact === undefined ? `${orderId}:${kind}` : `${orderId}:${kind}:${fact}`;
  return attempt === 1 ? key : `${key}:${attempt}`;
}

/** Metadata key of a capture; Stripe takes 40 characters. */
function markOf(fact: string, attempt: number): string {
  return `capture_${createHash('sha256').update(`${fact}:${attempt}`).digest('hex').slice(0, MARK_DIGITS)}`;
}
