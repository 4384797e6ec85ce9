// Proves group commit's promise on a real PostgreSQL: each unit is written wholly or not at all, told truly, and never
// harmed by its neighbours.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { testDatabase, type TestDatabase } from '#testing';
import { GroupCommit, QueueFull, Rejected, Sending, UnitOfWork, WriterClosed, type BatchReport, type BatchWriter,
  type UnitResult } from './index.js';

interface Note { id: number; text: string }

const note: BatchWriter<Note, number> = {
  name: 'note', order: 20,
  async write(tx, rows) {
    const written = await tx.query<{ seq: number }>(
      'INSERT INTO note (id, text) SELECT * FROM unnest($1::int[], $2::text[]) RETURNING seq',
      [rows.map((row) => row.id), rows.map((row) => row.text)]);
    return written.map((row) => row.seq);
  },
};
const key: BatchWriter<string> = {
  name: 'key', order: 1, guards: true,
  async write(tx, rows) {
    const fresh = new Set((await tx.query<{ key: string }>(
      'INSERT INTO used_key SELECT * FROM unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING key', [rows]))
      .map((row) => row.key));
    return rows.map((row) => (fresh.has(row) ? undefined : new Rejected('duplicate', row)));
  },
};
const stock: BatchWriter<number> = {
  name: 'stock', order: 2, guards: true,
  async write(tx, rows) {
    let left = (await tx.query<{ quantity: number }>('SELECT quantity FROM stock FOR UPDATE'))[0]!.quantity;
    const answers = rows.map((row) => (row <= left ? void (left -= row) : new Rejected('out-of-stock', left)));
    await tx.query('UPDATE stock SET quantity = $1', [left]);
    return answers;
  },
};

