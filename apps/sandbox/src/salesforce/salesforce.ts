/*
 * The sandbox's Salesforce org on HTTP: `/services/oauth2/*`, `/services/data/*` and `/id/*` as the real client
 * libraries call them. Client `throughline` / `throughline-secret`; objects and fields are in schema.ts.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SandboxVendor, VendorAnswer, VendorState, VendorWorld } from '../vendor.js';
import { Api, decodeSegment, type ApiAnswer, type ApiCall } from './api.js';
import { CometD, type Message } from './cometd.js';
import { collectionResources } from './collections.js';
import { compositeResources } from './composite.js';
import { Cursors } from './cursors.js';
import { invalid, notFound, SalesforceError } from './errors.js';
import { publishedEvents } from './events.js';
import { metadataResources, versions } from './metadata.js';
import { Org } from './org.js';
import { allTypes } from './schema.js';
import { seedOrg } from './seed.js';
import { Sessions, type ConnectedApp } from './sessions.js';
import { sobjectResources } from './sobjects.js';
import { Usage } from './usage.js';

const MAINTENANCE = '<html><head><title>Salesforce is down for maintenance</title></head>' +
  '<body><h1>Down for Maintenance</h1><p>Sorry for the inconvenience. We will be back shortly.</p></body></html>';

/** A new org, empty until it is registered. */
export function salesforce(): SandboxVendor {
  return new SalesforceVendor();
}

class SalesforceVendor implements SandboxVendor {
  readonly name = 'salesforce';
  readonly supports = [
    'down', 'latencyMs', 'errorRate', 'timeoutAfterSuccess', 'timeoutHoldMs', 'rowLock', 'lockHoldMs', 'quotaGone',
  ] as const;
  private world: VendorWorld;
  private org: Org;
  private usage: Usage;
  private sessions: Sessions;
  private api: Api;
  private streaming: CometD;

  async register(app: FastifyInstance, world: VendorWorld): Promise<void> {
    const fresh = world.store.empty;
    this.world = world;
    this.org = new Org(world);
    this.usage = new Usage(world);
    this.sessions = new Sessions(world, this.org);
    const { org, usage } = this;
    this.api = new Api(
      { org, usage, store: world.store, cursors: new Cursors(() => world.now()) },
      [...metadataResources, ...sobjectResources, ...collectionResources, ...compositeResources],
    );
    this.streaming = new CometD(org.changes, () => world.now().getTime());
    // Sessions do not outlive an outage; held connects would hide it.
    world.faults.onChange(() => { if (world.faults.settings.down !== false) this.streaming.forget(); });
    app.addHook('preClose', async () => this.streaming.close());
    if (fresh) seedOrg(org, world.store);
    await this.sessions.prepare();
    this.addRoutes(app);
  }

  renderFault(kind: 'unavailable' | 'serverError'): VendorAnswer {
    if (kind === 'unavailable') {
      return { status: 503, headers: { 'content-type': 'text/html; charset=utf-8' }, body: MAINTENANCE };
    }
    const message = 'An unexpected error occurred. Please include this ErrorId if you contact support: ' +
      `${Math.floor(this.world.faults.random() * 1e9)}-${this.world.now().getTime() % 100_000} (-1234567890)`;
    return { status: 500, body: new SalesforceError(500, 'UNKNOWN_EXCEPTION', message).body };
  }

  state(): VendorState {
    const { store } = this.world;
    const stored = allTypes().filter((type) => !type.event);
    const records: VendorState['records'] = {
      ...Object.fromEntries(stored.map((type) => [
        type.name,
        [...this.org.table(type).records.values()].map((record) => this.org.view(type, record)),
      ])),
      ChangeEvent: [...this.org.changes.events.values()],
      PlatformEvent: [...publishedEvents(store)],
      ConnectedApp: [...store.collection<ConnectedApp>('ConnectedApp').values()],
    };
    const counts = Object.fromEntries(Object.entries(records).map(([name, list]) => [name, list.length]));
    return { counts: { ...counts, ApiCalls: this.usage.used }, records };
  }

  async reset(): Promise<void> {
    this.org.forget();
    this.streaming.forget();
    seedOrg(this.org, this.world.store);
    await this.sessions.prepare();
  }

