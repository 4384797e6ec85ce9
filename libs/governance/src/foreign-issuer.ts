// Access tokens of identity providers the operator trusts (TRUSTED_ISSUERS): verified with the provider's published
// keys, which jose fetches, keeps and renews.
import { createRemoteJWKSet, decodeJwt, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';

const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];
const FETCH_TIMEOUT_MS = 3_000;
const SKEW_SECONDS = 5;

export class ForeignIssuers {
  private readonly keys: ReadonlyMap<string, JWTVerifyGetKey>;

  /**
   * @param trusted `https://issuer.example=https://issuer.example/jwks`
   * @param audiences what `aud` must name one of
   */
  constructor(trusted: readonly string[], private readonly audiences: readonly string[]) {
    this.keys = new Map(trusted.map((entry) => {
      const [issuer, jwks] = entry.split(/=(?=https?:\/\/)/);
      return [issuer!, createRemoteJWKSet(new URL(jwks!), { timeoutDuration: FETCH_TIMEOUT_MS })];
    }));
  }

  /** The trusted issuer a token claims to come from; undefined when it claims another. Nothing is verified yet. */
  of(token: string): string | undefined {
    if (this.keys.size === 0) return undefined;
    try {
      const { iss } = decodeJwt(token);
      return iss !== undefined && this.keys.has(iss) ? iss : undefined;
    } catch {
      return undefined;
    }
  }

  /** @throws Error of jose when the token is not valid */
  async verify(token: string, issuer: string): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, this.keys.get(issuer)!, {
      issuer, audience: [...this.audiences], algorithms: ALGORITHMS, requiredClaims: ['exp'],
      clockTolerance: SKEW_SECONDS,
    });
    return payload;
  }
}

/** Scopes as providers write them: `scope` as one text (RFC 9068), `scp` as text or list. */
export function scopesOf({ scope, scp }: JWTPayload): string[] {
  const given = scope ?? scp ?? '';
  return Array.isArray(given) ? given.map(String) : String(given).split(' ').filter(Boolean);
}
