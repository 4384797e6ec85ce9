// The decisions of the queue in front of the ERP: a rate is never exceeded, a forecast never contradicts itself, and
// nobody overtakes an earlier order of the same customer.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CarrierCutOff } from '#contracts';
import { creditOf, forecastOf, mustTell, nextCutOff, reasonToWait } from './order-queue.policy.js';

const MINUTE_MS = 60_000;
const cutOff: CarrierCutOff = { locationId: 'WH-EU', time: '17:00', timeZone: 'Europe/Berlin', days: ['1', '2', '3'] };
const moment = fc.date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });

describe('the drain rate', () => {
  it('is never exceeded over any time, but for one second that is caught up', () => {
    fc.assert(fc.property(
      fc.integer({ min: 1, max: 60_000 }),
      fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 60 }),
      (perMinute, pauses) => {
        const begin = 1_000_000_000;
        let [now, usedUntil, count] = [begin, begin, 0];
        for (const pause of pauses) {
          now += pause;
          const credit = creditOf(perMinute, usedUntil, now);
          usedUntil = credit.usedUntil;
          count += credit.count;
          assert.ok(usedUntil <= now);
        }
        assert.ok(count <= ((now - begin) / MINUTE_MS) * perMinute + 1e-6, `${count} in ${now - begin} ms`);
      }));
  });

  it('lets one through in time, however slow it is', () => {
    assert.deepEqual(creditOf(1, 0, 30_000), { count: 0, usedUntil: 0 });
    assert.deepEqual(creditOf(1, 0, 60_000), { count: 1, usedUntil: 60_000 });
  });
});

describe('the forecast of a cut-off', () => {
  const queues = fc.array(fc.record({ locations: fc.subarray(['WH-EU', 'WH-EAST']) }), { maxLength: 200 });
  const rates = fc.integer({ min: 1, max: 6_000 });

  it('counts each order of the location once, and names a time to be back by exactly when none is missed', () => {
    fc.assert(fc.property(queues, rates, moment, (queue, rate, now) => {
      const [told] = forecastOf(queue, [cutOff], rate, now);
      const waiting = queue.filter(({ locations }) => locations.includes('WH-EU')).length;
      if (waiting === 0) return assert.equal(told, undefined);
      assert.equal(told!.waiting, waiting);
      assert.ok(told!.missed <= waiting);
      assert.equal(told!.backBy === undefined, told!.missed > 0);
      if (told!.backBy) assert.ok(told!.backBy >= now.toISOString() && told!.backBy <= told!.cutOffAt);
    }));
  });

  it('never gets worse when the rate grows, and begins to miss just after the time to be back by', () => {
    fc.assert(fc.property(queues, rates, moment, (queue, rate, now) => {
      const [slow] = forecastOf(queue, [cutOff], rate, now);
      const [fast] = forecastOf(queue, [cutOff], rate * 2, now);
      if (!slow) return;
      assert.ok(fast!.missed <= slow.missed);
      if (slow.backBy === undefined) return;
      const later = new Date(Date.parse(slow.backBy) + 2);
      if (later.getTime() >= Date.parse(slow.cutOffAt)) return;
      assert.ok(forecastOf(queue, [cutOff], rate, later)[0]!.missed > 0);
    }));
  });

  it('looks for the carrier\'s next day in its own zone', () => {
    // Tuesday 15:30 UTC is 16:30 in Berlin in winter; an hour later the carrier has gone, and comes on Wednesday.
    assert.equal(nextCutOff(cutOff, new Date('2026-11-24T15:30:00Z')), Date.parse('2026-11-24T16:00:00Z'));
    assert.equal(nextCutOff(cutOff, new Date('2026-11-24T16:00:00Z')), Date.parse('2026-11-25T16:00:00Z'));
    assert.equal(nextCutOff(cutOff, new Date('2026-11-25T16:30:00Z')), Date.parse('2026-11-30T16:00:00Z'));
    assert.equal(nextCutOff(cutOff, new Date('2026-07-01T14:59:00Z')), Date.parse('2026-07-01T15:00:00Z'));
  });
});

describe('who waits', () => {
  const situations = fc.record({
    waits: fc.boolean(), released: fc.boolean(), behind: fc.boolean(), queue: fc.boolean(), paused: fc.boolean(),
    down: fc.boolean(),
  });

  it('whoever has an earlier order of the same customer before it, always; who was let through, never else', () => {
    fc.assert(fc.property(situations, (situation) => {
      const reason = reasonToWait(situation);
      if (situation.behind) return assert.equal(reason, 'behind');
      if (situation.waits && situation.released) return assert.equal(reason, undefined);
      const { waits, queue, paused, down } = situation;
      assert.equal(reason === undefined, !(waits || queue || paused || down));
    }));
  });

  it('operations hear of it at first, when cut-offs come into danger and when the queue doubles', () => {
    assert.ok(mustTell(null, { waiting: 1, missed: 0 }));
    assert.ok(!mustTell({ waiting: 10, missed: 0 }, { waiting: 19, missed: 0 }));
    assert.ok(mustTell({ waiting: 10, missed: 0 }, { waiting: 20, missed: 0 }));
    assert.ok(mustTell({ waiting: 10, missed: 0 }, { waiting: 10, missed: 1 }));
    assert.ok(!mustTell({ waiting: 10, missed: 1 }, { waiting: 10, missed: 2 }));
  });
});
