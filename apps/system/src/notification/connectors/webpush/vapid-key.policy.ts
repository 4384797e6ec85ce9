// The key pair by which push services and devices know us (RFC 8292). It must stay the same as long as anybody is
// subscribed, so it follows from the deployment's secret, the same in every process, unless one is given.
import { createECDH, hkdfSync } from 'node:crypto';

const CURVE = 'prime256v1';
const KEY_BYTES = 32;
const SALT = 'throughline';
/** A derived number is no private key with a chance of 2^-32. */
const DERIVATIONS_MAX = 4;

export interface VapidKey {
  /** Base64url, 65 bytes. */
  readonly publicKey: string;
  /** Base64url, 32 bytes. */
  readonly privateKey: string;
}

/**
 * @param secret of the deployment
 * @param given private key in base64url, where an operator brings one along
 */
export function vapidKey(secret: string, given?: string): VapidKey {
  if (given !== undefined) return pairOf(Buffer.from(given, 'base64url'));
  for (let attempt = 0; attempt < DERIVATIONS_MAX; attempt += 1) {
    try {
      return pairOf(Buffer.from(hkdfSync('sha256', secret, SALT, `vapid:${attempt}`, KEY_BYTES)));
    } catch {
      // Not a number below the curve's order: the next one is.
    }
  }
  throw new Error('No push key follows from the secret');
}

function pairOf(privateKey: Buffer): VapidKey {
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(privateKey);
  return { publicKey: ecdh.getPublicKey('base64url'), privateKey: privateKey.toString('base64url') };
}
