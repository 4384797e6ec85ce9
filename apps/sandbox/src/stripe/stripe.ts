/*
 * The sandbox's Stripe: payment intents, charges, refunds, events, webhook endpoints and the balance over Stripe's REST
 * wire, so that the real `stripe` package works against it by its host, port and protocol options.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SandboxVendor, VendorAnswer, VendorState, VendorWorld } from '../vendor.js';
import { Announcer, signStripe, WEBHOOK_SECRET } from './announcer.js';
import { Disputes } from './disputes.js';
import { StripeError } from './errors.js';
import { Reader, readForm, type Parameters } from './forms.js';
import { IdempotencyKeys } from './idempotency.js';
import { API_VERSION, newId, seconds, type WebhookEndpoint } from './objects.js';
import { INTENT_PARAMETERS, Payments } from './payments.js';
import { readSearch } from './search.js';

const SECRET_KEY = 'sk_test_throughline';
const DEFAULT_PAGE = 10;
const MAX_PAGE = 100;
const LIST_PARAMETERS = ['limit', 'starting_after', 'created'];
const RETRY_AFTER_S = 1;

interface Listed {
  readonly id: string;
  readonly created: number;
}
type Endpoint = (parameters: Parameters, id: string) => object;

export function stripe(): SandboxVendor {
  return new StripeVendor();
}

class StripeVendor implements SandboxVendor {
  readonly name = 'stripe';
  readonly supports = [
    'down',
    'latencyMs',
    'errorRate',
    'timeoutAfterSuccess',
    'timeoutHoldMs',
    'duplicate',
    'reorder',
    'webhooksPaused',
    'quotaGone',
    'refundFailsLate',
  ] as const;
  private world!: VendorWorld;
  private payments!: Payments;
  private disputes!: Disputes;
  private announcer!: Announcer;
  private keys!: IdempotencyKeys;

  register(app: FastifyInstance, world: VendorWorld): void {
    this.world = world;
    this.keys = new IdempotencyKeys(world.store);
    this.announcer = new Announcer(world, (id) => this.payments.failRefund(id));
    const context = {
      store: world.store,
      now: () => world.now(),
      announce: (type: string, object: object) => this.announcer.announce(type, object),
    };
    this.disputes = new Disputes(context);
    this.payments = new Payments({
      ...context,
      captured: (intent, charge) => void this.disputes.onCaptured(intent, charge),
      disputed: (charge) => [...this.disputes.all.values()]
        .filter((dispute) => dispute.charge === charge && dispute.status !== 'won')
        .reduce((sum, { amount }) => sum + amount, 0),
      planFailure: (refund, card) => {
        if (card.refundFails || world.faults.hits('refundFailsLate')) this.announcer.planRefundFailure(refund.id);
      },
    });
    this.announcer.start();
    app.addHook('onClose', async () => this.announcer.stop());
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    app.addHook('preHandler', async (request, reply) => this.admit(request, reply));
    app.setErrorHandler((error, _request, reply) => this.fail(error, reply));
    this.addPayments(app);
    this.addWebhookEndpoints(app);
    app.get('/v1/*', async () => {
      throw new StripeError(404, { type: 'invalid_request_error', message: 'Unrecognized request URL.' });
    });
  }

  renderFault(kind: 'unavailable' | 'serverError'): VendorAnswer {
    const message = kind === 'unavailable' ? 'Stripe is down for maintenance.' : 'An unknown error occurred.';
    const headers = {
      'request-id': newId('req'),
      ...(kind === 'unavailable' ? { 'retry-after': String(RETRY_AFTER_S) } : {}),
    };
    return { status: kind === 'unavailable' ? 503 : 500, headers, body: { error: { type: 'api_error', message } } };
  }

  signWebhook = signStripe;

  state(): VendorState {
    const { intents, charges, refunds } = this.payments;
    const records = [...intents.values()].map((intent) => ({
      id: intent.id,
      status: intent.status,
      amount: intent.amount,
      currency: intent.currency,
      captured: intent.amount_received,
      capturable: intent.amount_capturable,
      metadata: intent.metadata,
      created: intent.created,
      refunded: intent.latest_charge === null ? 0 : charges.get(intent.latest_charge)!.amount_refunded,
    }));
    const counts: Record<string, number> = { intents: records.length, refunds: refunds.size };
    const add = (name: string, amount: number): void => {
      counts[name] = (counts[name] ?? 0) + amount;
    };
    for (const { status, currency, captured, refunded } of records) {
      add(status, 1);
      add(`captured_${currency}`, captured);
      add(`refunded_${currency}`, refunded);
    }
    const disputes = [...this.disputes.all.values()];
    return { counts, records: { intents: records, refunds: [...refunds.values()], disputes } };
  }

  /** `POST /_control/stripe/disputes {payment_intent, amount?, reason?}` and `…/disputes/{id}/close {status}`. */
  registerControl(app: FastifyInstance): void {
    app.register(async (scope) => {
      scope.setErrorHandler((error, _request, reply) => this.fail(error, reply));
      scope.post('/_control/stripe/disputes', async (request) => {
        const { payment_intent: id = '', ...wish } = (request.body ?? {}) as Record<string, never>;
        const intent = this.payments.intent(id);
        return this.disputes.open(this.payments.charges.get(intent.latest_charge ?? ''), wish);
      });
      scope.post('/_control/stripe/disputes/:id/close', async (request) =>
        this.disputes.close(idOf(request), (request.body as { status?: string } | null)?.status));
    });
  }

  reset(): void {
    this.announcer.stop();
  }

  private addPayments(app: FastifyInstance): void {
    const { payments } = this;
    const intents = '/v1/payment_intents';
    this.post(app, intents, (given) => payments.create(new Reader(given, INTENT_PARAMETERS)));
    this.post(app, `${intents}/:id`, (given, id) =>
      payments.update(id, new Reader(given, ['metadata', 'description'])),
    );
    this.post(app, `${intents}/:id/confirm`, (given, id) =>
      payments.confirm(id, new Reader(given, ['payment_method', 'return_url', 'off_session'])),
    );
    this.post(app, `${intents}/:id/capture`, (given, id) =>
      payments.capture(
        id,
        new Reader(given, ['amount_to_capture', 'metadata', 'final_capture', 'statement_descriptor']),
      ),
    );
    this.post(app, `${intents}/:id/cancel`, (given, id) =>
      payments.cancel(id, new Reader(given, ['cancellation_reason'])),
    );
    this.post(app, '/v1/refunds', (given) =>
      payments.refund(new Reader(given, ['payment_intent', 'charge', 'amount', 'reason', 'metadata'])),
    );
    this.get(app, `${intents}/search`, (given) => {
      const input = new Reader(given, ['query', 'limit', 'page']);
      const matches = readSearch(input.requiredText('query'));
      const newestFirst = [...payments.intents.values()].filter(matches).reverse();
      const from = input.integer('page') ?? 0;
      const { data, has_more } = pageOf(newestFirst.slice(from), input);
      const nextPage = has_more ? String(from + data.length) : null;
      return { object: 'search_result', url: `${intents}/search`, has_more, next_page: nextPage, data };
    });
    this.get(app, intents, (given) => {
      const input = new Reader(given, [...LIST_PARAMETERS, 'customer']);
      const customer = input.text('customer');
      return listOf(
        intents,
        [...payments.intents.values()].filter((intent) => !customer || intent.customer === customer),
        input,
      );
    });
    this.get(app, `${intents}/:id`, (_given, id) => payments.intent(id));
    this.get(app, '/v1/charges/:id', (_given, id) => found(payments.charges.get(id), 'charge', id));
    this.get(app, '/v1/refunds/:id', (_given, id) => found(payments.refunds.get(id), 'refund', id));
    this.get(app, '/v1/refunds', (given) => {
      const input = new Reader(given, [...LIST_PARAMETERS, 'payment_intent', 'charge']);
      const [intent, charge] = [input.text('payment_intent'), input.text('charge')];
      return listOf(
        '/v1/refunds',
        [...payments.refunds.values()].filter(
          (refund) => (!intent || refund.payment_intent === intent) && (!charge || refund.charge === charge),
        ),
        input,
      );
    });
    this.get(app, '/v1/disputes/:id', (_given, id) => this.disputes.find(id));
    this.get(app, '/v1/disputes', (given) =>
      listOf('/v1/disputes', [...this.disputes.all.values()], new Reader(given, LIST_PARAMETERS)));
    this.get(app, '/v1/balance', () => this.balance());
  }

  private addWebhookEndpoints(app: FastifyInstance): void {
    const { endpoints, events } = this.announcer;
    const path = '/v1/webhook_endpoints';
    this.post(app, path, (given) => {
      const input = new Reader(given, ['url', 'enabled_events', 'description', 'api_version', 'metadata', 'connect']);
      const url = input.requiredText('url');
      const enabled = input.list('enabled_events');
      if (!URL.canParse(url)) {
        throw StripeError.invalid(
          'Invalid URL: An explicit scheme (such as https) must be provided.',
          'url',
          'url_invalid',
        );
      }
      if (enabled.length === 0) {
        throw StripeError.invalid('Missing required param: enabled_events.', 'enabled_events', 'parameter_missing');
      }
      const endpoint: WebhookEndpoint = {
        id: newId('we'),
        object: 'webhook_endpoint',
        api_version: input.text('api_version') ?? null,
        created: seconds(this.world.now()),
        description: input.text('description') ?? null,
        enabled_events: enabled,
        livemode: false,
        metadata: input.metadata(),
        status: 'enabled',
        url,
      };
      return { ...endpoints.put(endpoint.id, endpoint), secret: WEBHOOK_SECRET };
    });
    this.get(app, path, (given) => listOf(path, [...endpoints.values()], new Reader(given, LIST_PARAMETERS)));
    this.get(app, `${path}/:id`, (_given, id) => found(endpoints.get(id), 'webhook endpoint', id));
    app.delete(`${path}/:id`, async (request, reply) => {
      const { id } = request.params as { id: string };
      found(endpoints.get(id), 'webhook endpoint', id);
      endpoints.delete(id);
      return reply.send({ id, object: 'webhook_endpoint', deleted: true });
    });
    this.get(app, '/v1/events', (given) => {
      const input = new Reader(given, [...LIST_PARAMETERS, 'type']);
      const type = input.text('type');
      return listOf(
        '/v1/events',
        [...events.values()].filter((event) => !type || event.type === type),
        input,
      );
    });
    this.get(app, '/v1/events/:id', (_given, id) => found(events.get(id), 'event', id));
  }

  private get(app: FastifyInstance, url: string, endpoint: Endpoint): void {
    app.get(url, async (request, reply) => {
      const query = request.raw.url!.split('?')[1] ?? '';
      const parameters = readForm(query);
      return reply.send(this.expand(endpoint(parameters, idOf(request)), parameters));
    });
  }

  /** A write, under the rules of its idempotency key. */
  private post(app: FastifyInstance, url: string, endpoint: Endpoint): void {
    app.post(url, async (request, reply) => {
      const key = request.headers['idempotency-key'] as string | undefined;
      const parameters = readForm((request.body as string | undefined) ?? '');
      const path = request.raw.url!.split('?')[0]!;
      const now = this.world.now();
      const saved = key === undefined ? undefined : this.keys.find(key, path, parameters, now);
      if (saved) {
        return reply
          .code(saved.status)
          .type('application/json')
          .header('idempotency-key', key)
          .header('idempotent-replayed', 'true')
          .header('original-request', saved.requestId)
          .send(saved.body);
      }
      const requestId = reply.getHeader('request-id') as string;
      const answer = this.announcer.during({ id: requestId, idempotency_key: key ?? null }, () =>
        this.execute(endpoint, parameters, idOf(request)),
      );
      const body = JSON.stringify(answer.body);
      if (key !== undefined) {
        reply.header('idempotency-key', key);
        this.keys.save(key, {
          endpoint: path,
          parameters,
          status: answer.status,
          body,
          requestId,
          savedAt: now.getTime(),
        });
      }
      return reply.code(answer.status).type('application/json').send(body);
    });
  }

  private execute(endpoint: Endpoint, parameters: Parameters, id: string): { status: number; body: object } {
    try {
      return { status: 200, body: this.expand(endpoint(parameters, id), parameters) };
    } catch (error) {
      if (error instanceof StripeError && !error.beforeExecution) {
        return { status: error.status, body: { error: error.error } };
      }
      throw error;
    }
  }

  /** Replaces ids by their objects where `expand[]` asks for it, one level deep (and below `data` of a list). */
  private expand(body: object, parameters: Parameters): object {
    const paths = new Reader(parameters, Object.keys(parameters)).list('expand');
    const expandOne = (object: Record<string, unknown>, field: string): Record<string, unknown> => {
      const id = String(object[field] ?? '');
      const target = this.payments.charges.get(id) ?? this.payments.intents.get(id) ?? object[field];
      return { ...object, [field]: target };
    };
    return paths.reduce<Record<string, unknown>>(
      (object, path) => {
        const [first = '', second] = path.split('.');
        return first === 'data' && second && Array.isArray(object['data'])
          ? { ...object, data: object['data'].map((entry) => expandOne(entry as Record<string, unknown>, second)) }
          : expandOne(object, first);
      },
      body as Record<string, unknown>,
    );
  }

  private balance(): object {
    const totals = new Map<string, number>();
    for (const { currency, amount_captured: captured, amount_refunded: refunded } of this.payments.charges.values()) {
      totals.set(currency, (totals.get(currency) ?? 0) + captured - refunded);
    }
    const available = [...totals].map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } }));
    return {
      object: 'balance',
      available,
      livemode: false,
      pending: available.map((entry) => ({ ...entry, amount: 0, source_types: { card: 0 } })),
    };
  }

  private async admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    reply.header('request-id', newId('req'));
    reply.header('stripe-version', request.headers['stripe-version'] ?? API_VERSION);
    const [scheme, credentials = ''] = (request.headers.authorization ?? '').split(' ');
    const key = scheme === 'Basic' ? Buffer.from(credentials, 'base64').toString().split(':')[0] : credentials;
    if (key !== SECRET_KEY) {
      const message = key ? 'Invalid API Key provided.' : 'You did not provide an API key.';
      throw new StripeError(401, { type: 'invalid_request_error', message }, true);
    }
    if (this.world.faults.isOn('quotaGone')) {
      reply.header('retry-after', String(RETRY_AFTER_S));
      throw new StripeError(
        429,
        { type: 'invalid_request_error', code: 'rate_limit', message: 'Request rate limit exceeded.' },
        true,
      );
    }
  }

  private fail(thrown: unknown, reply: FastifyReply): FastifyReply {
    if (thrown instanceof StripeError) return reply.code(thrown.status).send({ error: thrown.error });
    const { statusCode = 500, message } = thrown as { statusCode?: number; message: string };
    return reply
      .code(statusCode)
      .send({ error: { type: statusCode < 500 ? 'invalid_request_error' : 'api_error', message } });
  }
}

