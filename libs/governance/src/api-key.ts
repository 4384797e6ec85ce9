// API keys for partners: random, told once, kept as a hash, named by the environment they reach, so that a key that
// leaks into a log says what it opens and secret scanners find it.
import { createHash, randomBytes } from 'node:crypto';
import { Problem, problems } from '#contracts';
import type { Environment, KnownKey, ConsumerDirectory } from './consumer-data.js';

const RANDOM_BYTES = 32;
const HINT_LENGTH = 4;
const KEY = /^tl_(sandbox|live)_[\w-]{43}$/;

export interface NewApiKey {
  /** The key itself; shown once and never kept. */
  readonly secret: string;
  readonly hash: string;
  /** Last characters, by which a person tells keys apart. */
  readonly hint: string;
}

export function newApiKey(environment: Environment): NewApiKey {
  const secret = `tl_${environment}_${randomBytes(RANDOM_BYTES).toString('base64url')}`;
  return { secret, hash: sha256(secret), hint: secret.slice(-HINT_LENGTH) };
}

/** The key as sent: `Authorization: ApiKey <key>` or `x-api-key: <key>`. */
export function presentedKey(authorization: string | undefined, header: unknown): string | undefined {
  const given = /^ApiKey (\S+)$/i.exec(authorization ?? '')?.[1];
  return given ?? (authorization === undefined && typeof header === 'string' ? header : undefined);
}

/**
 * The key, when it is one of ours, in time and for this deployment.
 * @param sandbox whether this deployment is connected to sandbox vendors
 * @throws Problem invalid-token
 */
export function knownKey(secret: string, directory: ConsumerDirectory, sandbox: boolean): KnownKey {
  const environment = KEY.exec(secret)?.[1];
  if (environment === undefined) throw refusal('This is not an API key of ours (tl_sandbox_… or tl_live_…).');
  if (environment === 'sandbox' && !sandbox) {
    throw refusal('A sandbox key reaches only deployments that are connected to sandbox vendors.');
  }
  const key = directory.keys.get(sha256(secret));
  if (!key) throw refusal('This API key is not known.');
  if (key.revokedAt !== undefined && key.revokedAt <= Date.now()) throw refusal('This API key was revoked.');
  if (key.expiresAt <= Date.now()) throw refusal('This API key has expired; rotate it.');
  return key;
}

/** SHA-256 in lower-case hex: enough for a secret of 256 random bits. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function refusal(detail: string): Problem {
  return new Problem(problems.invalidToken, { detail });
}
