// One HTTP server for everything this process serves: picks the API by its path, and answers itself what belongs to no
// API: health, metrics, specs, problem pages, discovery and the console.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { Problem, problems, problemType } from '#contracts';
import type { ApiDefinition } from '#governance';
import { metrics } from '#telemetry';
import { stringify } from 'yaml';
import { tokenEndpoint } from '#platform';
import type { ApiApp } from './api-app.js';
import { catalog } from './catalog.js';
import { consoleConfig, consolePages } from './console-pages.js';
import { asyncApiDocument } from './asyncapi.js';
import { crossOrigin } from './cross-origin.js';
import { documents, linkset, securityText } from './discovery.js';
import type { Services } from './services.js';

const KEEP_ALIVE_MS = 65_000;
const REQUEST_TIMEOUT_MS = 60_000;

type Handler = (request: IncomingMessage, response: ServerResponse, path: string) => void | Promise<void>;

export class FrontDoor {
  private readonly server: Server;
  private readonly own: ReadonlyMap<string, Handler>;
  private readonly console: RequestListener | undefined;
  private readonly tokens: ReturnType<typeof tokenEndpoint> | undefined;
  private ready = false;

  constructor(
    private readonly apis: readonly ApiApp[],
    private readonly services: Services,
  ) {
    const platform = apis.some(({ definition }) => definition.contract.name === 'platform');
    this.tokens = platform ? tokenEndpoint(services.config, services.tokens) : undefined;
    this.console = platform
      ? consolePages(services.config, (request, response) =>
          notFound(response, pathOf(request), services.config.publicUrl),
        )
      : undefined;
    this.own = this.ownPages();
    this.server = createServer(
      { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_TIMEOUT_MS },
      (request, response) => this.route(request, response),
    );
  }

  /** Listens; rejects with a plain message when the port is taken. */
  async listen(): Promise<void> {
    const { PORT, HOST } = this.services.config;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'EADDRINUSE'
            ? new Error(`Port ${PORT} is in use. Set PORT to a free one, or stop what runs there.`)
            : error,
        ),
      );
      this.server.listen(PORT, HOST, resolve);
    });
  }

  /** From now on /readyz says yes. */
  open(): void {
    this.ready = true;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  /** Takes no more requests and waits for those that run; streams are cut. */
  async close(): Promise<void> {
    this.ready = false;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    setTimeout(() => this.server.closeAllConnections(), 2_000).unref();
    await closed;
  }

  private route(request: IncomingMessage, response: ServerResponse): void {
    if (crossOrigin(this.services.config.CORS_ORIGINS, request, response)) return;
    const path = pathOf(request);
    const api = this.apis.find(({ prefixes }) =>
      prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)),
    );
    if (api) {
      // To the system layer come the vendors' webhooks, which the runs themselves bring about.
      if (api.definition.contract.layer !== 'system') this.services.pressure.asks(response);
      return api.handle(request, response);
    }
    const own = this.own.get(path) ?? this.own.get(path.slice(0, path.indexOf('/', 1) + 1));
    if (own) {
      void Promise.resolve(own(request, response, path)).catch((error: unknown) => response.destroy(error as Error));
      return;
    }
    if (this.tokens && (path.startsWith('/oauth/') || path.startsWith('/.well-known/oauth-'))) {
      return this.tokens(request, response);
    }
    if (this.console && (request.method === 'GET' || request.method === 'HEAD')) return this.console(request, response);
    notFound(response, path, this.services.config.publicUrl);
  }

  private ownPages(): Map<string, Handler> {
    const { publicUrl } = this.services.config;
    const published = documents(this.apis);
    return new Map<string, Handler>([
      ['/livez', (_, response) => json(response, 200, { status: 'ok', service: 'throughline', pid: process.pid })],
      ['/readyz', (_, response) => this.readiness(response)],
      [
        '/console-config.json',
        (_, response, path) =>
          this.console ? json(response, 200, consoleConfig(this.services.config)) : notFound(response, path, publicUrl),
      ],
      [
        '/metrics',
        async (_, response) =>
          text(response, 200, 'text/plain; version=0.0.4; charset=utf-8', await metrics.renderMetrics()),
      ],
      ['/asyncapi.json', (_, response) => json(response, 200, asyncApiDocument(this.services.config))],
      [
        '/asyncapi.yaml',
        (_, response) =>
          text(response, 200, 'application/yaml; charset=utf-8', stringify(asyncApiDocument(this.services.config))),
      ],
      ['/problems/', (_, response, path) => problemPage(response, path, publicUrl)],
      [
        '/openapi/',
        async (_, response, path) => {
          const made = await published.get(path)?.();
          return made ? text(response, 200, made.type, made.text) : notFound(response, path, publicUrl);
        },
      ],
      [
        '/.well-known/security.txt',
        (_, response) =>
          text(response, 200, 'text/plain; charset=utf-8', securityText(publicUrl)),
      ],
      [
        '/.well-known/api-catalog',
        (_, response) => {
          response.setHeader('link', `<${publicUrl}/.well-known/api-catalog>; rel="api-catalog"`);
          text(
            response,
            200,
            'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"',
            JSON.stringify(linkset(this.listed, this.services.storage?.data, publicUrl)),
          );
        },
      ],
    ]);
  }

  /** The front of the whole house names all APIs, a process that serves a part only those. */
  private get listed(): readonly ApiDefinition[] {
    return this.console ? catalog : this.apis.map(({ definition }) => definition);
  }

  /** Ready while PostgreSQL answers; a vendor that is down makes answers stale, not the house unready. */
  private async readiness(response: ServerResponse): Promise<void> {
    const reasons = this.ready ? [] : ['starting or stopping'];
    await this.services.storage?.database.query('select 1').catch(() => reasons.push('PostgreSQL does not answer'));
    json(response, reasons.length === 0 ? 200 : 503, { status: reasons.length === 0 ? 'ready' : 'not ready', reasons });
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0]!;
}

function json(response: ServerResponse, status: number, body: unknown): void {
  text(response, status, 'application/json; charset=utf-8', JSON.stringify(body));
}

function text(response: ServerResponse, status: number, type: string, body: string): void {
  response
    .writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
    .end(response.req.method === 'HEAD' ? undefined : body);
}

function notFound(response: ServerResponse, path: string, base: string): void {
  const problem = new Problem(problems.notFound, {
    detail: `There is nothing at ${path}; see /.well-known/api-catalog.`,
  });
  text(response, 404, 'application/problem+json; charset=utf-8', JSON.stringify(problem.toJSON(base)));
}

function problemPage(response: ServerResponse, path: string, base: string): void {
  const type = problemType(path);
  if (!type) return notFound(response, path, base);
  text(
    response,
    200,
    'text/html; charset=utf-8',
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${type.slug}</title>` +
      `<h1>${type.title}</h1><p>Problem type <code>${type.slug}</code>,
        HTTP status ${type.status}.</p><p>${type.remedy}</p></html>`,
  );
}
