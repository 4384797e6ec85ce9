// Proof of possession (RFC 9449): a token that is bound to a key (`cnf.jkt`) counts only with a fresh proof, signed
// with that key for this very request; each proof is taken once.
import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify, type JWK } from 'jose';
import { LRUCache } from 'lru-cache';
import { Problem, problems } from '#contracts';

export const DPOP_ALGORITHMS = ['ES256', 'ES384', 'EdDSA', 'PS256', 'RS256'];
/** How old a proof may be, and how far clocks may differ. */
const PROOF_SECONDS_MAX = 60;
const SKEW_SECONDS = 5;
const PROOFS_REMEMBERED_MAX = 100_000;
const JTI_LENGTH_MAX = 256;

/** What is proved: the request as it was sent. */
export interface ProvedRequest {
  readonly method: string;
  /** Public URL without query. */
  readonly url: string;
}

export class ProofCheck {
  /** Proofs taken, in this process; its size is bounded, a proof is forgotten when it is too old anyhow. */
  private readonly taken = new LRUCache<string, true>({
    max: PROOFS_REMEMBERED_MAX, ttl: (PROOF_SECONDS_MAX + SKEW_SECONDS) * 2_000,
  });

  /** @throws Problem invalid-token that says what is wrong with the proof */
  async check(proof: unknown, token: string, thumbprint: string, request: ProvedRequest): Promise<void> {
    if (typeof proof !== 'string') throw refusal('the token is bound to a key: send a proof in the DPoP header');
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt', algorithms: DPOP_ALGORITHMS, maxTokenAge: PROOF_SECONDS_MAX, clockTolerance: SKEW_SECONDS,
    }).catch((error: Error) => {
      throw refusal(error.message);
    });
    const { jti, htm, htu, ath } = payload as { jti?: string; htm?: string; htu?: string; ath?: string };
    const key = await calculateJwkThumbprint((protectedHeader as { jwk: JWK }).jwk);
    if (key !== thumbprint) throw refusal('it is signed with another key than the one the token is bound to');
    if (htm !== request.method || !sameUrl(htu, request.url)) throw refusal('it was made for another request');
    if (ath !== createHash('sha256').update(token).digest('base64url')) throw refusal('`ath` is of another token');
    if (typeof jti !== 'string' || jti.length > JTI_LENGTH_MAX) throw refusal('`jti` is missing or too long');
    const name = `${key}:${jti}`;
    if (this.taken.has(name)) throw refusal('it was used before');
    this.taken.set(name, true);
  }
}

function sameUrl(given: string | undefined, expected: string): boolean {
  if (given === undefined || !URL.canParse(given)) return false;
  const [left, right] = [new URL(given), new URL(expected)];
  return left.origin === right.origin && left.pathname === right.pathname;
}

function refusal(reason: string): Problem {
  return new Problem(problems.invalidToken, { detail: `The DPoP proof is not valid: ${reason}.` });
}
