/*
 * The sandbox's warehouse, a 3PL with a plain REST API: bearer token, fulfilment orders idempotent by external id,
 * webhooks signed by the Standard Webhooks rules.
 */
import { createHmac } from 'node:crypto';
import { Ajv, type Schema } from 'ajv';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SandboxVendor, VendorAnswer, VendorState, VendorWorld } from '../vendor.js';
import type { WebhookToSign } from '../webhooks.js';
import { DEFAULT_BEHAVIOUR, Floor, type Behaviour } from './floor.js';
import type { FulfilmentOrder, FulfilmentRequest, Status } from './fulfilment.js';
import type { ReturnFactLine, ReturnOrder, ReturnRequest } from './returns.js';

const TOKEN = 'wms-throughline';
const DEFAULT_SECRET = 'whsec_dGhyb3VnaGxpbmUtd21zLXNlY3JldA==';
const ROOT = '/wms/v1';
const LOCATION = /^(WH-EAST|WH-WEST|WH-EU|ST-0(0[1-9]|1\d|20))$/;
const SKU = /^SKU-(?!0000)(0\d{3}|1000)$/;
const MAX_LINES = 500;
const MAX_QUANTITY = 100_000;
const MAX_PAUSE_MS = 3_600_000;
const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;
const RETRY_AFTER_S = 2;
const STATUSES: readonly Status[] = ['accepted', 'picked', 'packed', 'shipped', 'delivered', 'cancelled'];

const ORDER_SCHEMA: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['externalId', 'location', 'lines', 'shipTo', 'method'],
  properties: {
    externalId: { type: 'string', minLength: 1, maxLength: 80 },
    location: { type: 'string', minLength: 1, maxLength: 20 },
    method: { type: 'string', minLength: 1, maxLength: 40 },
    shipTo: { type: 'object' },
    lines: {
      type: 'array',
      minItems: 1,
      maxItems: MAX_LINES,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['lineId', 'sku', 'quantity'],
        properties: {
          lineId: { type: 'string', minLength: 1, maxLength: 80 },
          sku: { type: 'string', minLength: 1, maxLength: 40 },
          quantity: { type: 'integer', minimum: 1, maximum: MAX_QUANTITY },
        },
      },
    },
  },
};
const RETURN_SCHEMA: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['externalId', 'reference', 'location', 'method', 'lines'],
  properties: {
    externalId: { type: 'string', minLength: 1, maxLength: 80 },
    reference: { type: 'string', minLength: 1, maxLength: 40 },
    location: { type: 'string', minLength: 1, maxLength: 20 },
    method: { enum: ['mail', 'pickup'] },
    sender: { type: 'object' },
    lines: (ORDER_SCHEMA as { properties: { lines: object } }).properties.lines,
  },
};
const RETURN_ADVANCE_SCHEMA: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['externalId'],
  properties: { externalId: { type: 'string' }, grade: { type: 'string', maxLength: 20 } },
};
const WEBHOOK_SCHEMA: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['url', 'events'],
  properties: {
    url: { type: 'string', pattern: '^https?://', maxLength: 2_000 },
    events: {
      type: 'array',
      minItems: 1,
      items: { enum: [
          '*', ...STATUSES.map((status) => `fulfilment-order.${status}`),
          'return.inTransit', 'return.received', 'return.inspected',
        ] },
    },
    secret: { type: 'string', pattern: '^whsec_[A-Za-z0-9+/]+=*$' },
  },
};
const CANCEL_SCHEMA: Schema = {
  type: ['object', 'null'],
  properties: { reason: { type: 'string', maxLength: 200 } },
  additionalProperties: false,
};
const BEHAVIOUR_SCHEMA: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    stepDelayMs: { type: 'integer', minimum: 0, maximum: MAX_PAUSE_MS },
    autoShip: { type: 'boolean' },
    shortPickSkus: { type: 'array', items: { type: 'string' } },
    autoReturns: { type: 'boolean' },
    returnGrades: { type: 'object', additionalProperties: { type: 'string', maxLength: 20 } },
    rejects: { type: 'object', additionalProperties: { type: 'string', minLength: 1, maxLength: 200 } },
  },
};
const STOCK_SCHEMA: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['location', 'sku', 'onHand'],
  properties: {
    location: { type: 'string', pattern: LOCATION.source }, sku: { type: 'string', pattern: SKU.source },
    onHand: { type: 'integer', minimum: 0 },
  },
};
const ADVANCE_SCHEMA: Schema = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: { id: { type: 'string' }, externalId: { type: 'string' } },
};

/** An answer that is an error of this warehouse: `{error: {code, message, fields?}}`. */
class WmsError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields?: readonly string[],
  ) {
    super(message);
  }

  get body(): object {
    return { error: { code: this.code, message: this.message, ...(this.fields ? { fields: this.fields } : {}) } };
  }
}

export function wms(): SandboxVendor {
  return new WmsVendor();
}

