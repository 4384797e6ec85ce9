// Takes the connection away at the worst moments and proves that no unit is lost, doubled or wrongly answered.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { testDatabase, Wire, type Cut, type TestDatabase } from '#testing';
import { Database, GroupCommit, UnitOfWork, type BatchReport, type BatchWriter } from './index.js';

const STORM_ROUNDS = 50;

// No unique key on purpose: a unit written twice would show.
const fact: BatchWriter<number> = {
  name: 'fact', order: 1,
  async write(tx, rows) { await tx.query('INSERT INTO fact SELECT * FROM unnest($1::int[])', [rows]); },
};

describe('lost connections', () => {
  let test: TestDatabase;
  let wire: Wire;
  let database: Database;
  let reports: BatchReport[];
  const ids = async () => (await test.database.query('SELECT id FROM fact ORDER BY id')).map((row) => row.id);
  const write = (group: GroupCommit, id: number) => {
    const unit = new UnitOfWork();
    unit.add(fact, id);
    return group.commit(unit);
  };
  before(async () => {
    test = await testDatabase();
    await test.database.query(`CREATE TABLE fact (id int NOT NULL); CREATE TABLE pause (seconds float NOT NULL);
      CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(coalesce((SELECT max(seconds) FROM pause), 0)); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER pause AFTER INSERT ON fact DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION pause()`);
    wire = await Wire.to(test.url);
    database = await Database.connect({
      url: wire.url, poolSize: 6, entities: [], migrations: [], applicationName: 'cut',
    });
  });
  beforeEach(async () => {
    reports = [];
    await test.database.query('TRUNCATE fact, pause');
  });
  after(async () => {
    await database.close();
    await wire.close();
    await test.drop();
  });

  const cases: [Cut, number, number][] = [['before', 0, 2], ['after', 0, 1], ['after', 0.3, 1]];
  for (const [cut, pause, transactions] of cases) {
    it(`answers truly when the connection is cut ${cut} COMMIT arrives, which takes ${pause} s`, async () => {
      await test.database.query('INSERT INTO pause VALUES ($1)', [pause]);
      const group = new GroupCommit(database, { lanes: 1, onBatch: (report) => reports.push(report) });
      const already = wire.cuts;
      wire.cutAt('COMMIT', cut);
      const results = await Promise.all([1, 2, 3].map((id) => write(group, id)));
      assert.equal(wire.cuts, already + 1);
      assert.ok(results.every((result) => result.committed));
      assert.deepEqual(await ids(), [1, 2, 3]);
      assert.equal(reports[0]!.transactions, transactions);
      await group.close();
    });
  }

  it('runs again a COMMIT that was cut off from its backend', async () => {
    await test.database.query('INSERT INTO pause VALUES (0.5)');
    const group = new GroupCommit(database, { lanes: 1, onBatch: (report) => reports.push(report) });
    const writing = write(group, 1);
    await delay(200);
    const [killed] = await test.database.query(`SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity
      WHERE application_name = 'cut' AND query = 'COMMIT' AND state = 'active'`);
    assert.deepEqual(killed, { n: 1 });
    assert.ok((await writing).committed);
    assert.deepEqual(await ids(), [1]);
    assert.equal(reports[0]!.transactions, 2);
    await group.close();
  });

  it('writes each unit once while backends are killed and connections cut at random', async () => {
    const group = new GroupCommit(database, { maxUnits: 20, onBatch: (report) => reports.push(report) });
    let stop = false;
    const storm = (async () => {
      for (let round = 0; !stop && round < STORM_ROUNDS; round++) {
        wire.cutAt('COMMIT', round % 2 === 0 ? 'after' : 'before');
        await delay(40);
        await test.database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = 'cut' AND state <> 'idle'`);
      }
    })();
    let next = 0;
    await Promise.all(Array.from({ length: 32 }, async () => {
      while (next < 20_000) assert.ok((await write(group, next++)).committed);
    }));
    stop = true;
    await storm;
    assert.deepEqual(await ids(), Array.from({ length: next }, (_, id) => id));
    assert.ok(reports.some((report) => report.transactions > 1), 'the storm did hit');
    await group.close();
  });
});