  private addRoutes(app: FastifyInstance): void {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    const read = { config: { write: false } };
    app.post('/services/oauth2/token', read, async (request, reply) =>
      answer(reply, await this.sessions.token(formOf(request), urlOf(request))));
    app.post('/services/oauth2/revoke', read, async (request, reply) => {
      const token = formOf(request).get('token') ?? '';
      return answer(reply, this.sessions.revoke(token)
        ? { status: 200 }
        : { status: 400, body: { error: 'unsupported_token_type', error_description: 'invalid token' } });
    });
    app.get('/services/oauth2/userinfo', async (request, reply) => this.identify(request, reply));
    app.get('/id/:org/:user', async (request, reply) => this.identify(request, reply));
    app.get('/services/data', async () => versions());
    app.post('/services/data/:version/composite/sobjects/:type', read, async (request, reply) =>
      this.answerData(request, reply));
    app.all('/services/data/*', async (request, reply) => this.answerData(request, reply));
    app.post('/cometd/:version', read, async (request, reply) => this.stream(request, reply));
    app.all('/services/*', async (_request, reply) => {
      const { status, body } = notFound();
      return answer(reply, { status, body });
    });
  }

  private identify(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { oauth_token: inUrl } = request.query as { oauth_token?: string };
    if (this.sessions.isOpen(inUrl ?? bearerOf(request))) {
      return answer(reply, { status: 200, body: this.sessions.identity(urlOf(request)) });
    }
    return reply.code(403).type('text/plain').send('Bad_OAuth_Token');
  }

  private async stream(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (!this.sessions.isOpen(bearerOf(request))) {
      return answer(reply, { status: 401, body: [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired' }] });
    }
    const given = jsonOf(request);
    const messages = (Array.isArray(given) ? given : [given]) as Message[];
    const answers = await this.streaming.handle(messages);
    const shaken = answers.find(({ channel, successful }) => channel === '/meta/handshake' && successful);
    if (shaken) reply.header('set-cookie', `BAYEUX_BROWSER=${String(shaken.clientId)}; Path=/cometd; HttpOnly`);
    return answer(reply, { status: 200, body: answers });
  }

  private async answerData(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const result = this.runData(request);
    await this.org.locks.finish(this.world.faults.settings.lockHoldMs);
    reply.header('Sforce-Limit-Info', `api-usage=${this.usage.used}/${this.usage.max}`);
    return answer(reply, result);
  }

  private runData(request: FastifyRequest): ApiAnswer {
    try {
      if (!this.sessions.isOpen(bearerOf(request))) {
        throw new SalesforceError(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
      }
      if (!this.usage.count()) {
        throw new SalesforceError(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
      }
      this.org.origin = originOf(request);
      return this.api.dispatch(toCall(request));
    } catch (error) {
      if (error instanceof SalesforceError) return { status: error.status, body: error.body };
      throw error;
    }
  }
}

function toCall(request: FastifyRequest): ApiCall {
  const [path = '', query] = request.raw.url!.split('?', 2);
  const [version = '', ...segments] = path.slice('/services/data/'.length).split('/');
  return {
    method: request.method,
    version,
    segments: segments.filter(Boolean).map(decodeSegment),
    query: new URLSearchParams(query),
    headers: request.headers,
    body: jsonOf(request),
  };
}

function jsonOf(request: FastifyRequest): unknown {
  if (typeof request.body !== 'string' || request.body === '') return undefined;
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('application/json')) {
    const message = `Content-Type header specified in HTTP request is not supported: ${type}`;
    throw new SalesforceError(415, 'UNSUPPORTED_MEDIA_TYPE', message);
  }
  try {
    return JSON.parse(request.body);
  } catch (error) {
    throw invalid('JSON_PARSER_ERROR', (error as Error).message);
  }
}

function formOf(request: FastifyRequest): URLSearchParams {
  return new URLSearchParams(typeof request.body === 'string' ? request.body : '');
}

function bearerOf(request: FastifyRequest): string | undefined {
  return /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** How change events name the API call they come from; the client is whom the caller says it is. */
function originOf(request: FastifyRequest): string {
  const version = request.raw.url!.split('/')[3]?.replace('v', '') ?? '';
  const options = String(request.headers['sforce-call-options'] ?? '');
  const client = /client=([\w./-]+)/.exec(options)?.[1];
  return `com/salesforce/api/rest/${version};client=${client ?? ''}`;
}

/** The org's address as this caller reaches it. */
function urlOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

function answer(reply: FastifyReply, { status, headers = {}, body }: ApiAnswer): FastifyReply {
  reply.code(status).headers(headers);
  return body === undefined ? reply.send() : reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}
