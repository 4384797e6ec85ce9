// What the console's stories need: the house with a browser before it, an order on the screen, a vendor that fails,
// and patience.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { startHouse, type TestHouse } from '#testing';
import { openBrowser } from './browser.js';

export interface Placed {
  id: string;
  orderNumber: string;
}

/** A house and a browser for all stories of a suite; both are there once the first story begins. */
export function houseAndBrowser(): { readonly house: TestHouse; readonly browser: Browser } {
  const open: { house?: TestHouse; browser?: Browser } = {};
  before(async () => {
    open.house = await startHouse();
    open.browser = await openBrowser();
  });
  after(async () => {
    await open.browser?.close();
    await open.house?.stop();
  });
  return { get house() { return open.house!; }, get browser() { return open.browser!; } };
}

export async function placeOrder(house: TestHouse): Promise<Placed> {
  const answer = await house.ask<Placed>('storefront-demo', '/storefront/v1/orders', {
    headers: { 'idempotency-key': `"${randomUUID()}"` },
    body: {
      customer: { customerId: 'CUS-0001' },
      currency: 'EUR',
      lines: [{ sku: 'SKU-0001', quantity: 2 }],
      shippingAddress: {
        name: 'Ada Lovelace', line1: 'Marktplatz 1', city: 'Leipzig', postalCode: '04109', country: 'DE',
      },
      payment: { method: 'card', token: 'pm_card_visa' },
    },
  });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}

/** What a sandbox vendor does wrong from now on; `{}` is nothing. */
export async function setFaults(house: TestHouse, vendor: string, faults: object): Promise<void> {
  await fetch(`${house.sandboxUrl}/_control/${vendor}/faults`, {
    method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(faults),
  });
}

const PATIENCE_MS = 30_000;
const LOOK_MS = 100;

/** Looks until it is so. @throws AssertionError when patience ends */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    assert.ok(Date.now() < end, `not so within ${PATIENCE_MS} ms: ${isSo}`);
    await sleep(LOOK_MS);
  }
}
