// Kills PostgreSQL itself while group commit is at work, because after a crash an unanswered COMMIT may or may not have
// survived: what was told must be there once, and nothing may be there twice.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Database, GroupCommit, startPostgres, UnitOfWork, type BatchWriter } from './index.js';

const KILLS = 3;
const CALLERS = 32;

const fact: BatchWriter<number> = {
  name: 'fact', order: 1,
  async write(tx, rows) { await tx.query('INSERT INTO fact SELECT * FROM unnest($1::int[])', [rows]); },
};

describe('PostgreSQL killed under load', () => {
  it('keeps every unit it acknowledged, once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'throughline-crash-'));
    chmodSync(folder, 0o755);
    const dataDir = join(folder, 'postgres');
    let running = await startPostgres({ dataDir });
    try {
      const database = await Database.connect({
        url: running.url, poolSize: 4, entities: [], migrations: [], applicationName: 'crash',
      });
      await database.migrate();
      await database.query('CREATE TABLE fact (id int NOT NULL)');
      const group = new GroupCommit(database, { maxUnits: 8 });
      let [next, stop] = [0, false];
      const callers = Array.from({ length: CALLERS }, async () => {
        while (!stop) {
          const unit = new UnitOfWork();
          unit.add(fact, next++);
          assert.ok((await group.commit(unit)).committed);
        }
      });
      for (let kill = 0; kill < KILLS; kill++) {
        await delay(250);
        process.kill(running.pid, 'SIGKILL');
        await running.ended;
        running = await startPostgres({ dataDir });
      }
      stop = true;
      await Promise.all(callers);
      const found = await database.query<{ id: number }>('SELECT id FROM fact ORDER BY id');
      assert.deepEqual(found.map((row) => row.id), Array.from({ length: next }, (_, id) => id));
      console.log(`${next} units, ${KILLS} crashes: each there once`);
      await group.close();
      await database.close();
    } finally {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
