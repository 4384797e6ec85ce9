// The warehouse and finance APIs over real HTTP, as the gateway serves them: they register their webhooks themselves,
// and what the vendors sign reaches them byte for byte and ends as one event each.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Config } from '#config';
import {
  financeApi, newId, serviceContext, warehouseApi, type Operation, type Payment, type WriteOutcome,
} from '#contracts';
import { Database, GroupCommit } from '#database';
import { EventLog, eventsEntities, eventsMigrations, JourneyRecorder, readJourney } from '#events';
import { ApiRuntime, GovernanceModule, Identity, type ApiDefinition } from '#governance';
import { startSandbox, type Sandbox } from '#sandbox';
import { testDatabase, type TestDatabase } from '#testing';
import { systemApis } from './index.js';

const POLLS_MAX = 600;
const POLL_MS = 25;

/** A port that was free a moment ago: the APIs must know their public URL before they listen. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

describe('the APIs with webhooks', () => {
  let sandbox: Sandbox;
  let test: TestDatabase;
  let groupCommit: GroupCommit;
  let journey: JourneyRecorder;
  let eventLog: EventLog;
  const apps = new Map<string, NestFastifyApplication>();
  const definitions = ['system/warehouse', 'system/finance'].map((name): ApiDefinition =>
    systemApis.find(({ contract }) => contract.name === name)!);

  async function start(definition: ApiDefinition): Promise<void> {
    const port = await freePort();
    const environment = { SANDBOX_URL: sandbox.url, PUBLIC_URL: `http://127.0.0.1:${port}` };
    const provided = [
      { provide: Config, useValue: Config.read(environment) }, { provide: Database, useValue: test.database },
      { provide: GroupCommit, useValue: groupCommit }, { provide: JourneyRecorder, useValue: journey },
      { provide: EventLog, useValue: eventLog },
    ];
    @Module({ providers: provided, exports: provided })
    class ProcessModule {}
    const identity = new Identity('a-secret-for-this-test', sandbox.url);
    const built = await Test.createTestingModule({
      imports: [
        { module: ProcessModule, global: true }, GovernanceModule.forApi(definition, { identity }), definition.module,
      ],
    }).compile();
    const options = { rawBody: true, logger: false } as const;
    const app = built.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), options);
    await app.listen(port, '127.0.0.1');
    apps.set(definition.contract.name, app);
    for (const background of definition.background!) await app.get(background).start();
  }

  async function ask<T>(operation: Operation, subject: string, input: { params?: object; body?: object }): Promise<T> {
    const caller = { clientId: 'process/orders', scopes: new Set([operation.scope!]) };
    const { answer } = await apps.get(operation.api.name)!.get(ApiRuntime).execute(operation, {
      source: 'direct', params: { ...input.params }, body: input.body, caller,
      context: serviceContext('process/orders', { caller, subject }),
    });
    return answer.body as T;
  }

  async function untilAnnounced(orderId: string, expected: string[]): Promise<void> {
    let types: string[] = [];
    for (let polls = 0; polls < POLLS_MAX; polls++) {
      const rows = await test.database.query<{ type: string }>(
        `select type from events.outbox where partition_key = $1 and type <> 'journal.posted.v1'`, [orderId]);
      types = rows.map(({ type }) => type).sort();
      if (types.length >= expected.length) break;
      await sleep(POLL_MS);
    }
    assert.deepEqual(types, expected);
  }

  async function untilRegistered(path: string, authorization: string): Promise<void> {
    for (let polls = 0; polls < POLLS_MAX; polls++) {
      const answer = await fetch(`${sandbox.url}${path}`, { headers: { authorization } });
      if ((await answer.text()).includes('http://127.0.0.1:')) return;
      await sleep(POLL_MS);
    }
    assert.fail(`no webhook at ${path}`);
  }

  before(async () => {
    sandbox = await startSandbox({ port: 0 });
    await fetch(`${sandbox.url}/_control/wms/behaviour`, {
      method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ stepDelayMs: 20 }),
    });
    test = await testDatabase({
      entities: [...eventsEntities, ...definitions.flatMap(({ entities }) => entities)],
      migrations: [...eventsMigrations, ...definitions.flatMap(({ migrations }) => migrations)],
    });
    groupCommit = new GroupCommit(test.database);
    journey = new JourneyRecorder(groupCommit);
    eventLog = new EventLog(test.database);
    for (const definition of definitions) await start(definition);
    await untilRegistered('/wms/v1/webhooks', 'Bearer wms-throughline');
    await untilRegistered('/v1/webhook_endpoints', 'Bearer sk_test_throughline');
  });
  after(async () => {
    for (const definition of definitions) {
      const app = apps.get(definition.contract.name)!;
      for (const background of definition.background!) await app.get(background).stop();
      await app.close();
    }
    await eventLog.close();
    await groupCommit.close();
    await test.drop();
    await sandbox.close();
  });

  it('take in what the warehouse does until the parcel is delivered', async () => {
    const orderId = newId('ord');
    const body = {
      id: newId('ful'), orderId, locationId: 'WH-EAST', method: 'ship',
      lines: [{ lineId: '1', sku: 'SKU-0001', quantity: 2 }],
    };
    const outcome = await ask<WriteOutcome>(warehouseApi.operations.createFulfilmentOrder, orderId, { body });
    assert.equal(outcome.outcome, 'applied');
    await untilAnnounced(orderId, ['shipment.created.v1', 'shipment.delivered.v1', 'shipment.dispatched.v1',
      'shipment.packed.v1', 'shipment.picked.v1']);
  });

  it('take in that the provider confirms a payment, and tell each vendor call to the journey', async () => {
    const orderId = newId('ord');
    const body = { orderId, amount: { amount: '20.50', currency: 'EUR' }, token: 'pm_card_visa' };
    const payment = await ask<Payment>(financeApi.operations.authorizePayment, orderId, { body });
    assert.equal(payment.state, 'authorised');
    await untilAnnounced(orderId, ['payment.authorized.v1', 'payment.confirmed.v1']);
    await journey.drain();
    const told = await readJourney(test.database, orderId);
    assert.deepEqual(told.map(({ system, name, outcome }) => `${system} ${name} ${outcome}`),
      ['stripe authorisePayment applied']);
  });

  it('answer a forged message with a problem', async () => {
    for (const definition of definitions) {
      const { basePath, operations } = definition.contract;
      const webhook = Object.values(operations).find(({ rawBody }) => rawBody)!;
      const url = `${await apps.get(definition.contract.name)!.getUrl()}${basePath}${webhook.path}`;
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(url, { method: 'POST', headers, body: '{"id":"x"}' });
      assert.equal(answer.status, 401);
      assert.match(((await answer.json()) as { type: string }).type, /\/problems\/invalid-signature$/);
    }
  });
});
