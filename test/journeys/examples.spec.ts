// Every request body that our OpenAPI documents show must work as pasted: a newcomer's first call is a copied example.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { askUntil, startHouse, type TestHouse } from '#testing';
import { goodOrder, ORDERS, placeAt, until } from './story.js';

const CONSUMERS = {
  storefront: 'storefront-demo', mobile: 'mobile-demo', partner: 'partner-demo', salesforce: 'salesforce-demo',
} as const;

/** Channels that see only orders of their own. */
const OWN_ORDERS = ['mobile', 'partner'] as const;

interface Described {
  operationId: string;
  parameters?: { name: string; in: string; required?: boolean; example?: string; schema?: { example?: string } }[];
  requestBody?: { content: { 'application/json': { examples?: Record<string, { value: object }> } } };
}
interface Document {
  paths: Record<string, Record<string, Described>>;
}

describe('the documented examples', { timeout: 120_000 }, () => {
  let house: TestHouse;
  let orders = 0;
  before(async () => {
    house = await startHouse({ documented: true });
  });
  after(() => house.stop());

  const operationsOf = async (api: string) => {
    const document = (await (await fetch(`${house.url}/openapi/${api}.v1.json`)).json()) as Document;
    return Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    );
  };

  for (const [api, clientId] of Object.entries(CONSUMERS)) {
    it(`of ${api} all work`, async () => {
      const operations = await operationsOf(api);
      assert.ok(operations.length > 0);
      for (const { path, method, operation } of operations.filter(({ operation: { requestBody } }) => requestBody)) {
        const examples = Object.values(operation.requestBody!.content['application/json'].examples ?? {});
        assert.ok(examples.length > 0, `${operation.operationId} shows no example`);
        for (const { value } of examples) {
          const target = await filled(api, path, 'previewHash' in value);
          const { status, body } = await house.ask(clientId, target, {
            method,
            body: await seen(clientId, target, value),
            headers: { 'idempotency-key': `"example-${operation.operationId}"` },
          });
          assert.ok(status >= 200 && status < 300, `${operation.operationId}: ${status} ${JSON.stringify(body)}`);
        }
      }
    });

    it(`of ${api}: every reading operation answers`, async () => {
      for (const { path, method, operation } of await operationsOf(api)) {
        if (method !== 'GET') continue;
        const query = (operation.parameters ?? [])
          .filter(({ in: place, required }) => place === 'query' && required)
          .map(({ name, schema }) => `${name}=${encodeURIComponent(schema?.example ?? 'SKU-0001')}`)
          .join('&');
        const { status, body } = await house.ask(clientId, `${await filled(api, path)}?${query}`);
        assert.equal(status, 200, `${operation.operationId}: ${JSON.stringify(body)}`);
      }
    });
  }

  /** A path with what exists in the seeded sandbox, and an order of our own where it needs one. */
  async function filled(api: string, path: string, delivered = false): Promise<string> {
    if (!path.includes('{')) return path;
    if (path.includes('{caseId}')) return path.replace('{caseId}', await aCase());
    const own = path.includes('{pickupId}') || path.includes('{proposalId}');
    const orderId = path.includes('{orderId}') && !own ? await anOrder(api) : '';
    if (path.includes('{pickupId}')) return aPickup(path);
    if (path.includes('{proposalId}')) return aProposal(path);
    if (delivered) await untilDelivered(orderId);
    if (path.includes('{returnId}')) return path.replace('{returnId}', await aReturn());
    return path.replace('{orderId}', orderId).replace('{sku}', 'SKU-0001').replace('{customerId}', 'CUS-0001');
  }

  /** A path with an order that waits at a store, and its pickup. */
  async function aPickup(path: string): Promise<string> {
    const fulfilment = { method: 'pickup', locationId: 'ST-001' };
    const { id } = await placeAt<{ id: string }>(house, 'storefront-demo', ORDERS, goodOrder({
      lines: [{ sku: 'SKU-0001', quantity: 1, fulfilment }], shippingAddress: undefined,
    }));
    const order = await askUntil(
      () => house.ask<{ pickups?: { id: string }[] }>('storefront-demo', `/storefront/v1/orders/${id}`),
      ({ body }) => body.pickups !== undefined,
    );
    return path.replace('{orderId}', id).replace('{pickupId}', order.body.pickups![0]!.id);
  }

  /** A path with an order that is short, and the substitute that its customer is offered. */
  async function aProposal(path: string): Promise<string> {
    await house.ask('ops-demo', '/process/orders/v1/substitutes/SKU-0999',
      { method: 'PUT', body: { substitutes: [{ sku: 'SKU-0001' }] } });
    const { id } = await placeAt<{ id: string }>(house, 'storefront-demo', ORDERS, goodOrder({
      lines: [{ sku: 'SKU-0999', quantity: 1, allowSubstitution: true }],
    }));
    const shortage = await askUntil(
      () => house.ask<{ substitutions: { id: string }[] }>('storefront-demo', `/storefront/v1/orders/${id}/shortage`),
      ({ body }) => body.substitutions.length > 0,
    );
    return path.replace('{orderId}', id).replace('{proposalId}', shortage.body.substitutions[0]!.id);
  }

  /** What is submitted under a decision carries the hash of the decision as it is now. */
  async function seen(clientId: string, path: string, value: object): Promise<object> {
    if (!('previewHash' in value)) return value;
    const { previewHash: _placeholder, note: _note, ...wish } = value as Record<string, unknown>;
    const { body } = await house.ask<{ previewHash: string }>(clientId, path.replace(/returns$/, 'return-previews'),
      { body: wish, headers: { 'idempotency-key': `"preview-${++orders}"` } });
    return { ...value, previewHash: body.previewHash };
  }

  async function untilDelivered(orderId: string): Promise<void> {
    await until(`order ${orderId} is completed`, async () => {
      const { body } = await house.ask<{ status: string }>('storefront-demo', `/storefront/v1/orders/${orderId}`);
      return body.status === 'completed';
    });
  }

  async function aReturn(): Promise<string> {
    const path = await filled('storefront', '/storefront/v1/orders/{orderId}/returns', true);
    const wish = { previewHash: '', method: 'mail', lines: [{ lineId: '1', quantity: 1, reason: 'unwanted' }] };
    const { body } = await house.ask<{ id: string }>('storefront-demo', path, {
      body: await seen('storefront-demo', path, wish), headers: { 'idempotency-key': `"return-${++orders}"` },
    });
    return body.id;
  }

  /** The case that a return becomes. */
  async function aCase(): Promise<string> {
    await aReturn();
    const { body } = await askUntil(
      () => house.ask<{ cases: { id: string }[] }>('ops-demo', '/process/service/v1/cases'),
      ({ body: { cases } }) => cases.length > 0,
    );
    return body.cases[0]!.id;
  }

  /** A new order that the warehouse cannot have begun, so that it may also be cancelled. */
  async function anOrder(asked: string): Promise<string> {
    const api = OWN_ORDERS.find((name) => name === asked) ?? 'storefront';
    const place = (await operationsOf(api)).find(({ operation }) => operation.operationId === 'placeOrder')!;
    const [example] = Object.values(place.operation.requestBody!.content['application/json'].examples!);
    const { body } = await house.ask<{ id: string }>(CONSUMERS[api], `/${api}/v1/orders`, {
      body: unique(example!.value, ++orders),
      headers: { 'idempotency-key': `"example-order-${++orders}"` },
    });
    return body.id;
  }
});

/** The example under a number of its own, where its sender gives it one. */
function unique(example: object, number: number): object {
  if (!('externalReference' in example)) return example;
  return { ...example, externalReference: { system: 'example-partner', id: `PO-2026-1${number}` } };
}
