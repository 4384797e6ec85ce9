// Holds the token endpoint to what clients rely on, with openid-client as the real client and the house's own verifier
// (passport-jwt) as the real resource server.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  createRemoteJWKSet, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT,
} from 'jose';
import {
  allowInsecureRequests, ClientSecretBasic, ClientSecretPost, clientCredentialsGrant, discovery, PrivateKeyJwt,
  ResponseBodyError, WWWAuthenticateChallengeError, type ClientAuth, type Configuration,
} from 'openid-client';
import { Config } from '#config';
import { ordersApi, Problem, problems } from '#contracts';
import { AUDIENCE, Identity, signingKey } from '#governance';
import { hashOf } from './consumer.policy.js';
import { demoConsumers } from './demo-consumers.policy.js';
import { tokenEndpoint } from './token-endpoint.wire.js';

const SECRET = 'a-secret-of-the-token-endpoint-spec';

/** A deployment on a free port; its issuer is its address. */
async function serve(environment: Record<string, string>): Promise<{ server: Server; url: string; config: Config }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = Config.read({ THROUGHLINE_SECRET: SECRET, PUBLIC_URL: url, LOG_LEVEL: 'silent', ...environment });
  try {
    server.on('request', tokenEndpoint(config));
  } catch (error) {
    server.close();
    throw error;
  }
  return { server, url, config };
}

function stop(server: Server): void {
  server.close();
  server.closeAllConnections();
}

const client = (url: string, clientId: string, authentication: ClientAuth): Promise<Configuration> =>
  discovery(new URL(url), clientId, undefined, authentication, {
    algorithm: 'oauth2', execute: [allowInsecureRequests],
  });
/** A token by client credentials, as openid-client gets it. */
const grant = async (
  url: string, clientId: string, authentication: ClientAuth, parameters: Record<string, string> = {},
) => clientCredentialsGrant(await client(url, clientId, authentication), parameters);

const isOAuthError = (error: string) => (thrown: unknown) =>
  thrown instanceof ResponseBodyError && thrown.error === error;
const isInvalidToken = (thrown: unknown) => thrown instanceof Problem && thrown.type === problems.invalidToken;

