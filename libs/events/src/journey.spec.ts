// Holds the journey: it commits with the facts, reads in order by pages, and telling about a call never hurts it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GroupCommit, UnitOfWork } from '#database';
import { testDatabase, type TestDatabase } from '#testing';
import { createLogger, currentTraceparent, inSpan, metrics } from '#telemetry';
import {
  eventsEntities, eventsMigrations, JourneyRecorder, readJourney, recordJourney, type JourneyEntry,
} from './index.js';

const entry = (subject: string, name: string): JourneyEntry => ({
  subject, kind: 'vendorCall', system: 'sap', name, outcome: 'applied', durationMs: 12.5, attempt: 1,
  reason: 'created', detail: { reference: '4711' },
});

describe('journey', () => {
  let test: TestDatabase;
  let commits: GroupCommit;
  before(async () => {
    // What goes wrong here goes wrong on purpose.
    createLogger('events.journey').level = 'silent';
    test = await testDatabase({ entities: eventsEntities, migrations: eventsMigrations });
    commits = new GroupCommit(test.database);
  });
  after(async () => {
    await commits.close();
    await test.drop();
  });

  it('reads the entries of one subject in the order of writing, by pages, with the trace of the caller', async () => {
    const origin = await inSpan('order', {}, async () => {
      const unit = new UnitOfWork();
      for (const name of ['one', 'two', 'three']) recordJourney(unit, entry('ord_1', name));
      recordJourney(unit, entry('ord_2', 'other'));
      assert.ok((await commits.commit(unit)).committed);
      return currentTraceparent();
    });
    const first = await readJourney(test.database, 'ord_1', { limit: 2 });
    const rest = await readJourney(test.database, 'ord_1', { after: first[1]!.seq });
    assert.deepEqual([...first, ...rest].map(({ name }) => name), ['one', 'two', 'three']);
    const { seq, at, ...stored } = first[0]!;
    assert.deepEqual(stored, { ...entry('ord_1', 'one'), traceparent: origin });
    assert.ok(seq > 0 && Math.abs(Date.parse(at) - Date.now()) < 60_000);
    await assert.rejects(readJourney(test.database, 'ord_1', { limit: 0 }), RangeError);
  });

  it('records without waiting', async () => {
    const recorder = new JourneyRecorder(commits);
    for (let call = 0; call < 500; call++) recorder.record(entry('ord_3', `call-${call}`));
    await recorder.drain();
    assert.equal((await readJourney(test.database, 'ord_3')).length, 500);
  });

  it('drops and counts what is too much or cannot be written, and never throws', async () => {
    const recorder = new JourneyRecorder(commits, 2);
    recorder.record({ ...entry('ord_4', 'bad'), kind: 'gossip' as JourneyEntry['kind'] });
    recorder.record(entry('ord_4', 'good'));
    recorder.record(entry('ord_4', 'too much'));
    await recorder.drain();
    assert.deepEqual((await readJourney(test.database, 'ord_4')).map(({ name }) => name), ['good']);
    const text = await metrics.renderMetrics();
    assert.match(text, /throughline_journey_dropped_total\{reason="full"\} 1/);
    assert.match(text, /throughline_journey_dropped_total\{reason="failed"\} 1/);
  });
});
