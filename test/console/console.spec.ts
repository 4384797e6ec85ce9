// The console as people use it, against the whole house: an order appears without a reload, its journey fills up to
// the end, a vendor is taken down by a switch, and every page can be read by everybody in both schemes and any width.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible, look, openPage, whyNot } from './browser.js';
import { houseAndBrowser, placeOrder, type Placed } from './house.js';

const JOURNEY_MS = 60_000;
const NARROW = { width: 390, height: 844 };
const WIDE = { width: 1440, height: 900 };
const LANES = ['Salesforce', 'ERP', 'Warehouse', 'Payment', 'Throughline'];

describe('the console', { skip: whyNot() }, () => {
  const given = houseAndBrowser();

  // A story that fails half-way must not leave a vendor down for the next one.
  afterEach(() => Promise.all(['sap', 'wms'].map((vendor) => given.house.faults(vendor))));

  const status = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text });

  it('tells how to place the first order, shows it the moment it is placed, and follows it to its end', async () => {
    const { page, errors, close } = await openPage(given.browser, given.house.url, { viewport: WIDE });
    await page.getByRole('heading', { name: 'No orders yet' }).waitFor();
    await status(page, 'Live').waitFor();
    const order = await placeOrder(given.house);
    await page.getByRole('link', { name: order.orderNumber }).click();
    await page.getByRole('heading', { level: 1, name: order.orderNumber }).waitFor();
    await status(page, 'Completed').waitFor({ timeout: JOURNEY_MS });
    const lanes = await page.locator('svg[role=img]').evaluate((svg) => svg.textContent ?? '');
    for (const lane of LANES) assert.ok(lanes.includes(lane), `${lane} is missing in ${lanes}`);
    await page.getByText('Table', { exact: true }).click();
    const table = await page.getByRole('region', { name: 'Journey as a table' }).textContent();
    for (const call of ['Create sales order', 'Authorise payment', 'Shipment delivered', 'Upsert order']) {
      assert.ok(table?.includes(call), `${call} is missing in the journey`);
    }
    assert.deepEqual(errors, []);
    await close();
  });

  it('finds an order by its number and says when there is none', async () => {
    const order = await placeOrder(given.house);
    const { page, close } = await openPage(given.browser, given.house.url);
    const search = page.getByRole('searchbox', { name: 'Find an order by its number' });
    await search.fill('TL-0000-0000-0000');
    await search.press('Enter');
    await page.getByText('There is no order TL-0000-0000-0000.').waitFor();
    await search.fill(order.orderNumber.toLowerCase());
    await search.press('Enter');
    await page.waitForURL(`**/orders/${order.id}`);
    await close();
  });

  it('takes SAP down and up by a switch: the order waits, is seen to wait, and goes on', async () => {
    const { page, close } = await openPage(given.browser, `${given.house.url}/sandbox`);
    const sap = page.getByRole('region', { name: 'SAP S/4HANA' });
    await sap.getByRole('switch', { name: 'Down' }).click();
    await sap.getByRole('status').filter({ hasText: 'Down' }).waitFor();
    const order = await placeOrder(given.house);
    const watching = await openPage(given.browser, `${given.house.url}/orders/${order.id}`);
    await watching.page.getByText(/^attempt \d/).first().waitFor({ timeout: JOURNEY_MS });
    await sap.getByRole('button', { name: 'All faults off' }).click();
    await sap.getByRole('status').filter({ hasText: 'Healthy' }).waitFor();
    await status(watching.page, 'Completed').waitFor({ timeout: JOURNEY_MS });
    await watching.close();
    await close();
  });

  it('asks for credentials where there is no demo consumer, and says when they are wrong', async () => {
    const { page, close } = await openPage(given.browser, given.house.url);
    await page.route('**/console-config.json', (route) => route.fulfill({ json: { mode: 'production' } }));
    await page.reload();
    await page.getByLabel('Client id').fill('owner-demo');
    await page.getByLabel('Client secret').fill('not the secret');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'Sign-in failed' }).waitFor();
    await assertAccessible(page);
    await page.getByLabel('Client secret').fill('owner-demo-secret');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
    await page.route('**/oauth/token', (route) => route.abort());
    await page.reload();
    await page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor();
    await page.unroute('**/oauth/token');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Client id').waitFor();
    await close();
  });

  it('releases a hold with a reason, and the order goes on', async () => {
    const eur = (amount: string) => ({ amount, currency: 'EUR' });
    const held = await given.house.ask<Placed>('internal-demo', '/process/orders/v1/orders', {
      headers: { 'idempotency-key': `"${randomUUID()}"` },
      body: {
        brand: 'throughline', region: 'EU', channel: 'marketplace', currency: 'EUR',
        customer: { name: 'Ada Lovelace', email: 'ada@example.com' },
        lines: [{ sku: 'SKU-0001', quantity: 1, unitPrice: eur('30.90') }],
        shippingAddress: {
          name: 'Ada Lovelace', line1: 'Marktplatz 1', city: 'Leipzig', postalCode: '04109', country: 'DE',
        },
        payment: { method: 'channel' },
        channelMoney: { total: eur('29.00') },
      },
    });
    const { page, close } = await openPage(given.browser, `${given.house.url}/orders/${held.body.id}`);
    await status(page, 'On hold').waitFor();
    await assertAccessible(page);
    await page.getByLabel('Why it may go on').fill('Totals checked with the channel');
    await page.getByRole('button', { name: 'Release hold' }).click();
    await status(page, 'Completed').waitFor({ timeout: JOURNEY_MS });
    await page.getByText('Totals checked with the channel').waitFor();
    await close();
  });

  it('cancels an order only after asking, while the warehouse has not begun', async () => {
    await given.house.faults('wms', { down: true });
    const order = await placeOrder(given.house);
    const { page, close } = await openPage(given.browser, `${given.house.url}/orders/${order.id}`);
    await page.getByRole('button', { name: 'Cancel order…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: `Cancel ${order.orderNumber}` }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel order' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await given.house.faults('wms');
    await status(page, 'Cancelled').waitFor({ timeout: JOURNEY_MS });
    await close();
  });

  for (const [colorScheme, viewport] of [['light', WIDE], ['dark', NARROW], ['dark', WIDE]] as const) {
    it(`is accessible and fits a window of ${viewport.width} px in ${colorScheme} colours`, async () => {
      const { id } = await placeOrder(given.house);
      const { page, errors, close } = await openPage(given.browser, given.house.url, { colorScheme, viewport });
      const pages = ['/tasks', '/apis', '/kpis', '/reconciliation', '/invariants', '/sandbox', '/no-such-page'];
      for (const path of ['/', `/orders/${id}`, '/sign-in', ...pages]) {
        await page.goto(given.house.url + path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await look(page);
      }
      assert.deepEqual(errors, []);
      await close();
    });
  }

  it('answers a mistyped address of an API with a problem, and only people with the page', async () => {
    const program = await fetch(`${given.house.url}/storefront/v9/orders`, { headers: { accept: 'application/json' } });
    assert.equal(program.status, 404);
    assert.match(program.headers.get('content-type') ?? '', /problem\+json/);
    const person = await fetch(`${given.house.url}/orders/ord_x`, { headers: { accept: 'text/html' } });
    assert.equal(person.status, 200);
    assert.match(person.headers.get('content-security-policy') ?? '', /default-src 'self'/);
  });
});