describe('group commit', () => {
  let test: TestDatabase;
  let reports: BatchReport[];
  const count = async (table: string) =>
    (await test.database.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))[0]!.n;
  const commits = (options = {}) => new GroupCommit(test.database, { onBatch: (r) => reports.push(r), ...options });
  const unit = (...adds: ((u: UnitOfWork) => void)[]) => {
    const made = new UnitOfWork();
    for (const add of adds) add(made);
    return made;
  };
  const reason = (result: UnitResult) => (result.committed ? 'committed' : result.rejected.reason);

  before(async () => {
    test = await testDatabase({ poolSize: 12 });
    await test.database.query(`CREATE TABLE note (id int PRIMARY KEY, text text NOT NULL, seq int8 GENERATED ALWAYS AS
      IDENTITY); CREATE TABLE used_key (key text PRIMARY KEY); CREATE TABLE stock (quantity int NOT NULL)`);
  });
  beforeEach(async () => {
    reports = [];
    await test.database.query('TRUNCATE note, used_key, stock; INSERT INTO stock VALUES (3)');
  });
  after(async () => { await test.drop(); });

  it('fails one unit alone although its writer was not waited for, and says what was wrong with it', async () => {
    const quick: BatchWriter<Note> = {
      name: 'quick', order: 30, pipelined: true,
      async write(tx, rows) {
        const ids = rows.map(({ id }) => id);
        const texts = rows.map(({ text }) => text);
        await Promise.all([
          tx.query('INSERT INTO note (id, text) SELECT * FROM unnest($1::int[], $2::text[])', [ids, texts]),
          tx.query('UPDATE note SET text = text || $2 WHERE id = ANY($1::int[])', [ids, '!']),
        ]);
      },
    };
    const group = commits({ lanes: 1 });
    const notes = [1, 2, 1, 3].map((id, place) => unit((u) => u.add(quick, { id, text: `${place}` })));
    const results = await Promise.allSettled(notes.map((made) => group.commit(made)));
    const failed = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    assert.deepEqual(failed.map(({ reason: error }) => (error as { code: string }).code), ['23505']);
    assert.deepEqual((await test.database.query('SELECT id, right(text, 1) AS said FROM note ORDER BY id')),
      [1, 2, 3].map((id) => ({ id, said: '!' })));
    const mixed = unit((u) => u.add({ ...key, pipelined: true }, 'k'));
    await assert.rejects(group.commit(mixed), /cannot be a guard and pipelined/);
    await group.close();
  });

  it('lets a guard send its writes without waiting, in their order, and hears what went wrong', async () => {
    const taking: BatchWriter<number> = {
      name: 'taking', order: 3, guards: true,
      async write(tx, rows) {
        const [left] = await tx.query<{ quantity: number }>('SELECT quantity FROM stock FOR UPDATE');
        const writes = new Sending(tx);
        await writes.query('UPDATE stock SET quantity = quantity - $1', [rows.length]);
        await writes.query('INSERT INTO note (id, text) SELECT i, $2 FROM unnest($1::int[]) AS i', [rows, 'taken']);
        await writes.query('UPDATE note SET text = text || $2 WHERE id = ANY($1::int[])', [rows, '!']);
        await writes.settled();
        return rows.map((_, place) => (place < left!.quantity ? undefined : new Rejected('out-of-stock')));
      },
    };
    const group = commits({ lanes: 1 });
    const units = [1, 2, 2].map((id) => unit((u) => u.add(taking, id)));
    const results = await Promise.allSettled(units.map((made) => group.commit(made)));
    assert.equal(results.filter(({ status }) => status === 'rejected').length, 1);
    assert.deepEqual(await test.database.query('SELECT id, text FROM note ORDER BY id'),
      [{ id: 1, text: 'taken!' }, { id: 2, text: 'taken!' }]);
    assert.deepEqual(await test.database.query('SELECT quantity FROM stock'), [{ quantity: 1 }]);
    await group.close();
  });

  it('has lanes that write nothing outside of a transaction', async () => {
    const lane = await test.database.openLane();
    await assert.rejects(lane.query('INSERT INTO note (id, text) VALUES ($1, $2)', [1, 'x']), { code: '25006' });
    assert.ok(lane.usable);
    await test.database.closeLane(lane);
    assert.equal(await count('note'), 0);
  });

  it('shares one transaction, keeps the order of units, answers the outcome of each entry', async () => {
    const group = commits({ lanes: 1 });
    const entries = Array.from({ length: 50 }, (_, id) => {
      const made = new UnitOfWork();
      return { made, entry: made.add(note, { id, text: 'x' }) };
    });
    const seqs = await Promise.all(entries.map(async ({ made, entry }) => {
      const result = await group.commit(made);
      assert.ok(result.committed);
      return result.outcome(entry);
    }));
    assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b));
    assert.equal(await count('note'), 50);
    assert.deepEqual(reports.map((report) => [report.units, report.committed, report.transactions]), [[50, 50, 1]]);
    await group.close();
  });

  it('lets a bad unit fail alone, with its own SQL error', async () => {
    const group = commits({ lanes: 1 });
    const results = await Promise.allSettled(Array.from({ length: 64 }, (_, id) =>
      group.commit(unit((u) => u.add(note, { id: id === 40 ? 7 : id, text: 'x' })))));
    const failed = results.flatMap((result, id) => (result.status === 'rejected' ? [[id, result.reason.code]] : []));
    assert.deepEqual(failed, [[40, '23505']]);
    assert.equal(await count('note'), 63);
    assert.ok(reports[0]!.transactions <= 14, `halving takes few transactions, not ${reports[0]!.transactions}`);
    await group.close();
  });

  it('rejects what a guard rejects and undoes the rows an earlier guard wrote for it', async () => {
    const group = commits({ lanes: 1 });
    await group.commit(unit((u) => u.add(key, 'k0')));
    const results = await Promise.all([
      unit((u) => u.add(key, 'k1'), (u) => u.add(stock, 2), (u) => u.add(note, { id: 1, text: 'a' })),
      unit((u) => u.add(key, 'k2'), (u) => u.add(stock, 2), (u) => u.add(note, { id: 2, text: 'b' })),
      unit((u) => u.add(key, 'k0'), (u) => u.add(stock, 1), (u) => u.add(note, { id: 3, text: 'c' })),
      unit((u) => u.add(key, 'k4'), (u) => u.add(stock, 1), (u) => u.add(note, { id: 4, text: 'd' })),
    ].map((made) => group.commit(made)));
    assert.deepEqual(results.map(reason), ['committed', 'out-of-stock', 'duplicate', 'committed']);
    const keys = await test.database.query<{ key: string }>('SELECT key FROM used_key ORDER BY key');
    assert.deepEqual(keys.map((row) => row.key), ['k0', 'k1', 'k4']);
    assert.deepEqual((await test.database.query('SELECT id FROM note ORDER BY id')).map((row) => row.id), [1, 4]);
    assert.deepEqual(await test.database.query('SELECT quantity FROM stock'), [{ quantity: 0 }]);
    await group.close();
  });

  it('decides a unit again whose key was held only by a unit that was itself rejected', async () => {
    const group = commits({ lanes: 1 });
    const results = await Promise.all([
      group.commit(unit((u) => u.add(key, 'same'), (u) => u.add(stock, 99))),
      group.commit(unit((u) => u.add(key, 'same'), (u) => u.add(stock, 1))),
    ]);
    assert.deepEqual(results.map(reason), ['out-of-stock', 'committed']);
    await group.close();
  });

  it('sells exactly what is there when many race for it over both lanes', async () => {
    await test.database.query('UPDATE stock SET quantity = 50');
    const group = commits({ maxUnits: 40 });
    const results = await Promise.all(Array.from({ length: 500 }, (_, id) =>
      group.commit(unit((u) => u.add(key, `b${id}`), (u) => u.add(stock, 1), (u) => u.add(note, { id, text: 'x' })))));
    assert.equal(results.filter((result) => result.committed).length, 50);
    assert.deepEqual([await count('note'), await count('used_key')], [50, 50]);
    await group.close();
  });

  it('tries again after a deadlock between its lanes', async () => {
    await test.database.query('CREATE TABLE slot (id int PRIMARY KEY, n int); INSERT INTO slot VALUES (1, 0), (2, 0)');
    const slots: BatchWriter<number[]> = {
      name: 'slots', order: 1,
      async write(tx, rows) {
        for (const id of rows.flat()) {
          await tx.query('UPDATE slot SET n = n + 1 WHERE id = $1 RETURNING pg_sleep(0.05)', [id]);
        }
      },
    };
    const group = commits({ maxUnits: 1 });
    await Promise.all([[1, 2], [2, 1], [1, 2], [2, 1]].map((ids) => group.commit(unit((u) => u.add(slots, ids)))));
    assert.deepEqual(await test.database.query('SELECT n FROM slot ORDER BY id'), [{ n: 4 }, { n: 4 }]);
    assert.ok(reports.some((report) => report.transactions > 1), 'the lanes did deadlock');
    await group.close();
  });

  it('tells the truth when a writer swallows an SQL error, and when COMMIT itself fails', async () => {
    const group = commits();
    const careless: BatchWriter<number> = {
      name: 'careless', order: 1,
      async write(tx) { await tx.query('SELECT 1 / 0').catch(() => undefined); },
    };
    await assert.rejects(group.commit(unit((u) => u.add(careless, 1))), /rolled the transaction back/);
    await test.database.query(`CREATE TABLE late (id int PRIMARY KEY,
      parent int REFERENCES late DEFERRABLE INITIALLY DEFERRED)`);
    const late: BatchWriter<number> = {
      name: 'late', order: 1,
      async write(tx, rows) {
        await tx.query('INSERT INTO late SELECT n, nullif(n, 0) + 100 * (n % 2) FROM unnest($1::int[]) n', [rows]);
      },
    };
    const results = await Promise.allSettled([2, 3, 4].map((id) => group.commit(unit((u) => u.add(late, id)))));
    assert.deepEqual(results.map((result) => result.status), ['fulfilled', 'rejected', 'fulfilled']);
    assert.equal(await count('late'), 2);
    await group.close();
  });

  it('refuses at once when full, when closed and when a unit is offered twice; drains on close', async () => {
    const group = commits({ maxQueued: 10 });
    const offered = Array.from({ length: 12 }, (_, id) => group.commit(unit((u) => u.add(note, { id, text: 'x' }))));
    const results = await Promise.allSettled([...offered, group.close()]);
    const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    assert.equal(errors.length, 2);
    assert.ok(errors.every((error) => error instanceof QueueFull));
    assert.equal(await count('note'), 10);
    await assert.rejects(group.commit(new UnitOfWork()), WriterClosed);
    const other = commits();
    const once = unit((u) => u.add(note, { id: 100, text: 'x' }));
    await other.commit(once);
    assert.throws(() => { once.add(note, { id: 101, text: 'y' }); }, /no rows after/);
    await assert.rejects(async () => other.commit(once), /only once/);
    await other.close();
  });

  it('commits at least 5,000 small units a second with 256 callers', async () => {
    const group = commits();
    let id = 0;
    const started = performance.now();
    await Promise.all(Array.from({ length: 256 }, async () => {
      while (id < 20_000) await group.commit(unit((u) => u.add(note, { id: ++id, text: 'x' })));
    }));
    const rate = Math.round((id / (performance.now() - started)) * 1_000);
    assert.equal(await count('note'), id);
    assert.ok(rate >= 5_000, `${rate} units/s`);
    console.log(`group commit: ${rate} units/s, ${reports.length} transactions for ${id} units`);
    await group.close();
  });
});
