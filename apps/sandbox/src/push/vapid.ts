/*
 * Who sends a push: the check of the Authorization header that a push service makes by RFC 8292.
 */
import { createPublicKey, verify } from 'node:crypto';

const HEADER = /^vapid\s+t=([\w-]+\.[\w-]+\.[\w-]+)\s*,\s*k=([\w-]+)$/i;
const POINT_BYTES = 65;
const COORDINATE_BYTES = 32;
const LIFE_MAX_S = 24 * 3_600;

/** The sender's public key in base64url, or in words what is wrong with the header. */
export function senderOf(
  header: string | undefined, audience: string, now: Date,
): { readonly key: string } | { readonly wrong: string } {
  const [, token, key] = HEADER.exec(header ?? '') ?? [];
  if (token === undefined || key === undefined) return { wrong: 'Authorization is not `vapid t=<JWT>, k=<key>`' };
  const [head, claims, signature] = token.split('.') as [string, string, string];
  const point = Buffer.from(key, 'base64url');
  if (point.length !== POINT_BYTES) return { wrong: 'k is no uncompressed P-256 point' };
  const coordinate = (at: number) => point.subarray(at, at + COORDINATE_BYTES).toString('base64url');
  try {
    const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(1 + COORDINATE_BYTES) };
    const signed = verify('sha256', Buffer.from(`${head}.${claims}`), {
      key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363',
    }, Buffer.from(signature, 'base64url'));
    if (!signed || parse(head)['alg'] !== 'ES256') return { wrong: 'The signature is not the key\'s' };
    const { aud, exp, sub } = parse(claims);
    const left = Number(exp) - now.getTime() / 1_000;
    if (aud !== audience) return { wrong: `aud is ${String(aud)}, not ${audience}` };
    if (!(left > 0 && left <= LIFE_MAX_S)) return { wrong: 'exp is over or more than a day away' };
    if (typeof sub !== 'string' || !/^(mailto:|https:)/.test(sub)) return { wrong: 'sub is no mailto: or https: URL' };
    return { key };
  } catch (error) {
    return { wrong: (error as Error).message };
  }
}

function parse(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
}
