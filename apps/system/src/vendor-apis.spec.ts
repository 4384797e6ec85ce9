// The ERP and CRM APIs through their front door, as the gateway builds them: contract, pipeline, connector, vendor and
// journey fit together, and one order ends up once in each system.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Config } from '#config';
import {
  crmApi, erpApi, newId, Problem, problems, serviceContext, type Operation, type SalesOrder,
  type WriteOutcome,
} from '#contracts';
import { Database, GroupCommit } from '#database';
import { eventsEntities, eventsMigrations, JourneyRecorder, readJourney } from '#events';
import { ApiRuntime, GovernanceModule, Identity, type ApiDefinition } from '#governance';
import { startSandbox, type Sandbox } from '#sandbox';
import { testDatabase, type TestDatabase } from '#testing';
import { systemApis } from './index.js';

describe('the vendor APIs', () => {
  let sandbox: Sandbox;
  let test: TestDatabase;
  let groupCommit: GroupCommit;
  let journey: JourneyRecorder;
  const apps = new Map<string, TestingModule>();
  const orderId = newId('ord');

  const definitionOf = (name: string): ApiDefinition => systemApis.find(({ contract }) => contract.name === name)!;

  async function start(name: string): Promise<void> {
    const provided = [
      { provide: Config, useValue: Config.read({ SANDBOX_URL: sandbox.url }) },
      { provide: Database, useValue: test.database }, { provide: GroupCommit, useValue: groupCommit },
      { provide: JourneyRecorder, useValue: journey },
    ];
    @Module({ providers: provided, exports: provided })
    class ProcessModule {}
    const definition = definitionOf(name);
    const identity = new Identity('a-secret-for-this-test', sandbox.url);
    const app = await Test.createTestingModule({
      imports: [
        { module: ProcessModule, global: true }, GovernanceModule.forApi(definition, { identity }), definition.module,
      ],
    }).compile();
    await app.init();
    apps.set(name, app);
  }

  async function ask<T>(operation: Operation, input: { params?: object; body?: object }): Promise<T> {
    const caller = { clientId: 'process/orders', scopes: new Set([operation.scope!]) };
    const { answer } = await apps.get(operation.api.name)!.get(ApiRuntime).execute(operation, {
      source: 'direct', params: { ...input.params }, body: input.body, caller,
      context: serviceContext('process/orders', { caller, subject: orderId }),
    });
    return answer.body as T;
  }

  before(async () => {
    sandbox = await startSandbox({ port: 0 });
    const names = ['system/erp', 'system/crm'];
    const definitions = names.map(definitionOf);
    test = await testDatabase({
      entities: [...eventsEntities, ...definitions.flatMap(({ entities }) => entities)],
      migrations: [...eventsMigrations, ...definitions.flatMap(({ migrations }) => migrations)],
    });
    groupCommit = new GroupCommit(test.database);
    journey = new JourneyRecorder(groupCommit);
    for (const name of names) await start(name);
  });
  after(async () => {
    for (const app of apps.values()) await app.close();
    await groupCommit.close();
    await test.drop();
    await sandbox.close();
  });

  const money = { amount: '39.98', currency: 'EUR' };
  const salesOrder = {
    reference: orderId, orderNumber: 'TL-7K3M9QX2', customerId: 'CUS-0001', currency: 'EUR',
    orderedAt: '2026-11-23T09:30:00Z', items: [{ lineId: '1', sku: 'SKU-0001', quantity: 2, total: money }],
  };

  it('create one sales order however often they are asked', async () => {
    const { createSalesOrder, getSalesOrder } = erpApi.operations;
    const first = await ask<WriteOutcome>(createSalesOrder, { body: salesOrder });
    const second = await ask<WriteOutcome>(createSalesOrder, { body: salesOrder });
    assert.equal(first.outcome, 'applied');
    assert.deepEqual(second, { ...first, found: true });
    const found = await ask<SalesOrder>(getSalesOrder, { params: { reference: orderId } });
    assert.equal(found.number, first.reference);
  });

  it('show the order to agents', async () => {
    const order = {
      orderId, orderNumber: 'TL-7K3M9QX2', customerId: 'CUS-0001', placedAt: '2026-11-23T09:30:00Z', status: 'accepted',
      fulfilmentStatus: 'unfulfilled', paymentStatus: 'authorised', total: money, version: 1,
      lines: [{ lineId: '1', sku: 'SKU-0001', quantity: 2, unitPrice: { amount: '19.99', currency: 'EUR' }, shipped: 0,
        cancelled: 0 }],
    };
    assert.equal((await ask<WriteOutcome>(crmApi.operations.upsertOrder, { body: order })).outcome, 'applied');
    const customer = await ask<{ id: string }>(crmApi.operations.getCustomer, { params: { customerId: 'CUS-0001' } });
    assert.equal(customer.id, 'CUS-0001');
  });

  it('refuse what the contract refuses before any vendor hears of it', async () => {
    const bad = { ...salesOrder, reference: 'bad', items: [{ ...salesOrder.items[0]!, quantity: -1 }] };
    await assert.rejects(ask(erpApi.operations.createSalesOrder, { body: bad }), (error) => (
      error instanceof Problem && error.type === problems.invalidRequest));
  });

  it('tell each vendor call to the journey of the order', async () => {
    await journey.drain();
    // Entries nobody waits for are written side by side; their times tell the order.
    const told = (await readJourney(test.database, orderId)).sort((left, right) => left.at.localeCompare(right.at));
    assert.deepEqual(told.map(({ kind, system, name, outcome }) => `${kind} ${system} ${name} ${outcome}`), [
      'vendorCall sap createSalesOrder applied', 'vendorCall sap createSalesOrder applied',
      'vendorCall sap findSalesOrder found', 'vendorCall salesforce upsertOrder applied',
      'vendorCall salesforce readCustomer found',
    ]);
    assert.ok(told.every(({ durationMs }) => durationMs !== null));
  });
});
