// Holds the event stream to what EventSource clients expect, read with an independent parser.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { testDatabase, type TestDatabase } from '#testing';
import {
  eventsEntities, eventsMigrations, EventLog, outbox, Sequencer, sseStream, type SseOptions,
} from './index.js';

const WAIT_MS_MAX = 5_000;

describe('event stream', () => {
  let test: TestDatabase;
  let sequencer: Sequencer;
  let log: EventLog;
  before(async () => {
    test = await testDatabase({ entities: eventsEntities, migrations: eventsMigrations });
    sequencer = new Sequencer(test.database, 'spec');
    log = new EventLog(test.database, sequencer);
    await write(10);
  });
  after(async () => {
    await log.close();
    await test.drop();
  });

  async function write(count: number, bytes = 10): Promise<void> {
    await test.database.transaction((tx) => outbox.write(tx, Array.from({ length: count }, (_, index) => ({
      type: 'order.captured.v1', source: '/process/orders', subject: index % 2 ? 'ord_b' : 'ord_a', partitionKey: 'k',
      data: { text: 'é'.repeat(bytes) } as never,
    }))));
    await sequencer.move();
  }

  function open(options: SseOptions) {
    const messages: EventSourceMessage[] = [];
    let raw = '';
    const parser = createParser({ onEvent: (message) => messages.push(message) });
    const stream = sseStream(log, options).setEncoding('utf8').on('data', (text: string) => {
      raw += text;
      parser.feed(text);
    });
    return { stream, messages, raw: () => raw };
  }

  async function until(condition: () => boolean): Promise<void> {
    const deadline = Date.now() + WAIT_MS_MAX;
    while (!condition() && Date.now() < deadline) await delay(5);
    assert.ok(condition(), 'waited too long');
  }

  it('resumes after Last-Event-ID and goes on live; each frame is a CloudEvent with its position as id', async () => {
    const { stream, messages } = open({ lastEventId: '7' });
    await until(() => messages.length === 3);
    await write(1);
    await until(() => messages.length === 4);
    stream.destroy();
    assert.deepEqual(messages.map((message) => message.id), ['8', '9', '10', '11']);
    const event = JSON.parse(messages[0]!.data) as Record<string, unknown>;
    assert.deepEqual([event.specversion, event.sequence, messages[0]!.event],
      ['1.0', '8'.padStart(19, '0'), 'order.captured.v1']);
  });

  it('ignores a Last-Event-ID that is no position, and then sends only what is to come', async () => {
    const head = await log.head();
    const { stream, messages, raw } = open({ lastEventId: `7; drop table` });
    await until(() => raw().startsWith('retry:'));
    await write(1);
    await until(() => messages.length === 1);
    assert.equal(messages[0]!.id, String(head + 1));
    stream.destroy();
  });

  it('beats while it is quiet, and hides what a client may not see but moves its resume position past it', async () => {
    const after = await log.head();
    const { stream, messages, raw } = open({ after, heartbeatMs: 40, allows: (event) => event.subject === 'ord_b' });
    await write(3);
    await until(() => raw().includes(`: \nid: ${after + 3}\n\n`));
    stream.destroy();
    assert.deepEqual(messages.map((message) => message.id), [String(after + 2)]);
    assert.match(raw(), /^retry: 1000\n\n/);
  });

  it('disconnects a client that does not read, with a bounded buffer', async () => {
    await write(100, 5_000);
    const stream = sseStream(log, { after: 0, stallMs: 100 });
    await delay(50);
    assert.ok(stream.readableLength < 100_000, `${stream.readableLength} bytes buffered`);
    assert.equal(stream.destroyed, false);
    await once(stream, 'close');
    assert.equal(stream.destroyed, true);
  });

  it('keeps a slow client that does read, and gives it everything', async () => {
    const head = await log.head();
    const stream = sseStream(log, { after: 0, stallMs: 500 });
    let text = '';
    for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
      text += chunk;
      await delay(2);
      if (text.includes(`id: ${head}\n`)) break;
    }
    assert.equal(text.match(/^id: \d+$/gm)!.length, head);
  });
});
