// A business day as the channels live it: marketplaces send their own documents, twice as they do; shoppers order in
// three currencies, some of them wrongly; a few change their mind. Everything goes through the channels' front doors.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Consumer, Json, Reply } from '#testing';
import { newOrder, skuOf } from '../chaos/traffic.js';
import { numbersOf } from '../simulation/world.js';

const SAMPLES = join(import.meta.dirname, '../../../test/samples');
const ORDERS = '/storefront/v1/orders';
const SHOPPERS = 16;
/** Every so many shoppers cancel right after ordering. */
const CANCEL_EVERY = 25;

/** Why an order is wrong on purpose, and the problem type that must answer it; none: it is taken and then cancelled. */
const MISTAKES: readonly { readonly spoil: (order: Json) => Json; readonly problem?: string }[] = [
  { problem: 'unknown-product', spoil: (order) => ({ ...order, lines: [{ sku: 'SKU-9999', quantity: 1 }] }) },
  { problem: 'out-of-stock', spoil: (order) => ({ ...order, lines: [{ sku: 'SKU-0999', quantity: 1 }] }) },
  { problem: 'price-changed', spoil: ({ currency, ...order }) => ({ ...order, currency, lines: [{
    sku: skuOf(7), quantity: 1, unitPrice: { amount: currency === 'JPY' ? '1' : '0.01', currency },
  }] }) },
  { spoil: (order) => ({ ...order, payment: { method: 'card', token: 'pm_card_visa_chargeDeclined' } }) },
];
/** Every so many orders carry a mistake. */
const MISTAKE_EVERY = 20;

export interface TakenOrder {
  readonly id: string;
  readonly channel: string;
}

export interface Day {
  /** Orders that are ours to fulfil, each once. */
  readonly taken: TakenOrder[];
  /** Refusals by problem type. */
  readonly refused: Map<string, number>;
  /** Documents that marketplaces sent, and references they had. */
  readonly documents: number;
  readonly references: number;
  readonly cancelsAccepted: number;
  /** What was not answered as it must be. */
  readonly surprises: string[];
}

export interface Shops {
  readonly storefront: Consumer;
  readonly partner: Consumer;
}

/** @param tell called after each answer with what was sent so far */
export async function playDay(shops: Shops, orders: number, seed: number, tell: (sent: number) => void): Promise<Day> {
  const day = { taken: new Map<string, string>(), refused: new Map<string, number>(), surprises: [] as string[] };
  let [cancelsAccepted, sent] = [0, 0];
  const documents = marketplaceDocuments();
  const references = new Set<string>();
  for (const { path, document, channel } of [...documents, ...documents]) {
    const reply = await shops.partner.insist(path, document, `${seed}-${channel}`);
    note(day, reply, channel);
    const { externalReference } = reply.body;
    if (externalReference) references.add(`${externalReference.system} ${externalReference.id}`);
    tell(++sent);
  }
  const random = numbersOf(seed);
  let next = 0;
  const shop = async (): Promise<void> => {
    for (let number = next++; number < orders; number = next++) {
      const mistake = number % MISTAKE_EVERY === 0 ? MISTAKES[(number / MISTAKE_EVERY) % MISTAKES.length] : undefined;
      const order = mistake ? mistake.spoil(newOrder(random)) : newOrder(random);
      const reply = await shops.storefront.insist(ORDERS, order, `${seed}-${number}`);
      note(day, reply, 'storefront', mistake?.problem);
      if (reply.status < 300 && number % CANCEL_EVERY === 1) {
        const cancel = await shops.storefront.insist(`${ORDERS}/${reply.body.id}/cancel`, { reason: 'customerRequest' },
          `${seed}-${number}-cancel`);
        if (cancel.status === 202) cancelsAccepted += 1;
        else note(day, cancel, 'storefront', 'order-not-cancellable');
      }
      tell(++sent);
    }
  };
  await Promise.all(Array.from({ length: SHOPPERS }, shop));
  return {
    ...day, taken: [...day.taken].map(([id, channel]) => ({ id, channel })), documents: 2 * documents.length,
    references: references.size, cancelsAccepted,
  };
}

/** Counts an answer; one that is not as expected is a surprise. */
function note(
  { taken, refused, surprises }: { taken: Map<string, string>; refused: Map<string, number>; surprises: string[] },
  { status, body }: Reply, channel: string, expected?: string,
): void {
  if (status < 300) {
    taken.set(body.id, channel);
    if (expected) surprises.push(`${channel} order ${body.orderNumber} should have been refused with ${expected}`);
    return;
  }
  const type = String(body?.type).split('/').at(-1)!;
  refused.set(type, (refused.get(type) ?? 0) + 1);
  if (type !== expected) surprises.push(`${channel}: ${status} ${type}: ${body?.detail}`);
}

/** The publishers' own sample documents (test/samples/README.md). */
function marketplaceDocuments(): { path: string; channel: string; document: Json }[] {
  const read = (path: string): Json => JSON.parse(readFileSync(join(SAMPLES, path), 'utf8'));
  const answers = read('amazon-sp-api/ordersV0.sandbox-examples.json');
  const payload = (name: string): Json => answers[name][0].response.payload;
  // Amazon gives the buyer's address by another call, of which there is no published sample.
  const shippingAddress = {
    Name: 'Ada Lovelace', AddressLine1: '2201 Westlake Ave', City: 'Seattle', StateOrRegion: 'WA', PostalCode: '98121',
    CountryCode: 'US',
  };
  return [
    { path: '/partner/v1/shopify/orders', channel: 'shopify', document: read('shopify/order.json').order },
    { path: '/partner/v1/amazon/orders', channel: 'amazon', document: {
      order: payload('GET /orders/v0/orders/{orderId} 200'), shippingAddress,
      orderItems: payload('GET /orders/v0/orders/{orderId}/orderItems 200').OrderItems,
    } },
  ];
}
