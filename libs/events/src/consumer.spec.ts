// Holds the promises of a named consumer: each event at least once and in order, bounded tries, dead letters with
// their cause, and one process at a time.
import assert from 'node:assert/strict';
import { after, beforeEach, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { testDatabase, type TestDatabase } from '#testing';
import { createLogger } from '#telemetry';
import {
  consume, eventsEntities, eventsMigrations, EventLog, outbox, Sequencer, Unprocessable, type StoredEvent,
} from './index.js';

const WAIT_MS_MAX = 30_000;

describe('consumer', () => {
  let test: TestDatabase;
  let sequencer: Sequencer;
  let log: EventLog;
  before(async () => {
    // What goes wrong here goes wrong on purpose.
    createLogger('events.consumer').level = 'silent';
    test = await testDatabase({ entities: eventsEntities, migrations: eventsMigrations });
    sequencer = new Sequencer(test.database, 'spec');
    log = new EventLog(test.database, sequencer);
  });
  beforeEach(() => test.database.query(`truncate events.event_log, events.cursor, events.dead_letter;
    update events.sequencer set last_position = 0`));
  after(async () => {
    await log.close();
    await test.drop();
  });

  async function write(count: number, keys = 1): Promise<void> {
    await test.database.transaction((tx) => outbox.write(tx, Array.from({ length: count }, (_, index) => ({
      type: 'order.captured.v1', source: '/process/orders', subject: `ord_${index}`,
      partitionKey: `key-${index % keys}`, data: { index } as never,
    }))));
    await sequencer.move();
  }

  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + WAIT_MS_MAX;
    while (Date.now() < deadline) {
      if (await condition()) return;
      await delay(5);
    }
    assert.fail('waited too long');
  }

  const positions = (events: StoredEvent[]) => events.map((event) => event.position);
  const cursor = async () =>
    (await test.database.query<{ position: number }>('select position from events.cursor'))[0]?.position;

  it('handles all events in order and goes on from its cursor after a restart', async () => {
    const seen: StoredEvent[] = [];
    const run = (stop: AbortController) => consume(test.database, log, {
      name: 'projection', signal: stop.signal, handler: async (event) => void seen.push(event),
    });
    await write(150);
    const first = new AbortController();
    const running = run(first);
    await until(() => seen.length === 150);
    first.abort();
    await running;
    await write(10);
    const second = new AbortController();
    const again = run(second);
    await until(() => seen.length >= 160);
    second.abort();
    await again;
    assert.deepEqual(positions(seen), Array.from({ length: 160 }, (_, index) => index + 1));
    assert.equal(await cursor(), 160);
  });

  it('handles several keys side by side, each in order, and forgets none that fails', async () => {
    const seen = new Map<string, number[]>();
    let working = 0;
    let most = 0;
    const failed = new Set<number>();
    const stop = new AbortController();
    const running = consume(test.database, log, {
      name: 'side by side', signal: stop.signal, concurrency: 8, retryDelayMs: 1,
      handler: async ({ partitionKey, position }) => {
        most = Math.max(most, ++working);
        await delay(position % 7);
        working -= 1;
        if (position % 5 === 0 && !failed.has(position)) {
          failed.add(position);
          throw new Error('once');
        }
        seen.set(partitionKey, [...seen.get(partitionKey) ?? [], position]);
      },
    });
    await write(60, 6);
    await until(async () => (await cursor()) === 60);
    stop.abort();
    await running;
    assert.ok(most > 1 && most <= 8, `${most} at the same time`);
    assert.equal(failed.size, 12);
    for (const [key, places] of seen) assert.deepEqual(places, places.toSorted((a, b) => a - b), key);
    assert.equal([...seen.values()].flat().length, 60);
  });

  it('tries a bounded number of times, buries the event with its cause, and goes on', async () => {
    const seen: StoredEvent[] = [];
    const tries: number[] = [];
    const stop = new AbortController();
    await write(5);
    const running = consume(test.database, log, {
      name: 'erp', signal: stop.signal, attempts: 3, retryDelayMs: 1,
      handler: async (event, { attempt }) => {
        if (event.position === 3) {
          tries.push(attempt);
          throw new Error(`order ${event.subject} unknown at line 17`);
        }
        if (event.position === 4 && attempt === 1) throw new Error('passing trouble');
        seen.push(event);
      },
    });
    await until(() => seen.length === 4);
    stop.abort();
    await running;
    assert.deepEqual(tries, [1, 2, 3]);
    assert.deepEqual(positions(seen), [1, 2, 4, 5]);
    const letters = await test.database.query<Record<string, string>>('select * from events.dead_letter');
    assert.equal(letters.length, 1);
    const { consumer, position, attempts, cause, cause_group: group, subject } = letters[0]!;
    assert.deepEqual([consumer, position, attempts, subject], ['erp', 3, 3, 'ord_2']);
    assert.match(cause!, /order ord_2 unknown at line 17/);
    assert.equal(group, 'Error: order * unknown at line *');
    assert.equal(await cursor(), 5);
  });

  it('puts an event aside at once when its handler says that no try can mend it', async () => {
    let tries = 0;
    const stop = new AbortController();
    const running = consume(test.database, log, {
      name: 'strict', signal: stop.signal, attempts: 1_000,
      handler: async ({ position }) => {
        tries += 1;
        if (position === 1) throw new Unprocessable('the customer system rejected it');
      },
    });
    await write(2);
    await until(async () => (await cursor()) === 2);
    stop.abort();
    await running;
    const [letter] = await test.database.query('select position, attempts from events.dead_letter');
    assert.deepEqual([tries, letter], [2, { position: 1, attempts: 1 }]);
  });

  it('gives up on a handler that never ends', async () => {
    const stop = new AbortController();
    let aborted = false;
    await write(1);
    const running = consume(test.database, log, {
      name: 'hanging', signal: stop.signal, attempts: 1, timeoutMs: 30,
      handler: (_, { signal }) => new Promise(() => signal.addEventListener('abort', () => (aborted = true))),
    });
    await until(async () => (await cursor()) === 1);
    stop.abort();
    await running;
    assert.ok(aborted);
    assert.equal((await test.database.query('select from events.dead_letter')).length, 1);
  });

  it('waits for the event in progress when it is stopped, and counts it as handled', async () => {
    const stop = new AbortController();
    let told = false;
    await write(2);
    await consume(test.database, log, {
      name: 'stopping', signal: stop.signal,
      handler: async (_, { signal }) => {
        stop.abort();
        told = signal.aborted;
        await delay(30);
      },
    });
    assert.ok(told);
    assert.equal(await cursor(), 1);
  });

  it('works in one process at a time, and another takes over when it dies', async () => {
    const seen = { one: [] as StoredEvent[], two: [] as StoredEvent[] };
    const stops = { one: new AbortController(), two: new AbortController() };
    const run = (who: 'one' | 'two') => consume(test.database, log, {
      name: 'shared', signal: stops[who].signal, leaseMs: 400, handler: async (event) => void seen[who].push(event),
    });
    const one = run('one');
    await until(async () => (await cursor()) === 0);
    const two = run('two');
    await write(20);
    await until(() => seen.one.length === 20);
    await delay(300);
    assert.equal(seen.two.length, 0);
    stops.one.abort();
    await one;
    await write(5);
    await until(() => seen.two.length === 5);
    stops.two.abort();
    await two;
    assert.deepEqual(positions(seen.two), [21, 22, 23, 24, 25]);
  });

  it('stops a holder that was taken over before it can move the cursor', async () => {
    const stop = new AbortController();
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    let delivered = 0;
    await write(1);
    const running = consume(test.database, log, {
      name: 'zombie', signal: stop.signal, leaseMs: 60_000,
      handler: async () => {
        delivered++;
        await held;
      },
    });
    await until(() => delivered === 1);
    await test.database.query(
      `update events.cursor set epoch = epoch + 1, leased_until = clock_timestamp() + interval '1 minute'`);
    release();
    await delay(100);
    assert.equal(await cursor(), 0);
    stop.abort();
    await running;
  });
});
