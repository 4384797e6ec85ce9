// OAuth 2.0 as this house speaks it: a certified provider (oidc-provider) cut down to the client credentials grant,
// whose JWT access tokens (RFC 9068) need no storage, and the metadata that leads clients to it.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import {
  errors, Provider, type Adapter, type AdapterPayload, type ClientMetadata, type KoaContextWithOIDC,
} from 'oidc-provider';
import { newId, Problem, problems } from '#contracts';
import type { Config } from '#config';
import { AUDIENCE, DPOP_ALGORITHMS, Identity, signingKey, type GovernanceData } from '#governance';
import { createLogger } from '#telemetry';
import { consumersOf, registered, secretMatches, type Consumer, type FindConsumer } from './consumer.policy.js';
import { answerJwtBearer, JWT_BEARER } from './jwt-bearer.wire.js';
import { knownScopes } from './demo-consumers.policy.js';
import {
  ASSERTION_ALGORITHMS, AUTH_METHODS, JWKS_PATH, RESOURCE_METADATA_PATH, resourceMetadata, SERVER_METADATA_PATH,
  serverMetadata, TOKEN_PATH,
} from './oauth-metadata.mapping.js';

const ACCESS_TOKEN_SECONDS = 3_600;
const METADATA_CACHED_SECONDS = 3_600;
const ASSERTIONS_REMEMBERED_MAX = 100_000;
const FORM_BYTES_MAX = 57_344;
const FORM = /^application\/x-www-form-urlencoded\b/i;

const logger = createLogger('identity');

/** What is served at one path. */
interface Route {
  readonly methods: readonly string[];
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
}

/** What the endpoint is given by the process it runs in. */
export interface TokenServices {
  /** The registry; without it the consumers are those the configuration names. */
  readonly data?: GovernanceData;
  readonly identity?: Identity;
}

/**
 * Answers /oauth/token, /oauth/jwks, /.well-known/oauth-authorization-server and /.well-known/oauth-protected-resource
 * (there also with the path of one resource behind it); a problem for anything else.
 * @throws Error at once when CONSUMERS_FILE is not usable
 */
