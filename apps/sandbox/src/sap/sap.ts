/*
 * The sandbox's SAP S/4HANA: `API_SALES_ORDER_SRV` over OData V2 with basic authentication, CSRF tokens bound to
 * session cookies, ETags, and SAP's own error documents; beside it customer returns (customer-returns.ts) and journal
 * entries over SOAP (journal.ts). Batches and the other sales services are not served.
 */
import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SandboxVendor, VendorAnswer, VendorState, VendorWorld } from '../vendor.js';
import { CustomerReturns } from './customer-returns.js';
import { addItem, changeFields, createDocument, type SalesDocument } from './documents.js';
import {
  etagOf,
  follow,
  orderRow,
  rowsOf,
  toAtom,
  toFeed,
  toJson,
  uriOf,
  type Projection,
  type Row,
} from './entities.js';
import { Journal, JOURNAL_PATH } from './journal.js';
import { Ledger } from './ledger.js';
import { errorDocument, errorXml, SapError, sapErrors, warningHeader } from './messages.js';
import { ENTITY_TYPES, renderMetadata, type EntityType } from './metadata.js';
import { readPath, type Resource } from './path.js';
import { applyQuery, readQuery, type Query } from './query.js';
import { Sessions } from './sessions.js';

const USER = 'THROUGHLINE';
const PASSWORD = 'throughline-secret';
const SERVICE_ROOT = '/sap/opu/odata/sap/API_SALES_ORDER_SRV';
const LOCKING_USER = 'MILLERJ';
const XML = 'application/xml;charset=utf-8';

export function sap(): SandboxVendor {
  return new SapVendor();
}

class SapVendor implements SandboxVendor {
  readonly name = 'sap';
  readonly supports = [
    'down',
    'latencyMs',
    'errorRate',
    'timeoutAfterSuccess',
    'timeoutHoldMs',
    'rowLock',
    'csrfExpiry',
    'warning',
    'periodClosed',
  ] as const;
  private readonly sessions = new Sessions();
  private world!: VendorWorld;
  private ledger!: Ledger;
  private journal!: Journal;
  private returns!: CustomerReturns;

  register(app: FastifyInstance, world: VendorWorld): void {
    this.world = world;
    this.ledger = new Ledger(world.store);
    this.journal = new Journal(world);
    this.returns = new CustomerReturns(world);
    app.addHttpMethod('MERGE', { hasBody: true });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    app.addHook('preHandler', async (request, reply) => this.admit(request, reply));
    app.setErrorHandler((error, request, reply) => this.fail(error, request, reply));
    this.journal.register(app);
    this.returns.register(app);
    app.get(SERVICE_ROOT, async (request, reply) => this.serviceDocument(request, reply));
    app.get(`${SERVICE_ROOT}/$metadata`, async (_request, reply) => reply.type(XML).send(renderMetadata()));
    app.get(`${SERVICE_ROOT}/*`, async (request, reply) => this.read(request, reply));
    app.route({
      method: ['POST', 'PATCH', 'MERGE', 'PUT', 'DELETE'],
      url: `${SERVICE_ROOT}/*`,
      handler: async (request, reply) => this.write(request, reply),
    });
  }

  renderFault(kind: 'unavailable' | 'serverError', request: FastifyRequest): VendorAnswer {
    if (kind === 'unavailable') {
      const headers = { 'content-type': 'text/html', 'retry-after': '30' };
      return { status: 503, headers, body: '<html><body><h1>503 Service Unavailable</h1></body></html>' };
    }
    const error = new SapError(500, 'SY/530', 'Internal error: the request was ended by the application server');
    return wantsJson(request)
      ? { status: 500, body: errorDocument(error, this.world.now()) as object }
      : { status: 500, headers: { 'content-type': XML }, body: errorXml(error) };
  }

  state(): VendorState {
    const parts = [this.ledger, this.journal, this.returns].map((part) => part.state());
    return {
      counts: Object.assign({}, ...parts.map(({ counts }) => counts)) as VendorState['counts'],
      records: Object.assign({}, ...parts.map(({ records }) => records)) as VendorState['records'],
    };
  }

  recordsLost(): void {
    this.ledger.reset();
  }

  reset(): void {
    this.ledger.reset();
    this.sessions.clear();
  }

