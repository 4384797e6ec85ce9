// A process that a spec waits for may die at its start: then the spec must hear of it, not wait for ever.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { forked } from './worker-process.js';

/** Ends at once, without a word. */
const MUTE = fileURLToPath(new URL('./ingress.js', import.meta.url));

it('a forked process that ends before it is ready is told of', async () => {
  await assert.rejects(forked(MUTE, []), /ended before it was ready/);
});
