// Proves the promise of the log under writers that hold transactions open and roll back, and with several sequencers,
// one of which stalls: nothing lost, no gap, commit order per key.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from '#database';
import { GroupCommit, UnitOfWork } from '#database';
import { testDatabase, type TestDatabase } from '#testing';
import { announce, eventsEntities, eventsMigrations, EventLog, outbox, Sequencer, type NewEvent } from './index.js';

const WRITERS = 12;
const KEYS = 40;
const SETTLE_MS_MAX = 5_000;

const eventOf = (key: string, version: number): NewEvent => ({
  type: 'order.captured.v1', source: '/process/orders', subject: key, partitionKey: key, data: { version } as never,
});

describe('sequencer', () => {
  let test: TestDatabase;
  before(async () => {
    test = await testDatabase({ entities: eventsEntities, migrations: eventsMigrations, poolSize: WRITERS + 6 });
    await test.database.query('create table aggregate (key text primary key, version int not null)');
  });
  beforeEach(async () => {
    await test.database.query(`truncate events.outbox, events.event_log, aggregate;
      update events.sequencer set last_position = 0;
      insert into aggregate select 'ord_' || n, 0 from generate_series(1, ${KEYS}) n`);
  });
  after(() => test.drop());

  /** Raises a random aggregate's version and announces it; true when it committed. */
  async function writeOnce(): Promise<boolean> {
    const undo = Math.random() < 0.1;
    try {
      await test.database.transaction(async (tx) => {
        const keys = [1 + Math.floor(Math.random() * KEYS), 1 + Math.floor(Math.random() * KEYS)].sort();
        for (const key of new Set(keys)) await announceNext(tx, `ord_${key}`);
        await delay(Math.random() * 20);
        if (undo) throw new Error('rolled back on purpose');
      });
    } catch (error) {
      if (!undo) throw error;
    }
    return !undo;
  }

  async function announceNext(tx: Sql, key: string): Promise<void> {
    const rows = await tx.query<{ version: number }>(
      'update aggregate set version = version + 1 where key = $1 returning version', [key]);
    await outbox.write(tx, [eventOf(key, rows[0]!.version)]);
  }

  async function settled(): Promise<void> {
    const until = Date.now() + SETTLE_MS_MAX;
    while (Date.now() < until) {
      if ((await test.database.query('select from events.outbox limit 1')).length === 0) return;
      await delay(10);
    }
    assert.fail('the outbox was not emptied');
  }

  async function assertLogComplete(): Promise<number> {
    const log = await test.database.query<{ position: number; subject: string; data: { version: number } }>(
      'select position, subject, data from events.event_log order by position');
    assert.deepEqual(log.map((event) => event.position), log.map((_, index) => index + 1), 'positions have gaps');
    const versions = new Map<string, number>();
    for (const event of log) {
      assert.equal(event.data.version, (versions.get(event.subject) ?? 0) + 1, `order of ${event.subject} broken`);
      versions.set(event.subject, event.data.version);
    }
    const facts = await test.database.query<{ key: string; version: number }>('select * from aggregate');
    for (const { key, version } of facts) assert.equal(versions.get(key) ?? 0, version, `events of ${key} lost`);
    return log.length;
  }

  it('loses nothing, leaves no gap and keeps the order per key, with two sequencers and 12 writers', async () => {
    const sequencers = [new Sequencer(test.database, 'one'), new Sequencer(test.database, 'two')];
    for (const sequencer of sequencers) sequencer.start();
    const until = Date.now() + 1_500;
    await Promise.all(Array.from({ length: WRITERS }, async () => {
      while (Date.now() < until) {
        await writeOnce();
        sequencers[0]!.nudge();
      }
    }));
    await settled();
    await Promise.all(sequencers.map((sequencer) => sequencer.stop()));
    const count = await assertLogComplete();
    assert.ok(count > 100, `only ${count} events`);
  });

  for (const ending of ['commits', 'dies'] as const) {
    it(`waits for a sequencer that stalls inside its move, and goes on after it ${ending}`, async () => {
      for (let count = 0; count < 20; count++) await writeOnce();
      const healthy = new Sequencer(test.database, 'healthy');
      let release!: () => void;
      const held = new Promise<void>((resolve) => (release = resolve));
      let pid = 0;
      let stalledMoved!: () => void;
      const moved = new Promise<void>((resolve) => (stalledMoved = resolve));
      const stalled = test.database.transaction(async (tx) => {
        pid = (await tx.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]!.pid;
        await tx.query(`select events.sequence_outbox(5, 'stalled', 'nobody')`);
        stalledMoved();
        await held;
      });
      stalled.catch(() => undefined);
      await moved;
      healthy.start();
      for (let count = 0; count < 20; count++) await writeOnce();
      assert.equal((await test.database.query('select from events.event_log')).length, 0);
      if (ending === 'dies') await test.database.query('select pg_terminate_backend($1)', [pid]);
      release();
      if (ending === 'dies') await assert.rejects(stalled);
      else await stalled;
      await settled();
      await healthy.stop();
      await assertLogComplete();
    });
  }

  it('does not lock, write or notify while there is nothing to move', async () => {
    await test.database.transaction(async (tx) => {
      await tx.query(`select events.sequence_outbox(5, 'idle', 'nobody')`);
      const rows = await tx.query('select pg_current_xact_id_if_assigned() is null as untouched');
      assert.deepEqual(rows, [{ untouched: true }]);
    });
  });

  it('has group-committed events in the log milliseconds after their commit', async () => {
    const sequencer = new Sequencer(test.database, 'nudged');
    const log = new EventLog(test.database, sequencer);
    const commits = new GroupCommit(test.database, { onBatch: () => sequencer.nudge() });
    sequencer.start();
    const arrived = new Map<string, number>();
    const stop = new AbortController();
    const following = (async () => {
      for await (const event of log.follow({ after: 0, signal: stop.signal })) arrived.set(event.id, performance.now());
    })();
    const latencies: number[] = [];
    const committed = new Map<string, number>();
    for (let count = 0; count < 30; count++) {
      const unit = new UnitOfWork();
      const entry = announce(unit, eventOf('ord_1', count));
      const result = await commits.commit(unit);
      assert.ok(result.committed);
      committed.set(result.outcome(entry), performance.now());
      await delay(15);
    }
    await settled();
    await delay(150);
    stop.abort();
    await following;
    for (const [id, at] of committed) latencies.push(arrived.get(id)! - at);
    latencies.sort((a, b) => a - b);
    assert.equal(arrived.size, 30);
    assert.ok(latencies[15]! < 60, `median ${latencies[15]} ms`);
    await sequencer.stop();
    await commits.close();
    await log.close();
  });
});
