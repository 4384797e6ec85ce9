// Who is calling: access tokens of ours (RFC 9068, by passport's JWT strategy) or of trusted issuers, bound to a key or
// not, and API keys. The key pair is derived from the deployment's secret, so that every process knows it without a
// shared file; our own APIs mint their tokens themselves. What a consumer may do is looked up with each request.
import { createECDH, createPrivateKey, createPublicKey, hkdfSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import passportJwt from 'passport-jwt';
import { Problem, problems, type Caller } from '#contracts';
import { knownKey, presentedKey } from './api-key.js';
import { consumerData, type ConsumerDirectory, type KnownConsumer, type KnownKey } from './consumer-data.js';
import { ProofCheck, type ProvedRequest } from './dpop.js';
import { ForeignIssuers, scopesOf } from './foreign-issuer.js';
import type { GovernanceData } from './governance-data.js';

/** Audience of every access token of this house (RFC 8707 resource indicator). */
export const AUDIENCE = 'urn:throughline:api';
const ALGORITHM = 'ES256';
const TOKENS_CACHED_MAX = 10_000;
const SERVICE_TOKEN_SECONDS = 300;
/** Scopes that only registered consumers have. */
const CONTROL_PLANE = /^(platform|apis|consumers|policies|audit):/;
/** The consumer as whom visitors act: its owner gives it scopes and limits, or suspends it. */
export const PORTAL = 'portal';

interface Claims {
  readonly client_id?: string;
  readonly sub?: string;
  readonly scope?: string;
  readonly exp?: number;
  readonly throughline_service?: boolean;
  readonly cnf?: { readonly jkt?: string };
}

export interface VerifiedCaller extends Caller {
  /** True for our own APIs, which may hand on the context of the call they serve. */
  readonly service: boolean;
  /** As its data says; undefined for our own APIs, and where this process has no governance data. */
  readonly known?: KnownConsumer;
  /** The API key it came with. */
  readonly key?: KnownKey;
  /** Network address of a visitor, each of whom has a share of the portal's limits. */
  readonly address?: string;
}

/** What a transport knows of a request besides Authorization. */
export interface Presented {
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
  readonly request?: ProvedRequest;
}

export interface IdentityOptions {
  /** Consumers and keys; without it only tokens are checked, by themselves. */
  readonly data?: GovernanceData;
  /** Whether this deployment is connected to sandbox vendors. */
  readonly sandbox?: boolean;
  /** `https://issuer.example=https://issuer.example/jwks` */
  readonly trustedIssuers?: readonly string[];
}

/** A verified token and whom it makes of its bearer under one state of the directory. */
interface KnownToken {
  readonly claims: Claims;
  readonly issuer?: string;
  readonly expiresAt: number;
  directory: ConsumerDirectory | undefined;
  caller: VerifiedCaller;
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
  private readonly foreign: ForeignIssuers;
  private readonly proofs = new ProofCheck();
  private readonly verified = new LRUCache<string, KnownToken>({ max: TOKENS_CACHED_MAX });
  private readonly serviceTokens = new Map<string, { token: string; expiresAt: number }>();

  /** @param issuer public URL of the deployment, the `iss` of its tokens */
  constructor(
    secret: string,
    readonly issuer: string,
    private readonly options: IdentityOptions = {},
  ) {
    const { kid: _kid, alg: _alg, use: _use, ...jwk } = signingKey(secret);
    this.privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    this.publicPem = createPublicKey(this.privateKey).export({ type: 'spki', format: 'pem' }).toString();
    this.foreign = new ForeignIssuers(options.trustedIssuers ?? [], [AUDIENCE, issuer]);
  }

  /** The caller of a token or API key; throws invalid-token. A verified token is remembered until it expires. */
  async verify(authorization: string | undefined, presented: Presented = {}): Promise<VerifiedCaller> {
    const key = presentedKey(authorization, presented.headers?.['x-api-key']);
    if (key !== undefined) return this.keyed(key);
    const [, scheme, token] = /^(Bearer|DPoP) (\S+)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) {
      throw new Problem(problems.invalidToken, { detail: 'There is no bearer token or API key in Authorization.' });
    }
    const known = await this.known(token);
    const { jkt } = known.claims.cnf ?? {};
    if (jkt !== undefined) {
      if (scheme!.toLowerCase() !== 'dpop') {
        throw new Problem(problems.invalidToken, { detail: 'This token is bound to a key: use the DPoP scheme.' });
      }
      const request = presented.request ?? { method: '', url: this.issuer };
      await this.proofs.check(presented.headers?.['dpop'], token, jkt, request);
    }
    return known.caller;
  }

  /** Somebody without credentials. @throws Problem invalid-token where there is no portal, or it is suspended */
  visitor(address = ''): VerifiedCaller {
    const known = this.directory?.consumers.get(PORTAL);
    if (known?.state !== 'active') {
      throw new Problem(problems.invalidToken, { detail: 'There is no bearer token or API key in Authorization.' });
    }
    return { clientId: PORTAL, scopes: known.scopes, service: false, known, address };
  }

  /** Signs an access token of this house (RFC 9068) for a consumer. */
  async accessToken(claims: Record<string, unknown>, subject: string, jti: string, seconds: number): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt' })
      .setIssuer(this.issuer)
      .setAudience(AUDIENCE)
      .setSubject(subject)
      .setJti(jti)
      .setIssuedAt(now)
      .setExpirationTime(now + seconds)
      .sign(this.privateKey);
  }

  /** Authorization header for one of our own APIs calling another, minted here and renewed before it ends. */
  async serviceAuthorization(api: string, scopes: readonly string[]): Promise<string> {
    const cached = this.serviceTokens.get(api);
    if (cached && cached.expiresAt > Date.now() + 30_000) return `Bearer ${cached.token}`;
    const expiresAt = Date.now() + SERVICE_TOKEN_SECONDS * 1000;
    const claims = { client_id: api, scope: scopes.join(' '), throughline_service: true };
    const token = await this.accessToken(claims, api, `${api}:${expiresAt}`, SERVICE_TOKEN_SECONDS);
    this.serviceTokens.set(api, { token, expiresAt });
    return `Bearer ${token}`;
  }

  private get directory(): ConsumerDirectory | undefined {
    return this.options.data?.of(consumerData);
  }

  private async known(token: string): Promise<KnownToken> {
    const { directory } = this;
    const cached = this.verified.get(token);
    if (cached && cached.expiresAt > Date.now()) {
      if (cached.directory !== directory) {
        cached.caller = callerOf(cached.claims, cached.issuer, directory);
        cached.directory = directory;
      }
      return cached;
    }
    const issuer = this.foreign.of(token);
    const claims = issuer === undefined ? await this.claims(token) : await this.foreignClaims(token, issuer);
    const caller = callerOf(claims, issuer, directory);
    const known = { claims, ...(issuer ? { issuer } : {}), expiresAt: (claims.exp ?? 0) * 1000, directory, caller };
    this.verified.set(token, known);
    return known;
  }

  private keyed(secret: string): VerifiedCaller {
    const { directory } = this;
    if (!directory) {
      throw new Problem(problems.invalidToken, { detail: 'API keys need governance data: set DATABASE_URL here.' });
    }
    const key = knownKey(secret, directory, this.options.sandbox ?? true);
    const known = active(directory, key.consumer);
    return { clientId: known.id, scopes: known.scopes, service: false, known, key };
  }

  private async foreignClaims(token: string, issuer: string): Promise<Claims> {
    const payload = await this.foreign.verify(token, issuer).catch((error: Error) => {
      throw refused(error);
    });
    const { client_id: clientId, azp, appid, sub } = payload as Record<string, string | undefined>;
    return {
      client_id: clientId ?? azp ?? appid ?? sub ?? '', scope: scopesOf(payload).join(' '), exp: payload.exp ?? 0,
      ...(payload['cnf'] ? { cnf: payload['cnf'] as NonNullable<Claims['cnf']> } : {}),
    };
  }

  /** Runs passport's JWT strategy on one token, the way passport itself does: on an object with its four verdicts. */
  private claims(token: string): Promise<Claims> {
    return new Promise((resolve, reject) => {
      const refuse = (reason: unknown) => reject(refused(reason));
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

function refused(reason: unknown): Problem {
  return new Problem(problems.invalidToken, {
    detail: `The access token is not valid: ${reason instanceof Error ? reason.message : 'refused'}.`,
  });
}

/**
 * Whom valid claims make of the bearer now. A consumer has the scopes of its token that it still may have; one of a
 * trusted issuer that nobody registered has those of its token, the control plane excepted.
 */
function callerOf(
  claims: Claims, issuer: string | undefined, directory: ConsumerDirectory | undefined,
): VerifiedCaller {
  const clientId = claims.client_id ?? claims.sub ?? '';
  const scopes = (claims.scope ?? '').split(' ').filter(Boolean);
  const service = issuer === undefined && claims.throughline_service === true;
  if (service || !directory?.loaded) return { clientId: named(clientId, issuer), scopes: new Set(scopes), service };
  if (issuer !== undefined && directory.consumers.get(clientId)?.issuer !== issuer) {
    const open = scopes.filter((scope) => !CONTROL_PLANE.test(scope));
    return { clientId: named(clientId, issuer), scopes: new Set(open), service };
  }
  const known = active(directory, clientId);
  if (known.issuer !== issuer) throw refused(new Error(`${clientId} gets its tokens elsewhere`));
  return { clientId, scopes: new Set(scopes.filter((scope) => known.scopes.has(scope))), service, known };
}

/** A foreign issuer's client that is not registered here must not be taken for a consumer of ours. */
function named(clientId: string, issuer: string | undefined): string {
  return issuer === undefined ? clientId : `${clientId}@${new URL(issuer).host}`;
}

function active(directory: ConsumerDirectory, clientId: string): KnownConsumer {
  const known = directory.consumers.get(clientId);
  if (!known) throw new Problem(problems.invalidToken, { detail: `There is no consumer ${clientId}.` });
  if (known.state !== 'active') throw new Problem(problems.invalidToken, { detail: `${clientId} is ${known.state}.` });
  return known;
}