function idOf(request: FastifyRequest): string {
  return (request.params as { id?: string }).id ?? '';
}

function found<T>(object: T | undefined, kind: string, id: string): T {
  if (object === undefined) throw StripeError.missing(kind, id, 'id');
  return object;
}

function pageOf<T extends Listed>(newestFirst: readonly T[], input: Reader): { data: T[]; has_more: boolean } {
  const limit = input.integer('limit') ?? DEFAULT_PAGE;
  if (limit < 1 || limit > MAX_PAGE) {
    throw StripeError.invalid(`This value must be between 1 and ${MAX_PAGE}.`, 'limit', 'parameter_invalid_integer');
  }
  const data = newestFirst.slice(0, limit);
  return { data, has_more: newestFirst.length > limit };
}

/** A list object: newest first, paged by `starting_after`. */
function listOf<T extends Listed>(url: string, oldestFirst: readonly T[], input: Reader): object {
  const inRange = input.range('created');
  const newestFirst = oldestFirst.filter(({ created }) => inRange(created)).reverse();
  const after = input.text('starting_after');
  const position = after === undefined ? 0 : newestFirst.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && position === 0) throw StripeError.missing('object', after, 'starting_after');
  const { data, has_more } = pageOf(newestFirst.slice(position), input);
  return { object: 'list', url, has_more, data };
}
