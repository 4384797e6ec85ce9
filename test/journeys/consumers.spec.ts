// A partner's life with the house, told at its public doors with two gateways on one database: sign up, try, run into
// the limit, ask for production, change keys; and the API owner's: approve, limit, revoke, shed, audit.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  allowInsecureRequests, clientCredentialsGrant, discovery, fetchProtectedResource, getDPoPHandle, PrivateKeyJwt,
  randomDPoPKeyPair,
} from 'openid-client';
import { HouseProcesses, type Json } from '#testing';
import { newKey, until } from './story.js';

const PLATFORM = '/platform/v1';
const PRODUCTS = '/storefront/v1/products?limit=1';
const QUOTA = 40;

let house: HouseProcesses;
let issuer: { url: string; server: Server; sign: (claims: Record<string, unknown>) => Promise<string> };
let partner: { consumerId: string; clientSecret: string; apiKey: string };

before(async () => {
  issuer = await foreignIssuer();
  house = await HouseProcesses.start({
    gateways: 2, env: { TRUSTED_ISSUERS: `${issuer.url}=${issuer.url}/jwks` },
  });
});
after(async () => {
  await house.close();
  issuer.server.close();
});

interface Got { status: number; headers: Headers; body: Json }

/** One request to one gateway. */
async function call(gateway: number, path: string, init: RequestInit = {}): Promise<Got> {
  const answer = await fetch(house.gateways[gateway]!.url + path, { ...init, signal: AbortSignal.timeout(30_000) });
  const text = await answer.text();
  let body: Json = text;
  if (/json/.test(answer.headers.get('content-type') ?? '') && !/ndjson/.test(answer.headers.get('content-type')!)) {
    body = JSON.parse(text);
  }
  return { status: answer.status, headers: answer.headers, body };
}

const withKey = (gateway: number, key: string, path = PRODUCTS) =>
  call(gateway, path, { headers: { authorization: `ApiKey ${key}` } });

