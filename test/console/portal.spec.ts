// A developer and an API owner at the console, against the whole house: somebody signs up without asking anybody, looks
// after keys, asks for production; the owner approves, sees who calls what, ends a version, and finds all of it in the
// audit log. Every page of both can be used by everybody, in both schemes and any width.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { until } from '../journeys/story.js';
import { look, openPage, whyNot } from './browser.js';
import { houseAndBrowser } from './house.js';

const NARROW = { width: 390, height: 844 };
const DAY_MS = 86_400_000;
const SANDBOX_KEY = /tl_sandbox_[\w-]{43}/;

describe('the portal and the desk', { skip: whyNot() }, () => {
  const given = houseAndBrowser();
  let consumerId = '';

  /** Does a step that asks why, by the words of its button. */
  async function step(page: Page, label: string, why: string): Promise<void> {
    await page.getByRole('button', { name: label }).click();
    await page.getByLabel('Why').fill(why);
    await page.getByRole('button', { name: /^Confirm: / }).click();
  }

  async function asOwner(path: string) {
    const opened = await openPage(given.browser, `${given.house.url}/sign-in`);
    await opened.page.getByRole('button', { name: 'Continue as owner-demo' }).click();
    await opened.page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
    await opened.page.goto(given.house.url + path);
    await opened.page.getByRole('heading', { level: 1 }).waitFor();
    return opened;
  }

  it('lets a visitor sign up, call with the key, replace and revoke it, and ask for production', async () => {
    const { page, errors, close } = await openPage(given.browser, given.house.url);
    await page.route('**/console-config.json', (route) => route.fulfill({ json: { mode: 'production' } }));
    await page.goto(`${given.house.url}/portal`);
    await page.getByRole('heading', { level: 2, name: 'Storefront' }).waitFor();
    await look(page);
    await page.getByRole('main').getByRole('link', { name: 'Sign up' }).last().click();
    await page.getByLabel('Name of the application').fill('Garden Shop');
    await page.getByLabel('E-mail address of its owner').fill('ada@garden.example');
    await page.getByLabel('What it is for').fill('Sells tools');
    await look(page);
    await page.getByRole('button', { name: 'Sign up' }).click();
    const told = await page.getByRole('status').filter({ hasText: 'Your credentials' }).textContent();
    const key = SANDBOX_KEY.exec(told ?? '')![0];
    consumerId = /con_[0-9a-f]{32}/.exec(told ?? '')![0];
    await look(page);
    const products = (apiKey: string) => fetch(`${given.house.url}/storefront/v1/products?limit=1`, {
      headers: { 'x-api-key': apiKey } });
    assert.equal((await products(key)).status, 200);

    await page.getByRole('button', { name: 'Continue as this consumer' }).click();
    await page.getByRole('heading', { level: 1, name: 'Subscriptions and keys' }).waitFor();
    await page.getByRole('button', { name: 'Replace… key first sandbox key' }).click();
    await page.getByRole('button', { name: 'Confirm: replace' }).click();
    const next = SANDBOX_KEY.exec(await page.getByRole('status').filter({ hasText: 'New sandbox key' })
      .textContent() ?? '')![0];
    const both = [(await products(key)).status, (await products(next)).status];
    assert.deepEqual(both, [200, 200], 'both work for a while');
    await look(page);
    await page.getByRole('button', { name: 'Revoke… key first sandbox key' }).first().click();
    await page.getByRole('button', { name: 'Confirm: revoke' }).click();
    await page.getByText('revoked', { exact: true }).waitFor();
    await until('the revoked key is refused', async () =>
      [(await products(key)).status, (await products(next)).status].includes(401));

    await page.getByRole('link', { name: 'Usage' }).click();
    await page.getByRole('cell', { name: 'listProducts' }).waitFor();
    await look(page);
    await page.getByRole('link', { name: 'Catalogue' }).click();
    await step(page, 'Ask for production… with storefront-standard', 'We go live in May');
    await page.getByText('waits for approval').waitFor();
    assert.deepEqual(errors, []);
    await close();
  });

  it('lets the owner approve, and end a version in the open', async () => {
    const { page, errors, close } = await asOwner('/desk/approvals');
    await page.getByText('We go live in May').waitFor();
    await look(page);
    await page.route(/state=accepted/, (route) => route.abort());
    await page.getByText('Accepted', { exact: true }).click();
    await page.getByRole('alert').waitFor();
    assert.equal(await page.getByText('We go live in May').count(), 0, 'who waits is not shown as accepted');
    await page.getByText('Waiting', { exact: true }).click();
    await step(page, `Accept… ${consumerId} to storefront-standard`, 'Checked with sales');
    await page.getByText('Nobody waits.').waitFor();

    await page.goto(`${given.house.url}/desk/versions/storefront/v1`);
    await page.getByRole('cell', { name: consumerId }).first().waitFor();
    await page.getByRole('button', { name: 'Deprecate… storefront.v1' }).click();
    const sunset = new Date(Date.now() + 120 * DAY_MS).toISOString().slice(0, 10);
    await page.getByLabel('Sunset (UTC)').fill(sunset);
    await page.getByLabel('Successor').fill('/storefront/v2');
    await page.getByLabel('Why').fill('Orders have a clearer shape');
    await look(page);
    await page.getByRole('button', { name: 'Confirm: deprecate' }).click();
    await page.getByText('deprecated', { exact: true }).waitFor();
    await step(page, 'Retire… storefront.v1', 'Time is up');
    await page.getByRole('alert').filter({ hasText: consumerId }).waitFor();
    await look(page);
    await page.getByLabel('Retire it all the same').check();
    await page.getByRole('button', { name: 'Confirm: retire' }).click();
    await page.getByText('forced', { exact: true }).waitFor();

    await page.goto(`${given.house.url}/desk/audit`);
    await page.getByText('The chain holds').waitFor();
    await page.getByLabel('About').fill('api storefront.v1');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('Retire api').waitFor();
    await page.getByText('Orders have a clearer shape').waitFor();
    await look(page);
    await page.route(/audit\?limit=1$/, (route) => route.fulfill({ json: { entries: [{ seq: 12_000 }] } }));
    const asked: (string | null)[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/export.csv')) asked.push(new URL(request.url()).searchParams.get('after'));
    });
    const [file] = await Promise.all([
      page.waitForEvent('download'), page.getByRole('button', { name: 'Export all as CSV' }).click(),
    ]);
    const table = readFileSync(await file.path(), 'utf8');
    assert.deepEqual(asked, ['0', '5000', '10000'], 'a long log is read to its end');
    assert.equal(table.split('seq,at,actor').length, 2, 'with one head');
    assert.match(table, /Checked with sales/, 'and without regard to the filter');
    assert.deepEqual(errors, []);
    await close();
  });

  it('shows what a change of limits would do before it is made, and makes it', async () => {
    const { page, errors, close } = await asOwner('/desk/plans');
    await page.getByRole('button', { name: 'Edit limits of storefront-sandbox' }).click();
    const editor = page.getByLabel('Limits of storefront-sandbox');
    await editor.fill('{ "windows": "many" }');
    await page.getByRole('button', { name: 'See what it would do (storefront-sandbox)' }).click();
    await page.getByRole('status').filter({ hasText: 'It is not valid' }).waitFor();
    await editor.fill('{ "windows": [{ "name": "per-minute", "quota": 777, "seconds": 60 }] }');
    await page.getByRole('button', { name: 'See what it would do (storefront-sandbox)' }).click();
    await page.getByRole('status').filter({ hasText: consumerId }).waitFor();
    await look(page);
    await step(page, 'Put in force… storefront-sandbox', 'Peak season');
    await page.getByText('777 a minute').waitFor();
    assert.deepEqual(errors, []);
    await close();
  });

  it('can be used by everybody, in dark colours and on a narrow screen', async () => {
    const { page, errors, close } = await asOwner('/desk');
    await page.emulateMedia({ colorScheme: 'dark' });
    const desk = ['', '/plans', '/consumers', '/approvals', '/policies', '/deliveries', '/audit'];
    const portal = ['', '/changelog', '/account', '/usage', '/webhooks', '/sign-up'];
    await page.setViewportSize(NARROW);
    for (const path of [...desk.map((end) => `/desk${end}`), ...portal.map((end) => `/portal${end}`)]) {
      await page.goto(given.house.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await look(page);
    }
    assert.deepEqual(errors, []);
    await close();
  });
});