describe('tokens in the sandbox', () => {
  let url: string;
  let server: Server;
  let identity: Identity;
  const printed: unknown[] = [];
  before(async () => {
    const { info, warn } = console;
    console.info = console.warn = (...line: unknown[]) => printed.push(line);
    let config: Config;
    ({ server, url, config } = await serve({}));
    identity = new Identity(SECRET, config.publicUrl);
    Object.assign(console, { info, warn });
  });
  after(() => stop(server));

  const ways = [['client_secret_basic', ClientSecretBasic], ['client_secret_post', ClientSecretPost]] as const;
  for (const [name, way] of ways) {
    it(`come by ${name}, for the scopes asked for, and the house accepts them`, async () => {
      const configuration = await client(url, 'storefront-demo', way('storefront-demo-secret'));
      const tokens = await clientCredentialsGrant(configuration, { scope: 'orders:read products:read' });
      assert.deepEqual([tokens.token_type, tokens.expires_in], ['bearer', 3600]);
      assert.equal(tokens.scope, 'orders:read products:read');
      const caller = await identity.verify(`Bearer ${tokens.access_token}`);
      assert.deepEqual([caller.clientId, caller.service], ['storefront-demo', false]);
      assert.deepEqual([...caller.scopes], ['orders:read', 'products:read']);
    });
  }

  it('are RFC 9068 JWTs that the published keys verify', async () => {
    const { access_token: token } = await grant(url, 'ops-demo', ClientSecretBasic('ops-demo-secret'));
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(`${url}/oauth/jwks`)), {
      typ: 'at+jwt', algorithms: ['ES256'], issuer: url, audience: AUDIENCE, maxTokenAge: '1 minute',
    });
    assert.deepEqual([payload.client_id, payload.sub], ['ops-demo', 'ops-demo']);
    assert.ok(payload.jti && payload.exp! > Date.now() / 1000);
    const { keys } = await (await fetch(`${url}/oauth/jwks`)).json() as { keys: Record<string, string>[] };
    assert.equal(keys[0]!.kid, decodeProtectedHeader(token).kid);
    assert.equal('d' in keys[0]!, false);
  });

  it('carry all scopes of the consumer when it asks for none', async () => {
    for (const { clientId, secret, scopes } of demoConsumers) {
      const tokens = await grant(url, clientId, ClientSecretBasic(secret));
      assert.deepEqual(tokens.scope!.split(' '), scopes);
    }
    const internal = demoConsumers.find(({ clientId }) => clientId === 'internal-demo')!;
    for (const { scope } of Object.values(ordersApi.operations)) {
      assert.ok(scope === null || internal.scopes.includes(scope));
    }
  });

  it('are refused for a wrong secret, an unknown client, a scope or a resource that is not theirs', async () => {
    const wrong = await client(url, 'storefront-demo', ClientSecretBasic('partner-demo-secret'));
    await assert.rejects(clientCredentialsGrant(wrong), WWWAuthenticateChallengeError);
    const nobody = await client(url, 'nobody', ClientSecretPost('nobody-secret'));
    await assert.rejects(clientCredentialsGrant(nobody), isOAuthError('invalid_client'));
    const partner = await client(url, 'partner-demo', ClientSecretBasic('partner-demo-secret'));
    const more = { scope: 'orders:read platform:operate' };
    await assert.rejects(clientCredentialsGrant(partner, more), isOAuthError('invalid_scope'));
    const elsewhere = { resource: 'https://elsewhere.example' };
    await assert.rejects(clientCredentialsGrant(partner, elsewhere), isOAuthError('invalid_target'));
    const { access_token: token } = await clientCredentialsGrant(partner, { resource: `${url}/salesforce/mcp` });
    assert.equal((await identity.verify(`Bearer ${token}`)).clientId, 'partner-demo');
  });

  it('are answered as OAuth says, never cached, errors in JSON even to a browser', async () => {
    const ask = (body: Record<string, string>, headers: Record<string, string> = {}) =>
      fetch(`${url}/oauth/token`, { method: 'POST', body: new URLSearchParams(body), headers });
    const credentials = { client_id: 'store-demo', client_secret: 'store-demo-secret' };
    const good = await ask({ ...credentials, grant_type: 'client_credentials' });
    assert.deepEqual([good.status, good.headers.get('cache-control')], [200, 'no-store']);
    const other = await ask({ ...credentials, grant_type: 'authorization_code', code: 'x' }, { accept: 'text/html' });
    assert.match(other.headers.get('content-type')!, /^application\/json/);
    const { error } = await other.json() as { error: string };
    assert.deepEqual([other.status, error], [400, 'unsupported_grant_type']);
    const wrong = { authorization: `Basic ${btoa('store-demo:wrong')}` };
    const basic = await ask({ grant_type: 'client_credentials' }, wrong);
    assert.equal(basic.status, 401);
    assert.match(basic.headers.get('www-authenticate')!, /^Basic realm=/);
  });

  it('start without a word on the console', () => {
    assert.deepEqual(printed, []);
  });

  it('are refused by the house when expired, for another audience or of another issuer or key', async () => {
    const mint = async (options: { audience?: string; issuer?: string; expires?: string; secret?: string } = {}) => {
      const { audience = AUDIENCE, issuer = url, expires = '5m', secret = SECRET } = options;
      const token = await new SignJWT({ client_id: 'ops-demo', scope: 'orders:read' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' }).setIssuer(issuer).setAudience(audience)
        .setSubject('ops-demo')
        .setExpirationTime(expires).sign(await importJWK(signingKey(secret)));
      return identity.verify(`Bearer ${token}`);
    };
    assert.equal((await mint()).clientId, 'ops-demo');
    await assert.rejects(mint({ expires: '-1s' }), isInvalidToken);
    await assert.rejects(mint({ audience: 'urn:another:api' }), isInvalidToken);
    await assert.rejects(mint({ issuer: 'https://elsewhere.example' }), isInvalidToken);
    await assert.rejects(mint({ secret: 'another-secret-altogether' }), isInvalidToken);
  });

  it('can be found: RFC 8414 and RFC 9728 metadata promise what is there', async () => {
    const read = async (path: string) => (await fetch(url + path)).json() as Promise<Record<string, unknown>>;
    const metadata = await read('/.well-known/oauth-authorization-server');
    assert.deepEqual([metadata.issuer, metadata.token_endpoint], [url, `${url}/oauth/token`]);
    assert.equal(metadata.jwks_uri, `${url}/oauth/jwks`);
    assert.deepEqual(metadata.grant_types_supported, ['client_credentials',
      'urn:ietf:params:oauth:grant-type:jwt-bearer']);
    assert.ok((metadata.scopes_supported as string[]).includes('orders:write'));
    const house = await read('/.well-known/oauth-protected-resource');
    assert.deepEqual([house.resource, house.authorization_servers], [url, [url]]);
    const mcp = await read('/.well-known/oauth-protected-resource/salesforce/mcp');
    assert.equal(mcp.resource, `${url}/salesforce/mcp`);
  });

  it('and nothing else is there', async () => {
    for (const path of ['/oauth/auth', '/oauth/session/end', '/oauth']) {
      const answer = await fetch(url + path);
      assert.equal(answer.status, 404);
      assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8');
    }
    const wrongMethod = await fetch(`${url}/oauth/token`);
    assert.deepEqual([wrongMethod.status, wrongMethod.headers.get('allow')], [405, 'POST, OPTIONS']);
  });
});

