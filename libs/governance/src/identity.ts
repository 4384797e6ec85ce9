// Who is calling: access tokens (RFC 9068) are verified by passport's JWT strategy; the key pair is derived from the
// deployment's secret, so that every process knows it without a shared file. Our own APIs mint their tokens themselves.
import { createECDH, createPrivateKey, createPublicKey, hkdfSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import passportJwt from 'passport-jwt';
import { Problem, problems, type Caller } from '#contracts';

/** Audience of every access token of this house (RFC 8707 resource indicator). */
export const AUDIENCE = 'urn:throughline:api';
const ALGORITHM = 'ES256';
const TOKENS_CACHED_MAX = 10_000;
const SERVICE_TOKEN_SECONDS = 300;

interface Claims {
  readonly client_id?: string;
  readonly sub?: string;
  readonly scope?: string;
  readonly exp?: number;
  readonly throughline_service?: boolean;
}

export interface VerifiedCaller extends Caller {
  /** True for our own APIs, which may hand on the context of the call they serve. */
  readonly service: boolean;
}

/** The deployment's ES256 key pair as a private JWK with `kid`, the same in every process that has the secret. */
export function signingKey(secret: string): JsonWebKey & { kid: string; alg: string; use: string } {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(Buffer.from(hkdfSync('sha256', secret, 'throughline', 'access-token-es256', 32)));
  const point = ecdh.getPublicKey();
  return {
    kty: 'EC',
    crv: 'P-256',
    use: 'sig',
    alg: ALGORITHM,
    kid: Buffer.from(hkdfSync('sha256', point, '', 'kid', 8)).toString('hex'),
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
    d: ecdh.getPrivateKey().toString('base64url').padStart(43, 'A'),
  };
}

/** A symmetric key for one named purpose (quotes, cursors), derived from the deployment's secret. */
export function derivedKey(secret: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'throughline', purpose, 32));
}

export class Identity {
  private readonly privateKey: KeyObject;
  private readonly publicPem: string;
  private readonly verified = new LRUCache<string, { caller: VerifiedCaller; expiresAt: number }>({
    max: TOKENS_CACHED_MAX,
  });
  private readonly serviceTokens = new Map<string, { token: string; expiresAt: number }>();

  /** @param issuer public URL of the deployment, the `iss` of its tokens */
  constructor(
    secret: string,
    private readonly issuer: string,
  ) {
    const { kid: _kid, alg: _alg, use: _use, ...jwk } = signingKey(secret);
    this.privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    this.publicPem = createPublicKey(this.privateKey).export({ type: 'spki', format: 'pem' }).toString();
  }

  /** The caller of a bearer token; throws invalid-token. A verified token is remembered until it expires. */
  async verify(authorization: string | undefined): Promise<VerifiedCaller> {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined)
      {throw new Problem(problems.invalidToken, { detail: 'There is no bearer token in Authorization.' });}
    const known = this.verified.get(token);
    if (known && known.expiresAt > Date.now()) return known.caller;
    const claims = await this.claims(token);
    const caller = {
      clientId: claims.client_id ?? claims.sub ?? '',
      scopes: new Set((claims.scope ?? '').split(' ').filter(Boolean)),
      service: claims.throughline_service === true,
    };
    this.verified.set(token, { caller, expiresAt: (claims.exp ?? 0) * 1000 });
    return caller;
  }

  /** Authorization header for one of our own APIs calling another, minted here and renewed before it ends. */
  async serviceAuthorization(api: string, scopes: readonly string[]): Promise<string> {
    const cached = this.serviceTokens.get(api);
    if (cached && cached.expiresAt > Date.now() + 30_000) return `Bearer ${cached.token}`;
    const now = Math.floor(Date.now() / 1000);
    const token = await new SignJWT({ client_id: api, scope: scopes.join(' '), throughline_service: true })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt' })
      .setIssuer(this.issuer)
      .setAudience(AUDIENCE)
      .setSubject(api)
      .setJti(`${api}:${now}`)
      .setIssuedAt(now)
      .setExpirationTime(now + SERVICE_TOKEN_SECONDS)
      .sign(this.privateKey);
    this.serviceTokens.set(api, { token, expiresAt: (now + SERVICE_TOKEN_SECONDS) * 1000 });
    return `Bearer ${token}`;
  }

  /** Runs passport's JWT strategy on one token, the way passport itself does: on an object with its four verdicts. */
  private claims(token: string): Promise<Claims> {
    return new Promise((resolve, reject) => {
      const refuse = (reason: unknown) =>
        reject(
          new Problem(problems.invalidToken, {
            detail: `The access token is not valid: ${reason instanceof Error ? reason.message : 'refused'}.`,
          }),
        );
      const strategy = new passportJwt.Strategy(
        {
          jwtFromRequest: () => token,
          secretOrKey: this.publicPem,
          algorithms: [ALGORITHM],
          issuer: this.issuer,
          audience: AUDIENCE,
        },
        (claims: Claims, done: (error: null, user: Claims) => void) => done(null, claims),
      );
      const request = Object.assign(Object.create(strategy) as typeof strategy, {
        success: (claims: Claims) => resolve(claims),
        fail: refuse,
        error: refuse,
      });
      request.authenticate({} as never);
    });
  }
}
