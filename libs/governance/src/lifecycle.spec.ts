// The steps an API version may take, and the gates between its revisions, are pure: every order of steps is tried.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  blackOutAt, Illegal, LIFECYCLE_ACTIONS, possibleActions, stepped, type Lifecycle, type LifecycleStep,
} from './lifecycle.js';
import { downgraded, Revisions, upgraded, type Gate } from './revisions.js';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-24T12:00:00Z');
const DRAFT: Lifecycle = { state: 'draft', publishedAt: '2026-11-01T00:00:00Z' };
const inDays = (days: number) => new Date(NOW + days * DAY_MS).toISOString();

const step = fc.record({
  action: fc.constantFrom(...LIFECYCLE_ACTIONS), days: fc.integer({ min: -10, max: 400 }),
}).map(({ action, days }): LifecycleStep => ({
  action, sunsetAt: inDays(days), blackOut: { from: inDays(days - 1), to: inDays(days), reason: 'A rehearsal.' },
}));

describe('the life of an API version', () => {
  it('takes only possible steps, never ends sooner than announced, and ends for good', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let now = DRAFT;
      for (const each of steps) {
        const next = stepped(now, each, NOW);
        const possible = possibleActions(now.state).includes(each.action);
        if (next instanceof Illegal) {
          if (!possible) assert.equal(next.because, 'state');
          continue;
        }
        assert.ok(possible);
        assert.notEqual(now.state, 'retired');
        if (next.sunsetAt !== undefined) {
          assert.ok(Date.parse(next.sunsetAt) >= NOW + 90 * DAY_MS);
          if (now.sunsetAt !== undefined) assert.ok(Date.parse(next.sunsetAt) >= Date.parse(now.sunsetAt));
          assert.ok(Date.parse(next.sunsetAt) >= Date.parse(next.deprecatedAt!));
        }
        now = next;
      }
    }));
  });

  it('goes back to where it stood when a block is lifted', () => {
    const published = { ...DRAFT, state: 'published' as const };
    const blocked = stepped(published, { action: 'block' }, NOW) as Lifecycle;
    assert.equal((stepped(blocked, { action: 'unblock' }, NOW) as Lifecycle).state, 'published');
    const announced = stepped(published, { action: 'deprecate', sunsetAt: inDays(100) }, NOW) as Lifecycle;
    const again = stepped(stepped(announced, { action: 'block' }, NOW) as Lifecycle, { action: 'unblock' }, NOW);
    assert.equal((again as Lifecycle).state, 'deprecated');
  });

  it('is black exactly within its window', () => {
    const blackOut = { from: inDays(1), to: inDays(2), reason: 'A rehearsal.' };
    const dark = { ...DRAFT, state: 'deprecated' as const, blackOuts: [blackOut] };
    const at = (days: number) => blackOutAt(dark, NOW + days * DAY_MS) !== undefined;
    assert.deepEqual([at(0.5), at(1), at(1.5), at(2)], [false, true, true, false]);
  });
});

const GATES: readonly Gate[] = [
  {
    date: '2027-02-01', change: 'Amounts are numbers of cents.', operations: ['pay'],
    request: ({ params, body }) => ({ params, body: { cents: Number((body as { euros: string }).euros) * 100 } }),
    answer: ({ cents, ...rest }) => ({ ...rest, euros: String((cents as number) / 100) }),
  },
  {
    date: '2027-05-01', change: 'Cents are called minor.', operations: ['pay'],
    request: ({ params, body }) => ({ params, body: { minor: (body as { cents: number }).cents } }),
    answer: ({ minor, ...rest }) => ({ ...rest, cents: minor }),
  },
];

describe('dated revisions', () => {
  const revisions = new Revisions('2027-01-01', GATES);

  it('are chosen by name, then by pin, then the first', () => {
    assert.deepEqual(revisions.dates, ['2027-01-01', '2027-02-01', '2027-05-01']);
    assert.equal(revisions.choose(undefined, undefined), '2027-01-01');
    assert.equal(revisions.choose(undefined, '2027-02-01'), '2027-02-01');
    assert.equal(revisions.choose('2027-05-01', '2027-02-01'), '2027-05-01');
    assert.throws(() => revisions.choose('2027-03-01', undefined), /unknown-revision/);
    assert.throws(() => revisions.choose('latest', undefined), /unknown-revision/);
  });

  it('lead a request up and an answer down through every gate between, and no other', () => {
    const from = (date: string) => revisions.after(date, { id: 'pay' });
    assert.deepEqual(upgraded(from('2027-01-01'), { params: {}, body: { euros: '12' } }).body, { minor: 1200 });
    assert.deepEqual(downgraded(from('2027-01-01'), { id: 1, minor: 1200 }), { id: 1, euros: '12' });
    assert.deepEqual(downgraded(from('2027-02-01'), { id: 1, minor: 1200 }), { id: 1, cents: 1200 });
    assert.deepEqual(downgraded(from('2027-05-01'), { id: 1, minor: 1200 }), { id: 1, minor: 1200 });
    assert.deepEqual(revisions.after('2027-01-01', { id: 'other' }), []);
  });
});
