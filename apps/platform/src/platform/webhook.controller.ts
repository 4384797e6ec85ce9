// Webhook endpoints by self-service: a consumer makes, changes, tests and replays its own; operators see all of them.
import { Controller } from '@nestjs/common';
import { Config } from '#config';
import {
  newId, platformApi, Problem, problems, type CallContext, type Done, type InputOf, type WebhookDelivery,
  type WebhookDeliveryPage, type WebhookEndpoint, type WebhookEndpointPage, type WebhookTest,
} from '#contracts';
import { visibleTypes, webhookHeaders, webhookSecret, type WebhookEndpointRecord } from '#events';
import { Implements } from '#governance';
import { WebhookWriter, type Asker } from './webhook.writer.js';
import { Webhooks } from './webhooks.job.js';

const { operations } = platformApi;
/** Endpoints one consumer may have. */
const ENDPOINTS_MAX = 50;
const OVERLAP_SECONDS = 86_400;
const DELIVERIES_PER_PAGE = 50;

@Controller()
export class WebhookController {
  constructor(
    private readonly writer: WebhookWriter, private readonly webhooks: Webhooks, private readonly config: Config,
  ) {}

  @Implements(operations.createWebhookEndpoint)
  async createWebhookEndpoint(
    { body }: InputOf<typeof operations.createWebhookEndpoint>, call: CallContext,
  ): Promise<WebhookEndpoint> {
    const { url, description = '', types = [], revision = null } = body;
    this.check({ url, types }, call);
    const values = { url, description, types, revision, scopes: [...call.caller.scopes] };
    const made = await this.writer.create(newId('whe'), call.consumer, values, ENDPOINTS_MAX);
    if (made === undefined) {
      throw new Problem(problems.stateConflict, { detail: `A consumer may have ${ENDPOINTS_MAX} endpoints.` });
    }
    return this.withSecret(taken(made, url));
  }

  @Implements(operations.listWebhookEndpoints)
  async listWebhookEndpoints(_: object, call: CallContext): Promise<WebhookEndpointPage> {
    return { endpoints: (await this.writer.list(askerOf(call))).map(endpointOf) };
  }

  @Implements(operations.getWebhookEndpoint)
  async getWebhookEndpoint(
    { params: { endpointId } }: InputOf<typeof operations.getWebhookEndpoint>, call: CallContext,
  ): Promise<WebhookEndpoint> {
    return endpointOf(await this.find(endpointId, call));
  }

  @Implements(operations.updateWebhookEndpoint)
  async updateWebhookEndpoint(
    { params: { endpointId }, body }: InputOf<typeof operations.updateWebhookEndpoint>, call: CallContext,
  ): Promise<WebhookEndpoint> {
    const asker = askerOf(call);
    const before = await this.find(endpointId, call);
    this.check(body, call);
    // An operator that mends an endpoint does not lend it what it may see itself.
    const scopes = before.consumer === call.consumer ? { scopes: [...call.caller.scopes] } : {};
    const changed = await this.writer.change(endpointId, asker, { ...body, ...scopes });
    return endpointOf(taken(found(changed, endpointId), body.url ?? before.url));
  }

  @Implements(operations.deleteWebhookEndpoint)
  async deleteWebhookEndpoint(
    { params: { endpointId } }: InputOf<typeof operations.deleteWebhookEndpoint>, call: CallContext,
  ): Promise<Done> {
    if (!(await this.writer.remove(endpointId, askerOf(call)))) throw missing(endpointId);
    return { done: true };
  }

  @Implements(operations.rotateWebhookSecret)
  async rotateWebhookSecret(
    { params: { endpointId }, body }: InputOf<typeof operations.rotateWebhookSecret>, call: CallContext,
  ): Promise<WebhookEndpoint> {
    const overlap = body.overlapSeconds ?? OVERLAP_SECONDS;
    // Who reads the secret can speak for the consumer's receiver: only the consumer itself may.
    const asker = { consumer: call.consumer, operator: false };
    return this.withSecret(found(await this.writer.rotate(endpointId, asker, overlap), endpointId));
  }

  @Implements(operations.testWebhookEndpoint)
  async testWebhookEndpoint(
    { params: { endpointId } }: InputOf<typeof operations.testWebhookEndpoint>, call: CallContext,
  ): Promise<WebhookTest> {
    const endpoint = await this.find(endpointId, call);
    const [id, time] = [newId('evt'), new Date().toISOString()];
    const body = JSON.stringify({
      specversion: '1.0', id, type: 'webhook.test.v1', source: '/platform', subject: endpointId, time,
      datacontenttype: 'application/json', data: { endpointId },
    });
    const headers = webhookHeaders(endpoint, this.config.THROUGHLINE_SECRET, id, body);
    const { outcome, status, durationMs, detail } = await this.webhooks.sender.send(endpoint.url, headers, body);
    return { attempt: {
      at: new Date().toISOString(), outcome, durationMs,
      ...(status === undefined ? {} : { status }), ...(detail ? { detail } : {}),
    } };
  }

