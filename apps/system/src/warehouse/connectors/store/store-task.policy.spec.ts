// Store work under any order of facts: what has left stays left, what ended stays ended, and times follow the hours.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isGs1Key, STORE_FACTS, type StoreFact, type StoreSettings } from '#contracts';
import { dayAt } from '../../../local-time.js';
import { afterOpenTime, closingAfter } from './store-calendar.policy.js';
import type { StoreTaskRecord } from './store-task.entity.js';
import { applyFact, CANCEL, hashOfCode, Refusal } from './store-task.policy.js';

const settings: StoreSettings = {
  timeZone: 'Europe/Berlin', hours: [1, 2, 3, 4, 5, 6].map((day) => ({ day, opens: '09:00', closes: '20:00' })),
  prepSeconds: 7_200, collectSeconds: 432_000, reminders: [], extensionSeconds: 172_800, extensionsMax: 2,
  shipsFromStore: true, dailyCapacity: 40, carrier: 'DHL', coordinates: '52.520,13.405',
};
const at = new Date('2026-11-24T10:00:00Z');
const CODE = '123456';

function work(method: string): StoreTaskRecord {
  return {
    id: 'ful_1', orderId: 'ord_1', storeId: 'ST-001', method, shipTo: null, dueAt: at, workDay: '2026-11-24',
    lines: [{ lineId: '1', sku: 'SKU-0001', quantity: 3, picked: 0 }], createdAt: at, updatedAt: at,
    handling: { orderNumber: 'TL-1', codeHash: hashOfCode(CODE) }, assignee: null, acceptedAt: null, pickedAt: null,
    packedAt: null, readyAt: null, collectBy: null, extensions: 0, collectedAt: null, shippedAt: null,
    deliveredAt: null, closedAt: null, closedAs: null, closeReason: null, wrongCodes: 0, parcel: null, proof: null,
    state: 'open',
  };
}

const facts = fc.array(fc.record({
  kind: fc.constantFrom(...STORE_FACTS, CANCEL),
  units: fc.integer({ min: 0, max: 4 }),
  proofValue: fc.constantFrom(CODE, '000000'),
}), { maxLength: 30 });

describe('store work', () => {
  it('keeps its promises under any order of facts', () => {
    fc.assert(fc.property(fc.constantFrom('pickup', 'shipFromStore'), facts, (method, told) => {
      let task = work(method);
      for (const { kind, units, proofValue } of told) {
        const fact: StoreFact = {
          fact: 'f', kind, by: 'EMP-0011', reason: 'notFound', proof: 'code', proofValue,
          lines: [{ lineId: '1', quantity: units, reason: 'notFound' }],
          shipTo: { name: 'A', line1: 'B', city: 'C', postalCode: '1', country: 'DE' },
        };
        const before = task;
        const next = applyFact(task, fact, { settings, at, serial: () => 42 });
        if (next instanceof Refusal) continue;
        task = next;
        assert.equal(before.closedAt ?? before.collectedAt ?? before.deliveredAt, null, 'nothing follows an end');
        assert.ok(!(before.shippedAt && kind !== 'deliver'), 'only arrival follows leaving');
        assert.ok(task.lines.every(({ picked, quantity }) => picked >= 0 && picked <= quantity));
        assert.ok(!(task.closedAt && (task.collectedAt ?? task.shippedAt)), 'what left is not closed');
        if (task.collectedAt) assert.equal(proofValue, CODE);
        if (task.collectedAt ?? task.shippedAt) assert.ok(task.pickedAt);
        if (task.parcel) assert.ok(isGs1Key(task.parcel.trackingNumber));
        assert.ok(task.extensions <= settings.extensionsMax);
      }
    }));
  });

  it('is handed over without the code only against a document or name, after too many wrong codes', () => {
    const ready = { ...work('pickup'), pickedAt: at, readyAt: at, collectBy: at, wrongCodes: 5 };
    const collect = (proof: string, proofValue: string) => applyFact(ready,
      { fact: 'f', kind: 'collect', by: 'E', proof, proofValue }, { settings, at, serial: () => 1 });
    assert.ok(collect('code', CODE) instanceof Refusal);
    assert.ok(!(collect('identity', 'passport') instanceof Refusal));
  });
});

describe('the hours of a store', () => {
  const moment = (text: string) => new Date(text);

  it('carry preparation over closing time, Sunday and the change of the clock', () => {
    // Saturday 19:00 in Berlin: one hour on Saturday, the other on Monday morning.
    assert.equal(afterOpenTime(settings, moment('2026-11-28T18:00:00Z'), 7_200).toISOString(),
      '2026-11-30T09:00:00.000Z');
    assert.equal(afterOpenTime(settings, moment('2026-11-24T03:00:00Z'), 7_200).toISOString(),
      '2026-11-24T10:00:00.000Z');
    // On 28 March 2026 at night the clock goes forward; Saturday evening to Monday morning.
    assert.equal(afterOpenTime(settings, moment('2026-03-28T18:30:00Z'), 3_600).toISOString(),
      '2026-03-30T07:30:00.000Z');
  });

  it('keep a pickup until closing time, and know the day', () => {
    assert.equal(closingAfter(settings, moment('2026-11-24T10:00:00Z')).toISOString(), '2026-11-24T19:00:00.000Z');
    assert.equal(closingAfter(settings, moment('2026-11-28T23:00:00Z')).toISOString(), '2026-11-30T19:00:00.000Z');
    assert.equal(dayAt('Asia/Tokyo', moment('2026-11-24T20:00:00Z')), '2026-11-25');
  });

  it('never promise earlier for later work', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 700_000 }), fc.integer({ min: 1, max: 90_000 }),
      fc.integer({ min: 1, max: 90_000 }), (offset, prep, more) => {
        const from = new Date(at.getTime() + offset * 1_000);
        const first = afterOpenTime(settings, from, prep).getTime();
        assert.ok(first >= from.getTime() + prep * 1_000);
        assert.ok(afterOpenTime(settings, from, prep + more).getTime() >= first);
        assert.ok(afterOpenTime(settings, new Date(from.getTime() + more * 1_000), prep).getTime() >= first);
      }));
  });
});
