// Tells whether two starts mean the same: the hash of the input in one canonical spelling.
import { createHash } from 'node:crypto';

/** JSON with sorted keys and no white space (as RFC 8785; numbers and strings as JSON.stringify writes them). */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  }) ?? 'null';
}

/** sha256 of the canonical JSON, base64url. */
export function inputHash(input: unknown): string {
  return createHash('sha256').update(canonicalJson(input)).digest('base64url');
}

/** The value as a replay reads it back, without what JSON cannot carry: live and replayed code see the same. */
export function throughJson<T>(value: T): T {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? (undefined as T) : (JSON.parse(text) as T);
}
