// Holds that the log is trimmed by age, and never below what a reader that works has ahead of it.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { testDatabase, type TestDatabase } from '#testing';
import { eventsEntities, eventsMigrations, outbox, Sequencer, trimLog } from './index.js';

let test: TestDatabase;

before(async () => {
  test = await testDatabase({ entities: eventsEntities, migrations: eventsMigrations });
  const sequencer = new Sequencer(test.database, 'spec');
  await test.database.transaction((tx) => outbox.write(tx, Array.from({ length: 30 }, () => ({
    type: 'order.completed.v1', source: '/process/orders', subject: 'ord_1', partitionKey: 'ord_1',
    data: { orderId: 'ord_1' },
  } as const))));
  await sequencer.move();
  await test.database.query(
    `update events.event_log set recorded_time = now() - interval '10 days' where position <= 20`);
});
after(() => test.drop());

const oldest = async () =>
  (await test.database.query<{ first: number }>('select min(position) as first from events.event_log'))[0]!.first;

it('deletes what is old, up to the slowest reader that works', async () => {
  await test.database.query(`insert into events.cursor (name, position, leased_until)
    values ('fast', 30, now()), ('slow', 12, now()), ('gone', 3, now() - interval '90 days')`);
  assert.equal(await trimLog(test.database, 7), 12);
  assert.equal(await oldest(), 13);
  await test.database.query(`update events.cursor set position = 30 where name = 'slow'`);
  await test.database.query(`insert into events.dead_letter
    (consumer, position, event_id, type, subject, attempts, cause, cause_group)
    values ('fast', 15, gen_random_uuid(), 'order.completed.v1', 'ord_1', 5, 'x', 'x')`);
  await trimLog(test.database, 7);
  assert.equal(await oldest(), 15);
  await test.database.query(`update events.dead_letter set state = 'discarded'`);
  await trimLog(test.database, 7);
  assert.equal(await oldest(), 21);
  assert.equal(await trimLog(test.database, 7), 0);
});
