// The control plane over a real HTTP server, with governance, PostgreSQL, sequencer and engine as in production; only
// the three APIs it asks for invariants are stood in for.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { EventSourceParserStream, type EventSourceMessage } from 'eventsource-parser/stream';
import { SignJWT, importJWK } from 'jose';
import { Clients, type Transport } from '#client';
import { Config } from '#config';
import {
  financeApi, inventoryApi, newId, ordersApi, Problem, problems, reconciliationApi, returnsApi,
  type ApiCatalog, type EventPage,
  type ExceptionTask,
  type InvariantOverview, type Journey, type TaskPage, type EventType,
} from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { announce, EventLog, eventsEntities, eventsMigrations, recordJourney, Sequencer } from '#events';
import {
  AUDIENCE, Consumers1700000003100, GovernanceData, GovernanceModule, Identity, lifecycleData,
  Lifecycles1700000003200, QuotaFunctions1700000003110, signingKey, StoredAnswer1700000000100, UsageRecorder,
} from '#governance';
import { testDatabase, type TestDatabase } from '#testing';
import { defineWorkflow, Engine, workflowEntities, workflowMigrations } from '#workflow';
import { ApiCatalogSource } from './api-version.reader.js';
import { platform } from './platform.api.js';

const ISSUER = 'http://localhost:4550';
const WAIT_MS_MAX = 30_000;
const config = Config.read({ PUBLIC_URL: ISSUER, LEASE_MS: '1000', LOG_LEVEL: 'silent' });

/** Waits for a signal, then does what fails until `healthy`; undoing nothing. */
let healthy = false;
const followOrder = defineWorkflow<{ order: string }, string>({
  kind: 'follow-order', version: 1,
  run: async (run) => {
    await run.wait('picked', { timeoutMs: 60_000 });
    return run.step('book', {
      do: async () => {
        if (!healthy) throw new Error('the ledger is closed');
        return 'booked';
      },
      retry: { maxAttempts: 1 },
    });
  },
});

/** What the APIs asked for invariants answer; tests replace entries. */
const reports = new Map<string, () => unknown>();
const standIn: Transport = { call: async (operation) => reports.get(operation.api.name)!() };
const holding = (name: string) => ({ invariants: [{ name, statement: `${name} holds.`, holds: true, violations: 0 }] });

let test: TestDatabase;
let groupCommit: GroupCommit;
let sequencer: Sequencer;
let data: GovernanceData;
let eventLog: EventLog;
let engine: Engine;
let app: NestFastifyApplication;
let url: string;
let token: string;

before(async () => {
  test = await testDatabase({
    entities: [...eventsEntities, ...workflowEntities],
    migrations: [
      ...eventsMigrations, ...workflowMigrations, StoredAnswer1700000000100, Consumers1700000003100,
      QuotaFunctions1700000003110, Lifecycles1700000003200,
    ],
  });
  const { database } = test;
  groupCommit = new GroupCommit(database);
  sequencer = new Sequencer(database, 'spec');
  eventLog = new EventLog(database, sequencer);
  engine = new Engine({
    database, groupCommit, workflows: [followOrder], workerId: 'spec', leaseMs: 1_000, concurrency: 4,
  });
  await engine.open();
  data = await GovernanceData.open({ database, url: test.url, parts: [lifecycleData] });
  app = await startApi();
  url = `${await app.getUrl()}/platform/v1`;
  token = await tokenFor('platform:read platform:operate events:read');
});

after(async () => {
  await app.close();
  await data.close();
  await engine.stop();
  await eventLog.close();
  await groupCommit.close();
  await test.drop();
});

async function startApi(): Promise<NestFastifyApplication> {
  const { database } = test;
  const owners = [ordersApi, inventoryApi, financeApi, returnsApi, reconciliationApi];
  const clients = new Clients(new Map(owners.map(({ name }) => [name, standIn])));
  const entries = [{ definition: platform, servedHere: true }];
  const providers = [
    { provide: Config, useValue: config }, { provide: Clients, useValue: clients },
    { provide: Database, useValue: database }, { provide: GroupCommit, useValue: groupCommit },
    { provide: EventLog, useValue: eventLog }, { provide: Engine, useValue: engine },
    { provide: GovernanceData, useValue: data }, { provide: UsageRecorder, useValue: new UsageRecorder(database) },
    { provide: ApiCatalogSource, useValue: new ApiCatalogSource(entries) },
  ];
  @Module({})
  class Services {}
  @Module({})
  class Root {}
  const identity = new Identity(config.THROUGHLINE_SECRET, ISSUER);
  const root = {
    module: Root,
    imports: [
      { module: Services, global: true, providers, exports: providers.map(({ provide }) => provide) },
      GovernanceModule.forApi(platform, { identity, storage: { database, groupCommit } }), platform.module,
    ],
  };
  const started = await NestFactory.create<NestFastifyApplication>(
    root, new FastifyAdapter({ forceCloseConnections: true }), { logger: ['error'], abortOnError: false });
  await started.listen(0, '127.0.0.1');
  return started;
}

