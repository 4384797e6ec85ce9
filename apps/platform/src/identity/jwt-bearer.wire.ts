// The JWT bearer grant (RFC 7523, section 2.1), which Salesforce's named credentials send: an assertion signed with a
// key the consumer registered is itself the proof, so there is no client authentication besides.
import type { ServerResponse } from 'node:http';
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import { newId } from '#contracts';
import type { Identity } from '#governance';
import type { Consumer, FindConsumer } from './consumer.policy.js';
import { ASSERTION_ALGORITHMS, TOKEN_PATH } from './oauth-metadata.mapping.js';

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const TOKEN_SECONDS = 3_600;
const ASSERTION_SECONDS_MAX = 600;
const SKEW_SECONDS = 5;
const ASSERTIONS_REMEMBERED_MAX = 100_000;

/** Assertions taken in this process; one that has no `jti` is known by itself. */
const taken = new LRUCache<string, true>({ max: ASSERTIONS_REMEMBERED_MAX, ttl: ASSERTION_SECONDS_MAX * 1_000 });

class Refusal extends Error {
  constructor(readonly code: 'invalid_grant' | 'invalid_request' | 'invalid_scope', message: string) {
    super(message);
  }
}

/** Writes the answer of the token endpoint (RFC 6749, 5.1 and 5.2). */
export async function answerJwtBearer(
  form: URLSearchParams, response: ServerResponse, consumers: FindConsumer, identity: Identity,
): Promise<void> {
  const reply = (status: number, body: object) => void response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', pragma: 'no-cache',
  }).end(JSON.stringify(body));
  try {
    const assertion = form.get('assertion');
    if (assertion === null) throw new Refusal('invalid_request', 'assertion is missing');
    const { consumer, subject } = await assertedBy(assertion, consumers, identity.issuer);
    const scope = form.get('scope') ?? consumer.scopes.join(' ');
    const refused = scope.split(' ').filter((one) => !consumer.scopes.includes(one));
    if (refused.length > 0) {
      throw new Refusal('invalid_scope', `${consumer.clientId} may not have: ${refused.join(' ')}`);
    }
    const claims = { client_id: consumer.clientId, scope };
    const token = await identity.accessToken(claims, subject, newId('req'), TOKEN_SECONDS);
    reply(200, { access_token: token, token_type: 'Bearer', expires_in: TOKEN_SECONDS, scope });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    reply(400, { error: error.code, error_description: error.message });
  }
}

/** Whose assertion it is; `iss` is the consumer, `sub` it or the user it acts for. */
async function assertedBy(
  assertion: string, consumers: FindConsumer, issuer: string,
): Promise<{ consumer: Consumer; subject: string }> {
  const consumer = consumers(issuerOf(assertion));
  if (!consumer?.jwks) throw new Refusal('invalid_grant', '`iss` names no consumer that has registered a key');
  const { payload } = await jwtVerify(assertion, createLocalJWKSet(consumer.jwks as JSONWebKeySet), {
    issuer: consumer.clientId, audience: [issuer, issuer + TOKEN_PATH], algorithms: [...ASSERTION_ALGORITHMS],
    requiredClaims: ['exp', 'sub'], clockTolerance: SKEW_SECONDS,
  }).catch((error: Error) => {
    throw new Refusal('invalid_grant', error.message);
  });
  if (payload.exp! > Date.now() / 1_000 + ASSERTION_SECONDS_MAX) {
    throw new Refusal('invalid_grant', `an assertion may live at most ${ASSERTION_SECONDS_MAX} s`);
  }
  const name = `${consumer.clientId}:${payload.jti ?? assertion}`;
  if (taken.has(name)) throw new Refusal('invalid_grant', 'the assertion was used before');
  taken.set(name, true);
  return { consumer, subject: payload.sub! };
}

function issuerOf(assertion: string): string {
  try {
    return (decodeJwt(assertion) as JWTPayload).iss ?? '';
  } catch {
    throw new Refusal('invalid_grant', 'the assertion is not a JWT');
  }
}