/** One request of a consumer with a body. */
async function ask(clientId: string, method: string, path: string, body?: unknown, more: Record<string, string> = {}) {
  const token = clientId === 'partner' ? await partnerToken() : await house.as(clientId).accessToken();
  return call(0, PLATFORM + path, {
    method, headers: { authorization: `Bearer ${token}`, 'idempotency-key': newKey(),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...more },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function good(answer: Promise<Got>, status = 200): Promise<Json> {
  const { status: told, body } = await answer;
  assert.equal(told, status, JSON.stringify(body));
  return body;
}

async function partnerToken(): Promise<string> {
  const answer = await call(0, '/oauth/token', {
    method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials' }),
    headers: { authorization: `Basic ${btoa(`${partner.consumerId}:${partner.clientSecret}`)}` },
  });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.access_token;
}

/** Changes a plan's limits and waits until both gateways say so. */
async function limitPlan(planId: string, limits: Json, policy: RegExp): Promise<void> {
  const { etag } = await good(ask('owner-demo', 'GET', `/plans/${planId}`));
  await good(ask('owner-demo', 'PATCH', `/plans/${planId}`, { limits, reason: 'told so' }, { 'if-match': etag }));
  for (const gateway of [0, 1]) {
    await until('the limit is in force', async () =>
      policy.test((await withKey(gateway, partner.apiKey)).headers.get('ratelimit-policy') ?? ''));
  }
}

describe('a partner', () => {
  it('signs up and calls with its sandbox key at once, at both gateways', async () => {
    const body = { name: 'Garden Shop', ownerEmail: 'ada@garden.example', purpose: 'Sells tools' };
    const key = newKey();
    const signUp = () => ask('owner-demo', 'POST', '/sign-ups', body, { 'idempotency-key': key });
    partner = await good(signUp(), 201);
    assert.match(partner.apiKey, /^tl_sandbox_[\w-]{43}$/);
    const again = await good(signUp(), 201);
    assert.deepEqual([again.consumerId, again.apiKey], [partner.consumerId, undefined], 'a secret is told once');
    assert.equal((await withKey(0, partner.apiKey)).status, 200);
    await until('the other gateway knows the key', async () => (await withKey(1, partner.apiKey)).status === 200);
    assert.equal((await call(0, PRODUCTS, { headers: { 'x-api-key': partner.apiKey } })).status, 200);
    const me = await good(ask('partner', 'GET', '/me'));
    assert.deepEqual([me.name, me.origin, me.state], ['Garden Shop', 'portal', 'active']);
  });

  it('is let through exactly as often as its plan allows, over both gateways and all its keys', async () => {
    const second = await good(ask('partner', 'POST', '/me/keys', { name: 'second', environment: 'sandbox' }), 201);
    await until('both know it', async () => (await withKey(1, second.secret)).status === 200);
    await limitPlan('storefront-sandbox', { windows: [{ name: 'per-minute', quota: 100_000, seconds: 60 }] },
      /"per-minute";q=100000;w=60/);
    // A window of its own name begins with the first of these requests.
    const { etag } = await good(ask('owner-demo', 'GET', '/plans/storefront-sandbox'));
    const limits = { windows: [{ name: 'per-hour', quota: QUOTA, seconds: 3_600 }], concurrency: 1_000 };
    const preview = await good(ask('owner-demo', 'POST', '/plans/storefront-sandbox/trials', { limits }));
    assert.deepEqual([preview.verdict, preview.consumers], ['valid', [partner.consumerId]]);
    assert.ok(preview.differences.length > 0);
    await good(ask('owner-demo', 'PATCH', '/plans/storefront-sandbox', { limits, reason: 'x' }, { 'if-match': etag }));
    let passed = 0;
    for (const gateway of [0, 1]) {
      await until('the limit is in force', async () => {
        const { status, headers } = await withKey(gateway, partner.apiKey);
        const inForce = /"per-hour";q=40;w=3600, "concurrency";q=1000;qu="concurrent-requests"/
          .test(headers.get('ratelimit-policy') ?? '');
        if (inForce && status === 200) passed += 1;
        return inForce;
      });
    }
    const keys = [partner.apiKey, second.secret];
    const answers = await Promise.all(Array.from({ length: QUOTA * 4 }, (_, index) =>
      withKey(index % 2, keys[(index >> 1) % 2]!)));
    passed += answers.filter(({ status }) => status === 200).length;
    assert.equal(passed, QUOTA);
    const refused = answers.find(({ status }) => status === 429)!;
    assert.equal(refused.body.type.split('/').at(-1), 'quota-exceeded');
    assert.deepEqual(refused.body['violated-policies'], ['per-hour']);
    const t = Number(/"per-hour";r=0;t=(\d+)/.exec(refused.headers.get('ratelimit')!)![1]);
    assert.ok(Number(refused.headers.get('retry-after')) >= t);
    await limitPlan('storefront-sandbox', { windows: [{ name: 'per-second', quota: 500, seconds: 1 }] },
      /"per-second";q=500;w=1/);
  });

  it('changes its key with overlap; a revoked key is refused everywhere within moments', async () => {
    const keys: Json[] = (await good(ask('partner', 'GET', '/me/keys'))).keys;
    const first = keys.find(({ name }) => name === 'first sandbox key');
    assert.deepEqual([first.hint, first.secret, first.state], [partner.apiKey.slice(-4), undefined, 'active']);
    const next = await good(ask('partner', 'POST', `/me/keys/${first.id}/rotations`, { overlapSeconds: 3_600 }), 201);
    for (const gateway of [0, 1]) {
      await until('the new key works', async () => (await withKey(gateway, next.secret)).status === 200);
      assert.equal((await withKey(gateway, partner.apiKey)).status, 200, 'the old one still works');
    }
    await good(ask('partner', 'DELETE', `/me/keys/${first.id}`));
    assert.equal((await withKey(0, partner.apiKey)).status, 401);
    await until('it is refused', async () => (await withKey(1, partner.apiKey)).status === 401);
    partner = { ...partner, apiKey: next.secret };
  });

  it('asks for production, gets it by approval, and loses it when the plan is closed', async () => {
    const plan = { id: 'salesforce-trial', product: 'salesforce', name: 'Trial', description: 'For a while',
      approval: 'manual', environments: ['live'], scopes: ['orders:read', 'crm:read'],
      limits: { windows: [{ name: 'per-second', quota: 10, seconds: 1 }] }, reason: 'wanted' };
    assert.equal((await good(ask('owner-demo', 'POST', '/plans', plan), 201)).state, 'staging');
    const wish = { plan: plan.id, environment: 'live', reason: 'We go live in May' };
    await good(ask('partner', 'POST', '/me/subscriptions', wish), 404);
    const move = (to: string, status = 200) =>
      good(ask('owner-demo', 'POST', `/plans/${plan.id}/transitions`, { to, reason: 'so be it' }), status);
    await move('deprecated', 409);
    await move('published');
    const asked = await good(ask('partner', 'POST', '/me/subscriptions', wish), 201);
    assert.equal(asked.state, 'pending');
    const live = { name: 'live', environment: 'live' };
    await good(ask('partner', 'POST', '/me/keys', live), 409);
    const waiting = (await good(ask('owner-demo', 'GET', '/subscriptions?state=pending'))).subscriptions;
    assert.ok(waiting.some(({ id }: Json) => id === asked.id));
    await good(ask('partner', 'POST', `/subscriptions/${asked.id}/transitions`, { to: 'accepted', reason: 'me' }), 403);
    const decide = { to: 'accepted', reason: 'checked with sales' };
    await good(ask('owner-demo', 'POST', `/subscriptions/${asked.id}/transitions`, decide));
    const { secret } = await good(ask('partner', 'POST', '/me/keys', live), 201);
    assert.match(secret, /^tl_live_/);
    const order = '/salesforce/v1/orders/ord_0197c0de00007000800000000000000a';
    assert.equal((await withKey(0, secret, order)).status, 404);
    await move('closed');
    assert.equal((await withKey(0, secret, order)).status, 403);
    await until('the other gateway refuses it', async () => (await withKey(1, secret, order)).status === 403);
    const mine: Json[] = (await good(ask('partner', 'GET', '/me/subscriptions'))).subscriptions;
    assert.equal(mine.find(({ id }) => id === asked.id).state, 'closed');
  });

  it('is out everywhere within moments when the owner suspends it', async () => {
    const path = `/consumers/${partner.consumerId}`;
    const change = { state: 'suspended', reason: 'abuse' };
    const { body, headers } = await ask('owner-demo', 'GET', path);
    assert.equal(headers.get('etag'), body.etag);
    assert.equal((await ask('owner-demo', 'GET', path, undefined, { 'if-none-match': body.etag })).status, 304);
    await good(ask('owner-demo', 'PATCH', path, change), 428);
    await good(ask('owner-demo', 'PATCH', path, change, { 'if-match': '"99"' }), 412);
    const token = await partnerToken();
    await good(ask('owner-demo', 'PATCH', path, change, { 'if-match': body.etag }));
    const bearer = { headers: { authorization: `Bearer ${token}` } };
    await until('its token and key are refused', async () => (await call(1, PRODUCTS, bearer)).status === 401
      && (await withKey(1, partner.apiKey)).status === 401);
  });
});

describe('identities', () => {
  it('authenticate by a key of their own and bind tokens to another: DPoP', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwks = { keys: [{ ...await exportJWK(publicKey), alg: 'ES256', use: 'sig' }] };
    await good(ask('owner-demo', 'POST', '/consumers', { id: 'bank', name: 'Bank', ownerEmail: 'it@bank.example',
      purpose: 'Statements', scopes: ['products:read'], jwks, reason: 'contract' }), 201);
    await ask('owner-demo', 'POST', '/consumers', { id: 'bank', name: 'Bank', ownerEmail: 'it@bank.example',
      purpose: 'Again', jwks, reason: 'twice' }).then(({ status }) => assert.equal(status, 409));
    const url = house.gateways[0]!.url;
    const client = await discovery(new URL(url), 'bank', undefined, PrivateKeyJwt(privateKey), {
      algorithm: 'oauth2', execute: [allowInsecureRequests],
    });
    const DPoP = getDPoPHandle(client, await randomDPoPKeyPair('ES256'));
    const tokens = await clientCredentialsGrant(client, {}, { DPoP });
    assert.equal(tokens.token_type, 'dpop');
    const resource = new URL(url + PRODUCTS);
    // Known and proved, but not subscribed.
    const proved = await fetchProtectedResource(client, tokens.access_token, resource, 'GET', undefined, undefined,
      { DPoP });
    assert.equal(proved.status, 403, await proved.text());
    const stolen = await call(0, PRODUCTS, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    assert.equal(stolen.status, 401);
    assert.match(stolen.headers.get('www-authenticate')!, /resource_metadata="[^"]+", DPoP algs=/);
    const assertion = await new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).setIssuer('bank').setSubject('ada')
      .setAudience(url).setIssuedAt().setExpirationTime('1m').sign(privateKey);
    const bearer = () => call(0, '/oauth/token', { method: 'POST', body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }) });
    const granted = await bearer();
    assert.deepEqual([granted.status, granted.body.scope, granted.headers.get('cache-control')],
      [200, 'products:read', 'no-store']);
    assert.deepEqual([(await bearer()).status, (await bearer()).body.error], [400, 'invalid_grant']);
  });

  it('come from a trusted foreign issuer, without the control plane', async () => {
    const foreign = (token: string, path = PRODUCTS) =>
      call(1, path, { headers: { authorization: `Bearer ${token}` } });
    const token = await issuer.sign({ client_id: 'erp', scope: 'products:read platform:read consumers:manage' });
    assert.equal((await foreign(token)).status, 200);
    assert.equal((await foreign(token, `${PLATFORM}/consumers`)).status, 403);
    const impostor = await issuer.sign({ client_id: 'owner-demo', scope: 'consumers:manage products:read' });
    assert.equal((await foreign(impostor, `${PLATFORM}/consumers`)).status, 403);
    const elsewhere = await issuer.sign({ client_id: 'erp', scope: 'products:read', aud: 'else' });
    assert.equal((await foreign(elsewhere)).status, 401);
  });
});

