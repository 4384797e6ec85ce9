// Small form of the promise that a killed gateway loses and doubles nothing; `npm run chaos` plays it in full.
// CHAOS_SEED plays a run again.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { complaints } from './checker.js';
import { killGateway } from './kill-gateway.js';

const ORDERS = 150;
const BUYERS = 24;
const REST_MS = 90_000;

it('a gateway killed twice in mid-flight neither loses nor doubles an order', async (context) => {
  const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);
  context.diagnostic(`seed ${seed}`);
  const plan = { orders: ORDERS, buyers: BUYERS, seed, restMs: REST_MS };
  const report = await killGateway(plan, (text) => context.diagnostic(text));
  assert.equal(report.accepted, ORDERS);
  assert.deepEqual(complaints(report.verdicts), []);
});