  /** Basic authentication, then the CSRF rules. Refusals here are SAP's ICF pages, no error documents. */
  private async admit(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (!isUser(request.headers.authorization)) {
      return reply
        .code(401)
        .header('www-authenticate', 'Basic realm="SAP NetWeaver Application Server [S4H/100]"')
        .type('text/html')
        .send('<html><body><h1>Anmeldung fehlgeschlagen / Logon failed</h1></body></html>');
    }
    reply.header('dataserviceversion', '2.0').header('cache-control', 'no-store, no-cache');
    const token = request.headers['x-csrf-token'] as string | undefined;
    const cookie = request.headers.cookie;
    if (request.method === 'GET' || request.method === 'HEAD') {
      if (token?.toLowerCase() === 'fetch') {
        const session = this.sessions.fetch(cookie, this.world.now());
        reply.header('x-csrf-token', session.token);
        for (const line of session.setCookie) reply.header('set-cookie', line);
      }
      return undefined;
    }
    // Web services of the ICF are no OData: they ask for no token.
    if (request.url.startsWith(JOURNAL_PATH)) return undefined;
    if (this.world.faults.hits('csrfExpiry')) this.sessions.end(cookie);
    if (this.sessions.accepts(token, cookie, this.world.now())) return undefined;
    return reply.code(403).header('x-csrf-token', 'Required').type('text/plain').send('CSRF token validation failed');
  }

  private async serviceDocument(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const sets = Object.keys(ENTITY_TYPES);
    if (wantsJson(request)) return reply.send({ d: { EntitySets: sets } });
    const collections = sets.map((set) => `<collection href="${set}"/>`).join('');
    return reply
      .type('application/atomsvc+xml')
      .send(
        '<?xml version="1.0" encoding="utf-8"?><service xmlns="http://www.w3.org/2007/app">' +
          `<workspace>${collections}</workspace></service>`,
      );
  }

  private async read(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const resource = readPath(pathOf(request));
    const from = resource.key ? this.entity(resource) : undefined;
    const target = resource.navigation
      ? ENTITY_TYPES[resource.type.navigations.get(resource.navigation)!.target]
      : resource.type;
    const query = readQuery(target, optionsOf(request));
    if (from && (!resource.navigation || resource.navigation === 'to_SalesOrder')) {
      return this.sendOne(request, reply, resource.navigation ? orderRow(from.document) : from, query);
    }
    const rows = from ? follow(from, resource.navigation!) : this.ledger.rows(target.set, query);
    const { page, count } = applyQuery(rows, query);
    if (resource.count) return reply.type('text/plain').send(String(count));
    return this.sendMany(request, reply, { type: target, page, query, count });
  }

  private async write(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const tunnelled = request.headers['x-http-method'];
    const method =
      request.method === 'POST' && typeof tunnelled === 'string' ? tunnelled.toUpperCase() : request.method;
    const resource = readPath(pathOf(request));
    const { set } = resource.type;
    if (method === 'POST' && set === 'A_SalesOrder' && !resource.key) return this.createOrder(request, reply);
    if (method === 'POST' && resource.navigation === 'to_Item') return this.createItem(request, reply, resource);
    const changes = method === 'PATCH' || method === 'MERGE';
    if (changes && resource.key && !resource.navigation && (set === 'A_SalesOrder' || set === 'A_SalesOrderItem')) {
      return this.change(request, reply, resource, set);
    }
    throw sapErrors.method(method, set);
  }

  private async createOrder(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const payload = readBody(request);
    const document = createDocument(payload, USER, this.world.now());
    this.ledger.create(document);
    this.warn(reply);
    return this.sendCreated(request, reply, orderRow(document), insertedBelow(document, payload as object));
  }

  private async createItem(request: FastifyRequest, reply: FastifyReply, resource: Resource): Promise<FastifyReply> {
    const draft = this.draft(resource);
    const item = addItem(draft, readBody(request), this.world.now());
    this.ledger.save(draft);
    const created = rowsOf('A_SalesOrderItem', draft).find((row) => row.item === item)!;
    return this.sendCreated(request, reply, created, []);
  }

  private async change(
    request: FastifyRequest,
    reply: FastifyReply,
    resource: Resource,
    set: 'A_SalesOrder' | 'A_SalesOrderItem',
  ): Promise<FastifyReply> {
    const current = this.entity(resource);
    const expected = request.headers['if-match'];
    if (expected === undefined) throw sapErrors.unconditional();
    if (expected !== '*' && decodeURIComponent(expected) !== decodeURIComponent(etagOf(current))) {
      throw sapErrors.precondition();
    }
    const draft = this.draft(resource);
    const target = rowsOf(set, draft).find((row) => hasKey(row, resource))!;
    changeFields(draft, set, target.fields, readBody(request), this.world.now());
    this.ledger.save(draft);
    this.warn(reply);
    return reply.code(204).header('etag', etagOf(target)).send();
  }

