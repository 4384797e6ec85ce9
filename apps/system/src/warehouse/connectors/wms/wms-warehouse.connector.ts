// The 3PL over its REST API: orders are idempotent by our id, so that an uncertain one may be looked up and sent again;
// reads fall back to the last that we were told, with its age.
import { createHash } from 'node:crypto';
import { Pool } from 'undici';
import { Webhook } from 'standardwebhooks';
import type { CallContext, NewFulfilmentOrder, RawBody, WriteOutcome } from '#contracts';
import type { JourneyRecorder } from '#events';
import {
  transportFailure, VendorLine, VendorSilent, VendorThrottled, VendorUnreached, withoutDoubt, type LineSettings,
  type Reported,
} from '../../../vendor-line.js';
import type { FulfilmentConnector, Seen } from '../../fulfilment.port.js';
import { toSighting, toWmsOrder } from './wms-fulfilment.mapping.js';
import {
  ORDERS, WEBHOOKS, type WmsErrorBody, type WmsFulfilmentOrder, type WmsOrderPage,
} from './wms-fulfilment.wire.js';

const CALL_TIMEOUT_MS = 8_000;
const CONNECTIONS = 16;
const CONNECT_TIMEOUT_MS = 2_000;
const KEEP_ALIVE_MS = 30_000;
const DEFAULT_RETRY_AFTER_SECONDS = 5;
const CREDENTIALS_RETRY_AFTER_SECONDS = 60;
const REASON_MAX = 1_000;

export interface WmsAccess {
  /** Base URL, without /wms/v1. */
  readonly url: string;
  readonly token: string;
  readonly webhookSecret: string;
}

export type WmsOptions = LineSettings;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
}

export class WmsWarehouse implements FulfilmentConnector {
  readonly line: VendorLine;
  private readonly pool: Pool;
  private readonly webhook: Webhook;

