// Holds what readers of the log rely on: pages, filters, a follow that resumes and shares its reading, and the
// CloudEvent that leaves the house.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { CloudEvent, HTTP } from 'cloudevents';
import { UnitOfWork } from '#database';
import { testDatabase, type TestDatabase } from '#testing';
import { currentTraceparent, inSpan } from '#telemetry';
import {
  announce, eventsEntities, eventsMigrations, EventLog, outbox, Sequencer, toCloudEvent, type NewEvent,
  type StoredEvent,
} from './index.js';

const DELIVERY_MS_MAX = 5_000;
/** More than the tail keeps in memory. */
const HISTORY = 3_000;

describe('event log', () => {
  let test: TestDatabase;
  let sequencer: Sequencer;
  let log: EventLog;
  before(async () => {
    test = await testDatabase({ entities: eventsEntities, migrations: eventsMigrations });
    sequencer = new Sequencer(test.database, 'spec');
    log = new EventLog(test.database, sequencer);
    await write(HISTORY);
  });
  after(async () => {
    await log.close();
    await test.drop();
  });

  /** Every tenth event is a shipment, all else orders. */
  async function write(count: number): Promise<void> {
    await test.database.transaction((tx) => outbox.write(tx, Array.from({ length: count }, (_, index) => ({
      type: index % 10 === 9 ? 'shipment.dispatched.v1' : 'order.captured.v1',
      source: '/process/orders', subject: `ord_${index % 7}`, partitionKey: `ord_${index % 7}`,
      data: { index } as never,
    }))));
    for (let rounds = 0; rounds < 10 && (await sequencer.move()) > 0; rounds++);
  }

  async function take(events: AsyncIterable<StoredEvent>, count: number): Promise<StoredEvent[]> {
    const taken: StoredEvent[] = [];
    for await (const event of events) {
      taken.push(event);
      if (taken.length === count) break;
    }
    return taken;
  }

  it('reads pages by position, type and subject, and refuses limits out of range', async () => {
    const first = await log.read({ limit: 20 });
    assert.deepEqual(first.map((event) => event.position), Array.from({ length: 20 }, (_, index) => index + 1));
    assert.equal((await log.read({ after: 20, limit: 1 }))[0]!.position, 21);
    const types = ['shipment.dispatched.v1'];
    assert.deepEqual((await log.read({ types, limit: 3 })).map((event) => event.position), [10, 20, 30]);
    const ofOrder = await log.read({ subject: 'ord_3', types, after: 10, limit: 2 });
    assert.deepEqual(ofOrder.map((event) => [event.subject, event.type]), Array(2).fill(['ord_3', types[0]]));
    assert.equal(await log.head(), HISTORY);
    await assert.rejects(log.read({ limit: 1_001 }), RangeError);
    await assert.rejects(log.read({ after: -1 }), RangeError);
  });

  it('follows from a position through history into live events, and resumes where a reader stopped', async () => {
    const early = await take(log.follow({ after: 0 }), 1_500);
    const signal = AbortSignal.timeout(DELIVERY_MS_MAX);
    const rest = take(log.follow({ after: early.at(-1)!.position, signal }), HISTORY - 1_500 + 50);
    await delay(50);
    await write(50);
    const positions = [...early, ...(await rest)].map((event) => event.position);
    assert.deepEqual(positions, Array.from({ length: HISTORY + 50 }, (_, index) => index + 1));
  });

  it('filters by type in history and live alike', async () => {
    const before = await log.head();
    const types = ['shipment.dispatched.v1'];
    const signal = AbortSignal.timeout(DELIVERY_MS_MAX);
    const found = take(log.follow({ after: 0, types, signal }), before / 10 + 2);
    await delay(50);
    await write(20);
    const events = await found;
    assert.ok(events.every((event) => event.type === types[0]));
    assert.equal(events.length, before / 10 + 2);
    assert.deepEqual(events.slice(-2).map((event) => event.position), [before + 10, before + 20]);
  });

  it('feeds 300 followers with one reader, each with every event once', async () => {
    const start = await log.head();
    const signal = AbortSignal.timeout(DELIVERY_MS_MAX);
    const followers = Array.from({ length: 300 }, () => take(log.follow({ after: start, signal }), 40));
    await delay(200);
    const before = await reads();
    await write(40);
    const expected = Array.from({ length: 40 }, (_, index) => start + 1 + index);
    for (const events of await Promise.all(followers)) {
      assert.deepEqual(events.map((event) => event.position), expected);
    }
    assert.ok(await reads() - before < 50, 'each follower seems to read for itself');
  });

  /** Transactions in this database, which is what readers cost. */
  async function reads(): Promise<number> {
    await test.database.query('select pg_stat_force_next_flush()');
    const rows = await test.database.query<{ count: number }>(
      'select xact_commit as count from pg_stat_database where datname = current_database()');
    return rows[0]!.count;
  }

  it('hears of events that another process sequenced', async () => {
    const other = new EventLog(test.database);
    const head = await other.head();
    const event = take(other.follow({ after: head, signal: AbortSignal.timeout(DELIVERY_MS_MAX) }), 1);
    await delay(100);
    await write(1);
    assert.equal((await event)[0]!.position, head + 1);
    await other.close();
  });

  it('starts a reader from a lost log at the end instead of never', async () => {
    const head = await log.head();
    const signal = AbortSignal.timeout(DELIVERY_MS_MAX);
    const event = take(log.follow({ after: head + 1_000, signal }), 1);
    await delay(100);
    await write(1);
    assert.equal((await event)[0]!.position, head + 1);
  });

  it('ends a follow without an error when its signal aborts', async () => {
    const stop = new AbortController();
    const all = take(log.follow({ signal: stop.signal }), 1);
    await delay(50);
    stop.abort();
    assert.deepEqual(await all, []);
  });

  it('makes CloudEvents that the CloudEvents library accepts, with the trace of their origin', async () => {
    const unit = new UnitOfWork();
    const origin = inSpan('place order', {}, () => {
      announce(unit, {
        type: 'order.captured.v1', source: '/process/orders', subject: 'ord_9', partitionKey: 'ord_9',
        data: { total: { amount: '12.34', currency: 'EUR' } } as never, correlationId: 'ord_9', causationId: 'cmd_1',
      });
      return currentTraceparent();
    });
    await test.database.transaction((tx) => outbox.write(tx, unit.entries.map((entry) => entry.row as never)));
    await sequencer.move();
    const stored = (await log.read({ subject: 'ord_9' }))[0]!;
    const json = toCloudEvent(stored);
    const event = new CloudEvent(json);
    assert.equal(event.validate(), true);
    assert.equal(json.sequence, String(stored.position).padStart(19, '0'));
    assert.deepEqual(
      [event.partitionkey, event.correlationid, event.causationid, event.traceparent, event.recordedtime],
      ['ord_9', 'ord_9', 'cmd_1', origin, stored.recordedTime]);
    assert.match(json.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    const { headers, body } = HTTP.structured(event);
    const received = HTTP.toEvent({ headers, body }) as CloudEvent<unknown>;
    assert.deepEqual(received.data, json.data);
    assert.equal(HTTP.binary(event).headers['ce-sequence'], json.sequence);
  });

  it('announces nothing that the catalogue does not know', () => {
    const about = { source: '/x', subject: 's', partitionKey: 's' };
    // @ts-expect-error -- an unknown type does not compile
    announce(new UnitOfWork(), { ...about, type: 'order.misspelt.v1', data: { orderId: 's' } });
    // @ts-expect-error -- nor does a known one with data that is not its own
    announce(new UnitOfWork(), { ...about, type: 'order.completed.v1', data: { sku: 's' } });
  });

  it('refuses an event too large for its readers', async () => {
    const big: NewEvent = {
      type: 'order.captured.v1', source: '/x', subject: 's', partitionKey: 's',
      data: { text: 'x'.repeat(300_000) } as never,
    };
    await assert.rejects(test.database.transaction((tx) => outbox.write(tx, [big])), RangeError);
  });

  it('has entities that match its migrations', async () => {
    const drift = await test.database.dataSource.driver.createSchemaBuilder().log();
    assert.deepEqual(drift.upQueries.map((query) => query.query), []);
  });
});
