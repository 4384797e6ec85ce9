// A shop's day, told through the front door, with all APIs in one process and with one process a layer: what is sold,
// what it costs, an order from click to delivery, and what a shop is told when something is wrong.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { askUntil, startHouse, type Asked, type TestHouse } from '#testing';
import { goodOrder, ORDERS } from './story.js';

interface Money {
  amount: string;
  currency: string;
}
interface Shown {
  id: string;
  orderNumber: string;
  status: string;
  paymentStatus: string;
  version: number;
  lines: { sku: string; status: string; quantity: number; total: Money }[];
  totals: { total: Money };
  shipments: { trackingNumber?: string }[];
  links: { self: string; cancel?: string };
}
interface ProblemBody {
  type: string;
  status: number;
  detail: string;
  errors?: { pointer?: string; parameter?: string }[];
}

const ORDER = goodOrder({ lines: [{ sku: 'SKU-0001', quantity: 2 }] });
let keys = 0;

for (const mode of ['together', 'split'] as const) {
  describe(`a shop, the house ${mode}`, { timeout: 180_000 }, () => {
    let house: TestHouse;
    before(async () => {
      house = await startHouse({ mode });
    });
    after(() => house.stop());

    const place = <T = Shown>(body: object, key = `shop-${mode}-${++keys}`): Promise<Asked<T>> =>
      house.ask<T>('storefront-demo', ORDERS, { body, headers: { 'idempotency-key': `"${key}"` } });
    const read = (id: string): Promise<Asked<Shown>> => house.ask<Shown>('storefront-demo', `${ORDERS}/${id}`);
    const orders = async (): Promise<number> => {
      const [row] = await house.database.query<{ count: number }>('select count(*)::int as count from orders."order"');
      return row!.count;
    };

    it('lists products a page at a time, each with its stock', async () => {
      const first = await house.ask<{ products: { sku: string; availability?: { inStock: boolean } }[]; next: string }>(
        'storefront-demo',
        '/storefront/v1/products?limit=3&availability=true',
      );
      assert.deepEqual(
        first.body.products.map(({ sku }) => sku),
        ['SKU-0001', 'SKU-0002', 'SKU-0003'],
      );
      assert.equal(first.body.products[0]!.availability?.inStock, true);
      const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1];
      const second = await house.ask<{ products: { sku: string }[] }>('storefront-demo', next!);
      assert.deepEqual(
        second.body.products.map(({ sku }) => sku),
        ['SKU-0004', 'SKU-0005', 'SKU-0006'],
      );
    });

    it('tells the stock of many products at once, by location', async () => {
      const { body } = await house.ask<{
        items: { sku: string; known: boolean; inStock: boolean; locations: unknown[] }[];
      }>('storefront-demo', '/storefront/v1/availability?skus=SKU-0001,SKU-0999,SKU-0998,NOT-OURS');
      const found = body.items.map(({ sku, known, inStock, locations }) => [sku, known, inStock, locations.length > 0]);
      assert.deepEqual(found, [
        ['SKU-0001', true, true, true],
        ['SKU-0999', true, false, false],
        ['SKU-0998', true, true, true],
        ['NOT-OURS', false, false, false],
      ]);
    });

    it('takes an order and brings it to the customer', async () => {
      const placed = await place(ORDER);
      assert.equal(placed.status, 201, JSON.stringify(placed.body));
      assert.equal(placed.headers.get('location'), placed.body.links.self);
      const { body } = await askUntil(
        () => read(placed.body.id),
        (answer) => answer.body.status === 'completed',
      );
      assert.deepEqual(
        body.lines.map(({ status }) => status),
        ['delivered'],
      );
      assert.equal(body.paymentStatus, 'captured');
      assert.ok(body.shipments[0]?.trackingNumber);
      assert.equal(body.links.cancel, undefined);
      assert.equal((await read(placed.body.orderNumber)).body.id, placed.body.id);
    });

    it('sells a bundle as one line, picks its components and takes them out of stock', async () => {
      const left = `select sku, sum(consumed)::int as units from inventory.reservation_line join inventory.reservation
        on reservation.id = reservation_id where owner = $1 group by sku order by sku`;
      const { body: stock } = await house.ask<{ items: { inStock: boolean }[] }>(
        'storefront-demo', '/storefront/v1/availability?skus=SKU-BUNDLE-01&method=ship');
      assert.equal(stock.items[0]!.inStock, true);
      const placed = await place({ ...ORDER, lines: [{ sku: 'SKU-BUNDLE-01', quantity: 2 }] });
      assert.equal(placed.status, 201, JSON.stringify(placed.body));
      const { body } = await askUntil(() => read(placed.body.id), (order) => order.body.status === 'completed');
      assert.deepEqual(body.lines.map(({ sku, quantity, status }) => [sku, quantity, status]),
        [['SKU-BUNDLE-01', 2, 'delivered']]);
      assert.deepEqual((await house.database.query<{ sku: string; units: number }>(left, [placed.body.id]))
        .map(({ sku, units }) => [sku, units]), [['SKU-0001', 2], ['SKU-0041', 4]]);
    });

    it('answers a repeated order with the first answer, and refuses its key for another order', async () => {
      const before = await orders();
      const [first, again] = [await place(ORDER, `twice-${mode}`), await place(ORDER, `twice-${mode}`)];
      assert.deepEqual(again.body, first.body);
      const other = await place<ProblemBody>({ ...ORDER, currency: 'USD' }, `twice-${mode}`);
      assert.equal(other.status, 422);
      assert.match(other.body.type, /\/problems\/idempotency-key-reused$/);
      assert.equal(await orders(), before + 1);
    });

    it('keeps the price of a quote, and refuses a price that no longer holds with the right one', async () => {
      const basket = { currency: 'EUR', lines: [{ sku: 'SKU-0002', quantity: 1 }] };
      const quote = await house.ask<{ quoteToken: string; totals: { total: Money } }>(
        'storefront-demo',
        '/storefront/v1/quotes',
        { body: basket },
      );
      assert.equal(quote.status, 201, JSON.stringify(quote.body));
      const price = { unitPrice: { amount: '99.99', currency: 'EUR' } };
      await house.ask('internal-demo', '/system/product/v1/products/SKU-0002/price', { method: 'PUT', body: price });
      const quoted = await place({ ...ORDER, lines: basket.lines, quoteToken: quote.body.quoteToken });
      assert.equal(quoted.status, 201, JSON.stringify(quoted.body));
      assert.deepEqual(quoted.body.totals.total, quote.body.totals.total);
      const stale = {
        ...ORDER,
        lines: [{ sku: 'SKU-0002', quantity: 1, unitPrice: { amount: '1.00', currency: 'EUR' } }],
      };
      const refused = await askUntil(
        () => place<ProblemBody & { lines: { unitPrice: Money }[] }>(stale),
        ({ body }) => body.lines?.[0]?.unitPrice.amount === '99.99',
      );
      assert.equal(refused.status, 409);
      assert.match(refused.body.type, /\/problems\/price-changed$/);
    });

    it('cancels an order that the warehouse has not begun, and gives its stock and money back', async () => {
      const available = async () => {
        const { body } = await house.ask<{ items: { available: number }[] }>(
          'storefront-demo',
          '/storefront/v1/availability?skus=SKU-0003',
        );
        return body.items[0]!.available;
      };
      const before = await available();
      await house.faults('sap', { down: true });
      const pending = await place({ ...ORDER, lines: [{ sku: 'SKU-0003', quantity: 1 }] });
      assert.equal(await available(), before - 1);
      await askUntil(
        () => read(pending.body.id),
        ({ body }) => body.paymentStatus === 'authorised',
      );
      const cancelled = await house.ask('storefront-demo', pending.body.links.cancel!, {
        body: { reason: 'customerRequest' },
        headers: { 'idempotency-key': `"cancel-${mode}"` },
      });
      assert.equal(cancelled.status, 202, JSON.stringify(cancelled.body));
      await house.faults('sap');
      const { body } = await askUntil(
        () => read(pending.body.id),
        (answer) => answer.body.status === 'cancelled',
        60_000,
      );
      assert.deepEqual(
        body.lines.map(({ status }) => status),
        ['cancelled'],
      );
      assert.equal(body.paymentStatus, 'voided');
      assert.equal(await available(), before);
    });

    it('takes an order while the customer system is down, says so, and goes on when it answers', async () => {
      await house.faults('salesforce', { down: true });
      const placed = await place({ ...ORDER, customer: { customerId: 'CUS-0077' } });
      assert.equal(placed.status, 202, JSON.stringify(placed.body));
      assert.equal(placed.body.status, 'onHold');
      await house.faults('salesforce');
      await askUntil(
        () => read(placed.body.id),
        (answer) => answer.body.status === 'completed',
        60_000,
      );
    });

    it('refuses what is wrong, says where, and writes nothing', async () => {
      const before = await orders();
      const line = { sku: 'SKU-0001', quantity: 1 };
      const wrong: [body: object, status: number, type: string, pointer?: string][] = [
        [{ ...ORDER, lines: [{ ...line, sku: 'NOT-OURS' }] }, 422, 'unknown-product', '#/lines/0/sku'],
        [{ ...ORDER, lines: [{ ...line, quantity: -1 }] }, 400, 'invalid-request', '#/lines/0/quantity'],
        [{ ...ORDER, lines: [] }, 400, 'invalid-request', '#/lines'],
        [{ ...ORDER, currency: 'GBP' }, 422, 'currency-not-supported', '#/currency'],
        [{ ...ORDER, channel: 'partner' }, 400, 'invalid-request', '#/channel'],
        [{ ...ORDER, payment: { method: 'channel' } }, 400, 'invalid-request', '#/payment/method'],
        [{ ...ORDER, customer: { customerId: 'CUS-9999999' } }, 422, 'unknown-customer', '#/customer/customerId'],
        [{ ...ORDER, customer: { name: 'Guest' } }, 422, 'unprocessable', '#/customer'],
        [{ ...ORDER, shippingAddress: undefined }, 422, 'unprocessable', '#/shippingAddress'],
        [{ ...ORDER, quoteToken: 'forged' }, 422, 'invalid-quote', '#/quoteToken'],
        [{ ...ORDER, lines: [{ ...line, sku: 'SKU-0999' }] }, 409, 'out-of-stock'],
      ];
      for (const [body, status, type, pointer] of wrong) {
        const answer = await place<ProblemBody>(body);
        const told = `${JSON.stringify(body)}: ${JSON.stringify(answer.body)}`;
        assert.equal(answer.status, status, told);
        assert.ok(answer.body.type.endsWith(`/problems/${type}`), told);
        if (pointer) {
          assert.ok(
            answer.body.errors?.some((error) => error.pointer === pointer),
            told,
          );
        }
      }
      assert.equal(await orders(), before);
    });

    it('does not show the orders of other channels', async () => {
      const foreign = await house.ask<{ id: string }>('partner-demo', '/partner/v1/orders', {
        headers: { 'idempotency-key': `"foreign-${mode}"` },
        body: {
          externalReference: { system: 'example-partner', id: `PO-${mode}` },
          currency: 'EUR',
          lines: [{ sku: 'SKU-0001', quantity: 1 }],
          customer: { name: 'Ada Lovelace', email: 'ada@example.com' },
          shippingAddress: ORDER.shippingAddress,
        },
      });
      assert.equal(foreign.status, 201, JSON.stringify(foreign.body));
      assert.equal((await read(foreign.body.id)).status, 404);
      assert.equal((await house.ask('ops-demo', `${ORDERS}/${foreign.body.id}`)).status, 200);
    });
  });
}
