// What the console's stories need: the house with a browser before it, and an order on the screen.
import { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { startHouse, type TestHouse } from '#testing';
import { goodOrder, ORDERS, placeAt } from '../journeys/story.js';
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

export function placeOrder(house: TestHouse): Promise<Placed> {
  const order = goodOrder({ lines: [{ sku: 'SKU-0001', quantity: 2 }] });
  return placeAt<Placed>(house, 'storefront-demo', ORDERS, order);
}
