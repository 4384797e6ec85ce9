// Lets fast-check look for a mix of good, rejected and failing units for which group commit writes anything else than
// exactly the accepted units.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { testDatabase, type TestDatabase } from '#testing';
import { GroupCommit, Rejected, UnitOfWork, type BatchWriter } from './index.js';

type Fate = 'good' | 'rejectedFirst' | 'rejectedSecond' | 'sqlError' | 'codeError';
interface Row { unit: number; part: number; fate: Fate }

const insert = (table: string, order: number, rejects?: Fate): BatchWriter<Row, string> => ({
  name: table, order, guards: rejects !== undefined,
  async write(tx, rows) {
    const kept = rows.filter((row) => row.fate !== rejects);
    if (rejects === undefined && kept.some((row) => row.fate === 'codeError')) throw new TypeError('broken row');
    await tx.query(`INSERT INTO ${table} SELECT u, p, 1 / d FROM unnest($1::int[], $2::int[], $3::int[]) AS r(u, p, d)`,
      [kept.map((row) => row.unit), kept.map((row) => row.part),
        kept.map((row) => (rejects === undefined && row.fate === 'sqlError' ? 0 : 1))]);
    return rows.map((row) => (row.fate === rejects ? new Rejected(rejects) : `${table}:${row.unit}:${row.part}`));
  },
});
const WRITERS = {
  guard_one: insert('guard_one', 1, 'rejectedFirst'),
  guard_two: insert('guard_two', 2, 'rejectedSecond'),
  fact: insert('fact', 1),
};
type Table = keyof typeof WRITERS;
const TABLES = Object.keys(WRITERS) as Table[];

const fates = fc.oneof({ weight: 6, arbitrary: fc.constant<Fate>('good') },
  ...(['rejectedFirst', 'rejectedSecond', 'sqlError', 'codeError'] as const)
    .map((fate) => ({ weight: 1, arbitrary: fc.constant<Fate>(fate) })));
const parts = fc.array(fc.record({ table: fc.constantFrom(...TABLES), fate: fates }), { minLength: 1, maxLength: 4 });

const VERDICT: Record<Table, Partial<Record<Fate, 'rejected' | 'failed'>>> = {
  guard_one: { rejectedFirst: 'rejected' },
  guard_two: { rejectedSecond: 'rejected' },
  fact: { sqlError: 'failed', codeError: 'failed' },
};

describe('group commit, any mix of units', () => {
  let test: TestDatabase;
  before(async () => {
    test = await testDatabase();
    for (const table of TABLES) await test.database.query(`CREATE TABLE ${table} (unit int, part int, n int)`);
  });
  after(async () => { await test.drop(); });

  it('writes exactly the accepted units', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(parts, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 70 }),
      async (units, lanes, maxUnits) => {
        await test.database.query(`TRUNCATE ${TABLES.join(', ')}`);
        const group = new GroupCommit(test.database, { lanes, maxUnits });
        const told = await Promise.all(units.map(async (rows, unit) => {
          const work = new UnitOfWork();
          const entries = rows.map(({ table, fate }, part) => work.add(WRITERS[table], { unit, part, fate }));
          try {
            const result = await group.commit(work);
            if (!result.committed) return 'rejected';
            entries.forEach((entry, part) => {
              assert.equal(result.outcome(entry), `${rows[part]!.table}:${unit}:${part}`);
            });
            return 'good';
          } catch (error) {
            assert.match(String(error), /division by zero|broken row/);
            return 'failed';
          }
        }));
        await group.close();
        const expected = units.map((rows) => {
          const kinds = rows.map(({ table, fate }) => VERDICT[table][fate]);
          return kinds.includes('rejected') ? 'rejected' : kinds.includes('failed') ? 'failed' : 'good';
        });
        assert.deepEqual(told, expected);
        for (const table of TABLES) {
          const found = await test.database.query(`SELECT unit, part FROM ${table} ORDER BY unit, part`);
          assert.deepEqual(found, units.flatMap((rows, unit) => rows.flatMap((row, part) =>
            (expected[unit] === 'good' && row.table === table ? [{ unit, part }] : []))));
        }
      }), { numRuns: 60 });
  });
});
