// Holds with a real nats-server that the stream is the log: complete, in order, once; whole again after the server, the
// stream or single messages are lost; and that readers see each key in order and lose nothing they cannot handle.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { testDatabase, type TestDatabase } from '#testing';
import { createLogger } from '#telemetry';
import {
  consumeJetStream, eventsEntities, eventsMigrations, EventLog, JetStreamRelay, outbox, Sequencer,
} from '../index.js';
import { partitionOf, POSITION_HEADER, STREAM } from './stream.js';

const PATIENCE_MS = 30_000;
const AUDIT_MS = 300;
const server = process.env.NATS_SERVER_PATH ?? ['/usr/sbin/nats-server', '/usr/bin/nats-server'].find(existsSync);

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await delay(50)) {
    if (await condition().catch(() => false)) return;
  }
  assert.fail(`waited too long: ${what}`);
}

/** Debian's nats-server with JetStream, in a folder of its own, on a port that stays the same over restarts. */
class Nats {
  readonly folder = mkdtempSync(join(tmpdir(), 'throughline-nats-'));
  port = 0;
  private child: ChildProcess | undefined;

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    if (this.port === 0) {
      const probe = createServer().listen(0, '127.0.0.1');
      await once(probe, 'listening');
      this.port = (probe.address() as AddressInfo).port;
      probe.close();
    }
    this.child = spawn(server!, ['-a', '127.0.0.1', '-p', String(this.port), '-js', '-sd', this.folder, '-l',
      join(this.folder, 'log')], { stdio: 'ignore' });
    await until(`nats-server listens: ${this.words}`, async () => {
      await (await connect({ servers: this.url, reconnect: false })).close();
      return true;
    });
  }

  async kill(): Promise<void> {
    const ended = once(this.child!, 'exit');
    this.child!.kill('SIGKILL');
    await ended;
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get words(): string {
    return existsSync(join(this.folder, 'log')) ? readFileSync(join(this.folder, 'log'), 'utf8').slice(-500) : '';
  }
}

describe('JetStream', { skip: server === undefined && 'no nats-server here: set NATS_SERVER_PATH' }, () => {
  const nats = new Nats();
  let test: TestDatabase;
  let sequencer: Sequencer;
  let log: EventLog;
  let relay: JetStreamRelay;

  before(async () => {
    for (const name of ['events.jetstream', 'events.jetstream-consumer']) createLogger(name).level = 'silent';
    test = await testDatabase({ entities: eventsEntities, migrations: eventsMigrations });
    sequencer = new Sequencer(test.database, 'spec');
    log = new EventLog(test.database, sequencer);
    await nats.start();
    relay = new JetStreamRelay(test.database, log, { servers: [nats.url], auditMs: AUDIT_MS });
    relay.start();
  });
  after(async () => {
    await relay.stop();
    await log.close();
    await test.drop();
    await nats.end();
  });

  let written = 0;
  async function write(count: number): Promise<void> {
    await test.database.transaction((tx) => outbox.write(tx, Array.from({ length: count }, (_, index) => ({
      type: 'order.completed.v1', source: '/process/orders', subject: `ord_${index % 20}`,
      partitionKey: `ord_${index % 20}`, data: { orderId: `ord_${index % 20}` },
    } as const))));
    while ((await sequencer.move()) > 0);
    written += count;
  }

  /** Positions the stream holds, in its order. */
  async function held(): Promise<number[]> {
    const connection = await connect({ servers: nats.url, reconnect: false });
    try {
      const { streams } = await jetstreamManager(connection);
      const { state } = await streams.info(STREAM);
      const messages = await Promise.all(Array.from({ length: state.last_seq - state.first_seq + 1 }, (_, index) =>
        streams.getMessage(STREAM, { seq: state.first_seq + index }).catch(() => null)));
      return messages.flatMap((message) => (message ? [Number(message.header.get(POSITION_HEADER))] : []));
    } finally {
      await connection.close();
    }
  }

  const all = () => Array.from({ length: written }, (_, index) => index + 1);
  const whole = (what: string) => until(what, async () => JSON.stringify(await held()) === JSON.stringify(all()));

  it('holds the log: every position once and in order', async () => {
    await write(700);
    await whole('the stream holds the log');
  });

  it('goes on after the server was killed, and comes back whole after the stream was deleted', async () => {
    await nats.kill();
    await write(50);
    await nats.start();
    await whole('what happened meanwhile is there');
    const connection = await connect({ servers: nats.url });
    await (await jetstreamManager(connection)).streams.delete(STREAM);
    await connection.close();
    await write(10);
    await whole('the stream was built again from the log');
  });

  it('finds and repairs single messages that were lost', async () => {
    const connection = await connect({ servers: nats.url });
    const { streams } = await jetstreamManager(connection);
    for (const seq of [5, 6, 300]) await streams.deleteMessage(STREAM, seq);
    await connection.close();
    await until('the lost ones are there again', async () =>
      JSON.stringify((await held()).sort((a, b) => a - b)) === JSON.stringify(all()));
    await write(5);
    await until('and what is new follows', async () => (await held()).includes(written));
  });

  it('delivers each key in order, tries again in place, and buries in PostgreSQL what nobody can handle', async () => {
    const partition = partitionOf('ord_3');
    const [seen, tries] = [[] as number[], new Map<number, number>()];
    const stop = new AbortController();
    const connection: NatsConnection = await connect({ servers: nats.url });
    const poison = 64;
    let mended = false;
    assert.equal(partitionOf(`ord_${(poison - 1) % 20}`), partition);
    const consuming = consumeJetStream(connection, test.database, {
      name: 'spec reader', partition, signal: stop.signal, attempts: 3,
      handler: async ({ sequence, partitionkey }, attempt) => {
        const position = Number(sequence);
        assert.equal(partitionOf(partitionkey), partition);
        tries.set(position, attempt);
        const fails = position === poison ? !mended : position === 44 && attempt === 1;
        if (fails) throw new Error(`cannot handle ${position}`);
        seen.push(position);
      },
    });
    const mine = all().filter((position) => partitionOf(`ord_${(position - 1) % 20}`) === partition).slice(0, 12);
    await until('it has read on past the poison', async () => mine.every((position) => tries.has(position)));
    const letterOf = () => test.database.query<{ state: string; position: number; cause_group: string }>(
      'select state, position, cause_group from events.dead_letter where consumer = $1', ['spec reader']);
    const letters = await until('it is put aside', async () => (await letterOf()).length > 0).then(letterOf);
    assert.deepEqual(letters, [{ state: 'dead', position: poison, cause_group: 'Error: cannot handle *' }]);
    mended = true;
    await test.database.query(`update events.dead_letter set state = 'retrying' where consumer = 'spec reader'`);
    await until('a letter that is tried again and handled is resolved', async () =>
      (await letterOf())[0]!.state === 'resolved');
    stop.abort();
    await consuming;
    await connection.close();
    assert.deepEqual([tries.get(44), tries.get(poison)], [2, 4]);
    const read = seen.filter((position) => mine.includes(position) && position !== poison);
    assert.deepEqual(read, mine.filter((each) => each !== poison));
    assert.equal(seen.filter((position) => position === poison).length, 1);
  });
});
