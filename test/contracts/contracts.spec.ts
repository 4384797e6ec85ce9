// The guard of the published documents, fed with changes an engineer might make on a Friday: what would break a client
// is refused, what would not is let through with the version step it demands.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { ApiDocument } from './announced-ends.js';
import { judgeChange, reaches, stepped, type ContractChange } from './contract-change.js';
import { lintErrors, salesforceErrors } from './document-lint.js';
import { brokenQueries } from './graphql-change.js';

const today = new Date().toISOString().slice(0, 10);
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const ORDER = '/storefront/v1/orders/{orderId}';

interface Schema { properties: Record<string, Record<string, unknown>>; required?: string[] }
interface Document {
  info: { version: string };
  paths: Record<string, Record<string, { parameters?: object[]; deprecated?: boolean; 'x-sunset'?: string;
    summary?: string; responses: Record<string, { content: object }> }>>;
  components: { schemas: Record<string, Schema> };
}

const read = (name: string): Document => JSON.parse(readFileSync(`openapi/${name}`, 'utf8')) as Document;
const storefront = read('storefront.v1.json');

function changed(change: (document: Document) => void, from: Document = storefront): Document {
  const copy = structuredClone(from);
  change(copy);
  return copy;
}

const judge = (revision: Document, base: Document = storefront): Promise<ContractChange> =>
  judgeChange(base as unknown as ApiDocument, revision as unknown as ApiDocument, today);
const order = (document: Document): Schema => document.components.schemas['StorefrontOrder']!;
const read1 = (document: Document) => document.paths[ORDER]!['get']!;

describe('a change of a published document', () => {
  const breaking: Record<string, (document: Document) => void> = {
    'an operation is gone': (document) => delete document.paths[ORDER]!['get'],
    'a path is gone': (document) => delete document.paths['/storefront/v1/availability'],
    'an answer loses a required field': (document) => {
      delete order(document).properties['paymentStatus'];
      order(document).required = order(document).required!.filter((name) => name !== 'paymentStatus');
    },
    'an answer loses an optional field': (document) => delete order(document).properties['promisedAt'],
    'a field of an answer has another type': (document) => {
      order(document).properties['version'] = { type: 'string' };
    },
    'a request needs one more field': (document) =>
      document.components.schemas['NewStorefrontOrder']!.required!.push('region'),
    'a request takes fewer words': (document) => {
      document.components.schemas['StorefrontPayment']!.properties['method'] = { type: 'string', enum: ['sepa'] };
    },
    'a query parameter becomes required': (document) => {
      const { parameters } = document.paths['/storefront/v1/products']!['get']!;
      Object.assign(parameters![0]!, { required: true });
    },
    'an end is announced without its day': (document) => {
      read1(document).deprecated = true;
    },
    'an end is announced for next week': (document) => {
      Object.assign(read1(document), { deprecated: true, 'x-sunset': inDays(7) });
    },
  };
  for (const [name, change] of Object.entries(breaking)) {
    it(`is refused when ${name}`, async () => {
      const { refused, demands } = await judge(changed(change));
      assert.ok(refused.length > 0);
      assert.equal(demands, 'major');
    });
  }

  const harmless: Record<string, ['none' | 'patch' | 'minor', (document: Document) => void]> = {
    'nothing changed': ['none', () => undefined],
    'a text is better': ['patch', (document) => {
      read1(document).summary = 'Read one order';
    }],
    'an answer says more': ['minor', (document) => {
      order(document).properties['note'] = { type: 'string', maxLength: 10 };
    }],
    'a request may say more': ['minor', (document) => {
      document.components.schemas['NewStorefrontOrder']!.properties['note'] = { type: 'string', maxLength: 10 };
    }],
    'an end is announced in time': ['patch', (document) => {
      Object.assign(read1(document), { deprecated: true, 'x-sunset': inDays(120) });
    }],
  };
  for (const [name, [step, change]] of Object.entries(harmless)) {
    it(`is let through when ${name}: ${step}`, async () => {
      const { refused, demands } = await judge(changed(change));
      assert.deepEqual([refused, demands], [[], step]);
    });
  }
});

