// A buyer of the last units: exactly as many buyers succeed as there are units, through two gateways at once.
// `npm run chaos` plays it with 5,000 buyers for 500 units.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { complaints } from '../chaos/checker.js';
import { raceForLastUnits } from '../chaos/last-units.js';

const BUYERS = 1_000;
const UNITS = 100;
const CONCURRENT = 100;
const REST_MS = 60_000;

it('a thousand buyers race for a hundred units: a hundred succeed, everybody else is told', async () => {
  const report = await raceForLastUnits({ buyers: BUYERS, units: UNITS, concurrent: CONCURRENT, restMs: REST_MS });
  assert.deepEqual(report.others, []);
  assert.equal(report.winners, UNITS);
  assert.equal(report.toldLosers, BUYERS - UNITS);
  assert.deepEqual(report.stock, { onHand: UNITS, reserved: UNITS, ledgerReserved: UNITS, held: UNITS });
  assert.deepEqual(complaints(report.verdicts), []);
});
