// OAuth 2.0 as this house speaks it: a certified provider (oidc-provider) cut down to the client credentials grant,
// whose JWT access tokens (RFC 9068) need no storage, and the metadata that leads clients to it.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import {
  errors, Provider, type Adapter, type AdapterPayload, type ClientMetadata, type KoaContextWithOIDC,
} from 'oidc-provider';
import { newId, Problem, problems } from '#contracts';
import type { Config } from '#config';
import { AUDIENCE, signingKey } from '#governance';
import { createLogger } from '#telemetry';
import { consumersOf, secretMatches, type Consumer } from './consumer.policy.js';
import { knownScopes } from './demo-consumers.policy.js';
import {
  ASSERTION_ALGORITHMS, AUTH_METHODS, JWKS_PATH, RESOURCE_METADATA_PATH, resourceMetadata, SERVER_METADATA_PATH,
  serverMetadata, TOKEN_PATH,
} from './oauth-metadata.mapping.js';

const ACCESS_TOKEN_SECONDS = 3_600;
const METADATA_CACHED_SECONDS = 3_600;
const ASSERTIONS_REMEMBERED_MAX = 100_000;

const logger = createLogger('identity');

type Consumers = ReadonlyMap<string, Consumer>;

/** What is served at one path. */
interface Route {
  readonly methods: readonly string[];
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
}

/**
 * Answers /oauth/token, /oauth/jwks, /.well-known/oauth-authorization-server and /.well-known/oauth-protected-resource
 * (there also with the path of one resource behind it); a problem for anything else.
 * @throws Error at once when CONSUMERS_FILE is not usable
 */
export function tokenEndpoint(config: Config): RequestListener {
  const consumers = consumersOf(config);
  if (consumers.size === 0) logger.warn('Nobody can get a token here until CONSUMERS_FILE names a consumer');
  const routeOf = routes(config, consumers);
  return (request, response) => {
    const path = request.url!.split('?', 1)[0]!;
    const route = routeOf(path);
    if (!route) {
      return refuse(config, response, new Problem(problems.notFound, { detail: `There is nothing at ${path}.` }));
    }
    if (!route.methods.includes(request.method!)) {
      response.setHeader('allow', route.methods.join(', '));
      return refuse(config, response, new Problem(problems.methodNotAllowed, {
        detail: `${path} takes ${route.methods.join(', ')}, not ${request.method}.`,
      }));
    }
    return route.answer(request, response);
  };
}

function routes(config: Config, consumers: Consumers): (path: string) => Route | undefined {
  const callback = providerOf(config, consumers).callback();
  const provider = (request: IncomingMessage, response: ServerResponse) => void callback(request, response);
  const granted = [...consumers.values()].flatMap((consumer) => consumer.scopes);
  const scopes = [...new Set([...knownScopes, ...granted])].sort();
  const document = (content: Record<string, unknown>): Route => ({
    methods: ['GET', 'HEAD'],
    answer: (_, response) => response.writeHead(200, {
      'content-type': 'application/json', 'cache-control': `public, max-age=${METADATA_CACHED_SECONDS}`,
      'access-control-allow-origin': '*',
    }).end(JSON.stringify(content)),
  });
  const fixed = new Map<string, Route>([
    [TOKEN_PATH, { methods: ['POST', 'OPTIONS'], answer: provider }],
    [JWKS_PATH, { methods: ['GET', 'HEAD', 'OPTIONS'], answer: provider }],
    [SERVER_METADATA_PATH, document(serverMetadata(config.publicUrl, scopes))],
    [RESOURCE_METADATA_PATH, document(resourceMetadata(config.publicUrl, scopes, ''))],
  ]);
  return (path) => fixed.get(path) ?? (path.startsWith(`${RESOURCE_METADATA_PATH}/`)
    ? document(resourceMetadata(config.publicUrl, scopes, path.slice(RESOURCE_METADATA_PATH.length))) : undefined);
}