describe('an announced end', () => {
  const announcedFor = (day: string) => changed((document) => {
    Object.assign(order(document).properties['holdReason']!, { deprecated: true, 'x-sunset': day });
  });
  const without = (document: Document) => changed((copy) => delete order(copy).properties['holdReason'], document);

  it('never moves nearer', async () => {
    const { refused } = await judge(announcedFor(inDays(100)), announcedFor(inDays(200)));
    assert.match(refused.join(), /earlier day/);
    assert.deepEqual((await judge(announcedFor(inDays(300)), announcedFor(inDays(200)))).refused, []);
  });

  it('lets a field go after its day and not before', async () => {
    const passed = announcedFor(inDays(-1));
    assert.deepEqual((await judge(without(passed), passed)).refused, []);
    assert.equal((await judge(without(passed), passed)).demands, 'minor');
    const coming = announcedFor(inDays(1));
    assert.ok((await judge(without(coming), coming)).refused.length > 0);
  });
});

describe('versions', () => {
  it('step as semver asks and are compared by number', () => {
    assert.deepEqual(['none', 'patch', 'minor', 'major'].map((bump) => stepped('1.9.3', bump as 'none')),
      ['1.9.3', '1.9.4', '1.10.0', '2.0.0']);
    assert.ok(reaches('1.10.0', '1.9.9'));
    assert.ok(!reaches('1.9.9', '1.10.0'));
  });
});

describe('a GraphQL schema', () => {
  const sdl = readFileSync('openapi/storefront.graphql', 'utf8');
  it('may say more and may not lose a field before its announced day', () => {
    const more = sdl.replace('type StorefrontOrder {', 'type StorefrontOrder {\n  remark: String\n');
    assert.deepEqual(brokenQueries(sdl, more, today), []);
    assert.match(brokenQueries(more, sdl, today).join(), /FIELD_REMOVED/);
    const ended = more.replace('remark: String', `remark: String @deprecated(reason: "Sunset ${inDays(-1)}.")`);
    assert.deepEqual(brokenQueries(ended, sdl, today), []);
  });
});

describe('the linters', () => {
  it('find what an outside reviewer would', async () => {
    const open = changed((document) => {
      Object.assign(document.paths['/storefront/v1/orders']!['post']!, { security: [] });
    });
    assert.match((await lintErrors(open)).join(), /owasp:api2:2023-write-restricted/);
  });

  it('find what Salesforce cannot import', async () => {
    const document = read('salesforce.v1.oas30.json');
    assert.deepEqual(await salesforceErrors(document), []);
    const spoilt: Record<string, (copy: Document) => void> = {
      'salesforce-openapi-3-0': (copy) => Object.assign(copy, { openapi: '3.1.0' }),
      'salesforce-operation-id': (copy) => Object.assign(anOperation(copy), { operationId: 'get-order' }),
      'salesforce-operation-id-unique': (copy) => Object.values(copy.paths).flatMap(({ get }) => get ?? [])
        .forEach((operation) => Object.assign(operation, { operationId: 'twice' })),
      'salesforce-apex-names': (copy) => {
        copy.components.schemas['SalesforceCustomer']!.properties['Email'] = { type: 'string' };
      },
      'salesforce-no-get-body': (copy) => Object.assign(anOperation(copy), { requestBody: { content: {} } }),
      'salesforce-typed': (copy) => {
        copy.components.schemas['SalesforceCustomer']!.properties['anything'] = {};
      },
      'salesforce-object-bodies': (copy) => Object.assign(anOperation(copy).responses['200']!, {
        content: { 'application/json': { schema: { type: 'array' } } },
      }),
      'salesforce-json-errors': (copy) => Object.assign(anOperation(copy).responses['410']!, {
        content: { 'application/problem+json': {} },
      }),
      'salesforce-in-body': (copy) => delete copy.components.schemas['SalesforceOrderPage']!.properties['nextCursor'],
      'salesforce-headers': (copy) => anOperation(copy).parameters!.push({ in: 'header', name: 'X-Odd', schema: {} }),
      'salesforce-money': (copy) => {
        copy.components.schemas['SalesforceOrderSummary']!.properties['totalAmount'] = { type: 'number' };
      },
    };
    for (const [rule, spoil] of Object.entries(spoilt)) {
      assert.match((await salesforceErrors(changed(spoil, document))).join(), new RegExp(`${rule} at`), rule);
    }
  });
});

function anOperation(document: Document) {
  return Object.values(document.paths).find(({ get }) => get?.parameters)!['get']!;
}
