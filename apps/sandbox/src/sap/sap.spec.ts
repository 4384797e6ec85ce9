/*
 * Proves that the sandbox's SAP holds to the OData V2 rules a connector meets in production: CSRF, formats, validation,
 * ETags, locks, lost answers.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { startSandbox, type Sandbox } from '../sandbox.js';

/** A JSON object whose members the assertions check. */
type Json = Record<string, ReturnType<typeof JSON.parse>>;

const SERVICE = '/sap/opu/odata/sap/API_SALES_ORDER_SRV';
const AUTHORIZATION = `Basic ${Buffer.from('THROUGHLINE:throughline-secret').toString('base64')}`;
let sandbox: Sandbox;
const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-sap-'));

async function call(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: unknown,
): Promise<Response> {
  return fetch(`${sandbox.url}${SERVICE}/${path}`, {
    method,
    signal: AbortSignal.timeout(5_000),
    headers: {
      authorization: AUTHORIZATION,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

async function session(): Promise<Record<string, string>> {
  const answer = await call('HEAD', '', { 'x-csrf-token': 'Fetch' });
  const cookies = answer.headers.getSetCookie().map((line) => line.split(';')[0]);
  return { 'x-csrf-token': answer.headers.get('x-csrf-token')!, cookie: cookies.join('; ') };
}

function order(reference: string, extra: Json = {}): Json {
  return {
    SalesOrderType: 'OR',
    SalesOrganization: '1710',
    DistributionChannel: '10',
    OrganizationDivision: '00',
    SoldToParty: 'CUS-0001',
    PurchaseOrderByCustomer: reference,
    TransactionCurrency: 'EUR',
    RequestedDeliveryDate: '/Date(1767225600000)/',
    to_Partner: [{ PartnerFunction: 'SH', Customer: 'CUS-0002' }],
    to_Item: {
      results: [
        {
          Material: 'SKU-0001',
          RequestedQuantity: '2',
          to_PricingElement: [
            { ConditionType: 'PPR0', ConditionRateValue: '10.25', ConditionCurrency: 'EUR' },
            { ConditionType: 'DRV1', ConditionRateValue: '-0.50' },
          ],
        },
        { Material: 'SKU-0002', RequestedQuantity: '1.000', RequestedQuantityUnit: 'PC' },
      ],
    },
    ...extra,
  };
}

async function create(reference: string, extra: Json = {}): Promise<Json> {
  const answer = await call('POST', 'A_SalesOrder', await session(), order(reference, extra));
  assert.equal(answer.status, 201, await answer.clone().text());
  return ((await answer.json()) as Json)['d'];
}

async function control(method: string, path: string, body?: unknown): Promise<Json> {
  const answer = await fetch(`${sandbox.url}/_control/sap/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(5_000),
  });
  assert.ok(answer.ok, await answer.clone().text());
  return answer.status === 204 ? {} : (answer.json() as Promise<Json>);
}

async function refusal(answer: Response, status: number): Promise<Json> {
  const body = await answer.text();
  assert.equal(answer.status, status, body);
  return (JSON.parse(body) as Json)['error'];
}

before(async () => {
  sandbox = await startSandbox({ port: 0, dataDir });
});
after(async () => {
  await sandbox.close();
  rmSync(dataDir, { recursive: true });
});
beforeEach(async () => {
  await fetch(`${sandbox.url}/_control/sap/reset`, { method: 'POST' });
});

describe('SAP sessions', () => {
  it('wants credentials', async () => {
    const answer = await call('GET', 'A_SalesOrder', { authorization: 'Basic bm86bm8=' });
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get('www-authenticate')!, /^Basic realm=/);
  });

  it('refuses a write without token, with a token and no cookie, and with a foreign cookie', async () => {
    const own = await session();
    const foreign = await session();
    for (const headers of [{}, { 'x-csrf-token': own['x-csrf-token']! }, { ...own, cookie: foreign['cookie']! }]) {
      const answer = await call('POST', 'A_SalesOrder', headers as Record<string, string>, order('REF-1'));
      assert.equal(answer.status, 403);
      assert.equal(answer.headers.get('x-csrf-token'), 'Required');
    }
    assert.equal((await control('GET', 'state'))['counts'].orders, 0);
  });

  it('answers an expired token with 403 and takes a fresh one', async () => {
    const headers = await session();
    await control('PUT', 'faults', { csrfExpiry: 1 });
    assert.equal((await call('POST', 'A_SalesOrder', headers, order('REF-1'))).status, 403);
    await control('PUT', 'faults', {});
    assert.equal((await call('POST', 'A_SalesOrder', headers, order('REF-1'))).status, 403, 'the session stays ended');
    assert.equal((await call('POST', 'A_SalesOrder', await session(), order('REF-1'))).status, 201);
  });
});

describe('SAP sales order', () => {
  it('is created by deep insert with numbers, amounts and partners of SAP', async () => {
    const answer = await call('POST', 'A_SalesOrder', await session(), order('REF-1'));
    const { d } = (await answer.json()) as Json;
    assert.equal(answer.headers.get('location'), `${sandbox.url}${SERVICE}/A_SalesOrder('1')`);
    assert.equal(d.SalesOrder, '1');
    assert.equal(d.__metadata.type, 'API_SALES_ORDER_SRV.A_SalesOrderType');
    assert.equal(d.__metadata.etag, answer.headers.get('etag'));
    assert.equal(d.TotalNetAmount, '20.00');
    assert.equal(d.RequestedDeliveryDate, '/Date(1767225600000)/');
    assert.match(d.LastChangeDateTime, /^\/Date\(\d+\+0000\)\/$/);
    assert.deepEqual(
      d.to_Item.results.map((item: Json) => [item['SalesOrderItem'], item['RequestedQuantity'], item['NetAmount']]),
      [
        ['10', '2', '20.00'],
        ['20', '1', '0.00'],
      ],
    );
    assert.equal(d.to_Item.results[0].to_PricingElement.results[0].ConditionAmount, '20.50');
    assert.deepEqual(
      d.to_Partner.results.map((partner: Json) => [partner['PartnerFunction'], partner['Customer']]),
      [
        ['SH', 'CUS-0002'],
        ['SP', 'CUS-0001'],
        ['BP', 'CUS-0001'],
        ['PY', 'CUS-0001'],
      ],
    );
    assert.equal(
      (
        await create('REF-2', {
          TransactionCurrency: 'JPY',
          to_PricingElement: [{ ConditionType: 'HB00', ConditionRateValue: '1200' }],
        })
      )['TotalNetAmount'],
      '1220',
      'yen have no decimals',
    );
  });

  it('is found by its reference, by number with leading zeros, and expanded', async () => {
    await create("O'Neill-1");
    await create('REF-2', { SoldToParty: 'GUEST' });
    const find = async (query: string): Promise<Json> => {
      const answer = await call('GET', `A_SalesOrder?${query}`);
      assert.equal(answer.status, 200, await answer.clone().text());
      return ((await answer.json()) as Json)['d'];
    };
    const byReference = await find(
      `$filter=${encodeURIComponent("PurchaseOrderByCustomer eq 'O''Neill-1' and SoldToParty eq 'CUS-0001'")}` +
        '&$expand=to_Item&$select=SalesOrder,to_Item/Material&$inlinecount=allpages',
    );
    assert.equal(byReference['__count'], '1');
    assert.deepEqual(Object.keys(byReference['results'][0]), ['__metadata', 'SalesOrder', 'to_Item']);
    assert.equal(byReference['results'][0].to_Item.results[1].Material, 'SKU-0002');
    const sorted = await find(
      "$filter=SalesOrderType eq 'OR' or startswith(SoldToParty,'G')&$orderby=SalesOrder desc&$top=1",
    );
    assert.deepEqual(
      sorted['results'].map((found: Json) => found['SalesOrder']),
      ['2'],
    );
    assert.equal((await find("$filter=SalesOrder eq '0000000002'"))['results'].length, 1);
    const item = (await (
      await call('GET', "A_SalesOrderItem(SalesOrder='0000000001',SalesOrderItem='000020')")
    ).json()) as Json;
    assert.equal(item['d'].Material, 'SKU-0002');
    assert.match(item['d'].to_PricingElement.__deferred.uri, /SalesOrderItem='20'\)\/to_PricingElement$/);
    assert.equal(await (await call('GET', 'A_SalesOrder/$count')).text(), '2');
  });

  it('does not refuse a second order with the same reference, but the state tells', async () => {
    await create('REF-1');
    await create('REF-1');
    const { counts, records } = await control('GET', 'state');
    assert.deepEqual(counts, { orders: 2, rejected: 0, duplicates: 1, journalEntries: 0, customerReturns: 0 });
    assert.deepEqual(records.duplicates, [{ reference: 'REF-1', salesOrders: ['1', '2'], open: ['1', '2'] }]);
  });

  it('speaks Atom and XML to a client that does not ask for JSON', async () => {
    await create('REF-1');
    const entry = await call('GET', "A_SalesOrder('1')", { accept: '*/*' });
    assert.match(await entry.text(), /<d:PurchaseOrderByCustomer>REF-1<\/d:PurchaseOrderByCustomer>/);
    const missing = await call('GET', "A_SalesOrder('9')", { accept: 'application/xml' });
    assert.equal(missing.status, 404);
    assert.match(await missing.text(), /^<\?xml.*<error /);
  });
});

describe('SAP validation', () => {
  const cases: readonly [string, Json | string, RegExp][] = [
    [
      'an unknown material',
      order('R', { to_Item: [{ Material: 'SKU-1001', RequestedQuantity: '1' }] }),
      /Material SKU-1001 is not defined/,
    ],
    ['an unknown customer', order('R', { SoldToParty: 'CUS-0201' }), /Customer CUS-0201 is not defined/],
    ['a missing customer', order('R', { SoldToParty: '' }), /Enter sold-to party/],
    ['a missing type', order('R', { SalesOrderType: null }), /Enter a sales document type/],
    ['an unknown property', order('R', { OrderNumber: '1' }), /Property 'OrderNumber' is invalid/],
    ['an over-long reference', order('R'.repeat(36)), /MaxLength 35/],
    [
      'a decimal as a number',
      order('R', { to_Item: [{ Material: 'SKU-0001', RequestedQuantity: 1 }] }),
      /Failed to read property 'RequestedQuantity'/,
    ],
    ['a broken body', '{"SalesOrderType":', /Error while parsing/],
  ];
  for (const [what, body, message] of cases) {
    it(`refuses ${what} and writes nothing`, async () => {
      const error = await refusal(await call('POST', 'A_SalesOrder', await session(), body), 400);
      assert.match(error['message'].value, message);
      assert.equal(error['message'].lang, 'en');
      assert.equal(error['innererror'].errordetails[0].severity, 'error');
      assert.equal((await control('GET', 'state'))['counts'].orders, 0);
    });
  }

  it('reports all that is wrong at once, and unknown query options', async () => {
    const wrong = order('R', { SoldToParty: 'NOBODY', to_Item: [{ Material: 'X', RequestedQuantity: '0' }] });
    const error = await refusal(await call('POST', 'A_SalesOrder', await session(), wrong), 400);
    assert.equal(error['innererror'].errordetails.length, 3);
    await refusal(await call('GET', "A_SalesOrder?$filter=Reference eq 'R'"), 400);
    await refusal(await call('GET', 'A_Nothing'), 404);
  });
});

describe('SAP changes', () => {
  const change = async (path: string, ifMatch: string | undefined, body: Json, method = 'PATCH'): Promise<Response> =>
    call(method, path, { ...(await session()), ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }) }, body);

  it('demand If-Match: 428 without, 412 with an old version', async () => {
    const {
      __metadata: { etag },
    } = await create('REF-1');
    await refusal(await change("A_SalesOrder('1')", undefined, { DeliveryBlockReason: '01' }), 428);
    assert.equal((await change("A_SalesOrder('1')", etag, { DeliveryBlockReason: '01' })).status, 204);
    await refusal(await change("A_SalesOrder('1')", etag, { DeliveryBlockReason: '' }), 412);
    const { d } = (await (await call('GET', "A_SalesOrder('1')")).json()) as Json;
    assert.equal(d.DeliveryBlockReason, '01');
  });

  it('reject item by item; the order is rejected when all items are', async () => {
    const created = await create('REF-1');
    const item = (number: string): string => `A_SalesOrderItem(SalesOrder='1',SalesOrderItem='${number}')`;
    const first = await change(item('10'), created['__metadata'].etag, { SalesDocumentRjcnReason: '01' }, 'MERGE');
    assert.equal(first.status, 204);
    const partly = (await (await call('GET', "A_SalesOrder('1')")).json()) as Json;
    assert.deepEqual([partly['d'].OverallSDDocumentRejectionSts, partly['d'].TotalNetAmount], ['B', '0.00']);
    await refusal(await change(item('20'), created['__metadata'].etag, { SalesDocumentRjcnReason: '01' }), 412);
    assert.equal((await change(item('20'), first.headers.get('etag')!, { SalesDocumentRjcnReason: '01' })).status, 204);
    const { records } = await control('GET', 'state');
    assert.deepEqual([records.orders[0].rejected, records.orders[0].processStatus], [true, 'C']);
  });

  it('meet locks, warnings and lost answers on demand', async () => {
    await control('PUT', 'faults', { rowLock: 1, warning: 1 });
    const answer = await call('POST', 'A_SalesOrder', await session(), order('REF-1'));
    assert.equal((JSON.parse(answer.headers.get('sap-message')!) as Json)['severity'], 'warning');
    const locked = await refusal(await change("A_SalesOrder('1')", '*', { DeliveryBlockReason: '01' }), 400);
    assert.equal(locked['code'], 'V1/042');
    assert.match(locked['message'].value, /is currently being processed by user/);
    await control('PUT', 'faults', { timeoutAfterSuccess: 1 });
    const headers = await session();
    await assert.rejects(call('POST', 'A_SalesOrder', headers, order('REF-2')));
    const found = (await (await call('GET', "A_SalesOrder?$filter=PurchaseOrderByCustomer eq 'REF-2'")).json()) as Json;
    assert.deepEqual(
      found['d'].results.map((row: Json) => row['SalesOrder']),
      ['2'],
      'the look-up finds what was done',
    );
  });

  it('survive a restart of the sandbox; sessions do not', async () => {
    await create('REF-1');
    const headers = await session();
    await sandbox.close();
    sandbox = await startSandbox({ port: 0, dataDir });
    assert.equal((await call('POST', 'A_SalesOrder', headers, order('REF-2'))).status, 403);
    assert.equal((await create('REF-2'))['SalesOrder'], '2');
    assert.equal((await control('GET', 'state'))['counts'].orders, 2);
  });
});