describe('the API owner', () => {
  it('sheds the least urgent first: batch is refused while reads go on', async () => {
    const { document, etag } = await good(ask('owner-demo', 'GET', '/policies/shedding'));
    const strict = { ...document, thresholds: { ...document.thresholds, batch: { calls: 0, delayMs: 1 } } };
    const trial = { document: strict, reason: 'try' };
    const tried = await good(ask('owner-demo', 'POST', '/policies/shedding/trials', trial));
    assert.deepEqual(tried.differences.map(({ pointer }: Json) => pointer).sort(),
      ['/thresholds/batch/calls', '/thresholds/batch/delayMs']);
    const wrong = await ask('owner-demo', 'PUT', '/policies/shedding', { document: { thresholds: 1 }, reason: 'no' },
      { 'if-match': etag });
    assert.equal(wrong.status, 422);
    assert.ok(wrong.body.errors.some(({ pointer }: Json) => pointer === '#/document/thresholds'));
    const put = await good(ask('owner-demo', 'PUT', '/policies/shedding', { document: strict, reason: 'drill' },
      { 'if-match': etag }));
    const refused = await ask('owner-demo', 'GET', '/invariants');
    assert.equal(refused.body.type.split('/').at(-1), 'temporary-reduced-capacity');
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '2']);
    assert.equal((await house.as('storefront-demo').get(PRODUCTS)).status, 200);
    await good(ask('owner-demo', 'PUT', '/policies/shedding', { document, reason: 'over' }, { 'if-match': put.etag }));
  });

  it('finds every change in the audit log, exports it, and sees when somebody meddled with it', async () => {
    const path = `/audit?subject=${encodeURIComponent(`consumer ${partner.consumerId}`)}`;
    const [last, first] = (await good(ask('owner-demo', 'GET', path))).entries;
    assert.deepEqual([last.action, last.actor, last.reason], ['changeConsumer', 'owner-demo', 'abuse']);
    assert.deepEqual([JSON.parse(last.before).state, JSON.parse(last.after).state], ['active', 'suspended']);
    assert.equal(first.action, 'signUp');
    const page = await ask('owner-demo', 'GET', '/audit?limit=2');
    assert.match(page.headers.get('link')!, /<[^>]*\/platform\/v1\/audit\?limit=2&cursor=[^>]+>; rel="next"/);
    assert.equal((await ask('owner-demo', 'GET', '/audit?cursor=nonsense')).status, 400);
    const verdict = () => good(ask('owner-demo', 'GET', '/audit/verification'));
    const whole = await verdict();
    assert.equal(whole.holds, true);
    const lines: string[] = (await good(ask('owner-demo', 'GET', '/audit/export.ndjson'))).trim().split('\n');
    assert.equal(lines.length, whole.entries);
    assert.match(await good(ask('owner-demo', 'GET', '/audit/export.csv')), /^seq,at,actor,action,/);
    const entry = JSON.parse(lines.at(-1)!);
    const fields = ['previous', 'seq', 'at', 'actor', 'action', 'subject', 'before', 'after', 'reason', 'request_id'];
    const hash = createHash('sha256').update(JSON.stringify(fields.map((name) => entry[name]))).digest('hex');
    assert.equal(hash, whole.head, 'anybody can verify the export');
    const { database } = house.storage;
    const update = `update governance.audit set reason = 'x' where seq = 2`;
    await assert.rejects(database.query(update), /append-only|denied/);
    await assert.rejects(database.query('delete from governance.audit where seq = 2'), /append-only|denied/);
    await database.query(`set session_replication_role = replica; ${update}; set session_replication_role = default`);
    assert.deepEqual([(await verdict()).holds, (await verdict()).brokenAt], [false, 2]);
  });
});

/** An identity provider of somebody else's: its keys at /jwks. */
async function foreignIssuer(): Promise<typeof issuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const keys = [{ ...await exportJWK(publicKey), kid: 'k1', alg: 'RS256', use: 'sig' }];
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url, server,
    sign: (claims) => new SignJWT({ aud: 'urn:throughline:api', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'at+jwt' }).setIssuer(url).setSubject('erp')
      .setIssuedAt().setExpirationTime('5m').sign(privateKey),
  };
}
