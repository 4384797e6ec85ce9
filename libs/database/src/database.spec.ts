// Proves what everyone above relies on without looking: value types, prepared statements, honest transactions and
// migrations of many APIs by many processes.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { testDatabase, type TestDatabase } from '#testing';
import { Database, TransactionRolledBack } from './index.js';

class CreateOrders1780000000001 implements MigrationInterface {
  async up(runner: QueryRunner) { await runner.query('CREATE TABLE demo_order (id int PRIMARY KEY)'); }
  async down(runner: QueryRunner) { await runner.query('DROP TABLE demo_order'); }
}
class CreateReturns1780000000002 implements MigrationInterface {
  async up(runner: QueryRunner) {
    await runner.query('CREATE TABLE demo_return (order_id int REFERENCES demo_order); SELECT pg_sleep(0.2)');
  }
  async down(runner: QueryRunner) { await runner.query('DROP TABLE demo_return'); }
}
class Broken1780000000003 implements MigrationInterface {
  async up(runner: QueryRunner) { await runner.query('CREATE TABLE half (id int); SELECT 1 / 0'); }
  async down() { throw new Error('never ran'); }
}
class NameWithoutTime implements MigrationInterface {
  async up() { throw new Error('must not run'); }
  async down() { throw new Error('must not run'); }
}

describe('database', () => {
  let test: TestDatabase;
  const connect = (migrations: Function[]) => Database.connect({
    url: test.url, poolSize: 3, entities: [], migrations, applicationName: 'spec',
  });
  before(async () => { test = await testDatabase(); });
  after(async () => { await test.drop(); });

  it('reads int8 as a checked number, date as text and numeric as decimal text', async () => {
    const rows = await test.database.query(`SELECT 9007199254740991::int8 AS big, array[1::int8, null] AS many,
      '2026-03-29'::date AS day, 12.30::numeric AS amount, count(*) AS n`);
    assert.deepEqual(rows, [{ big: 9007199254740991, many: [1, null], day: '2026-03-29', amount: '12.30', n: 1 }]);
    await assert.rejects(test.database.query('SELECT 9007199254740993::int8'), /does not fit/);
    assert.deepEqual(await test.database.query('SELECT 1 AS alive'), [{ alive: 1 }]);
  });

  it('prepares each text once and survives a table that changes under it', async () => {
    const names = await test.database.transaction(async (tx) => {
      for (const n of [1, 2, 3]) await tx.query('SELECT $1::int + 40 AS sum', [n]);
      return tx.query(`SELECT name FROM pg_prepared_statements WHERE statement = 'SELECT $1::int + 40 AS sum'`);
    });
    assert.equal(names.length, 1);
    const single = await connect([]);
    await test.database.query('CREATE TABLE shape (a int)');
    for (let n = 0; n < 3; n++) await single.query('SELECT * FROM shape', []);
    await test.database.query('ALTER TABLE shape ADD COLUMN b int; INSERT INTO shape VALUES (1, 2)');
    assert.deepEqual(await single.query('SELECT * FROM shape', []), [{ a: 1, b: 2 }]);
    await single.close();
  });

  it('commits or rolls back as a whole, and says so when an error was swallowed', async () => {
    await test.database.query('CREATE TABLE entry (id int PRIMARY KEY)');
    await assert.rejects(test.database.transaction(async (tx) => {
      await tx.query('INSERT INTO entry VALUES (1)');
      throw new Error('changed my mind');
    }), /changed my mind/);
    await assert.rejects(test.database.transaction(async (tx) => {
      await tx.query('INSERT INTO entry VALUES (2)');
      await tx.query('INSERT INTO entry VALUES (2)').catch(() => undefined);
    }), TransactionRolledBack);
    assert.equal(await test.database.transaction(async (tx) => {
      await tx.query('INSERT INTO entry VALUES (3)');
      return 'done';
    }), 'done');
    assert.deepEqual(await test.database.query('SELECT id FROM entry'), [{ id: 3 }]);
  });

  it('survives the loss of its connection inside a transaction', async () => {
    await assert.rejects(test.database.transaction(async (tx) => {
      const [self] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await test.database.query('SELECT pg_terminate_backend($1)', [self!.pid]);
      await tx.query('SELECT 1');
    }), /terminat|not queryable/);
    assert.deepEqual(await test.database.query('SELECT 1 AS alive'), [{ alive: 1 }]);
  });

  it('runs the migrations of several APIs once, by timestamp, whoever starts them together', async () => {
    const databases = await Promise.all([1, 2, 3].map(() =>
      connect([CreateReturns1780000000002, CreateOrders1780000000001])));
    const ran = await Promise.all(databases.map((database) => database.migrate()));
    assert.deepEqual(ran.flat(), ['CreateOrders1780000000001', 'CreateReturns1780000000002']);
    assert.deepEqual(await databases[0]!.migrate(), []);
    await Promise.all(databases.map((database) => database.close()));
  });

  it('undoes a migration that fails, frees the lock and refuses a name without time', async () => {
    const broken = await connect([Broken1780000000003]);
    await assert.rejects(broken.migrate(), /division by zero/);
    await assert.rejects(broken.migrate(), /division by zero/);
    assert.deepEqual(await test.database.query(`SELECT to_regclass('half') AS half`), [{ half: null }]);
    await broken.close();
    const unnamed = await connect([NameWithoutTime]);
    await assert.rejects(unnamed.migrate(), /must end in a 13-digit timestamp: NameWithoutTime/);
    await unnamed.close();
  });
});