  /** A copy of the addressed document under the change lock, which somebody else may hold (fault `rowLock`). */
  private draft(resource: Resource): SalesDocument {
    const { document } = this.entity(resource);
    const number = String(document.fields['SalesOrder']);
    if (this.world.faults.hits('rowLock')) throw sapErrors.locked(number, LOCKING_USER);
    return this.ledger.draft(number)!;
  }

  private entity(resource: Resource): Row {
    const document = this.ledger.find(String(resource.key?.['SalesOrder'] ?? ''));
    const found = document && rowsOf(resource.type.set, document).find((row) => hasKey(row, resource));
    if (!found) throw sapErrors.notFound(resource.type.type);
    return found;
  }

  private warn(reply: FastifyReply): void {
    if (this.world.faults.hits('warning')) {
      reply.header(
        'sap-message',
        warningHeader({ code: 'V1/555', message: 'The sales document is not yet complete: edit data' }),
      );
    }
  }

  private async sendOne(
    request: FastifyRequest,
    reply: FastifyReply,
    entity: Row,
    projection: Projection,
  ): Promise<FastifyReply> {
    const service = serviceUri(request);
    if (entity.type.versioned) reply.header('etag', etagOf(entity));
    if (wantsJson(request)) return reply.send({ d: toJson(service, entity, projection) });
    return reply.type('application/atom+xml;type=entry').send(toAtom(service, entity, projection));
  }

  private async sendCreated(
    request: FastifyRequest,
    reply: FastifyReply,
    entity: Row,
    expand: readonly string[],
  ): Promise<FastifyReply> {
    reply.code(201).header('location', uriOf(serviceUri(request), entity));
    return this.sendOne(request, reply, entity, { expand });
  }

  private async sendMany(
    request: FastifyRequest,
    reply: FastifyReply,
    { type, page, query, count }: { type: EntityType; page: readonly Row[]; query: Query; count: number },
  ): Promise<FastifyReply> {
    const service = serviceUri(request);
    if (!wantsJson(request)) {
      const entries = page.map((entity) => toAtom(service, entity, query));
      return reply
        .type('application/atom+xml;type=feed')
        .send(toFeed(service, type.set, entries, query.inlineCount ? count : undefined));
    }
    const results = page.map((entity) => toJson(service, entity, query));
    return reply.send({ d: { ...(query.inlineCount ? { __count: String(count) } : {}), results } });
  }

  private fail(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const error =
      thrown instanceof SapError
        ? thrown
        : new SapError((thrown as { statusCode?: number }).statusCode ?? 500, 'SY/530', (thrown as Error).message);
    reply.code(error.status);
    return wantsJson(request)
      ? reply.send(errorDocument(error, this.world.now()))
      : reply.type(XML).send(errorXml(error));
  }
}

function isUser(authorization: string | undefined): boolean {
  const given = Buffer.from(authorization ?? '');
  const expected = Buffer.from(`Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Gateway answers Atom unless JSON is asked for by name. */
function wantsJson(request: FastifyRequest): boolean {
  const format = optionsOf(request)['$format'];
  return format === undefined ? (request.headers.accept ?? '').includes('json') : format === 'json';
}

function pathOf(request: FastifyRequest): string {
  return (request.params as { '*': string })['*'];
}

function optionsOf(request: FastifyRequest): Record<string, string | undefined> {
  const options = request.query as Record<string, string | string[]>;
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}

function serviceUri(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}${SERVICE_ROOT}`;
}

function readBody(request: FastifyRequest): unknown {
  const mediaType = request.headers['content-type'] ?? '';
  if (!/^application\/json\b/i.test(mediaType)) throw sapErrors.mediaType(mediaType);
  try {
    return JSON.parse(request.body as string);
  } catch {
    throw sapErrors.malformed();
  }
}

function hasKey(row: Row, { key }: Resource): boolean {
  return Object.entries(key ?? {}).every(([name, value]) => row.fields[name] === value);
}

/** A deep insert is answered with the children it brought. */
function insertedBelow({ items }: SalesDocument, payload: object): string[] {
  const navigations = ENTITY_TYPES.A_SalesOrder.navigations;
  const expand = Object.keys(payload).filter((name) => navigations.has(name));
  return items.some(({ pricing }) => pricing.length > 0) ? [...expand, 'to_Item/to_PricingElement'] : expand;
}
