/*
 * Stripe's idempotency keys: the first answer under a key is kept for 24 hours and given again; other parameters or
 * another endpoint under the same key are an error.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Collection, Store } from '../store.js';
import { StripeError } from './errors.js';
import type { Parameters } from './forms.js';

const KEPT_MS = 24 * 3_600_000;
const MAX_KEY_LENGTH = 255;
const PURGE_PER_CALL = 5;

export interface SavedAnswer {
  readonly endpoint: string;
  readonly parameters: Parameters;
  readonly status: number;
  /** The answer as it was sent, byte for byte. */
  readonly body: string;
  readonly requestId: string;
  readonly savedAt: number;
}

export class IdempotencyKeys {
  private readonly answers: Collection<SavedAnswer>;

  constructor(store: Store) {
    this.answers = store.collection('idempotency_keys');
  }

  /** The answer saved under this key, if any. Throws 400 idempotency_error for another request under it. */
  find(key: string, endpoint: string, parameters: Parameters, now: Date): SavedAnswer | undefined {
    if (key.length > MAX_KEY_LENGTH) {
      throw StripeError.invalid(`Idempotency keys may have up to ${MAX_KEY_LENGTH} characters.`, 'Idempotency-Key');
    }
    this.purge(now);
    const saved = this.answers.get(key);
    if (!saved) return undefined;
    const anotherKey = `Try using a key other than '${key}' if you meant to execute a different request.`;
    if (saved.endpoint !== endpoint) {
      throw conflict(
        `Keys for idempotent requests can only be used for the same endpoint they were first used for ` +
          `('${saved.endpoint}' vs '${endpoint}'). ${anotherKey}`,
      );
    }
    if (!isDeepStrictEqual(saved.parameters, parameters)) {
      throw conflict(
        `Keys for idempotent requests can only be used with the same parameters they were first used with. ` +
          anotherKey,
      );
    }
    return saved;
  }

  save(key: string, answer: SavedAnswer): void {
    this.answers.put(key, answer);
  }

  /** Drops the oldest answers once they have expired; keys are kept in the order of their first use. */
  private purge(now: Date): void {
    const oldest = this.answers.entries();
    for (let count = 0; count < PURGE_PER_CALL; count++) {
      const entry = oldest.next().value;
      if (!entry || now.getTime() - entry[1].savedAt < KEPT_MS) return;
      this.answers.delete(entry[0]);
    }
  }
}

function conflict(message: string): StripeError {
  return new StripeError(400, { type: 'idempotency_error', message }, true);
}
