// Small form of the promise that a payment provider that fails late, doubled and out of order costs nobody money.
// CHAOS_SEED plays a run again.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { complaints } from './checker.js';
import { chaosOfReturns } from './returns.js';

const ORDERS = 16;
const BUYERS = 8;
const REST_MS = 120_000;

it('returns are refunded within what was captured, and once, whatever the provider does', async (context) => {
  const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);
  context.diagnostic(`seed ${seed}`);
  const plan = { orders: ORDERS, buyers: BUYERS, seed, restMs: REST_MS };
  const report = await chaosOfReturns(plan, (text) => context.diagnostic(text));
  assert.equal(report.accepted, ORDERS);
  assert.ok(report.returned >= ORDERS / 2, `only ${report.returned} returns were taken`);
  assert.deepEqual(complaints(report.verdicts), []);
});