export function tokenEndpoint(config: Config, services: TokenServices = {}): RequestListener {
  const configured = consumersOf(config);
  if (configured.size === 0) logger.warn('CONSUMERS_FILE names no consumer: only those of the registry get tokens');
  const consumers = services.data ? registered(services.data) : (clientId: string) => configured.get(clientId);
  const identity = services.identity ?? new Identity(config.THROUGHLINE_SECRET, config.publicUrl);
  const granted = [...configured.values()].flatMap(({ scopes }) => scopes);
  const routeOf = routes(config, consumers, identity, granted);
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

function routes(
  config: Config, consumers: FindConsumer, identity: Identity, granted: readonly string[],
): (path: string) => Route | undefined {
  const callback = providerOf(config, consumers).callback();
  const provider = (request: IncomingMessage, response: ServerResponse) => void callback(request, response);
  const tokens = tokensBy(provider, consumers, identity);
  const scopes = [...new Set([...knownScopes, ...granted])].sort();
  const document = (content: Record<string, unknown>): Route => ({
    methods: ['GET', 'HEAD'],
    answer: (_, response) => response.writeHead(200, {
      'content-type': 'application/json', 'cache-control': `public, max-age=${METADATA_CACHED_SECONDS}`,
      'access-control-allow-origin': '*',
    }).end(JSON.stringify(content)),
  });
  const fixed = new Map<string, Route>([
    [TOKEN_PATH, { methods: ['POST', 'OPTIONS'], answer: tokens }],
    [JWKS_PATH, { methods: ['GET', 'HEAD', 'OPTIONS'], answer: provider }],
    [SERVER_METADATA_PATH, document(serverMetadata(config.publicUrl, scopes))],
    [RESOURCE_METADATA_PATH, document(resourceMetadata(config.publicUrl, scopes, ''))],
  ]);
  return (path) => fixed.get(path) ?? (path.startsWith(`${RESOURCE_METADATA_PATH}/`)
    ? document(resourceMetadata(config.publicUrl, scopes, path.slice(RESOURCE_METADATA_PATH.length))) : undefined);
}

/** The grant decides who answers: the provider, or for jwt-bearer, which has no client authentication, ourselves. */
function tokensBy(provider: Route['answer'], consumers: FindConsumer, identity: Identity): Route['answer'] {
  return (request, response) => {
    const form = request.method === 'POST' && FORM.test(request.headers['content-type'] ?? '');
    if (!form) return provider(request, response);
    readForm(request).then(async (body) => {
      if (body === undefined) {
        return void response.writeHead(413, { 'cache-control': 'no-store', connection: 'close' }).end();
      }
      const fields = new URLSearchParams(body);
      if (fields.get('grant_type') === JWT_BEARER) return answerJwtBearer(fields, response, consumers, identity);
      return provider(readAgain(request, body), response);
    }).catch((error: unknown) => response.destroy(error as Error));
  };
}

/** The body as text; undefined when it is too large. */
async function readForm(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > FORM_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The request as if nobody had read its body yet, which is all the provider reads of it. */
function readAgain(request: IncomingMessage, body: string): IncomingMessage {
  return Object.defineProperties(request, {
    readable: { value: true },
    iterator: { value: async function* chunks() {
      yield Buffer.from(body);
    } },
  });
}

function refuse(config: Config, response: ServerResponse, problem: Problem): void {
  response.writeHead(problem.type.status, { 'content-type': 'application/problem+json; charset=utf-8' })
    .end(JSON.stringify(problem.toJSON(config.publicUrl, newId('req'))));
}

function providerOf(config: Config, consumers: FindConsumer): Provider {
  const assertions = new AssertionMemory();
  const provider = new Provider(config.publicUrl, {
    adapter: (model) => (model === 'Client' ? clientsBy(consumers) : assertions.of(model)),
    clientAuthMethods: [...AUTH_METHODS],
    enabledJWA: {
      dPoPSigningAlgValues: DPOP_ALGORITHMS as never, clientAuthSigningAlgValues: [...ASSERTION_ALGORITHMS],
      idTokenSigningAlgValues: ['ES256'],
    },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    // A browser may hold a secret only where secrets are published.
    clientBasedCORS: () => config.THROUGHLINE_MODE === 'sandbox',
    features: {
      clientCredentials: { enabled: true }, dPoP: { enabled: true }, devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
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
    return secretMatches(consumers(this.clientId)!, secret);
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
function grant({ oidc }: KoaContextWithOIDC, consumers: FindConsumer): string {
  const { scopes } = consumers(oidc.client!.clientId)!;
  const params = oidc.params as { scope?: string };
  params.scope ??= scopes.join(' ');
  const refused = params.scope.split(' ').filter((scope) => !scopes.includes(scope)).join(' ');
  if (refused !== '') throw new errors.InvalidScope(`${oidc.client!.clientId} may not have: ${refused}`, refused);
  return params.scope;
}

/** The registry as the provider looks its clients up. */
function clientsBy(consumers: FindConsumer): Adapter {
  return {
    ...NOTHING_KEPT,
    find: async (clientId: string) => {
      const consumer = consumers(clientId);
      return consumer && (clientOf(consumer) as AdapterPayload);
    },
  };
}

/**
 * All that is kept, and in this process only: which client assertions and proofs were used, until they expire
 * (RFC 7523, RFC 9449). Several processes each accept one once.
 */
class AssertionMemory {
  private readonly kept = new LRUCache<string, AdapterPayload>({ max: ASSERTIONS_REMEMBERED_MAX });

  of(model: string): Adapter {
    const name = (id: string) => `${model}:${id}`;
    return {
      ...NOTHING_KEPT,
      upsert: async (id, payload, seconds = ACCESS_TOKEN_SECONDS) =>
        void this.kept.set(name(id), payload, { ttl: seconds * 1_000 }),
      find: async (id) => this.kept.get(name(id)),
      destroy: async (id) => void this.kept.delete(name(id)),
    };
  }
}

/** What belongs to grants that this endpoint does not serve. */
const NOTHING_KEPT: Adapter = {
  upsert: async () => undefined,
  find: async () => undefined,
  findByUserCode: async () => undefined,
  findByUid: async () => undefined,
  consume: async () => undefined,
  destroy: async () => undefined,
  revokeByGrantId: async () => undefined,
};
