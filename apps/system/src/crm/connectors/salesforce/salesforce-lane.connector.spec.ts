// What a lane promises to its callers: few calls, one at a time, the newest row of a key, an end before the deadline.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { VendorSilent, VendorUnreached } from '../../../vendor-line.js';
import { Lane } from './salesforce-lane.connector.js';

interface Row {
  readonly key: string;
  readonly version: number;
}

const soon = () => Date.now() + 2_000;

function lane(send: (rows: readonly Row[]) => Promise<readonly (number | Error)[]>, paceMs = 0): Lane<Row, number> {
  return new Lane<Row, number>({
    rowsMax: 3, keyOf: ({ key }) => key, isNewer: (row, than) => row.version > than.version, paceMs: () => paceMs, send,
  });
}

describe('a lane', () => {
  it('sends what waits together, one batch at a time and none larger than allowed', async () => {
    const batches: string[] = [];
    let running = 0;
    const subject = lane(async (rows) => {
      assert.equal(++running, 1);
      batches.push(rows.map(({ key }) => key).join(''));
      await sleep(5);
      running--;
      return rows.map(({ version }) => version);
    });
    const results = await Promise.all([...'abcdefg'].map((key, version) => subject.submit({ key, version }, soon())));
    assert.deepEqual(results, [0, 1, 2, 3, 4, 5, 6]);
    assert.deepEqual(batches, ['abc', 'def', 'g']);
  });

  it('sends only the newest of several rows of one key and tells all of them', async () => {
    const sent: Row[] = [];
    const subject = lane(async (rows) => {
      sent.push(...rows);
      return rows.map(({ version }) => version);
    });
    const versions = [1, 3, 2].map((version) => subject.submit({ key: 'a', version }, soon()));
    assert.deepEqual(await Promise.all(versions), [3, 3, 3]);
    assert.deepEqual(sent, [{ key: 'a', version: 3 }]);
  });

  it('fails one row alone, and all of a batch that fails', async () => {
    const subject = lane(async (rows) => {
      if (rows.some(({ key }) => key === 'x')) throw new VendorSilent('gone');
      return rows.map(({ key, version }) => (key === 'b' ? new VendorUnreached('locked') : version));
    });
    const rows = [...'abc'].map((key, version) => ({ key, version }));
    const outcomes = await Promise.allSettled(rows.map((row) => subject.submit(row, soon())));
    assert.deepEqual(outcomes.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled']);
    await assert.rejects(subject.submit({ key: 'x', version: 1 }, soon()), VendorSilent);
    assert.equal(await subject.submit({ key: 'd', version: 4 }, soon()), 4);
  });

  it('tells who waited too long whether the row had been sent', async () => {
    const subject = lane(async (rows) => {
      await sleep(800);
      return rows.map(({ version }) => version);
    });
    const sent = subject.submit({ key: 'a', version: 1 }, Date.now() + 300);
    await sleep(50);
    const queued = subject.submit({ key: 'b', version: 1 }, Date.now() + 300);
    await Promise.all([assert.rejects(sent, VendorSilent), assert.rejects(queued, VendorUnreached)]);
  });

  it('keeps its pace between calls', async () => {
    const at: number[] = [];
    const subject = lane(async (rows) => {
      at.push(Date.now());
      return rows.map(({ version }) => version);
    }, 60);
    await Promise.all([...'abcd'].map((key, version) => subject.submit({ key, version }, soon())));
    assert.equal(at.length, 2);
    assert.ok(at[1]! - at[0]! >= 55);
  });
});