  /** @param options limits that differ from a productive warehouse's, e.g. in tests */
  constructor(private readonly access: WmsAccess, journey: JourneyRecorder, options: WmsOptions = {}) {
    this.line = new VendorLine({
      vendor: 'wms', journey, concurrent: CONNECTIONS, callTimeoutMs: CALL_TIMEOUT_MS, ...options,
    });
    this.pool = new Pool(new URL(access.url).origin, {
      connections: CONNECTIONS, pipelining: 1, connect: { timeout: CONNECT_TIMEOUT_MS },
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
    this.webhook = new Webhook(access.webhookSecret);
  }

  /** @param seen gets the order as the warehouse has it, when applied */
  create(order: NewFulfilmentOrder, call: CallContext, seen: Seen): Promise<WriteOutcome> {
    return this.line.write(call, 'createFulfilmentOrder', lookUpText(order.id), async () => {
      const known = call.mayHaveRun ? await this.find(order.id, call.deadline) : undefined;
      const body = toWmsOrder(order);
      const payloadHash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
      const detail = { reference: order.id, payloadHash };
      if (known) {
        seen(toSighting(known));
        return { outcome: 'applied', reference: known.id, found: true, detail };
      }
      const answer = await this.write('createFulfilmentOrder', { method: 'POST', path: ORDERS, body }, call.deadline);
      if (answer.status >= 300) return { ...refusal(answer), detail };
      const created = answer.body as WmsFulfilmentOrder;
      seen(toSighting(created));
      return { outcome: 'applied', reference: created.id, ...(answer.status === 200 ? { found: true } : {}), detail };
    });
  }

  /** Takes work back that nobody has begun; an order the warehouse has never heard of is none. */
  cancel(id: string, call: CallContext, seen: Seen): Promise<WriteOutcome> {
    return this.line.write(call, 'cancelFulfilmentOrder', lookUpText(id), async () => {
      const known = await this.find(id, call.deadline);
      const detail = { reference: id };
      if (!known) return { outcome: 'applied', found: true, detail };
      if (known.status === 'cancelled') {
        seen(toSighting(known));
        return { outcome: 'applied', reference: known.id, found: true, detail };
      }
      const request = { method: 'POST', path: `${ORDERS}/${known.id}/cancel`, body: {} } as const;
      const answer = await this.write('cancelFulfilmentOrder', request, call.deadline);
      if (answer.status >= 300) return { ...refusal(answer), detail };
      seen(toSighting(answer.body as WmsFulfilmentOrder));
      return { outcome: 'applied', reference: known.id, detail };
    });
  }

  /** The order as the warehouse has it. @throws VendorUnreached */
  async find(id: string, deadline: number): Promise<WmsFulfilmentOrder | undefined> {
    const path = `${ORDERS}?externalId=${encodeURIComponent(id)}`;
    return (await this.read<WmsOrderPage>('findFulfilmentOrder', path, deadline)).fulfilmentOrders[0];
  }

  /** The message, when its signature fits its bytes. @throws Error otherwise */
  verify({ raw, headers }: RawBody): unknown {
    const signed = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
    return this.webhook.verify(raw, Object.fromEntries(signed.map((name) => [name, headers[name] ?? ''])));
  }

  /** Registers our webhook; the same URL again changes nothing. */
  async registerWebhook(url: string): Promise<void> {
    const body = { url, events: ['*'], secret: this.access.webhookSecret };
    const request = { method: 'POST', path: WEBHOOKS, body } as const;
    const answer = await this.write('registerWebhook', request, Date.now() + CALL_TIMEOUT_MS);
    if (answer.status >= 300) throw new Error(`The warehouse refuses our webhook: ${refusal(answer).reason}`);
  }

  async onModuleDestroy(): Promise<void> {
    await this.pool.destroy();
  }

  /** What the warehouse tells. @throws VendorUnreached, whatever went wrong: a read leaves no doubt about a change */
  async read<T>(operation: string, path: string, deadline: number): Promise<T> {
    const answer = await withoutDoubt(this.write(operation, { method: 'GET', path }, deadline));
    if (answer.status === 200) return answer.body as T;
    throw new VendorUnreached(`it does not tell (${refusal(answer).reason})`);
  }

  /** One request to the warehouse; what it refuses is an answer. @throws VendorUnreached, VendorSilent */
  write(operation: string, request: Request, deadline: number): Promise<Answer> {
    return this.line.run(operation, deadline, async (timeoutMs) => {
      const { status, body, retryAfter } = await this.send(request, timeoutMs);
      if (status >= 500) throw new VendorSilent(`HTTP ${status}`);
      if (status === 401 || status === 403) {
        throw new VendorUnreached(`it does not let us in (HTTP ${status})`, false, CREDENTIALS_RETRY_AFTER_SECONDS);
      }
      if (status === 429) {
        throw new VendorThrottled('it asks for fewer calls (HTTP 429)', retryAfter || DEFAULT_RETRY_AFTER_SECONDS);
      }
      return { status, body };
    });
  }

  private async send({ method, path, body }: Request, timeoutMs: number): Promise<Answer & { retryAfter: number }> {
    try {
      const answer = await this.pool.request({
        method, path, signal: AbortSignal.timeout(timeoutMs), headersTimeout: timeoutMs, bodyTimeout: timeoutMs,
        headers: {
          accept: 'application/json', authorization: `Bearer ${this.access.token}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, body: parse(text), retryAfter: Number(answer.headers['retry-after']) };
    } catch (error) {
      throw transportFailure(error);
    }
  }
}

export function refusal({ status, body }: Answer): Reported {
  const { code, message, fields } = (body as WmsErrorBody).error ?? { code: `HTTP ${status}`, message: '' };
  return { outcome: 'rejected', reason: [`${code}: ${message}`, ...(fields ?? [])].join(' ').slice(0, REASON_MAX) };
}

const lookUpText = (id: string): string => `GET ${ORDERS}?externalId=${id}`;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