function refuse(config: Config, response: ServerResponse, problem: Problem): void {
  response.writeHead(problem.type.status, { 'content-type': 'application/problem+json; charset=utf-8' })
    .end(JSON.stringify(problem.toJSON(config.publicUrl, newId('req'))));
}

function providerOf(config: Config, consumers: Consumers): Provider {
  const provider = new Provider(config.publicUrl, {
    adapter: AssertionMemory,
    clients: [...consumers.values()].map(clientOf),
    clientAuthMethods: [...AUTH_METHODS],
    enabledJWA: { clientAuthSigningAlgValues: [...ASSERTION_ALGORITHMS], idTokenSigningAlgValues: ['ES256'] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    // A browser may hold a secret only where secrets are published.
    clientBasedCORS: () => config.THROUGHLINE_MODE === 'sandbox',
    features: {
      clientCredentials: { enabled: true }, devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: false },
      resourceIndicators: {
        enabled: true, defaultResource: () => AUDIENCE,
        getResourceServerInfo: (context, resource) => {
          if (!isOurs(resource, config.publicUrl)) {
            throw new errors.InvalidTarget(`resource must be ${config.publicUrl} or below`);
          }
          return {
            scope: grant(context, consumers), audience: AUDIENCE, accessTokenTTL: ACCESS_TOKEN_SECONDS,
            accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
    },
    jwks: { keys: [signingKey(config.THROUGHLINE_SECRET)] },
    renderError: (context, out) => {
      context.type = 'application/json';
      context.body = out;
    },
    responseTypes: [], routes: { token: TOKEN_PATH, jwks: JWKS_PATH }, scopes: [],
    ttl: { ClientCredentials: ACCESS_TOKEN_SECONDS },
  });
  // Secrets are known by their hashes only.
  provider.Client.prototype.compareClientSecret = function compare(secret: string): boolean {
    return secretMatches(consumers.get(this.clientId)!, secret);
  };
  provider.on('server_error', (_, error: Error) => logger.error({ err: error }, 'a token request failed unexpectedly'));
  return provider;
}

function clientOf({ clientId, secretHash, jwks }: Consumer): ClientMetadata {
  return {
    client_id: clientId, grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    ...(jwks ? { jwks: jwks as ClientMetadata['jwks'], token_endpoint_auth_method: 'private_key_jwt' }
      : { client_secret: secretHash, token_endpoint_auth_method: 'client_secret_basic' }),
  };
}

/** A resource indicator (RFC 8707) of this house: the audience itself, the public URL or an address below it. */
function isOurs(resource: string, publicUrl: string): boolean {
  return resource === AUDIENCE || resource === publicUrl || resource.startsWith(`${publicUrl}/`);
}

/** The scopes of the token: those asked for, or all the consumer has when it asks for none (RFC 6749, 3.3). */
function grant({ oidc }: KoaContextWithOIDC, consumers: Consumers): string {
  const { scopes } = consumers.get(oidc.client!.clientId)!;
  const params = oidc.params as { scope?: string };
  params.scope ??= scopes.join(' ');
  const refused = params.scope.split(' ').filter((scope) => !scopes.includes(scope)).join(' ');
  if (refused !== '') throw new errors.InvalidScope(`${oidc.client!.clientId} may not have: ${refused}`, refused);
  return params.scope;
}

/**
 * All that is kept, and in this process only: which client assertions were used, until they expire (RFC 7523). Several
 * processes each accept an assertion once.
 */
class AssertionMemory implements Adapter {
  private readonly kept = new LRUCache<string, AdapterPayload>({ max: ASSERTIONS_REMEMBERED_MAX });

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    this.kept.set(id, payload, { ttl: expiresIn * 1_000 });
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.kept.get(id);
  }

  async destroy(id: string): Promise<void> {
    this.kept.delete(id);
  }

  // Belongs to grants that this endpoint does not serve.
  async findByUserCode(): Promise<undefined> {}
  async findByUid(): Promise<undefined> {}
  async consume(): Promise<void> {}
  async revokeByGrantId(): Promise<void> {}
}