async function tokenFor(scope: string): Promise<string> {
  return new SignJWT({ client_id: 'ops-demo', scope }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
    .setIssuer(ISSUER).setAudience(AUDIENCE).setSubject('ops-demo').setExpirationTime('5m')
    .sign(await importJWK(signingKey(config.THROUGHLINE_SECRET)));
}

function request(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
}

async function read<T>(path: string, status = 200): Promise<T> {
  const answer = await request(path);
  assert.equal(answer.status, status, path);
  return await answer.json() as T;
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + WAIT_MS_MAX; Date.now() < deadline; await delay(20)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  return assert.fail('waited too long');
}

async function commit(fill: (unit: UnitOfWork) => void): Promise<void> {
  const unit = new UnitOfWork();
  fill(unit);
  assert.ok((await groupCommit.commit(unit)).committed);
}

async function publish(count: number, type: EventType = 'order.captured.v1', subject = 'ord_a'): Promise<void> {
  await commit((unit) => {
    for (let each = 0; each < count; each++) {
      announce(unit, {
        type, source: '/process/orders', subject, partitionKey: subject, data: { each } as never,
        correlationId: subject,
      });
    }
  });
  await sequencer.move();
}

describe('catalog', () => {
  it('lists each API with its document, lifecycle and arrows', async () => {
    const { apis } = await read<ApiCatalog>('/apis');
    assert.deepEqual(apis.map(({ name, basePath, openapi, lifecycle, servedHere, requires }) =>
      [name, basePath, openapi, lifecycle, servedHere, requires]), [[
      'platform', '/platform/v1', '/openapi/platform.v1.json', 'published', true,
      ['process/orders', 'system/inventory', 'system/finance',
        'process/reconciliation', 'process/returns'],
    ]]);
  });

  it('is for those who may read the platform only', async () => {
    const stranger = await request('/apis', { headers: { authorization: `Bearer ${await tokenFor('orders:read')}` } });
    assert.deepEqual([stranger.status, (await stranger.json() as { scope: string }).scope], [403, 'platform:read']);
  });
});

describe('events', () => {
  before(async () => {
    await publish(3);
    await publish(2, 'order.cancelled.v1', 'ord_b');
  });

  /** Follows the stream until `count` events came, then hangs up. */
  async function follow(
    path: string, count: number, headers: Record<string, string> = {}, meanwhile?: () => Promise<void>,
  ): Promise<EventSourceMessage[]> {
    const hangUp = new AbortController();
    const answer = await request(path, { headers: { accept: 'text/event-stream', ...headers }, signal: hangUp.signal });
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type')!, /^text\/event-stream/);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    await meanwhile?.();
    const messages: EventSourceMessage[] = [];
    const parsed = answer.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    const late = setTimeout(() => hangUp.abort(), WAIT_MS_MAX);
    for await (const message of parsed as unknown as AsyncIterable<EventSourceMessage>) {
      if (messages.push(message) === count) break;
    }
    clearTimeout(late);
    hangUp.abort();
    return messages;
  }

  it('page by position, type and subject', async () => {
    const first = await read<EventPage>('/events?limit=2');
    const rest = await read<EventPage>(`/events?after=${first.next}`);
    assert.deepEqual([...first.events, ...rest.events].map(({ sequence }) => Number(sequence)), [1, 2, 3, 4, 5]);
    assert.deepEqual((await read<EventPage>(`/events?after=${rest.next}`)), { events: [], next: 5 });
    assert.equal((await read<EventPage>('/events?types=order.cancelled.v1')).events.length, 2);
    assert.equal((await read<EventPage>('/events?subject=ord_a')).events.length, 3);
    assert.equal((await request('/events?limit=0')).status, 400);
  });

  it('stream from a position, in the very bodies of the page', async () => {
    const messages = await follow('/events?after=1', 4);
    const { events } = await read<EventPage>('/events?after=1');
    assert.deepEqual(messages.map(({ id }) => id), ['2', '3', '4', '5']);
    assert.deepEqual(messages.map(({ data }) => JSON.parse(data) as unknown), events);
  });

  it('resume after Last-Event-ID, whatever `after` says, and go on live', async () => {
    const messages = await follow('/events?after=0', 2, { 'last-event-id': '4' }, () => publish(1));
    assert.deepEqual(messages.map(({ id }) => id), ['5', '6']);
  });

  it('stream from the head when nothing is said, of the types and the subject asked for', async () => {
    const head = await eventLog.head();
    const messages = await follow('/events?types=order.shipped.v1&subject=ord_c', 1, {}, async () => {
      await publish(1);
      await publish(1, 'order.shipped.v1', 'ord_b');
      await publish(1, 'order.shipped.v1', 'ord_c');
    });
    assert.deepEqual(messages.map(({ id, event }) => [id, event]), [[String(head + 3), 'order.shipped.v1']]);
  });
});

describe('journeys', () => {
  const state = async (subject: string) => (await read<Journey>(`/journeys/${subject}`)).runState;

  it('tell entries in order, numbered from one, without a run too', async () => {
    await commit((unit) => {
      recordJourney(unit, {
        subject: 'ret_1', kind: 'command', system: 'storefront', name: 'startReturn', outcome: 'accepted',
      });
      recordJourney(unit, {
        subject: 'ret_1', kind: 'vendorCall', system: 'wms', name: 'announceReturn', outcome: 'applied',
        durationMs: 12.6,
        attempt: 2, reason: 'found', detail: { reference: 'RMA-1' },
      });
    });
    const { entries, ...rest } = await read<Journey>('/journeys/ret_1');
    assert.deepEqual(rest, { subject: 'ret_1', runState: 'unknown' });
    assert.deepEqual(entries.map(({ at: _at, ...entry }) => entry), [
      { seq: 1, kind: 'command', system: 'storefront', name: 'startReturn', outcome: 'accepted' },
      {
        seq: 2, kind: 'vendorCall', system: 'wms', name: 'announceReturn', outcome: 'applied', durationMs: 13,
        attempt: 2,
        reason: 'found', detail: { reference: 'RMA-1' },
      },
    ]);
  });

  it('are a 404 of nothing', async () => {
    const answer = await request('/journeys/ord_nobody');
    const { type } = await answer.json() as { type: string };
    assert.deepEqual([answer.status, type], [404, `${ISSUER}/problems/not-found`]);
  });

  it('tell what the run waits for, why it is stuck, and how it ended, archived too', async () => {
    healthy = false;
    await engine.start('follow-order', 'ord_waits', { order: 'ord_waits' });
    const waiting = await until(async () => {
      const journey = await read<Journey>('/journeys/ord_waits');
      return journey.runState === 'waiting' ? journey : undefined;
    });
    assert.match(waiting.waitingFor!, /^picked, at most until \d{4}-/);
    await engine.signal('ord_waits', 'picked', 'fact-1', {});
    await until(async () => (await state('ord_waits')) === 'stuck' || undefined);
    const stuck = await read<Journey>('/journeys/ord_waits');
    assert.match(stuck.waitingFor!, / to decide task tsk_[\w-]+: .*the ledger is closed/);
    const [task] = await engine.tasks.ofRun('ord_waits');
    await engine.tasks.decide(task!.id, { action: 'cancel', by: 'spec' });
    await until(async () => (await state('ord_waits')) === 'cancelled' || undefined);
    await engine.archiveDone(0);
    assert.equal(await engine.get('ord_waits'), null);
    assert.equal(await state('ord_waits'), 'cancelled');
  });
});

describe('tasks', () => {
  const decide = (id: string, action: string) => request(`/tasks/${id}/decision`, {
    method: 'POST', body: JSON.stringify({ action }),
    headers: { 'content-type': 'application/json', 'idempotency-key': newId('req') },
  });

  async function stuck(order: string): Promise<ExceptionTask> {
    healthy = false;
    await engine.signal(order, 'picked', 'fact-1', {});
    await engine.start('follow-order', order, { order });
    return until(async () => (await read<TaskPage>(`/tasks?subject=${order}`)).tasks[0]);
  }

  it('are listed with what may be decided; a retry lets the run go on and is audited with the caller', async () => {
    const task = await stuck('ord_retry');
    assert.deepEqual([task.subject, task.state, task.actions], ['ord_retry', 'open', ['retry', 'cancel', 'escalate']]);
    assert.ok((await read<TaskPage>('/tasks')).tasks.some(({ id }) => id === task.id));
    healthy = true;
    const answer = await decide(task.id, 'retry');
    const decided = await answer.json() as ExceptionTask;
    assert.equal(answer.status, 200);
    assert.deepEqual([decided.state, decided.decision, decided.decidedBy], ['decided', 'retry', 'ops-demo']);
    assert.equal((await engine.finished('ord_retry', WAIT_MS_MAX))!.result, 'booked');
    const { entries, runState } = await read<Journey>('/journeys/ord_retry');
    const person = entries.find(({ kind }) => kind === 'person')!;
    assert.equal(runState, 'completed');
    assert.deepEqual([person.system, person.name, person.outcome], ['ops-demo', 'decideTask', 'retry']);
    assert.equal(person.detail!.taskId, task.id);
    assert.deepEqual((await read<TaskPage>('/tasks?subject=ord_retry')).tasks, []);
  });

  it('take one decision, of those they allow', async () => {
    const task = await stuck('ord_cancel');
    const skip = await decide(task.id, 'skip');
    assert.deepEqual([skip.status, (await skip.json() as { actions: string[] }).actions], [409, ['retry', 'cancel']]);
    assert.equal((await decide(task.id, 'cancel')).status, 200);
    assert.equal((await engine.finished('ord_cancel', WAIT_MS_MAX))!.status, 'cancelled');
    const again = await decide(task.id, 'retry');
    const { detail } = await again.json() as { detail: string };
    assert.deepEqual([again.status, detail], [409, 'ops-demo has decided already: cancel.']);
    assert.equal((await decide('tsk_none', 'retry')).status, 404);
    assert.equal((await decide(task.id, 'forget')).status, 400);
  });
});

describe('invariants', () => {
  beforeEach(() => {
    reports.set(ordersApi.name, () => holding('orders.counters'));
    reports.set(inventoryApi.name, () => holding('stock.ledger'));
    reports.set(financeApi.name, () => holding('money.balanced'));
    reports.set(returnsApi.name, () => holding('returns.once'));
    reports.set(reconciliationApi.name, () => holding('reconciliation.erp-agrees'));
  });

  const check = () => read<InvariantOverview>('/invariants');
  const broken = async () => (await check()).invariants.filter(({ holds }) => !holds)
    .map(({ name, violations, examples }) => ({ name, violations, examples }));

  it('are those of orders, stock, money, events and runs, and hold', async () => {
    const { holds, invariants } = await check();
    assert.deepEqual([holds, invariants.map(({ name }) => name)], [true, [
      'orders.counters', 'stock.ledger', 'money.balanced', 'returns.once', 'reconciliation.erp-agrees',
      'events.gapless', 'events.outbox-drained', 'workflow.running-owned', 'workflow.no-signal-missed',
    ]]);
  });

  it('say when an owner finds a violation or cannot answer', async () => {
    reports.set(ordersApi.name, () => ({ invariants: [
      { name: 'orders.counters', statement: 'Counters add up.', holds: false, violations: 1, examples: 'ord_x' }] }));
    reports.set(inventoryApi.name, () => {
      throw new Problem(problems.vendorUnavailable, { detail: 'system/inventory cannot be reached.' });
    });
    assert.deepEqual(await broken(), [
      { name: 'orders.counters', violations: 1, examples: 'ord_x' },
      {
        name: 'system/inventory.checked', violations: 1,
        examples: 'vendor-unavailable: system/inventory cannot be reached.',
      },
    ]);
  });

  it('find a gap in the log, a full outbox, a run nobody owns and a signal nobody took', async () => {
    const { database } = test;
    const head = await eventLog.head();
    await database.query('update events.event_log set position = position + 10 where position = $1', [head]);
    await database.query(`insert into events.outbox (event_id, type, source, subject, partition_key, data, time)
      values (gen_random_uuid(), 'order.lost.v1', 's', 'ord_l', 'k', '{}', now() - interval '2 minutes')`);
    await database.query(`insert into workflow.run
        (id, kind, version, status, owner, epoch, wait_for, input, input_hash, updated_at)
      values ('ord_orphan', 'other', 1, 'running', 'dead', 1, null, '{}', 'x', now() - interval '1 minute'),
        ('ord_deaf', 'other', 1, 'waiting', null, 1, '{picked,cancel}', '{}', 'x', now())`);
    await database.query(`insert into workflow.signal (run_id, name, key) values ('ord_deaf', 'picked', 'fact-9')`);
    const found = await broken();
    assert.deepEqual(found.map(({ name, violations }) => [name, violations]), [
      ['events.gapless', 2], ['events.outbox-drained', 1], ['workflow.running-owned', 1],
      ['workflow.no-signal-missed', 1],
    ]);
    assert.equal(found[0]!.examples, `nothing between ${head - 1} and ${head + 10}; `
      + `the log ends at ${head + 10}, the sequencer stands at ${head}`);
    assert.match(found[2]!.examples!, /^ord_orphan of dead, untouched since /);
    assert.equal(found[3]!.examples, 'ord_deaf missed picked fact-9');
  });
});