describe('consumers in production', () => {
  const folder = mkdtempSync(join(tmpdir(), 'platform-consumers-'));
  const servers: Server[] = [];
  after(() => {
    servers.forEach(stop);
    rmSync(folder, { recursive: true });
  });

  async function production(consumers: unknown): Promise<string> {
    const file = join(folder, 'consumers.json');
    writeFileSync(file, typeof consumers === 'string' ? consumers : JSON.stringify(consumers));
    const { server, url } = await serve({ THROUGHLINE_MODE: 'production', CONSUMERS_FILE: file });
    servers.push(server);
    return url;
  }

  it('come from CONSUMERS_FILE, by hash, secret or key, and there is no demo consumer', async () => {
    const secret = 'an-erp-secret-of-more-than-32-characters';
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const url = await production([
      { clientId: 'erp', secretHash: hashOf(secret), scopes: ['orders:read'] },
      { clientId: 'shop', secret, scopes: ['orders:read', 'orders:write'] },
      { clientId: 'bank', jwks: { keys: [await exportJWK(publicKey)] }, scopes: ['finance:read'] },
    ]);
    for (const [clientId, way, scope] of [
      ['erp', ClientSecretBasic(secret), 'orders:read'], ['shop', ClientSecretPost(secret), 'orders:read orders:write'],
      ['bank', PrivateKeyJwt(privateKey), 'finance:read'],
    ] as const) assert.equal((await grant(url, clientId, way)).scope, scope);
    const hash = ClientSecretPost(hashOf(secret));
    await assert.rejects(grant(url, 'erp', hash), isOAuthError('invalid_client'));
    const demo = ClientSecretPost('ops-demo-secret');
    await assert.rejects(grant(url, 'ops-demo', demo), isOAuthError('invalid_client'));
  });

  it('use a client assertion only once', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const keys = [await exportJWK(publicKey)];
    const url = await production([{ clientId: 'bank', jwks: { keys }, scopes: ['finance:read'] }]);
    const assertion = await new SignJWT().setProtectedHeader({ alg: 'ES256' }).setIssuer('bank').setSubject('bank')
      .setAudience(url).setJti('once').setIssuedAt().setExpirationTime('1m').sign(privateKey);
    const ask = () => fetch(`${url}/oauth/token`, { method: 'POST', body: new URLSearchParams({
      grant_type: 'client_credentials', client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }) });
    assert.deepEqual([(await ask()).status, (await ask()).status], [200, 401]);
  });

  it('are refused at the start with every fault named', async () => {
    await assert.rejects(production('not json'), /CONSUMERS_FILE=.* cannot be read as JSON/);
    await assert.rejects(production({ clientId: 'erp' }), /must hold a JSON array/);
    await assert.rejects(production([
      { clientId: 'erp', secret: 'short', scopes: ['orders:read'] },
      { clientId: 'erp', secretHash: hashOf('x'), scopes: [], colour: 'red' },
      { clientId: 'shop', scopes: ['Orders Read'] },
      null,
    ]), (error: Error) => {
      for (const fault of [
        /\[0\] \(erp\) secret must be longer than or equal to 32/, /\[1\] \(erp\) scopes should not be empty/,
        /\[1\] \(erp\) property colour should not exist/, /\[1\] \(erp\) clientId must be unique/,
        /\[2\] \(shop\) each value in scopes must match/, /\[2\] \(shop\) exactly one of/, /\[3\] clientId must match/,
      ]) assert.match(error.message, fault);
      return true;
    });
  });
});
