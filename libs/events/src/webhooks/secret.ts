// Secrets and signatures of webhooks as Standard Webhooks 1.0.0 has them. A secret is derived from the deployment's own
// and the endpoint's id and version, so that none is stored and each is shown once, when it comes into being.
import { createHmac, hkdfSync } from 'node:crypto';

const SECRET_BYTES = 32;
const SALT = 'throughline';

/** `whsec_` and 32 bytes in base64, unique per endpoint and version. */
export function webhookSecret(secret: string, endpointId: string, version: number): string {
  const bytes = hkdfSync('sha256', secret, SALT, `webhook:${endpointId}:${version}`, SECRET_BYTES);
  return `whsec_${Buffer.from(bytes).toString('base64')}`;
}

/** Headers that prove a body; one signature per secret, the newest first. */
export function signedHeaders(
  secrets: readonly string[], id: string, at: Date, body: string,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
