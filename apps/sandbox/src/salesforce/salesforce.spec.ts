/* The sandbox org as the real client library meets it: records, collections, composite, queries, describe, events. */
import jsforce, { type Connection } from 'jsforce';
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startSandbox, type Sandbox } from '../sandbox.js';
import { connect, errorOf, orderFor, readState } from './salesforce-fixture.js';

let sandbox: Sandbox;
let org: Connection;

before(async () => {
  sandbox = await startSandbox({ port: 0 });
});
after(() => sandbox.close());
beforeEach(async () => {
  await fetch(`${sandbox.url}/_control/salesforce/reset`, { method: 'POST' });
  org = await connect(sandbox.url);
});

describe('sessions', () => {
  test('a wrong secret is refused as OAuth says, and an unknown token as Salesforce says', async () => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials', client_id: 'throughline', client_secret: 'wrong',
    });
    const answer = await fetch(`${sandbox.url}/services/oauth2/token`, { method: 'POST', body });
    assert.equal(answer.status, 400);
    assert.equal(((await answer.json()) as { error: string }).error, 'invalid_client');

    const stranger = new jsforce.Connection({ instanceUrl: sandbox.url, accessToken: 'nobody', version: '62.0' });
    assert.equal((await errorOf(stranger.query('SELECT Id FROM Account'))).errorCode, 'INVALID_SESSION_ID');
  });

  test('a JWT signed with the connected app\'s key opens a session; one for somebody else does not', async () => {
    const { SignJWT, importPKCS8 } = await import('jose');
    const [app] = (await readState(sandbox)).records.ConnectedApp as { privateKey: string; username: string }[];
    const key = await importPKCS8(app!.privateKey, 'RS256');
    const assertion = (subject: string): Promise<string> => new SignJWT()
      .setProtectedHeader({ alg: 'RS256' }).setIssuer('throughline').setSubject(subject)
      .setAudience('https://login.salesforce.com').setExpirationTime('2m').sign(key);
    const ask = async (subject: string): Promise<Response> => fetch(`${sandbox.url}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: await assertion(subject),
      }),
    });
    assert.equal((await ask(app!.username)).status, 200);
    const refused = await ask('stranger@example.org');
    assert.equal(refused.status, 400);
    assert.equal(((await refused.json()) as { error: string }).error, 'invalid_grant');
  });

  test('identity names the org and the user', async () => {
    const identity = await org.identity();
    assert.match(identity.organization_id, /^00D\w{15}$/);
    assert.match(identity.user_id, /^005\w{15}$/);
  });
});

describe('records', () => {
  test('upsert by external id creates, then changes, the same record', async () => {
    const created = await org.sobject('Order').upsert(orderFor('ORD-1', 'CUS-0001'), 'Throughline_Id__c');
    assert.equal(created.success && 'created' in created && created.created, true);
    const changed = await org.sobject('Order').upsert(
      { Throughline_Id__c: 'ORD-1', Throughline_Status__c: 'released', Throughline_Version__c: 2 },
      'Throughline_Id__c',
    );
    assert.equal(changed.id, created.id);
    const order = await org.sobject('Order').retrieve(created.id!);
    assert.equal(order.Throughline_Status__c, 'released');
    assert.equal(order.Throughline_Version__c, 2);
    assert.match(String(order.OrderNumber), /^\d{8}$/);
    assert.match(created.id!, /^801\w{15}$/);
    assert.equal((await org.sobject('Order').retrieve(created.id!.slice(0, 15))).Id, created.id);
  });

  test('the real service\'s refusals have its codes and name the fields', async () => {
    const account = org.sobject('Account');
    const code = async (work: Promise<unknown>): Promise<string | undefined> => (await errorOf(work)).errorCode;
    assert.equal(await code(account.create({ Phone: '1' } as never)), 'REQUIRED_FIELD_MISSING');
    assert.equal(await code(account.create({ Name: 'A', Nonsense__c: 1 } as never)), 'INVALID_FIELD');
    assert.equal(await code(account.create({ Name: 'A'.repeat(256) })), 'STRING_TOO_LONG');
    assert.equal(await code(account.create({ Name: 'A', CreatedDate: '2026-01-01T00:00:00Z' } as never)),
      'INVALID_FIELD_FOR_INSERT_UPDATE');
    assert.equal(await code(account.create({ Name: 'A', Throughline_Id__c: 'cus-0001' } as never)), 'DUPLICATE_VALUE');
    assert.equal(await code(account.create({ Name: 'A', Throughline_Customer_Tier__c: 'Tin' } as never)),
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST');
    assert.equal(await code(org.sobject('Order').create(orderFor('X', 'CUS-9999'))), 'INVALID_FIELD');
    assert.equal(await code(org.sobject('Nothing__c').create({ Name: 'A' })), 'NOT_FOUND');
    assert.equal(await code(account.retrieve('001000000000000')), 'NOT_FOUND');
  });

  test('order products follow the price book, add up, and go with their order', async () => {
    const item = { PricebookEntry: { Throughline_Id__c: 'SKU-0001' }, Quantity: 3, UnitPrice: '12.35' };
    const bare = await org.sobject('Order').create(orderFor('ORD-1', 'CUS-0001'));
    const refused = await errorOf(org.sobject('OrderItem').create({ ...item, OrderId: bare.id } as never));
    assert.equal(refused.errorCode, 'FIELD_INTEGRITY_EXCEPTION');

    const book = await org.query<{ Id: string }>('SELECT Id FROM Pricebook2 WHERE IsStandard = true');
    await org.sobject('Order').update({ Id: bare.id!, Pricebook2Id: book.records[0]!.Id });
    await org.sobject('OrderItem').create({ ...item, OrderId: bare.id } as never);
    assert.equal((await org.sobject('Order').retrieve(bare.id!)).TotalAmount, 37.05);
    await org.sobject('Order').destroy(bare.id!);
    const { counts } = await readState(sandbox);
    assert.deepEqual([counts.Order, counts.OrderItem], [0, 0]);
    assert.equal((await errorOf(org.sobject('Order').retrieve(bare.id!))).errorCode, 'ENTITY_IS_DELETED');
    const binned = await org.query('SELECT Id FROM Order WHERE IsDeleted = true', { scanAll: true });
    assert.equal(binned.totalSize, 1);
  });

  test('conditional headers: 304 when unchanged, 412 when another has changed the record', async () => {
    const url = `${sandbox.url}/services/data/v62.0/sobjects/Account/Throughline_Id__c/CUS-0002`;
    const headers = { authorization: `Bearer ${org.accessToken}`, 'content-type': 'application/json' };
    const read = await fetch(url, { headers });
    const seen = read.headers.get('etag')!;
    const since = new Date(Date.now() + 60_000).toUTCString();
    assert.equal((await fetch(url, { headers: { ...headers, 'if-modified-since': since } })).status, 304);
    const write = (etag: string): Promise<Response> => fetch(url, {
      method: 'PATCH', headers: { ...headers, 'if-match': etag }, body: '{"Phone":"123"}',
    });
    assert.equal((await write(seen)).status, 200);
    assert.equal((await write(seen)).status, 412);
  });
});

describe('many at once', () => {
  test('a failing row of a collection fails alone, or takes all with it when all or none is asked', async () => {
    const orders = [orderFor('ORD-1', 'CUS-0001'), orderFor('ORD-2', 'CUS-9999'), orderFor('ORD-3', 'CUS-0003')];
    const all = await org.sobject('Order').upsert(orders, 'Throughline_Id__c', { allOrNone: true });
    assert.deepEqual(all.map(({ success }) => success), [false, false, false]);
    assert.equal((await readState(sandbox)).counts.Order, 0);
    const some = await org.sobject('Order').upsert(orders, 'Throughline_Id__c');
    assert.deepEqual(some.map(({ success }) => success), [true, false, true]);
    assert.equal((await readState(sandbox)).counts.Order, 2);
    const many = await errorOf(org.sobject('Order').create(Array(201).fill(orders[0]), { allowRecursive: false }));
    assert.match(many.message, /200/);
  });

  test('200 orders are written in one call, fast', async () => {
    const orders = Array.from({ length: 200 }, (_, at) => orderFor(`ORD-${at}`, 'CUS-0001'));
    await org.sobject('Order').upsert(orders, 'Throughline_Id__c');
    const changes = orders.map(({ Throughline_Id__c }) => ({ Throughline_Id__c, Throughline_Status__c: 'shipped' }));
    const began = performance.now();
    const results = await org.sobject('Order').upsert(changes, 'Throughline_Id__c');
    assert.ok(results.every(({ success }) => success));
    assert.ok(performance.now() - began < 250, 'a collection of 200 has to take milliseconds');
  });

  test('a composite passes references on, and takes everything back when one call fails', async () => {
    const data = '/services/data/v62.0/sobjects';
    const book = await org.query<{ Id: string }>('SELECT Id FROM Pricebook2');
    const { Throughline_Id__c: _key, ...order } = orderFor('ORD-1', 'CUS-0001');
    const fields = { ...order, Pricebook2Id: book.records[0]!.Id };
    const request = (quantity: number | null): object => ({
      allOrNone: true,
      compositeRequest: [
        { method: 'PATCH', url: `${data}/Order/Throughline_Id__c/ORD-1`, referenceId: 'order', body: fields },
        { method: 'POST', url: `${data}/OrderItem`, referenceId: 'line', body: {
          OrderId: '@{order.id}', Product2: { Throughline_Id__c: 'SKU-0007' }, Quantity: quantity, UnitPrice: 5,
        } },
      ],
    });
    interface Answer { compositeResponse: { httpStatusCode: number; body: [{ errorCode: string }] }[] }
    const failed = await org.requestPost<Answer>('/composite', request(null));
    assert.deepEqual(failed.compositeResponse.map(({ body }) => body[0].errorCode),
      ['PROCESSING_HALTED', 'REQUIRED_FIELD_MISSING']);
    assert.equal((await readState(sandbox)).counts.Order, 0);
    const done = await org.requestPost<Answer>('/composite', request(2));
    assert.deepEqual(done.compositeResponse.map(({ httpStatusCode }) => httpStatusCode), [201, 201]);
  });
});

describe('queries', () => {
  test('parents, children, filters, order and paging', async () => {
    const written = [orderFor('ORD-1', 'CUS-0001'), orderFor('ORD-2', 'CUS-0002')];
    await org.sobject('Order').upsert(written, 'Throughline_Id__c');
    const orders = await org.query<Record<string, Record<string, unknown>>>(
      'SELECT Id, Account.Name, Account.Owner.Name, (SELECT Id FROM OrderItems) FROM Order WHERE ' +
      '(Account.Throughline_Id__c = \'CUS-0002\' OR PoNumber LIKE \'no%\') AND CreatedDate = TODAY ' +
      'AND NOT (Name = \'x\')',
    );
    assert.equal(orders.totalSize, 1);
    assert.equal((orders.records[0]!.Account!.Owner as { Name: string }).Name, 'Throughline Integration');
    assert.equal(orders.records[0]!.OrderItems, null);

    const products = await org.query<{ ProductCode: string }>(
      'SELECT ProductCode FROM Product2 ORDER BY ProductCode DESC',
      { autoFetch: true, maxFetch: 2_000, headers: { 'Sforce-Query-Options': 'batchSize=200' } },
    );
    assert.equal(products.records.length, 1_002);
    assert.equal(products.records[2]!.ProductCode, 'SKU-1000');
    assert.equal((await org.query('SELECT COUNT() FROM Account')).totalSize, 200);
    const found = await org.sobject('Contact').find({ Throughline_Id__c: 'CUS-0003' }, ['Id', 'Email']);
    assert.match(String(found[0]!.Email), /@customer\.example$/);
  });

  test('what is not understood is refused, never answered by guess', async () => {
    const code = async (soql: string): Promise<string | undefined> => (await errorOf(org.query(soql))).errorCode;
    assert.equal(await code('SELECT FROM Order'), 'MALFORMED_QUERY');
    assert.equal(await code('SELECT COUNT(Id) FROM Order GROUP BY Status'), 'MALFORMED_QUERY');
    const mixed = 'SELECT Id FROM Order WHERE Name = \'a\' AND Name = \'b\' OR Name = \'c\'';
    assert.equal(await code(mixed), 'MALFORMED_QUERY');
    assert.equal(await code('SELECT Nonsense FROM Order'), 'INVALID_FIELD');
    assert.equal(await code('SELECT Id FROM Order WHERE TotalAmount = \'5\''), 'INVALID_FIELD');
    assert.equal(await code('SELECT Id FROM Nothing'), 'INVALID_TYPE');
  });
});

describe('the org about itself', () => {
  test('describe names the external ids; every answer says how much quota is used', async () => {
    const { fields } = await org.sobject('Order').describe();
    const key = fields.find(({ name }) => name === 'Throughline_Id__c')!;
    assert.deepEqual([key.externalId, key.unique, key.idLookup, key.nillable], [true, true, true, true]);
    assert.ok(org.limitInfo.apiUsage!.used > 0);
    const { DailyApiRequests } = await org.limits();
    assert.equal(DailyApiRequests!.Max - DailyApiRequests!.Remaining, org.limitInfo.apiUsage!.used);
  });

  test('a platform event is accepted with its uuid and kept for checkers', async () => {
    const result = await org.sobject('Throughline_Order_Event__e').create({ Throughline_Type__c: 'order.placed.v1' });
    assert.equal(result.success, true);
    assert.equal((result.errors as unknown as { statusCode: string }[])[0]!.statusCode, 'OPERATION_ENQUEUED');
    const [event] = (await readState(sandbox)).records.PlatformEvent as Record<string, unknown>[];
    assert.equal(event!.Throughline_Type__c, 'order.placed.v1');
  });
});
