// The desks of the console against the whole house: what needs a person is grouped and decided at once, and what an
// API owner decides is done on the page.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../journeys/story.js';
import { look, openPage, whyNot } from './browser.js';
import { houseAndBrowser, placeOrder, type Placed } from './house.js';

const JOURNEY_MS = 60_000;
const NARROW = { width: 390, height: 844 };

/** As if the step had been put off as often as it may: the engine's next try then asks a person. */
const EXHAUST = `
  update workflow.run set due = clock_timestamp(), journal = (
    select jsonb_object_agg(key, case when value ->> 'state' = 'trying'
      then value || '{"deferrals": 100000}' else value end) from jsonb_each(journal))
  where id = any($1) and status = 'ready' and journal::text like '%"trying"%'`;

describe('the desks of the console', { skip: whyNot() }, () => {
  const given = houseAndBrowser();

  const openTasks = async () =>
    (await given.house.ask<{ tasks: { subject: string }[] }>('ops-demo', '/platform/v1/tasks', {})).body.tasks;

  async function untilStuck(orders: readonly Placed[]): Promise<void> {
    const ids = orders.map(({ id }) => id);
    await until('each order is a task', async () => {
      await given.house.database.query(EXHAUST, [ids]);
      const subjects = new Set((await openTasks()).map(({ subject }) => subject));
      return ids.every((id) => subjects.has(id));
    });
  }

  it('shows at once what needs a person, and lets one retry settle all tasks with one cause', async () => {
    const { page, errors, close } = await openPage(given.browser, `${given.house.url}/tasks`);
    await page.getByText('Nothing needs a person.').waitFor();
    await given.house.faults('wms', { down: true });
    const orders = await Promise.all([1, 2, 3].map(() => placeOrder(given.house)));
    await untilStuck(orders);
    await page.getByText('3 open', { exact: true }).waitFor();
    for (const { id } of orders) await page.getByRole('link', { name: id }).waitFor();
    await look(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize(NARROW);
    await look(page);

    const mine = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: orders[0]!.id }) });
    await mine.getByRole('button', { name: 'Give up' }).click();
    await mine.getByLabel('Note').fill('The customer does not want it any more');
    await look(page);
    await mine.getByRole('button', { name: 'Confirm: give up' }).click();
    await page.getByText('2 open', { exact: true }).waitFor();

    await given.house.faults('wms');
    await page.getByRole('button', { name: 'Try all again' }).click();
    await page.getByRole('button', { name: 'Confirm: try all again' }).click();
    const outcome = page.getByRole('status').filter({ hasText: '2 decided, 0 refused' });
    await outcome.getByRole('link', { name: orders[1]!.id }).click();
    await page.getByRole('heading', { level: 1, name: orders[1]!.orderNumber }).waitFor();
    await page.getByRole('status').filter({ hasText: 'Completed' }).waitFor({ timeout: JOURNEY_MS });
    assert.deepEqual(errors, []);
    await close();
  });

  it('documents an API from its served document, without asking anybody outside, and tries it out', async () => {
    const { page, errors, close } = await openPage(given.browser, `${given.house.url}/apis`);
    const outside: string[] = [];
    page.on('request', (request) => {
      if (/^https?:/.test(request.url()) && !request.url().startsWith(given.house.url)) outside.push(request.url());
    });
    await page.getByRole('link', { name: 'Storefront', exact: true }).first().click();
    await page.getByRole('heading', { name: 'Throughline Storefront' }).waitFor();
    await page.getByRole('heading', { name: 'Place an order' }).first().waitFor({ state: 'attached' });
    await look(page);
    await page.setViewportSize(NARROW);
    await page.emulateMedia({ colorScheme: 'dark' });
    await look(page);
    await page.getByRole('link', { name: 'APIs', exact: true }).first().click();
    await page.getByRole('link', { name: 'GraphQL' }).click();
    await page.getByText('One order, by id or order number.').waitFor();
    await page.getByRole('button', { name: 'Call as…' }).click();
    await page.getByLabel('Client id').fill('storefront-demo');
    await page.getByLabel('Client secret').fill('storefront-demo-secret');
    await page.getByRole('button', { name: 'Use it here' }).click();
    await page.getByText('Calls are made as storefront-demo').waitFor();
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('region', { name: 'Answer' }).filter({ hasText: 'SKU-0001' }).waitFor();
    await look(page);
    assert.deepEqual([outside, errors], [[], []]);
    await close();
  });
});
