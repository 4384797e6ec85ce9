// Holds API keys to their promise: the secret is kept by nobody, and a key opens only what it is for, and only in time.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Problem } from '#contracts';
import { knownKey, newApiKey, presentedKey } from './api-key.js';
import { ConsumerDirectory, covers, type KnownKey } from './consumer-data.js';

const HOUR_MS = 3_600_000;

function directoryWith(environment: 'sandbox' | 'live', change: Partial<KnownKey> = {}) {
  const made = newApiKey(environment);
  const key: KnownKey = { id: 'key_1', consumer: 'shop', environment, expiresAt: Date.now() + HOUR_MS, ...change };
  return { ...made, directory: new ConsumerDirectory(new Map(), new Map([[made.hash, key]]), true) };
}

const refuses = (what: RegExp) => (error: unknown) => error instanceof Problem && what.test(error.details.detail);

describe('an API key', () => {
  it('says by its name what it reaches, and is known by its hash only', () => {
    const { secret, hash, hint, directory } = directoryWith('sandbox');
    assert.match(secret, /^tl_sandbox_[\w-]{43}$/);
    assert.ok(secret.endsWith(hint) && !hash.includes(secret));
    assert.equal(knownKey(secret, directory, true).consumer, 'shop');
    assert.equal(presentedKey(`ApiKey ${secret}`, undefined), secret);
    assert.equal(presentedKey(undefined, secret), secret);
    assert.equal(presentedKey('Bearer x', secret), undefined);
  });

  it('of the sandbox reaches only what is connected to the sandbox', () => {
    const { secret, directory } = directoryWith('sandbox');
    assert.throws(() => knownKey(secret, directory, false), refuses(/sandbox key/));
    const live = directoryWith('live');
    assert.equal(knownKey(live.secret, live.directory, false).environment, 'live');
  });

  it('is refused when it is revoked, has expired, or was never given; one revoked later works until then', () => {
    const revoked = directoryWith('live', { revokedAt: Date.now() - 1 });
    assert.throws(() => knownKey(revoked.secret, revoked.directory, true), refuses(/revoked/));
    const expired = directoryWith('live', { expiresAt: Date.now() - 1 });
    assert.throws(() => knownKey(expired.secret, expired.directory, true), refuses(/expired/));
    const overlapping = directoryWith('live', { revokedAt: Date.now() + HOUR_MS });
    assert.equal(knownKey(overlapping.secret, overlapping.directory, true).id, 'key_1');
    assert.throws(() => knownKey(newApiKey('live').secret, expired.directory, true), refuses(/not known/));
    assert.throws(() => knownKey('sk_live_other', expired.directory, true), refuses(/not an API key of ours/));
  });
});

describe('a product', () => {
  it('covers APIs by name, by layer or all', () => {
    assert.ok(covers('experience/partner', 'experience/partner') && covers('process/*', 'process/orders'));
    assert.ok(covers('*', 'platform'));
    assert.ok(!covers('process/*', 'system/erp') && !covers('experience/partner', 'experience/partners'));
  });
});