  @Implements(operations.replayWebhookEvents)
  async replayWebhookEvents(
    { params: { endpointId }, body: { from, after } }: InputOf<typeof operations.replayWebhookEvents>,
    call: CallContext,
  ): Promise<WebhookEndpoint> {
    if (from === undefined && after === undefined) {
      throw new Problem(problems.invalidRequest, { detail: 'Say from where: `from` or `after`.' });
    }
    return endpointOf(found(await this.writer.replay(endpointId, askerOf(call), after, from), endpointId));
  }

  @Implements(operations.listWebhookDeliveries)
  async listWebhookDeliveries(
    { params }: InputOf<typeof operations.listWebhookDeliveries>, call: CallContext,
  ): Promise<WebhookDeliveryPage> {
    const { endpointId, state, before, limit = DELIVERIES_PER_PAGE } = params;
    await this.find(endpointId, call);
    const deliveries = await this.writer.deliveries(endpointId, { state, before, limit });
    const last = deliveries.length === limit ? deliveries.at(-1) : undefined;
    return { deliveries, ...(last ? { next: last.position } : {}) };
  }

  @Implements(operations.retryWebhookDelivery)
  async retryWebhookDelivery(
    { params: { endpointId, position } }: InputOf<typeof operations.retryWebhookDelivery>, call: CallContext,
  ): Promise<WebhookDelivery> {
    await this.find(endpointId, call);
    const one = { position, limit: 1 };
    if ((await this.writer.deliveries(endpointId, one)).length === 0) throw missing(`${endpointId} ${position}`);
    if (!(await this.writer.retry(endpointId, position, call.consumer))) {
      throw new Problem(problems.stateConflict, { detail: 'The log does not reach back to this event any more.' });
    }
    return (await this.writer.deliveries(endpointId, one))[0]!;
  }

  /** @throws Problem for a URL we would not deliver to, or a type the caller cannot see */
  private check({ url, types = [] }: { url?: string; types?: readonly string[] }, { consumer, caller }: CallContext) {
    const complaint = url === undefined ? undefined : this.webhooks.sender.complaint(url);
    if (complaint !== undefined) {
      throw new Problem(problems.invalidRequest, { detail: `${url} cannot be delivered to. ${complaint}` });
    }
    const visible = visibleTypes({ consumer, scopes: caller.scopes });
    const hidden = types.filter((type) => !(visible as readonly string[]).includes(type));
    if (hidden.length > 0) {
      throw new Problem(problems.invalidRequest, {
        detail: `You cannot get ${hidden.join(', ')}: not in the catalogue (/asyncapi.json), or not in your scopes.`,
      });
    }
  }

  private async find(endpointId: string, call: CallContext): Promise<WebhookEndpointRecord> {
    return found(await this.writer.get(endpointId, askerOf(call)), endpointId);
  }

  private withSecret(record: WebhookEndpointRecord): WebhookEndpoint {
    const secret = webhookSecret(this.config.THROUGHLINE_SECRET, record.id, record.secretVersion);
    return { ...endpointOf(record), secret };
  }
}

function askerOf({ consumer, caller }: CallContext): Asker {
  return { consumer, operator: caller.scopes.has('platform:operate') };
}

function found<T>(record: T | undefined, id: string): T {
  if (record === undefined) throw missing(id);
  return record;
}

function missing(id: string): Problem {
  return new Problem(problems.notFound, { detail: `There is no webhook endpoint or delivery ${id} of yours.` });
}

function taken(record: WebhookEndpointRecord | 'taken', url: string): WebhookEndpointRecord {
  if (record !== 'taken') return record;
  throw new Problem(problems.stateConflict, { detail: `There is an endpoint for ${url} already.` });
}

function endpointOf(record: WebhookEndpointRecord): WebhookEndpoint {
  const {
    id, consumer, url, description, types, revision, enabled, disabledReason, position, failures, throttledUntil,
    previousSecretUntil, createdAt,
  } = record;
  const now = Date.now();
  const ahead = (date: Date | null) => date instanceof Date && date.getTime() > now;
  return {
    id, consumer, url, description, types, enabled, position, failures, createdAt: createdAt.toISOString(),
    ...(revision === null ? {} : { revision }), ...(disabledReason === null ? {} : { disabledReason }),
    ...(ahead(throttledUntil) ? { throttledUntil: throttledUntil.toISOString() } : {}),
    ...(ahead(previousSecretUntil) ? { previousSecretUntil: previousSecretUntil!.toISOString() } : {}),
  };
}