class WmsVendor implements SandboxVendor {
  readonly name = 'wms';
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
  ] as const;
  private readonly ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
  private world!: VendorWorld;
  private floor!: Floor;

  register(app: FastifyInstance, world: VendorWorld): void {
    this.world = world;
    this.floor = new Floor(world);
    this.floor.start();
    app.addHook('onClose', async () => this.floor.stop());
    app.addHook('preHandler', async (request, reply) => this.admit(request, reply));
    this.speak(app);
    app.post(`${ROOT}/fulfilment-orders`, { schema: { body: ORDER_SCHEMA } }, async (request, reply) =>
      this.take(request.body as FulfilmentRequest, reply),
    );
    app.get(`${ROOT}/fulfilment-orders`, async (request) => this.list(request.query as Record<string, string>));
    app.get(`${ROOT}/fulfilment-orders/:id`, async (request) => this.find(request));
    app.post(`${ROOT}/fulfilment-orders/:id/cancel`, { schema: { body: CANCEL_SCHEMA } }, async (request) => {
      const order = this.find(request);
      const { reason } = (request.body ?? {}) as { reason?: string };
      if (this.floor.cancel(order.id, reason ?? 'requested by client') === 'tooLate') {
        throw new WmsError(
          409,
          'pickingStarted',
          `Order ${order.id} is ${order.status} and can no longer be cancelled.`,
        );
      }
      return order;
    });
    app.post(`${ROOT}/returns`, { schema: { body: RETURN_SCHEMA } }, async (request, reply) =>
      this.takeReturn(request.body as ReturnRequest, reply),
    );
    app.get(`${ROOT}/returns`, async (request) => {
      const { externalId } = request.query as Record<string, string | undefined>;
      const found = externalId === undefined ? this.floor.returns.all() : this.floor.returns.findByExternalId(
        externalId);
      return { returns: [found ?? []].flat() satisfies ReturnOrder[] };
    });
    app.get(`${ROOT}/stock`, async (request) => {
      const { location = '', limit, cursor } = request.query as Record<string, string | undefined>;
      if (!LOCATION.test(location)) throw new WmsError(422, 'unknownLocation', `There is no location ${location}.`);
      const { page, next } = pageOf(this.floor.stock.list(location), limit, cursor);
      return { stock: page, ...(next ? { next } : {}) };
    });
    app.post(`${ROOT}/webhooks`, { schema: { body: WEBHOOK_SCHEMA } }, async (request, reply) => {
      const { url, events, secret } = request.body as { url: string; events: string[]; secret?: string };
      const { created, subscription } = this.floor.subscribe({ url, events, secret: secret ?? DEFAULT_SECRET });
      return reply.code(created ? 201 : 200).send(subscription);
    });
    app.get(`${ROOT}/webhooks`, async () => ({ webhooks: this.floor.listSubscriptions() }));
  }

  /**
   * `PUT /_control/wms/behaviour` (what is not named takes its default), `POST /_control/wms/advance`, and for returns
   * `POST /_control/wms/returns/advance` and `POST /_control/wms/returns/unknown`, and `PUT /_control/wms/stock
   * {location, sku, onHand}`: somebody counts, and nobody is told.
   */
  registerControl(app: FastifyInstance): void {
    app.register(async (scope) => {
      this.speak(scope);
      scope.get('/_control/wms/behaviour', async () => this.floor.behaviour);
      scope.put('/_control/wms/behaviour', { schema: { body: BEHAVIOUR_SCHEMA } }, async (request) => {
        this.floor.behaviour = { ...DEFAULT_BEHAVIOUR, ...(request.body as Partial<Behaviour>) };
        return this.floor.behaviour;
      });
      scope.put('/_control/wms/stock', { schema: { body: STOCK_SCHEMA } }, async (request) => {
        const { location, sku, onHand } = request.body as { location: string; sku: string; onHand: number };
        return this.floor.stock.set(location, sku, onHand);
      });
      scope.post('/_control/wms/returns/advance', { schema: { body: RETURN_ADVANCE_SCHEMA } }, async (request) => {
        const { externalId, grade } = request.body as { externalId: string; grade?: string };
        const order = this.floor.returns.advance(externalId, this.floor.behaviour, grade);
        if (!order) throw new WmsError(404, 'notFound', 'There is no such open return.');
        return order;
      });
      scope.post('/_control/wms/returns/unknown', async (request) => {
        const { location, lines, externalId } = request.body as
          { location: string; lines: ReturnFactLine[]; externalId?: string };
        return this.floor.returns.unpackUnknown(location, lines, externalId);
      });
      scope.post('/_control/wms/advance', { schema: { body: ADVANCE_SCHEMA } }, async (request) => {
        const { id, externalId } = (request.body ?? {}) as { id?: string; externalId?: string };
        const wanted = externalId === undefined ? id : (this.floor.findByExternalId(externalId)?.id ?? '');
        const order = this.floor.advance(wanted);
        if (!order) throw new WmsError(404, 'notFound', 'There is no such open order.');
        return order;
      });
    });
  }

  renderFault(kind: 'unavailable' | 'serverError'): VendorAnswer {
    return kind === 'unavailable'
      ? {
          status: 503,
          headers: { 'retry-after': String(RETRY_AFTER_S) },
          body: new WmsError(503, 'maintenance', 'Try later.').body,
        }
      : { status: 500, body: new WmsError(500, 'internal', 'Something went wrong.').body };
  }

  /** Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, key from the secret's base64 part. */
  signWebhook({ id, body, secret, at }: WebhookToSign): Record<string, string> {
    const timestamp = String(Math.floor(at.getTime() / 1_000));
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  }

  state(): VendorState {
    return this.floor.state();
  }

  reset(): void {
    this.floor.reset();
  }

  /** Strict validation and this warehouse's error shape for a scope. An empty body stands for none. */
  private speak(app: FastifyInstance): void {
    app.setValidatorCompiler(({ schema }) => this.ajv.compile(schema as Schema));
    app.setErrorHandler(
      (
        thrown: Error & { statusCode?: number; validation?: readonly { instancePath: string; message?: string }[] },
        _request,
        reply,
      ) => {
        const error =
          thrown instanceof WmsError
            ? thrown
            : new WmsError(
                thrown.statusCode ?? 500,
                thrown.validation ? 'invalid' : 'malformed',
                thrown.message,
                thrown.validation?.map(
                  ({ instancePath, message }) => `${instancePath || '/'}: ${message ?? 'invalid'}`,
                ),
              );
        return reply.code(error.status).send(error.body);
      },
    );
  }

  private async admit(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      return reply
        .code(401)
        .header('www-authenticate', 'Bearer')
        .send(new WmsError(401, 'unauthorized', 'Unknown token.').body);
    }
    if (this.world.faults.isOn('quotaGone')) {
      return reply
        .code(429)
        .header('retry-after', String(RETRY_AFTER_S))
        .send(new WmsError(429, 'tooManyRequests', 'The call quota is used up.').body);
    }
    return undefined;
  }

  private takeReturn(request: ReturnRequest, reply: FastifyReply): FastifyReply {
    checkItems(request);
    const { outcome, order } = this.floor.returns.take(request, this.floor.behaviour);
    if (outcome === 'conflict') {
      throw new WmsError(409, 'externalIdInUse', `${order.externalId} is ${order.id} with another content.`, [
        '/externalId',
      ]);
    }
    return reply.code(outcome === 'created' ? 201 : 200).send(order);
  }

  private take(request: FulfilmentRequest, reply: FastifyReply): FastifyReply {
    checkItems(request);
    if (new Set(request.lines.map(({ lineId }) => lineId)).size < request.lines.length) {
      throw new WmsError(422, 'duplicateLine', 'Each lineId may appear once.', ['/lines']);
    }
    const { outcome, order } = this.floor.take(request);
    if (outcome === 'conflict') {
      throw new WmsError(409, 'externalIdInUse', `${order.externalId} is ${order.id} with another content.`, [
        '/externalId',
      ]);
    }
    return reply
      .code(outcome === 'created' ? 201 : 200)
      .header('location', `${ROOT}/fulfilment-orders/${order.id}`)
      .send(order);
  }

  /** By external ids (comma-separated), status or last change; `next` is the cursor of the page after. */
  private list(query: Record<string, string | undefined>): { fulfilmentOrders: FulfilmentOrder[]; next?: string } {
    const { externalId, status, limit, updatedFrom, updatedUntil, cursor } = query;
    const found = externalId === undefined
      ? this.floor.all()
      : externalId.split(',').flatMap((id) => this.floor.findByExternalId(id) ?? []);
    const [from, until] = [Date.parse(updatedFrom ?? ''), Date.parse(updatedUntil ?? '')];
    const wanted = found.filter(({ status: now, updatedAt }) => (status === undefined || now === status)
      && (Number.isNaN(from) || Date.parse(updatedAt) >= from)
      && (Number.isNaN(until) || Date.parse(updatedAt) < until));
    const { page, next } = pageOf(wanted, limit, cursor);
    return { fulfilmentOrders: page, ...(next ? { next } : {}) };
  }

  private find(request: FastifyRequest): FulfilmentOrder {
    const { id } = request.params as { id: string };
    const order = this.floor.find(id);
    if (!order) throw new WmsError(404, 'notFound', `There is no fulfilment order ${id}.`);
    return order;
  }
}

function pageOf<T>(wanted: readonly T[], limit: string | undefined, cursor: string | undefined) {
  const count = Math.min(Math.max(Number(limit ?? DEFAULT_PAGE) || DEFAULT_PAGE, 1), MAX_PAGE);
  const start = Math.max(Number(cursor ?? 0) || 0, 0);
  const page = wanted.slice(start, start + count);
  return { page, next: start + count < wanted.length ? String(start + count) : undefined };
}

function checkItems({ location, lines }: Pick<ReturnRequest, 'location' | 'lines'>): void {
  if (!LOCATION.test(location)) {
    throw new WmsError(422, 'unknownLocation', `There is no location ${location}.`, ['/location']);
  }
  const unknown = lines.flatMap(({ sku }, index) => (SKU.test(sku) ? [] : [`/lines/${index}/sku`]));
  if (unknown.length > 0) throw new WmsError(422, 'unknownSku', 'Some SKUs are not in the item master.', unknown);
}
