// Opening hours are the store's own clock: summer time, the last minute, and nights that begin on one day and end on
// the next.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isOpen } from './store-hours.policy.js';

const berlin = (day: number, opens: string, closes: string) =>
  ({ timeZone: 'Europe/Berlin', hours: [{ day, opens, closes }] });

it('opens by its own clock, also in summer time', () => {
  const monday = berlin(1, '09:00', '20:00');
  assert.equal(isOpen(monday, new Date('2026-07-06T06:59:00Z')), false);
  assert.equal(isOpen(monday, new Date('2026-07-06T07:00:00Z')), true);
  assert.equal(isOpen(monday, new Date('2026-01-05T07:30:00Z')), false);
  assert.equal(isOpen(monday, new Date('2026-01-05T18:59:00Z')), true);
  assert.equal(isOpen(monday, new Date('2026-01-05T19:00:00Z')), false);
  assert.equal(isOpen(monday, new Date('2026-01-06T12:00:00Z')), false);
});

it('stays open past midnight, from Sunday into Monday too', () => {
  const night = berlin(7, '20:00', '02:00');
  assert.equal(isOpen(night, new Date('2026-01-04T22:30:00Z')), true);
  assert.equal(isOpen(night, new Date('2026-01-05T00:30:00Z')), true);
  assert.equal(isOpen(night, new Date('2026-01-05T01:00:00Z')), false);
});

it('is always open without hours', () => {
  assert.equal(isOpen({ timeZone: 'Asia/Tokyo', hours: [] }, new Date()), true);
});
